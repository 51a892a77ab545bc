"""What an SP reads when the network fails: the right end, the right words, and an access as it was."""

import pytest

from tests.town import Town

BB = "BB-100-100"
BUSY = "The element has no room for this just now."
NO_PORT = "The element has no such port."
AS_BEFORE = "The access is as it was before."


def test_a_fault_that_passes_is_waited_out(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "fail", times=2)
    order = town.alfa.done("ACTIVATE", accessId=access, service=BB)
    steps = town.operator.rows(
        "SELECT name, undo, tries, did FROM order_steps WHERE order_id = $1 ORDER BY number", order["orderId"]
    )
    assert [tuple(step) for step in steps] == [
        ("configure_port", False, 3, f"{BB} is delivered."),
        ("start_subscription", False, 1, None),
    ]


@pytest.mark.parametrize(("kind", "says", "tries"), [("fail", BUSY, 3), ("reject", NO_PORT, 1)])
@pytest.mark.parametrize("operation", ["ACTIVATE", "DEACTIVATE", "SUSPEND", "RESUME", "MODIFY", "CHANGE"])
def test_a_fault_that_stays_fails_the_order_and_leaves_all_as_it_was(
    town: Town, operation: str, kind: str, says: str, tries: int
) -> None:
    access = town.access()
    fields: dict[str, object] = {"accessId": access, "service": BB}
    if operation != "ACTIVATE":
        fields = {"subscriptionId": town.alfa.active(access)}
    if operation == "RESUME":
        town.alfa.done("SUSPEND", **fields)
    said: dict[str, dict[str, object]] = {
        "CHANGE": {"service": "BB-10-10"},
        "MODIFY": {"equipment": {"vendorId": "v"}, "spReference": "r"},
    }
    port, subscriptions = town.operator.port(access), town.alfa.subscriptions(access)
    town.operator.fault(access, kind)
    order = town.alfa.settled(town.alfa.order(operation, **fields | said.get(operation, {})))
    assert (order["state"], order["code"]) == ("DONE_FAILED", "network")
    assert order["message"] == f"{says} {AS_BEFORE}"
    assert town.operator.port(access) == port
    assert town.alfa.subscriptions(access) == subscriptions
    steps = town.operator.rows(
        "SELECT number, undo, tries, finished_at IS NULL FROM order_steps WHERE order_id = $1 ORDER BY undo",
        order["orderId"],
    )
    # A refusal is sure to have done nothing; where it is not sure, the step is taken back.
    taken_back = [(1, True, 1, False)] if kind == "fail" else []
    assert [tuple(step) for step in steps] == [(1, False, tries, True), *taken_back]
    (told,) = [
        event["order"] for event in town.alfa.orderevents()
        if event["order"]["path"] == order["path"] and event["order"]["state"] == "DONE_FAILED"
    ]  # fmt: skip
    assert (told["message"], told["code"]) == (order["message"], "network")
    # When the network is sound again, the same order is taken anew, and succeeds.
    town.operator.fault(access, kind, times=0)
    again = town.alfa.done(operation, **fields | said.get(operation, {}))
    assert again["orderId"] != order["orderId"]


def test_a_failed_activate_leaves_the_way_free_for_everybody(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "reject")
    failed = town.alfa.settled(town.alfa.order("ACTIVATE", accessId=access, service=BB))
    assert failed["state"] == "DONE_FAILED"
    assert town.alfa.subscriptions(access) == []
    assert town.alfa.post("SUSPEND", subscriptionId=failed["subscriptionId"]).status_code == 404
    town.operator.fault(access, "reject", times=0)
    assert town.beta.active(access)


def test_an_answer_that_nobody_can_read_is_taken_back_when_that_works(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "garbage", times=1)
    order = town.alfa.settled(town.alfa.order("ACTIVATE", accessId=access, service=BB))
    assert (order["state"], order["code"]) == ("DONE_FAILED", "network")
    # What the network said is in the operator's record, and not in the SP's message.
    assert (
        order["message"] == f"The network cannot do this as it is set up; the operator has to see to it. {AS_BEFORE}"
    )
    said = town.operator.value(
        "SELECT did FROM order_steps WHERE order_id = $1 AND NOT undo AND number = 1", order["orderId"]
    )
    assert said == "The element answered something that is no answer."
    assert town.operator.port(access) == []


def test_an_order_that_cannot_be_taken_back_stays_in_progress_and_keeps_the_access(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "garbage")
    order = town.alfa.settled(town.alfa.order("ACTIVATE", accessId=access, service=BB))
    assert (order["state"], order["message"]) == ("IN_PROGRESS", "")
    row = town.operator.rows(
        "SELECT due_at = 'infinity', undoing, lease, trouble FROM orders WHERE order_id = $1", order["orderId"]
    )[0]
    assert tuple(row) == (True, True, None, "The element answered something that is no answer.")
    assert order in town.alfa.get("/orders/")
    assert town.alfa.http.delete(f"/orders/{order['orderId']}").status_code == 409
    # Others are taken on the access, and wait.
    other = town.alfa.order("ACTIVATE", accessId=access, service="IPTV-BASE")
    town.alfa.active(town.access())
    assert town.alfa.get(f"/orders/{other['orderId']}")["state"] == "RECEIVED"
    assert town.beta.post("ACTIVATE", accessId=access, service=BB).status_code == 409

    # The element is well again and the operator says so: all comes to its end.
    town.operator.fault(access, "garbage", times=0)
    town.operator.rows(
        "UPDATE orders SET due_at = clock_timestamp(), tries = 0 WHERE order_id = $1", order["orderId"]
    )
    finished = town.alfa.settled(order)
    assert (finished["state"], finished["code"]) == ("DONE_FAILED", "network")
    assert town.alfa.settled(other)["state"] == "DONE_SUCCESS"


def test_an_element_that_is_slow_is_waited_for(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "slow", seconds=0.2)
    assert town.alfa.active(access)
    assert town.operator.rows(
        "SELECT FROM order_steps JOIN orders USING (order_id) WHERE access_id = $1 AND number = 1 AND undo = false "
        "AND order_steps.finished_at - started_at >= interval '0.2 seconds'",
        access,
    )


@pytest.mark.parametrize("state", ["HOMESPASSED", "DISCONNECTED", "OUTMIGRATION"])
def test_an_access_that_is_no_longer_connected_on_the_day_fails_the_order(town: Town, state: str) -> None:
    access = town.access()
    order = town.alfa.order("ACTIVATE", accessId=access, service=BB, requestedDateTime="2199-01-01T00:00:00Z")
    town.operator.rows("UPDATE accesses SET access_state = $2 WHERE access_id = $1", access, state)
    town.operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", order["orderId"])
    finished = town.alfa.settled(order)
    assert (finished["state"], finished["code"]) == ("DONE_FAILED", "access_state")
    assert finished["message"] == (f"The access is {state}; a service can begin when it is CONNECTED. {AS_BEFORE}")
    assert town.operator.effects(access) == []


def test_what_is_there_can_be_ended_whatever_became_of_the_access_and_the_catalogue(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access, "BB-250-250")
    town.operator.rows("UPDATE accesses SET access_state = 'OUTMIGRATION' WHERE access_id = $1", access)
    for operation in ("SUSPEND", "RESUME", "DEACTIVATE"):
        town.alfa.done(operation, subscriptionId=subscription)


def test_somebody_elses_change_of_the_port_is_found_and_left_alone(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    town.operator.rows("UPDATE simulated_ports SET setup = 'by hand' WHERE access_id = $1", access)
    order = town.alfa.settled(town.alfa.order("SUSPEND", subscriptionId=subscription))
    assert (order["state"], order["code"]) == ("DONE_FAILED", "network")
    assert order["message"] == f"The port delivers something else. {AS_BEFORE}"
    assert town.operator.port(access) == ["by hand"]
    assert town.alfa.subscriptions(access)[0]["operationalState"] == "ACTIVATED"
