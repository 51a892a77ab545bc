"""PUT, PATCH and DELETE: what can be changed while an order is RECEIVED, and that nothing can afterwards."""

from typing import Any

import httpx2
import pytest

from tests.town import Provider, Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"
METHODS = ("PUT", "PATCH", "DELETE")
BY_HAND = {
    "IN_PROGRESS": ("IN_PROGRESS",),
    "DONE_SUCCESS": ("IN_PROGRESS", "DONE_SUCCESS"),
    "DONE_FAILED": ("IN_PROGRESS", "DONE_FAILED"),
}


def waiting(sp: Provider, access: str, **fields: Any) -> dict[str, Any]:
    """Place an ACTIVATE for another day."""
    return sp.order("ACTIVATE", **{"accessId": access, "service": BB, "requestedDateTime": LATER} | fields)


def send(sp: Provider, method: str, order: dict[str, Any], body: Any = None) -> httpx2.Response:
    """Change an order."""
    return sp.http.request(method, f"/orders/{order['orderId']}", json=body)


def now(sp: Provider, order: dict[str, Any]) -> dict[str, Any]:
    """Return an order as it is."""
    found: dict[str, Any] = sp.get(f"/orders/{order['orderId']}")
    return found


def cause(answer: httpx2.Response, status: int, code: str) -> str:
    """Return why something was refused."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    return str(answer.json()["cause"])


def test_put_replaces_all_that_an_sp_says_and_what_it_leaves_out_is_gone(town: Town) -> None:
    order = waiting(
        town.alfa, town.access(), spReference="r", spSubscriptionId="s", externalNote="n",
        characteristics={"sla": "SLA-1"}, equipment={"vendorId": "v"},
    )  # fmt: skip
    answer = send(town.alfa, "PUT", order, {"service": "BB-250-250", "spReference": "r2", "requestedDateTime": LATER})
    assert (answer.status_code, answer.content) == (204, b"")
    kept = {"path", "orderId", "accessId", "operation", "requestedDateTime", "subscriptionId", "state", "message"}
    assert now(town.alfa, order) == {name: order[name] for name in (*kept, "forcedTakeover")} | {
        "service": "BB-250-250", "spReference": "r2", "expectedCompletionDate": order["expectedCompletionDate"],
    }  # fmt: skip


@pytest.mark.parametrize("sp", ["alfa", "beta"])
def test_a_put_of_what_get_said_changes_nothing_and_tells_nobody(town: Town, sp: str) -> None:
    provider: Provider = getattr(town, sp)
    order = waiting(
        provider, town.access(), spReference='"r"\n', characteristics={"SLA": "SLA-1", "ipAddress": "192.0.2.1"},
        equipment=[{"vendorId": "v", "macAddress": "aabbccddeeff"}], requestedDateTime="2199-01-01T00:00:00.5Z",
    )  # fmt: skip
    assert send(provider, "PUT", order, now(provider, order)).status_code == 204
    assert send(provider, "PATCH", order, now(provider, order)).status_code == 204
    assert send(provider, "PATCH", order, {}).status_code == 204
    assert now(provider, order) == order
    told = town.operator.rows("SELECT type FROM journal WHERE object_id = $1", order["orderId"])
    assert [row["type"] for row in told] == ["CREATE"]


def test_a_change_is_an_event_but_no_change_of_state(town: Town) -> None:
    order = waiting(town.alfa, town.access())
    assert send(town.alfa, "PATCH", order, {"spReference": "r"}).status_code == 204
    told = town.operator.rows("SELECT type, state FROM journal WHERE object_id = $1 ORDER BY seq", order["orderId"])
    assert [tuple(row) for row in told] == [("CREATE", "RECEIVED"), ("UPDATE", None)]


def test_patch_changes_what_it_names_and_null_takes_away(town: Town) -> None:
    order = waiting(
        town.alfa, town.access(), spReference="r", externalNote="n", equipment={"vendorId": "v"},
        characteristics={"sla": "SLA-1", "fixedIp": True, "ipAddresses": ["192.0.2.1"]},
    )  # fmt: skip
    for patch, changed in (
        ({"spSubscriptionId": "s"}, {"spSubscriptionId": "s"}),
        ({"spReference": None, "spSubscriptionId": "s2"}, {"spReference": None, "spSubscriptionId": "s2"}),
        ({"characteristics": {"SLA": None}}, {"characteristics": {"fixedIp": True, "ipAddresses": ["192.0.2.1"]}}),
        (
            {"characteristics": {"sla": "SLA-2", "ipAddress": ["192.0.2.9"], "FIXEDIP": None}},
            {"characteristics": {"ipAddresses": ["192.0.2.9"], "sla": "SLA-2"}},
        ),
        ({"characteristics": None}, {"characteristics": None}),
        ({"characteristics": {"fixedIp": False}}, {"characteristics": {"fixedIp": False}}),
        (
            {"equipment": {"macAddress": "02-00-00-00-00-01"}},
            {"equipment": {"vendorId": "v", "macAddress": "02:00:00:00:00:01"}},
        ),
        ({"equipment": {"macAddress": None}}, {"equipment": {"vendorId": "v"}}),
        (
            {"equipment": [{"vendorId": "a"}, {"vendorId": "b"}]},
            {"equipment": [{"vendorId": "a"}, {"vendorId": "b"}]},
        ),
        ({"equipment": {"vendorId": "c"}}, {"equipment": {"vendorId": "c"}}),
        ({"equipment": None, "externalNote": None}, {"equipment": None, "externalNote": None}),
        ({"unheardOf": None, "message": "x", "path": "/y"}, {}),
    ):
        answer = send(town.alfa, "PATCH", order, patch)
        assert answer.status_code == 204, answer.text
        order = {name: value for name, value in (order | changed).items() if value is not None}
        assert now(town.alfa, order) == order


def test_what_an_order_asks_for_last_is_what_is_done(town: Town) -> None:
    access = town.access()
    order = waiting(town.alfa, access, spReference="r")
    send(town.alfa, "PUT", order, {"service": "BB-10-10", "equipment": {"vendorId": "v"}, "requestedDateTime": LATER})
    send(town.alfa, "PATCH", order, {"requestedDateTime": None, "spSubscriptionId": "s"})
    town.alfa.settled(order)
    (subscription,) = town.alfa.subscriptions(access)
    assert subscription["subscriptionId"] == order["subscriptionId"]
    assert (subscription["service"], subscription["equipment"]) == ("BB-10-10", {"vendorId": "v"})
    assert subscription["spSubscriptionId"] == "s"
    assert "spReference" not in subscription
    assert '"vendorId": "v"' in town.operator.port(access)[0]


def test_a_modify_that_comes_to_concern_the_network_reaches_it(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    order = town.alfa.order("MODIFY", subscriptionId=subscription, spReference="r", requestedDateTime=LATER)
    send(town.alfa, "PATCH", order, {"characteristics": {"sla": "SLA-2"}, "requestedDateTime": None})
    assert town.alfa.settled(order)["state"] == "DONE_SUCCESS"
    assert town.alfa.subscriptions(access)[0]["characteristics"] == {"sla": "SLA-2"}
    assert '"sla": "SLA-2"' in town.operator.port(access)[0]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("orderId", "another"),
        ("operation", "DEACTIVATE"),
        ("accessId", "T-399"),
        ("subscriptionId", "another"),
        ("state", "DONE_SUCCESS"),
    ],
)
def test_what_an_order_is_about_cannot_be_changed(town: Town, method: str, field: str, value: str) -> None:
    order = waiting(town.alfa, town.access())
    said = cause(send(town.alfa, method, order, {"service": BB, field: value}), 400, "invalid")
    assert said == f"{field} is {order[field]} and cannot be changed to {value}."
    assert now(town.alfa, order) == order
    # Said again as it is, or null, it is no harm.
    for same in (order[field], None):
        again = send(town.alfa, method, order, {"service": BB, "requestedDateTime": LATER, field: same})
        assert again.status_code == 204, again.text


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_service_of_an_order_that_names_none_cannot_be_changed(town: Town, method: str) -> None:
    subscription = town.alfa.active(town.access())
    order = town.alfa.order("SUSPEND", subscriptionId=subscription, requestedDateTime=LATER)
    said = cause(send(town.alfa, method, order, {"service": "BB-10-10"}), 400, "invalid")
    assert said == f"service is {BB} and cannot be changed to BB-10-10."
    assert send(town.alfa, method, order, {"service": BB, "externalNote": "n"}).status_code == 204
    assert now(town.alfa, order)["externalNote"] == "n"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"service": "INTERNET"}, (400, "invalid", "Unknown service: 'INTERNET'")),
        ({"service": "BB-HEMSÖ"}, (400, "invalid", "Unknown service: 'BB-HEMSÖ'")),
        ({"service": "BB-OLD"}, (400, "invalid", "no longer available")),
        ({"service": "IPTV-BASE"}, (409, "conflict", "The order is for Broadband and stays so")),
        ({"service": BB, "characteristics": {"sla": "SLA-9"}}, (400, "invalid", "'SLA-9' is not on offer")),
        ({"service": "BB-SLA"}, (400, "invalid", "characteristics.sla is required")),
        ({"service": BB, "forcedTakeover": True}, (409, "conflict", "forcedTakeover is not possible: no other")),
        ({"service": BB, "spReference": "a\0"}, (400, "invalid", "spReference holds the character NUL")),
        ({"service": BB, "requestedDateTime": "2199-01-01T00:00:00"}, (400, "invalid", "has no offset")),
        ({"service": None}, (400, "invalid", "service is missing: ACTIVATE needs it.")),
        ({"service": BB, "spReference": 7}, (400, "invalid", "`$.spReference`")),
    ],
    ids=str,
)
def test_a_change_is_looked_at_as_a_new_order_would_be(
    town: Town, method: str, body: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    status, code, says = refusal
    order = waiting(town.alfa, town.access())
    assert says in cause(send(town.alfa, method, order, body), status, code)
    assert now(town.alfa, order) == order


def test_a_modify_cannot_be_changed_into_one_that_modifies_nothing(town: Town) -> None:
    subscription = town.alfa.active(town.access())
    order = town.alfa.order("MODIFY", subscriptionId=subscription, spReference="r", requestedDateTime=LATER)
    for method, body in (("PUT", {"requestedDateTime": LATER}), ("PATCH", {"spReference": None})):
        assert cause(send(town.alfa, method, order, body), 400, "invalid").startswith("There is nothing to modify")
    assert now(town.alfa, order) == order


def test_a_change_of_service_stays_within_the_type(town: Town) -> None:
    subscription = town.alfa.active(town.access())
    order = town.alfa.order("CHANGE", subscriptionId=subscription, service="BB-10-10", requestedDateTime=LATER)
    said = cause(send(town.alfa, "PATCH", order, {"service": "IPTV-BASE"}), 409, "conflict")
    assert said.startswith("CHANGE keeps the service type")
    assert send(town.alfa, "PATCH", order, {"service": "BB-250-250"}).status_code == 204
    assert now(town.alfa, order)["service"] == "BB-250-250"


def test_a_line_keeps_the_reference_that_tells_it_apart(town: Town) -> None:
    order = waiting(town.alfa, town.access(), service="VOIP", spSubscriptionId="first")
    said = cause(send(town.alfa, "PATCH", order, {"spSubscriptionId": "second"}), 409, "conflict")
    assert said.startswith("The order is for VOIP and stays so, with its line")
    assert send(town.alfa, "PATCH", order, {"spReference": "r"}).status_code == 204


def test_a_changed_order_is_found_by_what_it_asks_for_now(town: Town) -> None:
    order = waiting(town.alfa, town.access())
    wish = {"accessId": order["accessId"], "service": BB, "requestedDateTime": LATER}
    send(town.alfa, "PATCH", order, {"spReference": "r"})
    assert town.alfa.post("ACTIVATE", **wish).status_code == 409
    assert town.alfa.post("ACTIVATE", **wish, spReference="r").json()["orderId"] == order["orderId"]


@pytest.mark.parametrize("state", BY_HAND)
@pytest.mark.parametrize("method", METHODS)
def test_an_order_that_is_no_longer_received_does_not_change(town: Town, state: str, method: str) -> None:
    order = waiting(town.alfa, town.access())
    town.forward(order["orderId"], *BY_HAND[state])
    before = now(town.alfa, order)
    assert before["state"] == state
    body = None if method == "DELETE" else {"service": BB, "requestedDateTime": None}
    said = cause(send(town.alfa, method, order, body), 409, "conflict")
    assert said == f"Order {order['orderId']} is {state}; it can be changed only while it is RECEIVED."
    assert now(town.alfa, order) == before
    if state == "IN_PROGRESS":
        town.forward(order["orderId"], "DONE_FAILED")


@pytest.mark.parametrize("method", METHODS)
def test_an_order_that_was_cancelled_is_not_there_any_more(town: Town, method: str) -> None:
    order = waiting(town.alfa, town.access())
    answer = send(town.alfa, "DELETE", order)
    assert (answer.status_code, answer.content) == (204, b"")
    for again in (method, "GET", "HEAD"):
        assert (
            send(town.alfa, again, order, {"service": BB} if again in ("PUT", "PATCH") else None).status_code == 404
        )
    assert town.alfa.get(f"/orders/?accessId={order['accessId']}") == []
    row = town.operator.rows("SELECT state, message, code FROM orders WHERE order_id = $1", order["orderId"])[0]
    assert tuple(row) == ("CANCELLED", "Cancelled by service provider", "cancelled")
    told = town.operator.rows(
        "SELECT type, state, message, code FROM journal WHERE object_id = $1 ORDER BY seq", order["orderId"]
    )
    assert [tuple(row) for row in told] == [
        ("CREATE", "RECEIVED", "", None),
        ("DELETE", "DONE_FAILED", "Cancelled by service provider", "cancelled"),
    ]


def test_what_a_cancelled_order_claimed_is_free_again(town: Town) -> None:
    access = town.access()
    order = waiting(town.alfa, access)
    assert town.beta.post("ACTIVATE", accessId=access, service=BB).status_code == 409
    send(town.alfa, "DELETE", order)
    assert town.beta.offered(access)["availableDateTime"] == "1990-01-01T00:00:01Z"
    assert town.beta.active(access)


def test_a_cancelled_end_leaves_the_service_and_lets_another_order_come(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    for _ in range(2):
        order = town.alfa.order("DEACTIVATE", subscriptionId=subscription, requestedDateTime=LATER)
        assert send(town.alfa, "DELETE", order).status_code == 204
    town.alfa.done("SUSPEND", subscriptionId=subscription)


def test_a_method_that_orders_lack_is_answered_with_those_they_have(town: Town) -> None:
    order = waiting(town.alfa, town.access())
    for method, path, allow in (
        ("POST", f"/orders/{order['orderId']}", "DELETE, GET, HEAD, PATCH, PUT, OPTIONS"),
        ("PUT", "/orders/", "GET, HEAD, POST, OPTIONS"),
        ("DELETE", "/orders", "GET, HEAD, POST, OPTIONS"),
    ):
        answer = town.alfa.http.request(method, path, json={})
        assert (answer.status_code, answer.headers["Allow"]) == (501, allow)
        answer = town.alfa.http.request("OPTIONS", path)
        assert (answer.status_code, answer.headers["Allow"]) == (204, allow)
    assert now(town.alfa, order) == order
