"""Requests are tried again where that is right, and nowhere else; errors say what the caller can do."""

import email.utils
import time
from collections.abc import Callable
from typing import Any

import pytest

from onapi.client import errors
from onapi.client.steps import Lost, Patience
from onapi.client.sync import Client
from tests.client.scripted import Said, Script

REFUSED = Lost("The connection was not made", sent=False)
BROKE = Lost("The connection broke", sent=True)
ACCESS = Said(body=b'{"accessId":"A"}')
PLACED = Said(
    201, b'{"path":"/onapi/2.6/orders/O","accessId":"A","service":"S","operation":"ACTIVATE","state":"RECEIVED"}'
)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass, and tell how long would have been waited."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def _client(*answers: Said | Lost, **patience: Any) -> tuple[Client, Script]:
    script = Script(*answers)
    return Client("https://co.example/onapi/2.6", transport=script, patience=Patience(**patience)), script


@pytest.mark.parametrize(
    "trouble", [REFUSED, BROKE, Said(502), Said(503), Said(504), Said(429), Said(200, b"[", breaks=True)]
)
def test_reading_goes_on_after_troubles_that_pass(trouble: Said | Lost, pauses: list[float]) -> None:
    client, _ = _client(trouble, trouble, ACCESS)
    with client:
        assert client.accesses.show("A").access_id == "A"
    assert len(pauses) == 2
    assert 0 <= pauses[0] <= 0.5
    assert 0 <= pauses[1] <= 1.0


def test_patience_ends(pauses: list[float]) -> None:
    client, script = _client(*[REFUSED] * 3, attempts=3)
    with client, pytest.raises(errors.Unreachable) as told:
        client.accesses.show("A")
    assert (len(script.requests), len(pauses), told.value.unsure, told.value.retryable) == (3, 2, False, True)


def test_what_the_server_says_about_waiting_wins_in_seconds_and_as_a_date(pauses: list[float]) -> None:
    soon = email.utils.formatdate(time.time() + 20, usegmt=True)
    client, _ = _client(Said(429, headers={"retry-after": "17"}), Said(503, headers={"retry-after": soon}), ACCESS)
    with client:
        client.accesses.show("A")
    assert pauses[0] == 17
    assert 15 < pauses[1] <= 20


def test_a_wait_that_is_too_long_is_the_callers_to_decide(pauses: list[float]) -> None:
    client, _ = _client(Said(429, b'{"cause":"Slowly."}', {"retry-after": "7200"}))
    with client, pytest.raises(errors.TooMany, match=r"Slowly\.") as told:
        client.accesses.show("A")
    assert (told.value.retry_after, pauses) == (7200, [])


def test_an_order_is_sent_again_at_once_when_it_cannot_have_arrived(pauses: list[float]) -> None:
    client, script = _client(REFUSED, Said(429, headers={"retry-after": "1"}), PLACED)
    with client:
        assert client.orders.activate("A", "S").order_id == "O"
    assert [request.method for request in script.requests] == ["POST"] * 3
    assert len({request.headers["Idempotency-Key"] for request in script.requests}) == 1


@pytest.mark.parametrize("trouble", [BROKE, Said(502), Said(503), Said(504), Said(200, b"{", breaks=True)])
def test_an_order_whose_answer_is_lost_is_looked_for_before_it_is_sent_again(
    trouble: Said | Lost, pauses: list[float]
) -> None:
    found = Said(body=b'[{"orderId":"O","accessId":"A","service":"S","operation":"ACTIVATE","state":"IN_PROGRESS"}]')
    client, script = _client(trouble, Said(501), found)
    with client:
        assert client.orders.activate("A", "S").order_id == "O"
    asked = [f"{request.method} {request.target}" for request in script.requests]
    assert asked == ["POST orders/", "GET openapi.json", "GET orders/?accessId=A"]


def test_an_order_that_is_not_found_is_sent_again(pauses: list[float]) -> None:
    other = Said(body=b'[{"orderId":"P","accessId":"A","service":"T","operation":"ACTIVATE","state":"IN_PROGRESS"}]')
    client, script = _client(BROKE, Said(404), other, PLACED)
    with client:
        assert client.orders.activate("A", "S").order_id == "O"
    assert [request.method for request in script.requests] == ["POST", "GET", "GET", "POST"]


def test_where_the_server_keeps_keys_the_order_is_sent_again_with_its_key(pauses: list[float]) -> None:
    tells = Said(body=b'{"paths":{"/orders/":{"post":{"parameters":[{"name":"Idempotency-Key"}]}}}}')
    flight = Said(409, b'{"cause":"Wait.","code":"under_way"}')
    client, script = _client(BROKE, tells, flight, PLACED)
    with client:
        client.orders.activate("A", "S", key="mine")
    assert [request.method for request in script.requests] == ["POST", "GET", "POST", "POST"]
    assert {request.headers.get("Idempotency-Key") for request in script.requests} == {"mine", None}


@pytest.mark.parametrize(
    ("state", "live", "is_it"),
    [
        (b"DONE_SUCCESS", b'[{"subscriptionId":"U","service":"S"}]', True),
        (b"DONE_SUCCESS", b"[]", False),
        (b"DONE_FAILED", b"[]", False),
    ],
)
def test_a_finished_order_is_the_one_that_was_sent_if_what_it_wanted_is_so(
    state: bytes, live: bytes, is_it: bool, pauses: list[float]
) -> None:
    old = (
        b'[{"orderId":"O","accessId":"A","service":"S","operation":"ACTIVATE","subscriptionId":"U","state":"%s"}]'
        % state
    )
    subscriptions = [Said(body=b'{"accessId":"A","subscriptions":%s}' % live)] if state == b"DONE_SUCCESS" else []
    client, script = _client(BROKE, Said(501), Said(body=old), *subscriptions, *([] if is_it else [PLACED]))
    with client:
        client.orders.activate("A", "S")
    assert [request.method for request in script.requests].count("POST") == (1 if is_it else 2)


def test_a_deletion_whose_answer_was_lost_is_done_when_there_is_nothing_any_more(pauses: list[float]) -> None:
    client, _ = _client(BROKE, Said(404, b'{"cause":"There is no order."}'))
    with client:
        client.orders.cancel("O")
    client, _ = _client(Said(404, b'{"cause":"There is no order."}'))
    with client, pytest.raises(errors.NotFound):
        client.orders.cancel("O")


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, errors.Invalid, False),
        (401, errors.Unauthenticated, False),
        (403, errors.Forbidden, False),
        (404, errors.NotFound, False),
        (405, errors.Unsupported, False),
        (409, errors.Conflict, False),
        (422, errors.Invalid, False),
        (429, errors.TooMany, True),
        (500, errors.Faulty, False),
        (501, errors.Unsupported, False),
        (503, errors.Unavailable, True),
        (302, errors.Invalid, False),
    ],
)
def test_an_error_says_what_the_caller_can_do(status: int, kind: type[errors.ClientError], retryable: bool) -> None:
    body = b'{"cause":"Unknown service: \'X\'.","code":"invalid","requestId":"r-1"}'
    client, _ = _client(Said(status, body), attempts=1)
    with client, pytest.raises(errors.ClientError) as told:
        client.accesses.show("A")
    error = told.value
    assert (type(error), error.retryable, error.status) == (kind, retryable, status)
    assert (error.cause, error.code, error.request_id) == ("Unknown service: 'X'.", "invalid", "r-1")


@pytest.mark.parametrize("body", [b"", b"<html>", b'"oh"', b"[1]", b"\xff", b"{}"])
def test_an_error_without_a_cause_says_so(body: bytes) -> None:
    client, _ = _client(Said(500, body, {"x-request-id": "r-2"}))
    with client, pytest.raises(errors.Faulty, match="without a cause") as told:
        client.accesses.show("A")
    assert told.value.request_id == "r-2"


def test_a_redirect_is_not_followed_since_passwords_would_go_along() -> None:
    client, _ = _client(Said(301, headers={"location": "https://other.example/"}))
    with client, pytest.raises(errors.Invalid, match=r"other\.example"):
        client.accesses.show("A")


def test_an_empty_list_may_be_404_but_a_wrong_address_is_not_an_empty_list() -> None:
    nothing: list[Callable[[], Said]] = [
        lambda: Said(404, b'{"cause":"none"}', {"last-modified": "L"}),
        lambda: Said(404, b""),
        lambda: Said(204, b""),
        lambda: Said(304, b"", {"last-modified": "L"}),
        lambda: Said(200, b"[]"),
    ]
    for said in nothing:
        # 404 may also mean that the final slash is wrong: the other is tried.
        client, script = _client(said(), *([said()] if said().status == 404 else []))
        with client:
            assert list(client.accesses.list()) == []
        assert all(reply.closed for reply in script.replies)
    page = Said(404, b"<html>nginx</html>", {"content-type": "text/html"})
    client, _ = _client(page, page)
    with client, pytest.raises(errors.NotFound):
        list(client.accesses.list())


def test_a_list_that_breaks_off_in_the_middle_is_told(pauses: list[float]) -> None:
    client, _ = _client(Said(200, b'[{"accessId":"A"},{"accessId":"B"},{"acc', breaks=True))
    found: list[str] = []

    def read() -> None:
        found.extend(access.access_id for access in client.accesses.list())

    with client, pytest.raises(errors.Unreachable, match="in the middle"):
        read()
    assert "A" in found


def test_a_list_that_is_left_early_gives_its_connection_back() -> None:
    client, script = _client(Said(200, b'[{"accessId":"A"},{"accessId":"B"}]'))
    with client:
        for _ in client.accesses.list():
            break
    assert script.replies[0].closed


def test_an_address_that_is_none_is_refused_at_once() -> None:
    for url in ("co.example", "ftp://co.example/", "https://u:p@co.example/", "https://co.example/?a=1", "https://"):
        with pytest.raises(ValueError, match="URL"):
            Client(url, "user", "password")


def test_a_list_that_comes_by_pages_is_read_to_its_end() -> None:
    pages = [
        Said(200, b'[{"accessId":"A"}]', {"link": '</2.6/accesses/?cursor=x%2By>; rel="next"', "last-modified": "L"}),
        Said(200, b'[{"accessId":"B"}]', {"link": '</2.6/accesses/?limit=1>; rel="prev"', "last-modified": "M"}),
    ]
    client, script = _client(*pages)
    with client:
        listed = client.accesses.list(since="K")
        assert [one.access_id for one in listed] == ["A", "B"]
    assert listed.last_modified == "L"
    assert [dict(request.query) for request in script.requests] == [{}, {"cursor": "x+y"}]
    assert {request.headers["If-Modified-Since"] for request in script.requests} == {"K"}


def test_a_server_that_only_says_where_things_are_is_understood() -> None:
    client, _ = _client(
        Said(201, b"", {"location": "/2.6/orders/O/"}), Said(201, b"", {"location": "/2.6/tickets/T"})
    )
    with client:
        placed = client.orders.activate("A", "S")
        assert (placed.order_id, placed.order.state) == ("O", "RECEIVED")
        assert client.tickets.open("A", "h", "d", created_by="NN") == "T"


def test_a_byte_order_mark_is_no_part_of_the_answer() -> None:
    mark = b"\xef\xbb\xbf"
    client, _ = _client(
        Said(200, mark + b'[{"accessId":"A"}]'), Said(200, mark + b'{"accessId":"A"}'), Said(200, mark)
    )
    with client:
        assert [one.access_id for one in client.accesses.list()] == ["A"]
        assert client.accesses.show("A").access_id == "A"
        assert list(client.accesses.list()) == []
