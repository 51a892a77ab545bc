"""The journal: nothing changes without its row, rows never change, and positions only grow, whoever writes."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from onapi import ids
from onapi.engine.chores import Chores
from onapi.storage import journal, migrate
from onapi.storage.journal import BEGINNING, Position
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import Operation
from tests.operators import Operator
from tests.storage.stored_orders import ALFA, BETA, activate, later, new_order, place, placed


async def told(tx: Tx, sp: ids.Sp, after: Position = BEGINNING) -> list[tuple[Position, str, str]]:
    """Return an SP's order events after a position: where, which order, which state."""
    pieces: list[bytes] = []

    async def sink(piece: bytes) -> None:
        pieces.append(piece)

    await journal.copy_orderevents(tx, sink, sp=sp, after=after, mount="", between=b",")
    found = []
    for event in json.loads(b"[" + b"".join(pieces) + b"]"):
        position = journal.read_event(event["event"])
        assert position is not None
        found.append((position, event["order"]["path"].rpartition("/")[2], event["order"]["state"]))
    return found


async def newest(tx: Tx) -> Position:
    """Return the last position of the journal."""
    row = await tx.fetchrow("SELECT tx, seq FROM journal ORDER BY tx DESC, seq DESC LIMIT 1")
    return BEGINNING if row is None else Position(*row)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal SET message = 'x'", "UPDATE journal SET at = at WHERE false", "UPDATE journal SET tx = tx + 1"],
)
def test_the_journal_does_not_change(operator: Operator, statement: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="The journal does not change"):
        operator.rows(statement)


@pytest.mark.parametrize(
    ("what", "kind", "sp"),
    [
        ("RENAME", "orders", "alfa"),
        ("CREATE", "order", "alfa"),
        ("CREATE", "orders", None),
        ("CREATE", "accesses", "alfa"),
    ],
)
def test_a_row_tells_of_one_of_the_standards_objects_and_whose_it_is(
    operator: Operator, what: str, kind: str, sp: str | None
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        operator.rows(
            "INSERT INTO journal (tx, at, type, object_type, object_id, sp) VALUES (1, now(), $1, $2, 'x', $3)",
            what,
            kind,
            sp,
        )


def test_sql_by_hand_is_told_as_everything_is_and_what_is_undone_is_not(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    subscription = activate(operator, access).subscription_id

    async def by_hand(database: Database) -> list[tuple[Any, ...]]:
        async with database.connection() as tx:
            after = await newest(tx)
            undone = tx.transaction()
            await undone.start()
            await tx.execute("UPDATE subscriptions SET note = 'undone' WHERE subscription_id = $1", subscription)
            await undone.rollback()
            async with tx.transaction():
                await tx.execute("UPDATE subscriptions SET note = 'x' WHERE subscription_id = $1", subscription)
                await tx.execute(
                    "UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE subscription_id = $1",
                    subscription,
                )
                await tx.execute("UPDATE accesses SET outlet = 'x' WHERE access_id = $1", access)
            rows = await tx.fetch(
                "SELECT type, object_type, object_id, sp FROM journal WHERE (tx, seq) > ($1, $2) ORDER BY tx, seq",
                *after,
            )
            return [tuple(row) for row in rows]

    assert operator.do(by_hand) == [
        ("UPDATE", "subscriptions", subscription, "alfa"),
        ("DELETE", "subscriptions", subscription, "alfa"),
        ("UPDATE", "accesses", access, None),
    ]


def test_a_row_of_the_journal_is_stamped_like_the_row_it_tells_of(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    order = activate(operator, access)
    operator.rows("UPDATE accesses SET outlet = 'x' WHERE access_id = $1", access)
    for table, key, name in (
        ("accesses", "access_id", access),
        ("subscriptions", "subscription_id", order.subscription_id),
    ):
        stamps = operator.rows(
            f"SELECT max(j.at) AS told, max(t.changed_at) AS changed FROM journal j JOIN {table} t "
            f"ON t.{key} = j.object_id WHERE j.object_type = $1 AND j.object_id = $2",
            table,
            name,
        )[0]
        assert stamps["told"] == stamps["changed"]


def test_what_commits_later_is_told_later_even_if_it_began_first(operator: Operator, accesses: Iterator[str]) -> None:
    early, late = new_order(next(accesses)), new_order(next(accesses))

    async def race(database: Database) -> None:
        async with database.connection() as first, database.connection() as reader:
            after = (await told(reader, ALFA))[-1:]
            begin = after[0][0] if after else BEGINNING
            undone = first.transaction()
            await undone.start()
            await first.execute("SELECT pg_current_xact_id()")
            async with database.connection() as second:
                await placed(second, late)
                # It is there, but something may still come before it.
                assert await told(reader, ALFA, begin) == []
                position = await journal.newest(reader, sp=ALFA)
                assert not await journal.knows(reader, sp=ALFA, position=position)
                await placed(first, early)
                assert await told(reader, ALFA, begin) == []
            await undone.commit()
            events = await told(reader, ALFA, begin)
            assert [name for _, name, _ in events] == [early.order_id, late.order_id]
            assert [where for where, _, _ in events] == sorted(where for where, _, _ in events)
            assert await journal.knows(reader, sp=ALFA, position=events[-1][0])
            assert await told(reader, ALFA, events[0][0]) == events[1:]

    operator.do(race)


def test_a_transaction_that_is_undone_holds_nothing_back_for_good(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order = new_order(next(accesses))

    async def undo(database: Database) -> list[str]:
        async with database.connection() as first, database.connection() as reader:
            undone = first.transaction()
            await undone.start()
            await first.execute("SELECT pg_current_xact_id()")
            async with database.connection() as second:
                await placed(second, order)
            await undone.rollback()
            return [name for _, name, _ in await told(reader, ALFA)]

    assert operator.do(undo)[-1] == order.order_id


def test_an_sp_is_told_of_its_own_orders_and_knows_its_own_events(
    operator: Operator, accesses: Iterator[str]
) -> None:
    mine, theirs = new_order(next(accesses)), new_order(next(accesses), sp=BETA)
    place(operator, mine, theirs)

    async def read(database: Database) -> None:
        async with database.connection() as tx:
            for sp, other, own, foreign in ((ALFA, BETA, mine, theirs), (BETA, ALFA, theirs, mine)):
                events = {name: where for where, name, _ in await told(tx, sp)}
                assert own.order_id in events
                assert foreign.order_id not in events
                assert await journal.knows(tx, sp=sp, position=events[own.order_id])
                assert not await journal.knows(tx, sp=other, position=events[own.order_id])

    operator.do(read)


@pytest.mark.parametrize(
    ("event", "position"),
    [
        ("0-0", Position(0, 0)),
        ("12-345", Position(12, 345)),
        ("9" * 18 + "-" + "9" * 18, Position(10**18 - 1, 10**18 - 1)),
        *(
            (event, None)
            for event in ("", "-", "1", "1-", "-1", "01-1", "1-01", "1-1\n", " 1-1", "1-1-1", "+1-1", "１-1")
        ),
        ("1" * 19 + "-1", None),
    ],
)
def test_an_event_is_read_as_it_is_written_and_in_no_other_form(event: str, position: Position | None) -> None:
    assert journal.read_event(event) == position


def test_what_is_older_than_it_is_kept_is_forgotten_in_pieces(operator: Operator, accesses: Iterator[str]) -> None:
    place(operator, new_order(next(accesses)))
    old = datetime.now(UTC) - timedelta(days=journal.KEPT_DAYS)

    async def age(database: Database) -> int:
        async with database.transaction() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            await tx.execute(
                "INSERT INTO journal (tx, at, type, object_type, object_id, sp) "
                "SELECT 1, $1, 'UPDATE', 'orders', 'old', CASE WHEN n > 5000 THEN 'alfa' ELSE 'beta' END "
                "FROM generate_series(1, 25000) AS n",
                old - timedelta(minutes=1),
            )
            await tx.execute(
                "INSERT INTO journal (tx, at, type, object_type, object_id) "
                "VALUES (1, $1, 'UPDATE', 'accesses', 'old'), (1, $2, 'UPDATE', 'accesses', 'young')",
                old - timedelta(minutes=1),
                old + timedelta(minutes=10),
            )
            before: int = await tx.fetchval("SELECT count(*) FROM journal WHERE object_id <> 'old'")
        async with database.connection() as tx:
            assert 0 < await journal.forget(tx) < 25_001
        return before

    kept = operator.do(age)
    operator.do(lambda database: Chores(database).look())
    assert operator.value("SELECT count(*) FROM journal WHERE object_id = 'old'") == 0
    assert operator.value("SELECT count(*) FROM journal") == kept
    assert operator.value("SELECT count(*) FROM journal WHERE object_id = 'young'") == 1


def test_each_move_of_an_order_is_told_once_and_the_engines_notes_are_not(
    operator: Operator, accesses: Iterator[str]
) -> None:
    order = activate(operator, next(accesses))
    suspend = later(operator, order, Operation.SUSPEND)
    place(operator, suspend)
    for statement in (
        "UPDATE orders SET state = 'IN_PROGRESS' WHERE order_id = $1",
        "UPDATE orders SET tries = 3, trouble = 'x', due_at = 'infinity', undoing = true WHERE order_id = $1",
        "UPDATE orders SET state = 'DONE_FAILED', message = 'm', code = 'network' WHERE order_id = $1",
    ):
        operator.rows(statement, suspend.order_id)
    rows = operator.rows(
        "SELECT type, state, message, code, operation, service, access_id FROM journal "
        "WHERE object_id = $1 ORDER BY tx, seq",
        suspend.order_id,
    )
    about = ("SUSPEND", "BB-100-100", suspend.access_id)
    assert [tuple(row) for row in rows] == [
        ("CREATE", "RECEIVED", "", None, *about),
        ("UPDATE", "IN_PROGRESS", "", None, *about),
        ("UPDATE", "DONE_FAILED", "m", "network", *about),
    ]


def test_many_writers_at_once_are_told_in_one_order_that_never_changes(
    operator: Operator, accesses: Iterator[str]
) -> None:
    async def write(database: Database) -> None:
        async with database.connection() as reader:
            begin = await newest(reader)
            wanted = [new_order(next(accesses)) for _ in range(24)]

            async def one(number: int) -> None:
                for order in wanted[number::6]:
                    async with database.transaction() as tx:
                        await placed(tx, order)
                        await asyncio.sleep(0.001 * (number % 3))

            writing = asyncio.gather(*(one(number) for number in range(6)))
            followed: list[str] = []
            last = begin
            while len(followed) < len(wanted):
                news = await told(reader, ALFA, last)
                followed += [name for _, name, _ in news]
                last = news[-1][0] if news else last
                await asyncio.sleep(0)
            await writing
            assert followed == [name for _, name, _ in await told(reader, ALFA, begin)]
            assert sorted(followed) == sorted(order.order_id for order in wanted)

    operator.do(write)


def test_a_database_that_was_restored_into_a_younger_cluster_goes_on_above_what_it_holds(
    operator: Operator, accesses: Iterator[str]
) -> None:
    place(operator, new_order(next(accesses)))
    far = operator.value("SELECT max(tx) + 1000000 FROM journal")

    async def restore(database: Database) -> None:
        async with database.connection() as tx:
            before = [where for where, _, _ in await told(tx, ALFA)]
            async with tx.transaction():
                # As it would be if the old cluster had come much further.
                await tx.execute("SET LOCAL session_replication_role = replica")
                await tx.execute("UPDATE journal SET tx = tx + 1000000")
                await tx.execute("UPDATE orders SET told_by = told_by + 1000000")
            async with tx.transaction():
                await migrate.apply(tx)
            order = new_order(next(accesses))
            await placed(tx, order)
            events = await told(tx, ALFA)
            assert [where.seq for where, _, _ in events[:-1]] == [where.seq for where in before]
            where, name, _ = events[-1]
            assert name == order.order_id
            assert where.tx > far >= events[-2][0].tx
            # And once is enough.
            async with tx.transaction():
                await migrate.apply(tx)
            another = new_order(next(accesses))
            await placed(tx, another)
            assert [name for _, name, _ in await told(tx, ALFA, where)] == [another.order_id]

    operator.do(restore)
