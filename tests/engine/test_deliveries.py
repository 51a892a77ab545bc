"""What orders mean for the network: what a port delivers before, and what after."""

from collections.abc import Iterator
from typing import Any

import pytest

from onapi.drivers.contract import Delivery, Port
from onapi.vocabulary import Operation
from tests.engine.networks import Asked, watched
from tests.operators import Operator
from tests.storage.stored_orders import BETA, activate, later, new_order, place


def asked_by(operator: Operator, order: Any) -> Asked:
    """Have one order carried out, and return the one question that the network was asked for it."""
    place(operator, order)
    network = watched(operator)
    with operator.working(driver=network):
        operator.drained()
    (asked,) = network.asked
    assert operator.value("SELECT state FROM orders WHERE order_id = $1", order.order_id) == "DONE_SUCCESS"
    return asked


def delivery(order: Any, **fields: Any) -> Delivery:
    """Return what an order's subscription delivers."""
    plain: dict[str, Any] = {
        "subscription_id": order.subscription_id,
        "service": "BB-100-100",
        "tech": "bb",
        "down_kbps": 100_000,
        "up_kbps": 100_000,
    }
    return Delivery(**(plain | fields))


def test_an_activate_begins_with_nothing(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    order = new_order(access, characteristics='{"sla":"SLA-1"}', equipment='[{"vendorId":"v"}]')
    said: dict[str, Any] = {"characteristics": {"sla": "SLA-1"}, "equipment": ({"vendorId": "v"},)}
    assert asked_by(operator, order) == (Port(access_id=access, slot="Broadband"), None, delivery(order, **said))


def test_a_service_without_speeds_has_no_limit_and_another_tech(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    order = new_order(access, service="IPTV-BASE", service_type="IPTV")
    port, _, after = asked_by(operator, order)
    assert port.slot == "IPTV"
    assert after == delivery(order, service="IPTV-BASE", tech="iptv", down_kbps=None, up_kbps=None)


def test_each_line_has_a_slot_of_its_own(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    lines = [new_order(access, service="VOIP", service_type="VOIP", claim=f"alfa {n}") for n in range(2)]
    slots = [asked_by(operator, line)[0].slot for line in lines]
    assert slots == [f"VOIP {line.subscription_id}" for line in lines]


def delivered(operator: Operator, access: str, **fields: Any) -> Any:
    """Have a subscription that the network delivers, and return its order."""
    order = new_order(access, **fields)
    asked_by(operator, order)
    return order


@pytest.mark.parametrize(
    ("operation", "said", "changes"),
    [
        (Operation.SUSPEND, {}, {"blocked": True}),
        (Operation.CHANGE, {"service": "BB-10-10"}, {"service": "BB-10-10", "down_kbps": 10_000, "up_kbps": 10_000}),
        (Operation.CHANGE, {"characteristics": "{}"}, {"characteristics": {}}),
        (Operation.MODIFY, {"equipment": "[]"}, {"equipment": ()}),
        (Operation.MODIFY, {"characteristics": '{"sla":"SLA-2"}'}, {"characteristics": {"sla": "SLA-2"}}),
    ],
)
def test_a_change_keeps_all_that_it_does_not_name(
    operator: Operator, accesses: Iterator[str], operation: Operation, said: dict[str, Any], changes: dict[str, Any]
) -> None:
    had: dict[str, Any] = {"characteristics": {"sla": "SLA-1"}, "equipment": ({"vendorId": "v"},)}
    order = delivered(operator, next(accesses), characteristics='{"sla":"SLA-1"}', equipment='[{"vendorId":"v"}]')
    _, before, after = asked_by(operator, later(operator, order, operation, **said))
    assert before == delivery(order, **had)
    assert after == delivery(order, **(had | changes))


def test_what_is_suspended_stays_blocked_until_it_is_resumed(operator: Operator, accesses: Iterator[str]) -> None:
    order = delivered(operator, next(accesses))
    asked_by(operator, later(operator, order, Operation.SUSPEND))
    change = later(operator, order, Operation.CHANGE, service="BB-10-10")
    _, before, after = asked_by(operator, change)
    assert (before and before.blocked, after and after.blocked) == (True, True)
    _, before, after = asked_by(operator, later(operator, change, Operation.RESUME))
    assert (before and before.blocked, after and after.blocked) == (True, False)
    assert after is not None
    assert after.service == "BB-10-10"


def test_a_deactivate_ends_with_nothing(operator: Operator, accesses: Iterator[str]) -> None:
    order = delivered(operator, next(accesses))
    _, before, after = asked_by(operator, later(operator, order, Operation.DEACTIVATE))
    assert (before, after) == (delivery(order), None)


def test_a_takeover_goes_from_the_loser_to_the_winner_in_one_question(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    lost = delivered(operator, access, characteristics='{"sla":"SLA-1"}')
    asked_by(operator, later(operator, lost, Operation.SUSPEND))
    won = new_order(access, sp=BETA, forced_takeover=True, service="BB-250-250")
    _, before, after = asked_by(operator, won)
    assert before == delivery(lost, characteristics={"sla": "SLA-1"}, blocked=True)
    assert after == delivery(won, service="BB-250-250", down_kbps=250_000, up_kbps=250_000)


def test_a_modify_of_references_asks_the_network_nothing(operator: Operator, accesses: Iterator[str]) -> None:
    order = activate(operator, next(accesses))
    network = watched(operator)
    modify = later(operator, order, Operation.MODIFY, sp_reference="new")
    place(operator, type(modify)(**{**_fields(modify), "plan": "modify_subscription"}))
    with operator.working(driver=network):
        operator.drained()
    assert network.asked == []
    kept = operator.value("SELECT sp_reference FROM subscriptions WHERE subscription_id = $1", order.subscription_id)
    assert kept == "new"


def _fields(order: Any) -> dict[str, Any]:
    return {name: getattr(order, name) for name in order.__dataclass_fields__}
