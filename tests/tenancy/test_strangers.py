"""Whatever an SP asks for by name: another SP's is as unknown as what never was, in every route there is."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.tenancy.conftest import LATER, Belongings
from tests.town import Provider, Town

_OF_EACH_ANSWER = {"x-request-id", "date"}
_BODY = {
    "service": "BB-10-10",
    "requestedDateTime": LATER,
    "comment": {"createdBy": "stranger", "message": "stolen"},
}


@dataclass(frozen=True)
class Route:
    """A method on a path of the interface's description."""

    method: str
    path: str
    parameters: tuple[str, ...]

    def send(self, sp: Provider, names: Mapping[str, str], query: str = "") -> httpx2.Response:
        """Ask for objects of these names."""
        body = _BODY if self.method in ("POST", "PUT", "PATCH") else None
        return sp.http.request(self.method, self.path.format(**names) + query, json=body)


@pytest.fixture(scope="module")
def routes(town: Town) -> list[Route]:
    """Return everything that the interface's description has, so that what is new is tested without a word."""
    paths = town.alfa.get("/openapi.json")["paths"]
    return [
        Route(method.upper(), path, tuple(part[1:-1] for part in path.split("/") if part.startswith("{")))
        for path, methods in paths.items()
        for method in methods
    ]


def shape(answer: httpx2.Response, *names: str) -> dict[str, Any]:
    """Return all of an answer but what is the name's, or this one answer's."""
    text = answer.text.replace(answer.headers["X-Request-Id"], "R")
    for name in names:
        text = text.replace(name, "X")
    headers = {key: value for key, value in answer.headers.items() if key.lower() not in _OF_EACH_ANSWER}
    return {"status": answer.status_code, "text": text, "headers": headers}


def examples(town: Town, alfa: Belongings, gamma: Belongings) -> dict[str, tuple[str, str, str]]:
    """Return for each name of an SP's objects: one's own, another's, and one that nobody has, all of one length.

    A route with such a name needs its line here.
    """
    own, hidden = "E-1", "H-1"
    town.operator.rows(
        "INSERT INTO dhcp_identifiers (access_id, ipv4_circuit_id) VALUES ('E-1', 'own'), ('H-1', 'hid') "
        "ON CONFLICT DO NOTHING"
    )
    # With an agreement on everything, technical information is hidden by nothing but the view.
    town.operator.rows("UPDATE providers SET technical = 'all' WHERE sp = 'gamma'")
    assert town.gamma.http.get(f"/accesses/{own}").status_code == 200
    return {
        "accessId": (own, hidden, "X-1"),
        "orderId": (gamma.waiting["orderId"], alfa.waiting["orderId"], "f" * 32),
        "coTicketReference": (gamma.ticket, alfa.ticket, "f" * 32),
        # Of invoices: months.
        "id": ("202511", "202510", "202401"),
        # The circuits own, hid and xyz.
        "hex": ("520501036f776e", "52050103686964", "5205010378797a"),
    }


def test_every_route_takes_another_sps_object_for_one_that_never_was(
    town: Town, alfa: Belongings, gamma: Belongings, routes: list[Route]
) -> None:
    known = examples(town, alfa, gamma)
    named = [route for route in routes if route.parameters]
    assert len(named) >= 7
    names = {name for route in named for name in route.parameters}
    assert {name for name in names if name.endswith(("Id", "Reference"))} <= known.keys(), "say whose is whose"
    for route in named:
        examples_of = {name: known.get(name, known["accessId"]) for name in route.parameters}
        own, theirs, nobodys = ({name: three[which] for name, three in examples_of.items()} for which in range(3))
        other, unknown = route.send(town.gamma, theirs), route.send(town.gamma, nobodys)
        assert len(str(theirs)) == len(str(nobodys))
        assert shape(other, *theirs.values()) == shape(unknown, *nobodys.values()), route
        assert other.status_code in (400, 404), route
        # What is refused as not there is there for its owner: the comparison means something.
        if route.method == "GET" and examples_of.keys() <= known.keys():
            assert route.send(town.gamma, own).status_code == 200, route


def test_every_route_refuses_a_name_that_is_none_before_it_looks(town: Town, routes: list[Route]) -> None:
    for route in routes:
        for malformed in ("a%20b", "%00", "x" * 37) if route.parameters else ():
            answer = route.send(town.gamma, dict.fromkeys(route.parameters, malformed))
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), (route, malformed)


def test_nothing_of_another_sps_has_changed_by_asking(town: Town, alfa: Belongings, routes: list[Route]) -> None:
    for route in routes:
        if "orderId" in route.parameters:
            route.send(town.gamma, dict.fromkeys(route.parameters, alfa.waiting["orderId"]))
    assert town.alfa.get(f"/orders/{alfa.waiting['orderId']}") == alfa.waiting
    before = town.alfa.get(f"/tickets/{alfa.ticket}")
    for route in routes:
        if "coTicketReference" in route.parameters:
            route.send(town.gamma, dict.fromkeys(route.parameters, alfa.ticket))
    assert town.alfa.get(f"/tickets/{alfa.ticket}") == before
    # By its own SP, that would have been something.
    assert town.alfa.http.patch(f"/tickets/{alfa.ticket}", json=_BODY).status_code == 204


def test_every_route_needs_a_password(town: Town, alfa: Belongings, routes: list[Route]) -> None:
    with town.server.client() as http:
        nobody = Provider("nobody", {}, http, town.operator)
        for route in routes:
            answer = route.send(nobody, dict.fromkeys(route.parameters, alfa.waiting["orderId"]))
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), route


def _lists(routes: list[Route], queries: tuple[str, ...]) -> Iterator[tuple[Route, str]]:
    return itertools.product([route for route in routes if route.method == "GET" and not route.parameters], queries)


def test_no_list_has_anything_of_another_sps(
    town: Town, alfa: Belongings, gamma: Belongings, routes: list[Route]
) -> None:
    states = ("?state=RECEIVED", "?state=DONE_SUCCESS", "?status=CREATED&created=2020-01-01")
    filters = ("", "?limit=10000", *states, f"?accessId={alfa.access}")
    assert len(list(_lists(routes, filters))) >= 35
    found = ""
    for route, query in _lists(routes, filters):
        answer = route.send(town.gamma, {}, query)
        found += answer.text
        assert answer.status_code in (200, 400), (route, query, answer.text)
        shown = [secret for secret in alfa.secrets if secret in answer.text]
        assert not shown, (route, query, shown)
        for header in answer.headers.values():
            assert not [secret for secret in alfa.secrets if secret in header]
    # The lists are not just empty.
    assert not [
        secret for secret in (gamma.subscription, gamma.waiting["orderId"], gamma.ticket) if secret not in found
    ]


def test_what_an_sp_filters_by_tells_it_nothing(town: Town, alfa: Belongings) -> None:
    for path, theirs, nobodys in (
        ("/orders/?accessId={}", alfa.waiting["accessId"], "X-1"),
        ("/orderevents/?since={}", alfa.event, "1-1"),
        ("/orders/?state=RECEIVED&accessId={}", alfa.waiting["accessId"], "X-1"),
    ):
        other, unknown = (town.gamma.http.get(path.format(name)) for name in (theirs, nobodys))
        told, ignored = shape(other, theirs), shape(unknown, nobodys)
        for answer in (told, ignored):
            answer["headers"].pop("content-length", None)
        assert told == ignored


@pytest.mark.parametrize("operation", ["DEACTIVATE", "SUSPEND", "RESUME", "MODIFY", "CHANGE"])
def test_an_order_for_another_sps_subscription_is_as_one_for_none(
    town: Town, alfa: Belongings, operation: str
) -> None:
    fields: dict[str, Any] = {"service": "BB-250-250"} if operation == "CHANGE" else {}
    if operation == "MODIFY":
        fields = {"spReference": "r"}
    for name, theirs, nobodys in (
        ("subscriptionId", alfa.subscription, "f" * 32),
        ("subscriptionId", alfa.ended, "f" * 32),
        ("subscriptionId", alfa.waiting["subscriptionId"], "f" * 32),
        ("spSubscriptionId", alfa.reference, "x" * len(alfa.reference)),
    ):
        other, unknown = (town.gamma.post(operation, **{name: value}, **fields) for value in (theirs, nobodys))
        assert shape(other, theirs) == shape(unknown, nobodys)
        assert other.status_code in (400, 404)
    free = town.access()
    by_place = {"service": "BB-100-100"} | fields
    other, unknown = (town.gamma.post(operation, accessId=access, **by_place) for access in (alfa.access, free))
    told, ignored = shape(other, alfa.access), shape(unknown, free)
    for answer in (told, ignored):
        answer["headers"].pop("content-length", None)
    assert told == ignored
    assert town.alfa.subscriptions(alfa.access)[0]["operationalState"] == "ACTIVATED"


def test_of_what_another_holds_an_sp_learns_that_it_is_held_and_no_more(town: Town, alfa: Belongings) -> None:
    for access in (alfa.access, alfa.waiting["accessId"]):
        for said in ({}, {"spSubscriptionId": alfa.reference}, {"subscriptionId": alfa.subscription}):
            answer = town.gamma.post("ACTIVATE", accessId=access, service="BB-100-100", **said)
            assert (answer.status_code, answer.json()["cause"]) == (
                *(409, "ServiceType is already claimed by other Service Provider."),
            )
        for path in (f"/services/{access}", f"/subscriptions/{access}", f"/accesses/{access}"):
            text = town.gamma.http.get(path).text
            assert not [secret for secret in alfa.secrets if secret in text]


def test_an_idempotency_key_of_another_sps_is_as_free_as_any(town: Town, alfa: Belongings, gamma: Belongings) -> None:
    answer = town.gamma.post("RESUME", key="alfa-key", subscriptionId=gamma.subscription)
    assert (answer.status_code, answer.json()["subscriptionId"]) == (200, gamma.subscription)


def test_the_cursor_of_another_sps_list_is_none(town: Town, alfa: Belongings) -> None:
    for path in ("/accesses/", "/services/", "/subscriptions/"):
        link = town.alfa.http.get(f"{path}?limit=1").links.get("next", {}).get("url")
        if link is not None:
            answer = town.gamma.http.get(link.removeprefix("/onapi/2.6"))
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_ticket_about_another_sps_subscription_is_as_one_about_none(town: Town, alfa: Belongings) -> None:
    said = {"createdBy": "a", "heading": "b", "description": "c", "problemType": "OTHER"}
    for theirs in (alfa.subscription, alfa.ended, alfa.waiting["subscriptionId"]):
        for place in ({}, {"accessId": alfa.access}):
            other, unknown = (
                town.gamma.http.post("/tickets/", json=said | place | {"subscriptionId": name})
                for name in (theirs, "f" * 32)
            )
            assert shape(other, theirs) == shape(unknown, "f" * 32)
            assert other.status_code == 404


def test_what_the_operator_notes_for_itself_no_sp_can_read(town: Town, alfa: Belongings) -> None:
    for path in (f"/tickets/{alfa.ticket}", "/tickets/", "/events/"):
        assert "alfa-internal" not in town.alfa.http.get(path).text
    kept = town.operator.value("SELECT message FROM ticket_notes WHERE ticket_id = $1", alfa.ticket)
    assert kept == "alfa-internal"
