"""How an order is carried out when not all goes well: tried again, taken back, given up, or left to the operator."""

import asyncio
import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from onapi import ids
from onapi.actions import order_admin
from onapi.drivers.contract import Busy, Delivery, DriverError, Garbled, Port, Rejected, TimedOut
from onapi.engine.runner import Patience
from onapi.storage.orders import NewOrder
from onapi.vocabulary import Operation
from tests.engine.networks import Asked, watched
from tests.operators import HASTY, Operator
from tests.storage.stored_orders import BETA, activate, later, new_order, place

AS_BEFORE = "The access is as it was before."
BUSY = "The element has no room for this just now."
GARBAGE = "The element answered something that is no answer."
OPERATORS = "The network cannot do this as it is set up; the operator has to see to it."


def row(operator: Operator, order: NewOrder) -> dict[str, Any]:
    """Return an order as it stands."""
    return dict(operator.rows("SELECT * FROM orders WHERE order_id = $1", order.order_id)[0])


def settle(operator: Operator, order: NewOrder, **how: Any) -> dict[str, Any]:
    """Have orders carried out until this one is finished or stuck, and return it."""
    with operator.working(**how):
        operator.until(
            "SELECT finished_at IS NOT NULL OR due_at = 'infinity' AND lease IS NULL FROM orders WHERE order_id = $1",
            order.order_id,
        )
    return row(operator, order)


def is_stuck(operator: Operator, order: NewOrder) -> bool:
    """Return whether an order waits for the operator."""
    return bool(operator.value("SELECT due_at = 'infinity' FROM orders WHERE order_id = $1", order.order_id))


@pytest.mark.parametrize(("tries", "pause"), [(0, 0.5), (1, 1), (2, 2), (6, 32), (7, 60), (8, 60), (1000, 60)])
def test_pauses_double_up_to_a_minute(tries: int, pause: float) -> None:
    assert Patience().pause(tries) == timedelta(seconds=pause)


def test_between_tries_it_pauses_longer_each_time(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)
    operator.fault(access, "fail")
    patience = Patience(tries=4, pause_s=1000, pause_max_s=3000)
    with operator.working(patience=patience):
        for tries, pause in ((1, 1000), (2, 2000), (3, 3000)):
            operator.until(
                "SELECT tries = $2 AND lease IS NULL FROM orders WHERE order_id = $1", order.order_id, tries
            )
            wait = operator.value(
                "SELECT extract(epoch FROM due_at - clock_timestamp())::float FROM orders WHERE order_id = $1",
                order.order_id,
            )
            assert pause - 200 < wait <= pause
            operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", order.order_id)
        operator.until("SELECT state = 'DONE_FAILED' FROM orders WHERE order_id = $1", order.order_id)


def test_an_element_that_does_not_answer_is_not_waited_for_longer_than_the_deadline(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)
    operator.fault(access, "dead", times=1)
    stands = settle(operator, order, patience=dataclasses.replace(HASTY, deadline_s=0.3, tries=50))
    assert stands["state"] == "DONE_SUCCESS"
    tries = operator.value("SELECT tries FROM order_steps WHERE order_id = $1 AND number = 1", order.order_id)
    assert tries >= 2


def test_an_element_that_stays_dead_makes_the_order_stuck(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)
    operator.fault(access, "dead")
    stands = settle(operator, order, patience=dataclasses.replace(HASTY, deadline_s=0.05, tries=2))
    assert (stands["state"], stands["undoing"]) == ("IN_PROGRESS", True)
    assert is_stuck(operator, order)
    assert stands["trouble"] == "The network did not answer in time."
    steps = operator.rows(
        "SELECT undo, tries, did FROM order_steps WHERE order_id = $1 ORDER BY undo", order.order_id
    )
    assert [tuple(step) for step in steps] == [(undo, 2, stands["trouble"]) for undo in (False, True)]


@dataclasses.dataclass
class Telling:
    """Does what it is asked, and then says that it did not."""

    network: Any
    error: DriverError
    times: int = 1

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """See `Provisions`."""
        did: str = await self.network.provision(port, before=before, after=after)
        if self.times:
            self.times -= 1
            raise self.error
        return did


@pytest.mark.parametrize("operation", Operation)
def test_what_was_done_without_a_word_is_taken_back(
    operator: Operator, accesses: Iterator[str], operation: Operation
) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)
    if operation is not Operation.ACTIVATE:
        settle(operator, order)
        if operation is Operation.RESUME:
            settle_suspend = later(operator, order, Operation.SUSPEND)
            place(operator, settle_suspend)
            settle(operator, settle_suspend)
        said: dict[str, Any] = {"service": "BB-10-10"} if operation is Operation.CHANGE else {}
        if operation is Operation.MODIFY:
            said = {"equipment": '[{"vendorId":"v"}]'}
        order = later(operator, order, operation, **said)
        place(operator, order)
    port, effects = operator.port(access), len(operator.effects(access))
    stands = settle(operator, order, driver=Telling(watched(operator), Garbled(GARBAGE)))
    assert (stands["state"], stands["code"]) == ("DONE_FAILED", "network")
    assert stands["message"] == f"{OPERATORS} {AS_BEFORE}"
    assert operator.port(access) == port
    assert len(operator.effects(access)) == effects + 2


def test_what_was_done_without_a_word_is_found_done_by_the_next_try(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)
    stands = settle(operator, order, driver=Telling(watched(operator), TimedOut("No answer.")))
    assert stands["state"] == "DONE_SUCCESS"
    assert len(operator.effects(access)) == 1
    did = operator.value("SELECT did FROM order_steps WHERE order_id = $1 AND number = 1", order.order_id)
    assert did == "It was so already."


def test_a_place_that_was_taken_meanwhile_is_left_and_the_network_set_back(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)

    async def take(_: Asked) -> None:
        async with operator.database.connection() as tx:
            await tx.execute(
                "INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, "
                "connected_at, changed_at) "
                "SELECT $1::text, 'beta', $2::text, 'BB-10-10', 'Broadband', '', 'ACTIVATED', now(), now() "
                "WHERE NOT EXISTS (SELECT FROM subscriptions WHERE access_id = $2)",
                ids.new(),
                access,
            )

    stands = settle(operator, order, driver=watched(operator, beside=take))
    assert (stands["state"], stands["code"]) == ("DONE_FAILED", "claimed")
    assert stands["message"].endswith(AS_BEFORE)
    assert operator.port(access) == []
    assert len(operator.effects(access)) == 2


def test_a_takeover_that_is_taken_back_sets_the_losers_port_back(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    held = new_order(access, characteristics='{"sla":"SLA-1"}')
    place(operator, held)
    settle(operator, held)
    port = operator.port(access)
    taking = new_order(access, sp=BETA, forced_takeover=True)
    place(operator, taking)
    stands = settle(operator, taking, driver=Telling(watched(operator), Garbled(GARBAGE)))
    assert stands["state"] == "DONE_FAILED"
    assert operator.port(access) == port
    assert operator.value("SELECT state FROM subscriptions WHERE subscription_id = $1", held.subscription_id) == (
        "ACTIVATED"
    )


def test_the_reason_that_an_sp_reads_is_the_first_whatever_went_wrong_afterwards(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    order = new_order(access)
    place(operator, order)
    operator.fault(access, "garbage", times=1)

    class BusyWithUndoing:
        """Is busy once when it shall take something back."""

        busy = 1

        async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
            if before is not None and self.busy:
                self.busy -= 1
                raise Busy("Busy with something else.")
            return await watched(operator).provision(port, before=before, after=after)

    stands = settle(operator, order, driver=BusyWithUndoing())
    assert (stands["state"], stands["message"]) == ("DONE_FAILED", f"{OPERATORS} {AS_BEFORE}")


def test_a_driver_that_breaks_is_tried_again_and_then_left_to_the_operator(
    operator: Operator, accesses: Iterator[str]
) -> None:
    well, broken = new_order(next(accesses)), new_order(next(accesses))
    place(operator, well, broken)

    class Broken:
        """Has a fault of its own."""

        async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
            if port.access_id == broken.access_id:
                raise ZeroDivisionError
            return await watched(operator).provision(port, before=before, after=after)

    stands = settle(operator, broken, driver=Broken())
    assert (stands["state"], stands["tries"], stands["trouble"]) == (
        *("IN_PROGRESS", HASTY.tries, "Something went wrong: ZeroDivisionError."),
    )
    assert is_stuck(operator, broken)
    with operator.working():
        operator.drained()
    assert row(operator, well)["state"] == "DONE_SUCCESS"


def test_a_step_that_this_version_does_not_have_is_not_done(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    order = new_order(access, plan="paint_port start_subscription")
    place(operator, order)
    stands = settle(operator, order)
    assert "There is no step 'paint_port' in this version." in (stands["trouble"] or stands["message"])
    assert operator.effects(access) == []
    assert operator.rows("SELECT FROM subscriptions WHERE access_id = $1", access) == []


def stuck(operator: Operator, access: str) -> NewOrder:
    """Have an order that is stuck with its undoing."""
    order = new_order(access)
    place(operator, order)
    operator.fault(access, "garbage")
    assert settle(operator, order)["undoing"]
    return order


@pytest.mark.parametrize(("from_step", "state"), [(None, "DONE_FAILED"), ("configure_port", "DONE_SUCCESS")])
def test_a_stuck_order_goes_on_when_the_operator_says_so(
    operator: Operator, accesses: Iterator[str], from_step: str | None, state: str
) -> None:
    access = next(accesses)
    order = stuck(operator, access)
    with operator.working():
        # Nothing becomes of it by itself, though its element is well again.
        operator.fault(access, "garbage", times=0)
        other = activate_elsewhere(operator, next(accesses))
        assert is_stuck(operator, order)
        operator.do(lambda database: order_admin.retry(database, order_id=order.order_id, from_step=from_step))
        operator.until("SELECT finished_at IS NOT NULL FROM orders WHERE order_id = $1", order.order_id)
    stands = row(operator, order)
    assert stands["state"] == state
    if state == "DONE_FAILED":
        assert stands["message"] == f"{OPERATORS} {AS_BEFORE}"
    assert len(operator.port(access)) == (state == "DONE_SUCCESS")
    assert row(operator, other)["state"] == "DONE_SUCCESS"


def activate_elsewhere(operator: Operator, access: str) -> NewOrder:
    """Place an order, and wait until it is finished."""
    order = new_order(access)
    place(operator, order)
    operator.until("SELECT finished_at IS NOT NULL FROM orders WHERE order_id = $1", order.order_id)
    return order


@pytest.mark.parametrize("well", [True, False])
def test_a_stuck_order_can_be_given_up_whatever_the_network_does(
    operator: Operator, accesses: Iterator[str], well: bool
) -> None:
    access = next(accesses)
    order = stuck(operator, access)
    if well:
        operator.fault(access, "garbage", times=0)
    operator.do(
        lambda database: order_admin.abandon(database, order_id=order.order_id, reason="Cut off by a digger.")
    )
    stands = settle(operator, order)
    assert (stands["state"], stands["code"]) == ("DONE_FAILED", "abandoned")
    assert (
        stands["message"].startswith("Cut off by a digger." if well else OPERATORS) or "digger" in stands["message"]
    )
    assert (AS_BEFORE in stands["message"]) is well
    # The access is free for others.
    operator.fault(access, "garbage", times=0)
    follower = new_order(access, sp=BETA)
    assert place(operator, follower) == {follower.order_id}
    assert settle(operator, follower)["state"] == "DONE_SUCCESS"


def test_an_order_that_waits_can_be_given_up_before_it_began(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    far = operator.value("SELECT clock_timestamp() + interval '1 day'")
    order = new_order(access, requested_at=far)
    place(operator, order)
    operator.do(lambda database: order_admin.abandon(database, order_id=order.order_id, reason="No longer sold."))
    stands = settle(operator, order)
    assert (stands["state"], stands["code"]) == ("DONE_FAILED", "abandoned")
    assert stands["message"] == f"No longer sold. {AS_BEFORE}"
    assert operator.effects(access) == []


def test_a_very_long_sentence_is_cut_to_what_a_message_may_be(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    place(operator, order)
    stands = settle(operator, order, driver=Telling(watched(operator), Rejected("å" * 1000)))
    assert stands["state"] == "DONE_FAILED"
    assert len(stands["message"]) <= 255
    assert stands["message"].startswith("å" * 100)


def test_a_finished_order_is_asked_for_nothing_more(operator: Operator, accesses: Iterator[str]) -> None:
    order = activate(operator, next(accesses))
    network = watched(operator)
    with operator.working(driver=network):
        operator.wait(asyncio.sleep(0.2))
    assert network.asked == []
    assert row(operator, order)["state"] == "DONE_SUCCESS"
