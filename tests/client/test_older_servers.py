"""Servers of 2.4: what they lack and how they write it, as the one public server does (py-on-api, on Django)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onapi.client import Client, NotFound, Placed, Unsupported
from onapi.client.binding import Sync
from onapi.client.copies import SqliteCopy
from onapi.client.steps import Request
from onapi.client.transport import Reply
from tests.client.scripted import Said, Script

ID = "8732c2f0-65e2-490b-abce-820e94b1011a"
ACCESS = {
    "accessId": ID,
    "streetName": "Testvägen",
    "streetNumber": 100,
    "streetLittera": "",
    "postalCode": 10000,
    "city": "Ankeborg",
    "mduApartmentNumber": 901,
    "services": [
        {"service": "BB-100-100", "connection": "2014-03-01", "available": "2014-03-01", "disconnection": ""}
    ],
}
EMPTY = {"accessId": "B", "streetNumber": "", "services": ""}
SUBSCRIPTIONS = [
    {
        "subscriptionId": "S1",
        "accessId": ID,
        "service": "BB-100-100",
        "operationalState": "ACTIVATED",
        "equipment": [],
    },
    {"subscriptionId": "S2", "accessId": ID, "service": "IPTV", "operationalState": "ACTIVATED", "equipment": []},
]
ORDER = {"orderId": "O", "path": "/2.4/orders/O/", "accessId": ID, "state": "RECEIVED", "service": "BB-100-100"}


class Django:
    """Collections are without a final slash, and items with one, to which it redirects; all else is a page, 404."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {
            "accesses": [ACCESS, EMPTY],
            f"accesses/{ID}/": ACCESS,
            "accesses/B/": EMPTY,
            "subscriptions": SUBSCRIPTIONS,
            "orders": [ORDER],
            "orders/O/": ORDER | {"state": "DONE_SUCCESS"},
        }

    def open(self, request: Request) -> Reply:
        self.asked.append(f"{request.method} {request.path}")
        if request.method == "POST" and request.path == "orders":
            return Script(Said(201, msgspec.json.encode(ORDER))).open(request)
        if request.path in self.answers:
            return Script(Said(200, msgspec.json.encode(self.answers[request.path]))).open(request)
        if request.path + "/" in self.answers and request.method == "GET":
            return Script(Said(301, b"", {"location": f"/2.4/{request.path}/"})).open(request)
        return Script(Said(404, b"<h1>Not Found</h1>", {"content-type": "text/html"})).open(request)

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def old() -> Iterator[tuple[Django, Client]]:
    server = Django()
    with Client("http://co.example/2.4/", transport=server) as client:
        yield server, client


def test_the_final_slash_is_found_out_once(old: tuple[Django, Client]) -> None:
    server, client = old
    assert [one.access_id for one in client.accesses.list()] == [ID, "B"]
    assert client.accesses.show(ID).address == "Testvägen 100, lgh 0901, 10000 Ankeborg"
    client.accesses.show("B")
    list(client.orders.list())
    assert server.asked == [
        *("GET accesses/", "GET accesses", f"GET accesses/{ID}", f"GET accesses/{ID}/"),
        *("GET accesses/B/", "GET orders"),
    ]
    with pytest.raises(NotFound):
        client.accesses.show("C")


def test_services_are_read_from_accesses_and_subscriptions_one_by_one(old: tuple[Django, Client]) -> None:
    _, client = old
    (service,) = client.services.show(ID)
    assert (service.service, service.connection_date_time) == ("BB-100-100", service.available_date_time)
    assert client.services.show("B") == ()
    assert [one.subscription_id for one in client.subscriptions.show(ID)] == ["S1", "S2"]
    assert client.subscriptions.show("B") == ()
    assert [one.names for one in client.subscriptions.list()] == [("BB-100-100",), ("IPTV",)]


def test_an_order_is_placed_where_the_server_takes_it(old: tuple[Django, Client]) -> None:
    server, client = old
    placed: Placed[Sync] = client.orders.activate(ID, "BB-100-100")
    assert placed.wait(5).state == "DONE_SUCCESS"
    assert server.asked[:2] == ["POST orders/", "POST orders"]


def test_what_there_is_is_copied(old: tuple[Django, Client], tmp_path: Path) -> None:
    server, client = old
    copy = SqliteCopy(tmp_path / "copy.db")
    copy.refresh(client)
    assert [name for name, _ in copy.documents("accesses")] == [ID, "B"]
    assert [name for name, _ in copy.documents("subscriptions")] == ["S1", "S2"]
    assert [name for name, _ in copy.documents("orders")] == ["O"]
    server.answers["subscriptions"] = SUBSCRIPTIONS[:1]
    copy.refresh(client)
    assert [name for name, _ in copy.documents("subscriptions")] == ["S1"]
    copy.close()


def test_what_a_server_does_not_have_is_said(old: tuple[Django, Client]) -> None:
    _, client = old
    with pytest.raises((NotFound, Unsupported)):
        list(client.tickets.list())
