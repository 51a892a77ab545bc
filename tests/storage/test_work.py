"""The engine's hold on orders: only who has one changes it, first come first, and one on an access at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg
import pytest

from onapi import errors, ids
from onapi.storage import work
from onapi.storage.orders import NewOrder
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.storage.work import Lease, Work
from onapi.vocabulary import Failure, Operation
from tests.operators import Operator
from tests.storage.stored_orders import ALFA, BETA, activate, later, lease, new_order, place

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _idle(operator: Operator) -> None:
    """Let nothing be due that another test has left."""
    operator.rows("UPDATE orders SET due_at = 'infinity' WHERE state IN ('RECEIVED', 'IN_PROGRESS')")


def do(operator: Operator, what: Callable[[Tx], Awaitable[T]]) -> T:
    """Do something in a transaction."""

    async def done(database: Database) -> T:
        async with database.transaction() as tx:
            return await what(tx)

    return operator.do(done)


def claim(operator: Operator, mine: Lease, *, most: int = 100, had: tuple[ids.OrderId, ...] = ()) -> list[Work]:
    """Claim orders."""
    return do(operator, lambda tx: work.claim(tx, mine, most=most, had=had))


def claimed(operator: Operator, mine: Lease, **how: Any) -> list[str]:
    """Claim orders, and return which."""
    return [one.order_id for one in claim(operator, mine, **how)]


def row(operator: Operator, order: NewOrder) -> dict[str, Any]:
    """Return an order as it stands."""
    return dict(operator.rows("SELECT * FROM orders WHERE order_id = $1", order.order_id)[0])


def steps(operator: Operator, order: NewOrder) -> list[tuple[Any, ...]]:
    """Return an order's steps: number, undo, tries, whether it is finished, what was done."""
    found = operator.rows(
        "SELECT number, undo, tries, finished_at IS NOT NULL, did FROM order_steps WHERE order_id = $1 "
        "ORDER BY undo, number",
        order.order_id,
    )
    return [tuple(one) for one in found]


def test_a_claimed_order_is_in_progress_leased_and_its_step_begun(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order, mine = new_order(next(accesses)), lease()
    place(operator, order)
    (one,) = claim(operator, mine)
    assert (one.order_id, one.operation, one.step, one.undoing, one.tries) == (
        order.order_id,
        "ACTIVATE",
        0,
        False,
        0,
    )
    assert one.plan == ("configure_port", "start_subscription")
    assert (one.slot, one.tech, one.present, one.holder) == ("Broadband", "bb", None, None)
    assert (one.wanted.service, one.wanted.down_kbps, one.wanted.suspended) == ("BB-100-100", 100_000, False)
    stands = row(operator, order)
    assert (stands["state"], stands["lease"]) == ("IN_PROGRESS", mine.worker)
    assert stands["leased_until"] > operator.value("SELECT clock_timestamp() + interval '30 seconds'")
    assert steps(operator, order) == [(1, False, 1, False, None)]
    # Nobody gets it again, the one who has it neither.
    assert claimed(operator, mine) == claimed(operator, lease()) == []


def test_an_order_is_not_claimed_before_its_moment(operator: Operator, accesses: Iterator[str]) -> None:
    soon = operator.value("SELECT clock_timestamp() + interval '0.3 seconds'")
    order = new_order(next(accesses), requested_at=soon)
    place(operator, order)
    assert claimed(operator, lease()) == [] or operator.value("SELECT clock_timestamp() >= $1", soon)
    operator.until("SELECT clock_timestamp() >= $1", soon)
    assert row(operator, order)["state"] == "IN_PROGRESS" or claimed(operator, lease()) == [order.order_id]


def test_those_due_longest_come_first_and_no_more_than_asked_for(operator: Operator, accesses: Iterator[str]) -> None:
    orders = [new_order(next(accesses)) for _ in range(5)]
    for order in orders:
        place(operator, order)
    names = [order.order_id for order in orders]
    assert claimed(operator, lease(), most=2) == names[:2]
    assert claimed(operator, lease(), most=2) == names[2:4]
    assert claimed(operator, lease(), most=2) == names[4:]


def test_on_an_access_one_is_in_progress_and_the_first_accepted_comes_first(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access, mine = next(accesses), lease()
    orders = [
        new_order(access, service="VOIP", service_type="VOIP", claim=f"alfa {n}", sp=sp)
        for n, sp in enumerate((ALFA, BETA, ALFA))
    ]
    place(operator, *orders)
    for order in orders:
        assert claimed(operator, mine) == [order.order_id]
        assert claimed(operator, lease()) == []
        assert do(operator, lambda tx, order=order: work.succeed(tx, mine, [order.order_id])) == {order.order_id}  # type: ignore[misc]


def test_an_order_for_another_day_does_not_keep_others_waiting(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    far = operator.value("SELECT clock_timestamp() + interval '1 day'")
    first = new_order(access, requested_at=far)
    second = new_order(access, service="IPTV-BASE", service_type="IPTV")
    place(operator, first)
    place(operator, second)
    assert claimed(operator, lease()) == [second.order_id]
    # But one that was begun does, also while it pauses.
    operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", first.order_id)
    assert claimed(operator, lease()) == []


def test_what_has_begun_goes_on_though_an_earlier_order_for_another_day_is_due_by_now(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    dated = new_order(access, service="VOIP", service_type="VOIP", claim="alfa 1")
    begun = new_order(access, service="VOIP", service_type="VOIP", claim="alfa 2")
    place(operator, dated)
    operator.rows("UPDATE orders SET due_at = 'infinity' WHERE order_id = $1", dated.order_id)
    place(operator, begun)
    mine = lease()
    assert claimed(operator, mine) == [begun.order_id]
    pause = timedelta()
    do(operator, lambda tx: work.postpone(tx, mine, begun.order_id, trouble="Not now.", pause=pause))
    operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", dated.order_id)
    assert claimed(operator, mine) == [begun.order_id], "each would wait for the other"
    assert do(operator, lambda tx: work.succeed(tx, mine, [begun.order_id])) == {begun.order_id}
    assert claimed(operator, mine) == [dated.order_id]


def test_many_workers_at_once_share_the_orders(operator: Operator, accesses: Iterator[str]) -> None:
    orders = [new_order(next(accesses)) for _ in range(30)]
    place(operator, *orders)

    async def share(database: Database) -> list[str]:
        async def one() -> list[str]:
            found: list[str] = []
            async with database.connection() as tx:
                mine = lease()
                while batch := await work.claim(tx, mine, most=4):
                    found += [one.order_id for one in batch]
            return found

        return [name for names in await asyncio.gather(*(one() for _ in range(5))) for name in names]

    assert sorted(operator.do(share)) == sorted(order.order_id for order in orders)


def test_the_database_itself_lets_one_order_of_an_access_be_in_progress(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    first, second = new_order(access), new_order(access, service="IPTV-BASE", service_type="IPTV")
    place(operator, first, second)
    operator.rows("UPDATE orders SET state = 'IN_PROGRESS' WHERE order_id = $1", first.order_id)
    with pytest.raises(asyncpg.UniqueViolationError, match="orders_in_progress"):
        operator.rows("UPDATE orders SET state = 'IN_PROGRESS' WHERE order_id = $1", second.order_id)


def test_a_lease_that_is_over_is_anothers_who_goes_on_where_it_stood(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order, dead, heir = new_order(next(accesses)), lease(0), lease()
    place(operator, order)
    assert claimed(operator, dead) == [order.order_id]
    assert do(operator, lambda tx: work.advance(tx, dead, [(order.order_id, "done")])) == {order.order_id}
    (one,) = claim(operator, heir)
    assert (one.order_id, one.step) == (order.order_id, 1)
    assert steps(operator, order) == [(1, False, 1, True, "done"), (2, False, 2, False, None)]


def test_a_worker_that_still_has_an_order_in_hand_does_not_take_it_twice(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order, slow = new_order(next(accesses)), lease(0)
    place(operator, order)
    assert claimed(operator, slow) == [order.order_id]
    assert claimed(operator, slow, had=(order.order_id,)) == []
    assert claimed(operator, slow) == [order.order_id]


STALE: dict[str, Callable[[Tx, Lease, ids.OrderId], Awaitable[object]]] = {
    "keep": lambda tx, mine, order: work.keep(tx, mine, [order]),
    "advance": lambda tx, mine, order: work.advance(tx, mine, [(order, "stale")]),
    "postpone": lambda tx, mine, order: work.postpone(tx, mine, order, trouble="stale", pause=timedelta(1)),
    "turn_back": lambda tx, mine, order: work.turn_back(
        tx, mine, order, trouble="stale", told="stale", code=Failure.NETWORK, untouched=False
    ),
    "succeed": lambda tx, mine, order: work.succeed(tx, mine, [order]),
    "fail": lambda tx, mine, order: work.fail(tx, mine, order, message="stale", code=Failure.NETWORK),
    "release": lambda tx, mine, order: work.release(tx, mine, but=()),
}


@pytest.mark.parametrize("what", STALE)
def test_a_worker_that_lost_its_lease_changes_nothing(operator: Operator, accesses: Iterator[str], what: str) -> None:
    order, stale, heir = new_order(next(accesses)), lease(0), lease()
    place(operator, order)
    assert claimed(operator, stale) == claimed(operator, heir) == [order.order_id]
    before, begun = row(operator, order), steps(operator, order)
    outcome = do(operator, lambda tx: STALE[what](tx, stale, order.order_id))
    assert not outcome
    assert (row(operator, order), steps(operator, order)) == (before, begun)
    # And the heir can still do all of it.
    assert do(operator, lambda tx: work.keep(tx, heir, [order.order_id])) == {order.order_id}


@pytest.mark.parametrize("what", STALE)
def test_a_finished_order_is_nobodys(operator: Operator, accesses: Iterator[str], what: str) -> None:
    order, mine = new_order(next(accesses)), lease()
    place(operator, order)
    claim(operator, mine)
    assert do(operator, lambda tx: work.succeed(tx, mine, [order.order_id]))
    before = row(operator, order)
    assert (before["state"], before["lease"], before["leased_until"]) == ("DONE_SUCCESS", None, None)
    assert not do(operator, lambda tx: STALE[what](tx, mine, order.order_id))
    assert row(operator, order) == before


def test_a_heartbeat_keeps_what_is_still_there(operator: Operator, accesses: Iterator[str]) -> None:
    kept, lost, mine = new_order(next(accesses)), new_order(next(accesses)), lease()
    place(operator, kept, lost)
    claim(operator, mine)
    operator.rows("UPDATE orders SET lease = NULL, leased_until = NULL WHERE order_id = $1", lost.order_id)
    before = row(operator, kept)["leased_until"]
    assert do(operator, lambda tx: work.keep(tx, mine, [kept.order_id, lost.order_id])) == {kept.order_id}
    assert row(operator, kept)["leased_until"] > before
    assert row(operator, lost)["lease"] is None


def test_what_is_given_back_is_due_for_anybody_at_once(operator: Operator, accesses: Iterator[str]) -> None:
    kept, given, mine = new_order(next(accesses)), new_order(next(accesses)), lease()
    place(operator, kept, given)
    claim(operator, mine)
    do(operator, lambda tx: work.release(tx, mine, but=[kept.order_id]))
    assert claimed(operator, lease()) == [given.order_id]


def test_a_postponed_order_pauses_and_counts_its_tries(operator: Operator, accesses: Iterator[str]) -> None:
    order, mine = new_order(next(accesses)), lease()
    place(operator, order)
    for tries in (1, 2):
        claim(operator, mine)
        pause = timedelta(milliseconds=200)
        do(operator, lambda tx: work.postpone(tx, mine, order.order_id, trouble=f"no. {tries}", pause=pause))  # noqa: B023
        stands = row(operator, order)
        assert (stands["tries"], stands["trouble"], stands["lease"]) == (tries, f"no. {tries}", None)
        assert stands["state"] == "IN_PROGRESS"
        operator.until("SELECT due_at <= clock_timestamp() FROM orders WHERE order_id = $1", order.order_id)
    claim(operator, mine)
    do(operator, lambda tx: work.postpone(tx, mine, order.order_id, trouble="stuck", pause=None))
    assert operator.value("SELECT due_at = 'infinity' FROM orders WHERE order_id = $1", order.order_id)
    assert claimed(operator, lease()) == []
    assert steps(operator, order) == [(1, False, 3, False, "stuck")]


@pytest.mark.parametrize(
    "case",
    [
        ("configure_port end", 0, False, 1),
        ("configure_port end", 0, True, 0),
        ("configure_port end", 1, False, 1),
        ("configure_port end", 1, True, 1),
        ("a b c", 0, False, 1),
        ("a b c", 1, False, 2),
        ("a b c", 1, True, 1),
        ("a b c", 2, False, 2),
        ("end", 0, False, 0),
    ],
)
def test_what_is_taken_back_is_what_may_have_been_done(
    operator: Operator, accesses: Iterator[str], case: tuple[str, int, bool, int]
) -> None:
    plan, done, untouched, back = case
    order, mine = new_order(next(accesses), plan=plan), lease()
    place(operator, order)
    claim(operator, mine)
    for _ in range(done):
        do(operator, lambda tx: work.advance(tx, mine, [(order.order_id, "x")]))
    number = do(
        operator,
        lambda tx: work.turn_back(
            tx, mine, order.order_id, trouble="why it failed", told="why", code=Failure.NETWORK, untouched=untouched
        ),
    )
    assert number == back
    for left in range(back, 0, -1):
        assert row(operator, order)["step"] == left
        do(operator, lambda tx: work.advance(tx, mine, [(order.order_id, "undone")]))
    stands = row(operator, order)
    assert (stands["step"], stands["undoing"], stands["code"]) == (0, True, "network")
    undone = [step for step in steps(operator, order) if step[1]]
    assert undone == [(number, True, 1, True, "undone") for number in range(1, back + 1)]
    assert [step[4] for step in steps(operator, order) if not step[1] and not step[3]] == ["why it failed"]


def test_why_an_order_failed_outlives_the_worker_and_the_trouble_of_taking_it_back(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order, dead = new_order(next(accesses)), lease(0)
    place(operator, order)
    claim(operator, dead)
    do(
        operator,
        lambda tx: work.turn_back(
            tx, dead, order.order_id, trouble="why it failed", told="why", code=Failure.NETWORK, untouched=False
        ),
    )
    (one,) = claim(operator, dead)
    assert (one.told, one.code, one.undoing, one.step) == ("why", Failure.NETWORK, True, 1)
    do(operator, lambda tx: work.postpone(tx, dead, order.order_id, trouble="worse", pause=timedelta(0)))
    (one,) = claim(operator, dead)
    assert one.told == "why"
    do(operator, lambda tx: work.advance(tx, dead, [(order.order_id, "undone")]))
    (one,) = claim(operator, lease())
    assert (one.told, one.step) == ("why", 0)


def test_success_makes_what_was_wanted_so_in_the_transaction_that_finishes_the_order(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access, mine = next(accesses), lease()
    order = new_order(
        access,
        sp_reference="r",
        sp_subscription_id="s",
        characteristics='{"sla":"a"}',
        equipment='[{"vendorId":"v"}]',
    )
    place(operator, order)
    claim(operator, mine)
    do(operator, lambda tx: work.succeed(tx, mine, [order.order_id]))
    made = dict(
        operator.rows("SELECT * FROM subscriptions WHERE subscription_id = $1", order.subscription_id)[0].items()
    )
    assert (made["sp"], made["access_id"], made["state"], made["claim"]) == ("alfa", access, "ACTIVATED", "")
    assert (made["sp_reference"], made["sp_subscription_id"]) == ("r", "s")
    assert (made["characteristics"], made["equipment"]) == ('{"sla":"a"}', '[{"vendorId":"v"}]')
    told = operator.rows(
        "SELECT DISTINCT tx FROM journal WHERE object_id = $1 OR (object_id = $2 AND state = 'DONE_SUCCESS')",
        order.subscription_id,
        order.order_id,
    )
    assert len(told) == 1


def test_a_place_that_somebody_took_meanwhile_is_claimed_and_nothing_is_done(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access, mine = next(accesses), lease()
    late, other = new_order(access, sp=BETA), new_order(next(accesses))
    place(operator, late, other)
    claim(operator, mine)
    operator.rows(
        "INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, "
        "connected_at, changed_at) VALUES ($1, 'alfa', $2, 'BB-100-100', 'Broadband', '', 'ACTIVATED', now(), now())",
        ids.new(),
        access,
    )
    with pytest.raises(errors.Claimed):
        do(operator, lambda tx: work.succeed(tx, mine, [other.order_id, late.order_id]))
    assert {row(operator, order)["state"] for order in (late, other)} == {"IN_PROGRESS"}
    assert do(operator, lambda tx: work.succeed(tx, mine, [other.order_id])) == {other.order_id}


def test_success_of_many_is_that_of_those_that_are_still_ours(operator: Operator, accesses: Iterator[str]) -> None:
    ours, lost, mine = new_order(next(accesses)), new_order(next(accesses)), lease()
    place(operator, ours, lost)
    claim(operator, mine)
    operator.rows("UPDATE orders SET lease = gen_random_uuid() WHERE order_id = $1", lost.order_id)
    assert do(operator, lambda tx: work.succeed(tx, mine, [ours.order_id, lost.order_id])) == {ours.order_id}
    assert row(operator, lost)["state"] == "IN_PROGRESS"
    assert operator.rows("SELECT FROM subscriptions WHERE subscription_id = $1", lost.subscription_id) == []


def test_failure_frees_what_was_claimed(operator: Operator, accesses: Iterator[str]) -> None:
    access, mine = next(accesses), lease()
    order = new_order(access)
    place(operator, order)
    claim(operator, mine)
    assert place(operator, new_order(access, sp=BETA)) == set()
    assert do(operator, lambda tx: work.fail(tx, mine, order.order_id, message="m", code=Failure.NETWORK))
    stands = row(operator, order)
    assert (stands["state"], stands["message"], stands["code"]) == ("DONE_FAILED", "m", "network")
    assert stands["finished_at"] is not None
    assert place(operator, new_order(access, sp=BETA))


@pytest.mark.parametrize("operation", [one for one in Operation if one is not Operation.ACTIVATE])
def test_a_claim_brings_the_subscription_as_it_is_and_as_it_shall_be(
    operator: Operator, accesses: Iterator[str], operation: Operation
) -> None:
    order = activate(operator, next(accesses), characteristics='{"sla":"a"}', equipment='[{"vendorId":"v"}]')
    said: dict[str, Any] = {"characteristics": '{"sla":"b"}', "equipment": "[]"}
    if operation is Operation.CHANGE:
        said["service"] = "BB-250-250"
    if operation is Operation.RESUME:
        operator.rows(
            "UPDATE subscriptions SET state = 'SUSPENDED' WHERE subscription_id = $1", order.subscription_id
        )
    place(operator, later(operator, order, operation, **said))
    (one,) = claim(operator, lease())
    assert one.present is not None
    assert one.present.characteristics == {"sla": "a"}
    assert one.present.suspended is (operation is Operation.RESUME)
    sets = operation in (Operation.CHANGE, Operation.MODIFY)
    assert one.wanted.characteristics == {"sla": "b" if sets else "a"}
    assert one.wanted.equipment == (() if sets else ({"vendorId": "v"},))
    assert one.wanted.suspended is (operation is Operation.SUSPEND)
    assert one.wanted.down_kbps == (250_000 if operation is Operation.CHANGE else 100_000)
