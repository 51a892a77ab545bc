"""Those who write while SPs follow: each goes on until the work ends, on a connection of its own."""

import asyncio
import io
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NewType

import asyncpg

from onapi.actions import accesses as actions
from onapi.domain.accesses import Access
from onapi.storage.tx import Tx
from tests import given
from tests.concurrency.followers import Follower
from tests.concurrency.scene import Scene

POPULATIONS = ("Norr", "Söder", "Öster", "Väster", None)
STANDING = 2000
IMPORTED = 10_000

Slow = NewType("Slow", int)


@dataclass(slots=True)
class Tally:
    """What the writers did, and who of them has a slow transaction open."""

    commits: int = 0
    rollbacks: int = 0
    imports: int = 0
    grants: int = 0
    slow_commits: int = 0
    slow_commits_across_polls: int = 0
    polls: int = 0
    slow_open: set[Slow] = field(default_factory=set)


@dataclass(slots=True)
class Work:
    """The shared circumstances of all writers; `chance` is seeded, so that their choices are the same every time."""

    scene: Scene
    changing: Follower
    tally: Tally = field(default_factory=Tally)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    chance: random.Random = field(default_factory=lambda: random.Random(26))
    serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def rest(self, seconds: float) -> None:
        """Do nothing for a while, or until the work ends."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)

    def standing(self) -> str:
        """Return the name of one of the accesses that stood there from the start."""
        return f"A-{self.chance.randrange(STANDING)}"

    def population(self) -> str | None:
        """Return any population."""
        return self.chance.choice(POPULATIONS)

    @asynccontextmanager
    async def committing(self, hand: Tx) -> AsyncIterator[None]:
        """Count the block as a commit, or as rolled back when PostgreSQL refuses it, as for a deadlock."""
        try:
            yield
        except asyncpg.PostgresError:
            await hand.execute("ROLLBACK")
            self.tally.rollbacks += 1
        else:
            self.tally.commits += 1

    @asynccontextmanager
    async def slowly(self) -> AsyncIterator[None]:
        """Count the block, an open transaction that has written, as slow."""
        slow, polls, began = Slow(next(self.serial)), self.tally.polls, time.monotonic()
        self.tally.slow_open.add(slow)
        try:
            yield
        finally:
            self.tally.slow_open.discard(slow)
        self.tally.slow_commits += 1
        # Over a second, and with answers given on the way: what a clock as Last-Modified would lose.
        self.tally.slow_commits_across_polls += self.tally.polls > polls and time.monotonic() - began > 1


INSERT = """
INSERT INTO accesses (access_id, legacy_access_id, street_name, street_number, postal_code, city, country_code,
                      premises_type, population, access_state)
VALUES ($1, $1, 'Nygatan', '1', '12345', 'Ankeborg', 'SE', 'RESIDENTIAL_HOUSE', $2, 'CONNECTED')
"""
OUTLET = "UPDATE accesses SET outlet = $2 WHERE access_id = $1"
MOVE = "UPDATE accesses SET population = $2 WHERE access_id = $1"
STATE = """
UPDATE accesses SET access_state = CASE access_state WHEN 'CONNECTED' THEN 'DISCONNECTED' ELSE 'CONNECTED' END
 WHERE access_id = $1
"""


async def update_fast(work: Work, hand: Tx) -> None:
    """Change an access in a transaction of its own."""
    async with work.committing(hand):
        await hand.execute(OUTLET, work.standing(), f"outlet {next(work.serial)}")
    await work.rest(0.01)


async def insert_fast(work: Work, hand: Tx) -> None:
    """Add an access in a transaction of its own, and change the state of another."""
    async with work.committing(hand):
        await hand.execute(INSERT, f"F-{next(work.serial)}", work.population())
    async with work.committing(hand):
        await hand.execute(STATE, work.standing())
    await work.rest(0.02)


async def write_slowly(work: Work, hand: Tx) -> None:
    """Add an access that nobody else ever touches, change another, and commit one to four seconds later."""
    async with work.committing(hand):
        await hand.execute("BEGIN")
        await hand.execute(INSERT, f"S-{next(work.serial)}", work.population())
        await hand.execute(OUTLET, work.standing(), "slow")
        async with work.slowly():
            await work.rest(work.chance.uniform(1, 4))
            await hand.execute("COMMIT")


async def write_late(work: Work, hand: Tx) -> None:
    """Read for a second or two, and only then write and commit."""
    async with work.committing(hand):
        await hand.execute("BEGIN")
        await hand.execute("SELECT count(*) FROM accesses")
        await work.rest(work.chance.uniform(1, 2))
        await hand.execute(INSERT, f"L-{next(work.serial)}", work.population())
        await hand.execute("COMMIT")


async def abort(work: Work, hand: Tx) -> None:
    """Add, change and move, and take it all back."""
    await hand.execute("BEGIN")
    with suppress(asyncpg.PostgresError):
        await hand.execute(INSERT, f"X-{next(work.serial)}", work.population())
        await hand.execute(OUTLET, work.standing(), "aborted")
        await hand.execute(MOVE, work.standing(), work.population())
        await work.rest(work.chance.uniform(0, 1))
    await hand.execute("ROLLBACK")
    work.tally.rollbacks += 1


async def move(work: Work, hand: Tx) -> None:
    """Move an access to another population, now and then through a third in the same transaction."""
    access = work.standing()
    async with work.committing(hand):
        await hand.execute("BEGIN")
        for _ in range(work.chance.choice((1, 1, 2, 3))):
            await hand.execute(MOVE, access, work.population())
        await hand.execute("COMMIT")
    await work.rest(0.02)


async def write_by_hand(work: Work, hand: Tx) -> None:
    """Send scripts as somebody with psql does: many rows, savepoints, COPY, ON CONFLICT."""
    serial = next(work.serial)
    async with work.committing(hand):
        await hand.execute(f"""
            BEGIN;
            UPDATE accesses SET outlet = 'hand {serial}' WHERE access_id LIKE 'A-{serial % 20}_';
            SAVEPOINT before;
            UPDATE accesses SET population = NULL WHERE access_id LIKE 'A-{serial % 20}_';
            ROLLBACK TO before;
            UPDATE accesses SET population = 'Söder' WHERE access_id LIKE 'A-{serial % 10}__' AND population = 'Norr';
            COMMIT;
        """)
    rows = "".join(
        f"H-{serial}-{n}\tH-{serial}-{n}\tBrogatan\t12345\tAnkeborg\tSE\tUNKNOWN\tNorr\tCONNECTED\n" for n in "abc"
    )
    columns = (
        "access_id legacy_access_id street_name postal_code city country_code premises_type population access_state"
    )
    async with work.committing(hand):
        await hand.copy_to_table("accesses", source=io.BytesIO(rows.encode()), columns=columns.split())
    async with work.committing(hand):
        await hand.execute(INSERT + "ON CONFLICT (access_id) DO UPDATE SET outlet = 'again'", f"H-{serial}-a", "Norr")
    await work.rest(0.3)


async def import_many(work: Work, _hand: Tx) -> None:
    """Import ten thousand accesses in one transaction, all changed and some moved; every third import is undone."""
    round_ = next(work.serial)
    work.tally.imports += 1
    dry_run = work.tally.imports % 3 == 2
    await actions.import_list(
        work.scene.database,
        (_imported(n, round_) for n in range(IMPORTED)),
        dry_run=dry_run,
        disconnect_missing=False,
        max_missing=0,
        progress=lambda _rows: None,
    )
    work.tally.rollbacks += dry_run
    work.tally.commits += not dry_run
    await work.rest(work.chance.uniform(1, 3))


async def grant_and_revoke(work: Work, hand: Tx) -> None:
    """Let one SP see a population for a while; an access moves into it in the same transactions."""
    population = work.chance.choice(("Söder", "Väster"))
    sp, view = work.changing.sp, work.changing.view
    for statement in (
        f"INSERT INTO agreements (sp, population) VALUES ('{sp}', '{population}')",
        f"UPDATE agreements SET revoked_at = now() WHERE sp = '{sp}' AND population = '{population}'"
        " AND revoked_at IS NULL",
    ):
        granting = statement.startswith("INSERT")
        if granting:
            view.granting(population)
        async with work.committing(hand):
            await hand.execute("BEGIN")
            await hand.execute(statement)
            await hand.execute(MOVE, work.standing(), population)
            await work.rest(work.chance.choice((0, 0, 1.5)))
            await hand.execute("COMMIT")
            work.tally.grants += 1
            if not granting:
                view.revoked(population)
        await work.rest(work.chance.uniform(0.2, 1))


Writer = Callable[[Work, Tx], Awaitable[None]]
EVERYONE: tuple[Writer, ...] = (
    update_fast,
    update_fast,
    insert_fast,
    write_slowly,
    write_slowly,
    write_slowly,
    write_late,
    abort,
    move,
    write_by_hand,
    import_many,
    grant_and_revoke,
)


def standing_accesses() -> Iterator[Access]:
    """Yield the accesses that stand there from the start."""
    return (_access(f"A-{n}", population=POPULATIONS[n % 5]) for n in range(STANDING))


def _imported(number: int, round_: int) -> Access:
    moved = round_ if number % 100 == 0 else 0
    return _access(f"I-{number}", population=POPULATIONS[(number + moved) % 5], outlet=f"import {round_}")


def _access(name: str, **fields: str | None) -> Access:
    return given.access(name, legacy_access_id=name, **fields)
