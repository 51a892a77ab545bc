"""Orders in the database: what may become of them, whoever tries, and that one wins where only one can."""

import asyncio
import dataclasses
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from onapi import errors, ids
from onapi.storage import orders
from onapi.storage.orders import Question
from onapi.storage.pool import Database
from onapi.vocabulary import Operation
from tests.operators import Operator
from tests.storage.stored_orders import ALFA, BETA, activate, later, new_order, place

STATES = ("RECEIVED", "IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED", "CANCELLED")
WAYS = {
    "RECEIVED": (),
    "IN_PROGRESS": ("IN_PROGRESS",),
    "DONE_SUCCESS": ("IN_PROGRESS", "DONE_SUCCESS"),
    "DONE_FAILED": ("IN_PROGRESS", "DONE_FAILED"),
    "CANCELLED": ("CANCELLED",),
}
MOVES = {
    ("RECEIVED", "IN_PROGRESS"),
    ("RECEIVED", "CANCELLED"),
    ("IN_PROGRESS", "DONE_SUCCESS"),
    ("IN_PROGRESS", "DONE_FAILED"),
}
REFUSED = (asyncpg.RaiseError, asyncpg.IntegrityConstraintViolationError)


async def tries(database: Database, order_id: str, states: tuple[str, ...], statement: str) -> bool:
    """Bring an order through states, try a statement on it, undo it all, and return whether it was let through."""
    async with database.connection() as tx:
        undone = tx.transaction()
        await undone.start()
        try:
            for state in states:
                await tx.execute("UPDATE orders SET state = $2 WHERE order_id = $1", order_id, state)
            await tx.execute(statement, order_id)
        except REFUSED:
            return False
        finally:
            await undone.rollback()
        return True


@pytest.mark.parametrize(("before", "after"), [*itertools.product(STATES, STATES)])
def test_only_the_standards_moves_are_possible(
    operator: Operator, accesses: Iterator[str], before: str, after: str
) -> None:
    order = new_order(next(accesses))
    place(operator, order)
    move = f"UPDATE orders SET state = '{after}' WHERE order_id = $1"
    moved = operator.do(lambda database: tries(database, order.order_id, WAYS[before], move))
    unfinished = before in ("RECEIVED", "IN_PROGRESS")
    assert moved is ((before, after) in MOVES or (before == after and unfinished))


@pytest.mark.parametrize("state", STATES)
def test_an_order_is_never_deleted_and_never_becomes_another(
    operator: Operator, accesses: Iterator[str], state: str
) -> None:
    order = new_order(next(accesses))
    place(operator, order)
    for statement in (
        "DELETE FROM orders WHERE order_id = $1",
        "UPDATE orders SET order_id = 'other' WHERE order_id = $1",
        "UPDATE orders SET sp = 'beta' WHERE order_id = $1",
        "UPDATE orders SET access_id = 'T-400' WHERE order_id = $1",
        "UPDATE orders SET operation = 'SUSPEND' WHERE order_id = $1",
        "UPDATE orders SET subscription_id = 'other' WHERE order_id = $1",
        "UPDATE orders SET service_type = 'IPTV' WHERE order_id = $1",
        "UPDATE orders SET claim = 'x' WHERE order_id = $1",
    ):
        assert not operator.do(
            lambda database, statement=statement: tries(database, order.order_id, WAYS[state], statement)  # type: ignore[misc]
        )


def test_a_finished_order_does_not_change_in_any_column(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    place(operator, order)
    columns = [
        row["column_name"]
        for row in operator.rows(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'orders' "
            "AND is_identity = 'NO' AND is_generated = 'NEVER'"
        )
    ]
    assert len(columns) > 25
    for state in ("DONE_SUCCESS", "DONE_FAILED", "CANCELLED"):
        for column in columns:
            statement = f"UPDATE orders SET {column} = {column} WHERE order_id = $1"
            assert not operator.do(
                lambda database, statement=statement, state=state: tries(  # type: ignore[misc]
                    database, order.order_id, WAYS[state], statement
                )
            ), (state, column)


def test_what_an_order_asks_for_does_not_change_while_it_is_carried_out(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order = new_order(next(accesses))
    place(operator, order)
    statement = "UPDATE orders SET wish = 'another' WHERE order_id = $1"
    assert operator.do(lambda database: tries(database, order.order_id, (), statement))
    assert not operator.do(lambda database: tries(database, order.order_id, ("IN_PROGRESS",), statement))


@pytest.mark.parametrize("state", STATES[1:])
def test_an_order_begins_as_received(operator: Operator, accesses: Iterator[str], state: str) -> None:
    order = new_order(next(accesses))
    with pytest.raises(asyncpg.RaiseError, match=f"begins as RECEIVED, not as {state}"):
        operator.rows(
            "INSERT INTO orders (order_id, sp, access_id, service, service_type, claim, operation, subscription_id, "
            "expected_at, wish, plan, told_by, state) "
            "VALUES ($1, $2, $3, 'BB-100-100', 'Broadband', '', 'ACTIVATE', 'x', now(), 'w', '{a}', 0, $4)",
            order.order_id,
            order.sp,
            order.access_id,
            state,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_id": "NONE"},
        {"service": "NONE"},
        {"service": "IPTV-BASE"},
        {"sp": "nobody"},
    ],
    ids=str,
)
def test_an_order_is_about_something_that_there_is(
    operator: Operator, accesses: Iterator[str], wrong: dict[str, str]
) -> None:
    order = dataclasses.replace(new_order(next(accesses)), **wrong)  # type: ignore[arg-type]
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        place(operator, order)


def test_an_order_for_a_subscription_needs_one(operator: Operator, accesses: Iterator[str]) -> None:
    order = dataclasses.replace(new_order(next(accesses)), operation=Operation.SUSPEND)
    assert place(operator, order) == set()


SUBSCRIPTION_MOVES = {
    ("ACTIVATED", "SUSPENDED"),
    ("SUSPENDED", "ACTIVATED"),
    ("ACTIVATED", "ENDED"),
    ("SUSPENDED", "ENDED"),
    ("ACTIVATED", "ACTIVATED"),
    ("SUSPENDED", "SUSPENDED"),
}


@pytest.mark.parametrize(("before", "after"), [*itertools.product(("ACTIVATED", "SUSPENDED", "ENDED"), repeat=2)])
def test_what_has_ended_does_not_come_back(
    operator: Operator, accesses: Iterator[str], before: str, after: str
) -> None:
    order = activate(operator, next(accesses))

    async def moves(database: Database) -> bool:
        async with database.connection() as tx:
            undone = tx.transaction()
            await undone.start()
            try:
                for state in (before, after):
                    await tx.execute(
                        "UPDATE subscriptions SET state = $2, ended_at = CASE WHEN $2 = 'ENDED' THEN now() END "
                        "WHERE subscription_id = $1",
                        order.subscription_id,
                        state,
                    )
            except REFUSED:
                return False
            finally:
                await undone.rollback()
            return True

    assert operator.do(moves) is ((before, after) in SUBSCRIPTION_MOVES)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM subscriptions WHERE subscription_id = $1",
        "UPDATE subscriptions SET sp = 'beta' WHERE subscription_id = $1",
        "UPDATE subscriptions SET access_id = 'T-400' WHERE subscription_id = $1",
        "UPDATE subscriptions SET claim = 'x' WHERE subscription_id = $1",
        "UPDATE subscriptions SET state = 'PENDING' WHERE subscription_id = $1",
        "UPDATE subscriptions SET state = 'ENDED' WHERE subscription_id = $1",
        "UPDATE subscriptions SET ended_at = now() WHERE subscription_id = $1",
        "UPDATE subscriptions SET service = 'IPTV-BASE' WHERE subscription_id = $1",
        "UPDATE subscriptions SET service = 'NONE' WHERE subscription_id = $1",
        "UPDATE subscriptions SET sp_reference = '' WHERE subscription_id = $1",
        "UPDATE subscriptions SET note = repeat('x', 256) WHERE subscription_id = $1",
        "UPDATE subscriptions SET equipment = '{}' WHERE subscription_id = $1",
        "UPDATE subscriptions SET characteristics = '[]' WHERE subscription_id = $1",
        "INSERT INTO subscriptions SELECT 'x', sp, access_id, service, service_type, claim, 'SUSPENDED', now() "
        "FROM subscriptions WHERE subscription_id = $1",
    ],
)
def test_what_must_hold_of_subscriptions_is_refused_by_the_database_itself(
    operator: Operator, accesses: Iterator[str], statement: str
) -> None:
    order = activate(operator, next(accesses))
    assert not operator.do(lambda database: tries(database, order.subscription_id, (), statement))
    fine = "UPDATE subscriptions SET service = 'BB-10-10', note = 'n' WHERE subscription_id = $1"
    assert operator.do(lambda database: tries(database, order.subscription_id, (), fine))


def test_of_many_wishes_for_one_place_one_is_stored(operator: Operator, accesses: Iterator[str]) -> None:
    access, free = next(accesses), next(accesses)
    first, *rest = (new_order(access, sp=sp) for sp in (ALFA, BETA, ALFA))
    other = new_order(free, sp=BETA)
    assert place(operator, first, *rest, other) == {first.order_id, other.order_id}
    assert place(operator, *rest) == set()
    # Another type, and another line, are other places.
    tv = new_order(access, sp=BETA, service="IPTV-BASE", service_type="IPTV")
    lines = [new_order(access, service="VOIP", service_type="VOIP", claim=f"alfa {n}") for n in range(2)]
    assert len(place(operator, tv, *lines)) == 3


def test_of_many_who_come_at_the_same_moment_one_wins(operator: Operator, accesses: Iterator[str]) -> None:
    wanted = [next(accesses) for _ in range(10)]

    async def race(database: Database) -> dict[str, int]:
        async def one(sp: ids.Sp, access: str) -> tuple[str, int]:
            async with database.connection() as tx:
                return access, len(await orders.insert(tx, [new_order(access, sp=sp)]))

        outcomes = await asyncio.gather(*(one(sp, access) for access in wanted for sp in (ALFA, BETA, ALFA, BETA)))
        return {access: sum(won for place, won in outcomes if place == access) for access in wanted}

    assert operator.do(race) == dict.fromkeys(wanted, 1)


def test_a_place_that_is_held_is_no_way_but_for_a_takeover_or_after_its_end(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    held = activate(operator, access)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    wish = new_order(access, sp=BETA, requested_at=tomorrow)
    assert place(operator, wish) == set()
    # One of several that cannot be does not keep the others out.
    bystander = new_order(next(accesses), sp=BETA)
    assert place(operator, wish, bystander) == {bystander.order_id}
    own = new_order(access, forced_takeover=True)
    assert place(operator, own) == set()
    operator.rows("UPDATE subscriptions SET ends_at = $2 WHERE subscription_id = $1", held.subscription_id, tomorrow)
    assert place(operator, dataclasses.replace(wish, requested_at=tomorrow - timedelta(seconds=1))) == set()
    assert place(operator, wish) == {wish.order_id}
    operator.rows("UPDATE orders SET state = 'CANCELLED' WHERE order_id = $1", wish.order_id)
    takeover = new_order(access, sp=BETA, forced_takeover=True)
    assert place(operator, takeover) == {takeover.order_id}


def test_a_subscription_that_changed_since_it_was_seen_takes_no_order(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order = activate(operator, next(accesses))
    suspend = later(operator, order, Operation.SUSPEND)
    operator.rows("UPDATE subscriptions SET note = 'n' WHERE subscription_id = $1", order.subscription_id)
    assert place(operator, suspend) == set()
    suspend = later(operator, order, Operation.SUSPEND)
    strangers = dataclasses.replace(suspend, sp=BETA)
    assert place(operator, strangers) == set()
    assert place(operator, suspend) == {suspend.order_id}
    # And one unfinished order is all that it takes.
    assert place(operator, later(operator, order, Operation.RESUME)) == set()


def test_the_ground_is_what_stands_there_for_each_who_asks(operator: Operator, accesses: Iterator[str]) -> None:
    held, wanted, free = (next(accesses) for _ in range(3))
    subscription = activate(operator, held)
    order = new_order(wanted)
    place(operator, order)
    questions = [
        Question(sp, ids.AccessId(access), service, None)
        for sp in (ALFA, BETA, ids.Sp("gamma"))
        for access in (held, wanted, free, "E-1", "NONE")
        for service in ("BB-100-100", "NONE")
    ]

    async def ask(database: Database) -> dict[Question, orders.Ground]:
        async with database.connection() as tx:
            return dict(await orders.grounds(tx, questions))

    grounds = operator.do(ask)
    assert grounds.keys() == set(questions)
    ground = {(q.sp, q.access_id): grounds[q] for q in questions if q.service == "BB-100-100"}
    assert [holder.subscription_id for holder in ground[ALFA, ids.AccessId(held)].holders] == [
        subscription.subscription_id
    ]
    (mine,) = ground[ALFA, ids.AccessId(wanted)].holders
    assert (mine.wanted, mine.unfinished and mine.unfinished.order_id) == (True, order.order_id)
    for access, is_wanted in ((held, False), (wanted, True)):
        (theirs,) = ground[BETA, ids.AccessId(access)].holders
        # Of another's, nothing is there but that it is.
        assert (theirs.wanted, theirs.mine, theirs.service, theirs.unfinished) == (is_wanted, False, None, None)
    assert ground[ALFA, ids.AccessId(free)].holders == ()
    assert ground[ids.Sp("gamma"), ids.AccessId(held)].access is None
    assert ground[ids.Sp("gamma"), ids.AccessId("E-1")].access is not None
    assert ground[ALFA, ids.AccessId("NONE")].access is None
    assert not [grounds[q] for q in questions if q.service == "NONE" and grounds[q].offer]


def test_who_changes_what_another_has_told_later_begins_again(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    place(operator, order)

    async def attempt(database: Database) -> None:
        async with database.connection() as first, database.connection() as second, first.transaction():
            # The first has its place in the journal now, before what the second will write.
            await first.execute("SELECT pg_current_xact_id()")
            await second.execute("UPDATE orders SET state = 'IN_PROGRESS' WHERE order_id = $1", order.order_id)
            await first.execute("UPDATE orders SET state = 'DONE_FAILED' WHERE order_id = $1", order.order_id)

    with pytest.raises(errors.Unavailable):
        operator.do(attempt)
    assert operator.value("SELECT state FROM orders WHERE order_id = $1", order.order_id) == "IN_PROGRESS"
