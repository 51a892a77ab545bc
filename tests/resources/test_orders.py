"""Reading orders: all that are under way, those of an access, those in a state, and single ones."""

import json
from typing import Any

import pytest

from tests.town import Provider, Town
from tests.web import raw_http

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"
STATES = ("RECEIVED", "IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED")


@pytest.fixture(scope="module")
def orders(town: Town) -> dict[str, dict[str, Any]]:
    """Have an order in each state on one access, and cancelled ones, of alfa; and one of beta there."""
    access = town.access()

    def waiting(sp: Provider, service: str, reference: str) -> dict[str, Any]:
        return sp.order(
            "ACTIVATE", accessId=access, service=service, requestedDateTime=LATER, spSubscriptionId=reference
        )

    made = {state: waiting(town.alfa, "VOIP", state) for state in (*STATES, "CANCELLED")}
    town.forward(made["DONE_SUCCESS"]["orderId"], "IN_PROGRESS", "DONE_SUCCESS")
    town.forward(made["DONE_FAILED"]["orderId"], "IN_PROGRESS", "DONE_FAILED")
    town.forward(made["IN_PROGRESS"]["orderId"], "IN_PROGRESS")
    assert town.alfa.http.delete(f"/orders/{made['CANCELLED']['orderId']}").status_code == 204
    waiting(town.beta, "VOIP", "beta's")
    return {state: made[state] | {"state": state} for state in STATES}


def of(found: list[dict[str, Any]], access: str) -> list[str]:
    """Return the states of those of an access, in order."""
    return [order["state"] for order in found if order["accessId"] == access]


def test_without_a_filter_those_that_are_not_finished_are_listed(town: Town, orders: dict[str, Any]) -> None:
    access = orders["RECEIVED"]["accessId"]
    found = town.alfa.get("/orders/")
    assert {order["state"] for order in found} == {"RECEIVED", "IN_PROGRESS"}
    assert of(found, access) == ["RECEIVED", "IN_PROGRESS"]
    assert orders["RECEIVED"] in found


def test_of_an_access_all_are_listed_in_the_order_in_which_they_came(town: Town, orders: dict[str, Any]) -> None:
    access = orders["RECEIVED"]["accessId"]
    assert town.alfa.get(f"/orders/?accessId={access}") == [orders[state] for state in STATES]
    assert town.alfa.get(f'/orders/?accessId="{access}"') == [orders[state] for state in STATES]
    assert town.alfa.get(f"/orders/?accessId={town.access()}") == []
    assert town.alfa.get("/orders/?accessId=UNKNOWN") == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("quote", ["", '"', "%22"], ids=["bare", "in quotes", "in encoded quotes"])
def test_in_a_state_those_are_listed(town: Town, orders: dict[str, Any], state: str, quote: str) -> None:
    access = orders["RECEIVED"]["accessId"]
    found = town.alfa.get(f"/orders/?state={quote}{state}{quote}")
    assert {order["state"] for order in found} == {state}
    assert orders[state] in found
    assert town.alfa.get(f"/orders/?state={quote}{state}{quote}&accessId={access}") == [orders[state]]


@pytest.mark.parametrize(
    "state", ["CANCELLED", "received", "", "%22", "%22RECEIVED", "RECEIVED%0A", "DONE", "x" * 999]
)
def test_a_state_that_is_none_is_refused_with_those_there_are(town: Town, state: str) -> None:
    said = raw_http.below(town.server, f"/orders/?state={state}", town.alfa.headers).refusal(400)
    assert said.startswith("state ")
    assert said.endswith("is none of RECEIVED, IN_PROGRESS, DONE_SUCCESS, DONE_FAILED.")
    assert len(said) < 200


@pytest.mark.parametrize("access", ["", "a%20b", "%00", "x" * 37, "%22", "A-1%0A", "%FF", "T-1%22"])
def test_an_access_id_that_is_none_is_refused(town: Town, access: str) -> None:
    said = raw_http.below(town.server, f"/orders/?accessId={access}", town.alfa.headers).refusal(400)
    assert said.startswith(("accessId ", "The query is not"))


def test_a_filter_that_comes_twice_is_refused(town: Town) -> None:
    said = raw_http.below(town.server, "/orders/?state=RECEIVED&state=IN_PROGRESS", town.alfa.headers).refusal(400)
    assert "'state'" in said


@pytest.mark.parametrize("state", STATES)
def test_a_single_order_is_as_in_the_list(town: Town, orders: dict[str, Any], state: str) -> None:
    assert town.alfa.get(f"/orders/{orders[state]['orderId']}") == orders[state]


@pytest.mark.parametrize("order_id", ["a%20b", "%00", "x" * 37, "A%0A", "a/b", "%C3%A5"])
def test_an_order_id_that_is_none_is_refused_by_every_method(town: Town, order_id: str) -> None:
    for method in ("GET", "DELETE"):
        target = f"/orders/{order_id}"
        assert (
            raw_http.below(town.server, target, town.alfa.headers, method=method).refusal(400).startswith("orderId ")
        )
    for method in ("PUT", "PATCH"):
        answer = town.alfa.http.request(method, f"/orders/{order_id}", json={})
        assert answer.status_code == 400
        assert answer.json()["cause"].startswith("orderId ")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_order_is_not_found(town: Town, method: str) -> None:
    answer = town.alfa.http.request(method, "/orders/UNKNOWN", json={"service": BB})
    assert (answer.status_code, answer.json()["cause"]) == (404, "There is no order 'UNKNOWN'.")


def test_paths_answer_by_their_alias_and_with_and_without_the_slash(town: Town, orders: dict[str, Any]) -> None:
    order = orders["RECEIVED"]
    for collection in ("orders", "orders/", "order", "order/"):
        assert order in town.alfa.get(f"/{collection}")
        assert order in town.alfa.get(f"/{collection}?state=RECEIVED")
        wish = {"operation": "ACTIVATE", "accessId": town.access(), "service": BB}
        placed = town.alfa.http.post(f"/{collection}", json=wish)
        assert placed.status_code == 201
        assert placed.headers["Location"] == f"/onapi/2.6/orders/{placed.json()['orderId']}"
    for path in ("orders/{}", "orders/{}/", "order/{}", "order/{}/"):
        assert town.alfa.get("/" + path.format(order["orderId"])) == order
    assert town.alfa.http.patch(f"/order/{order['orderId']}/", json={}).status_code == 204


def test_head_is_get_without_a_body(town: Town, orders: dict[str, Any]) -> None:
    one = f"/orders/{orders['RECEIVED']['orderId']}"
    for path, status in ((one, 200), ("/orders/", 200), ("/orders/UNKNOWN", 404), ("/orders/?state=x", 400)):
        answer = raw_http.below(town.server, path, town.alfa.headers, method="HEAD")
        assert (answer.status, answer.body) == (status, b"")
        assert answer.headers["Content-Type"] == "application/json"
    single = raw_http.below(town.server, one, town.alfa.headers)
    assert raw_http.below(town.server, one, town.alfa.headers, method="HEAD").headers["Content-Length"] == str(
        len(single.body)
    )


def test_the_list_comes_as_lines_and_packed_like_every_other(town: Town, orders: dict[str, Any]) -> None:
    path = f"/orders/?accessId={orders['RECEIVED']['accessId']}"
    lines = town.alfa.http.get(path, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines.text.splitlines()] == [orders[state] for state in STATES]
    packed = town.alfa.http.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == [orders[state] for state in STATES]
    assert packed.headers["Cache-Control"] == "no-store"
    assert "Authorization" in packed.headers["Vary"]


def test_orders_need_a_password(town: Town, orders: dict[str, Any]) -> None:
    order = f"/orders/{orders['RECEIVED']['orderId']}"
    with town.server.client() as nobody:
        for method, path in (
            ("GET", "/orders/"),
            ("POST", "/orders/"),
            *((m, order) for m in ("GET", "PUT", "DELETE")),
        ):
            answer = nobody.request(method, path, json={})
            assert (answer.status_code, answer.headers["WWW-Authenticate"][:5]) == (401, "Basic")


def test_an_order_that_failed_says_why_for_people_and_for_programs(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "reject")
    order = town.alfa.settled(town.alfa.order("ACTIVATE", accessId=access, service=BB))
    assert (order["state"], order["code"]) == ("DONE_FAILED", "network")
    assert order["message"] == "The element has no such port. The access is as it was before."
    assert town.alfa.get(f"/orders/?accessId={access}&state=DONE_FAILED") == [order]
