"""A server or several, their database, followers, and people who write to it by hand."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar, cast

import asyncpg
import httpx2

from onapi.domain.accesses import Access
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect
from tests import given
from tests.concurrency.followers import Follower, Manner
from tests.concurrency.views import View
from tests.conftest import Server, opened

F = TypeVar("F", bound=Follower)

BELL = "BELL"
_PATIENCE_S = 20.0
_LONGEST_S = 180.0
_LONG_AGO = "2020-02-02 02:02:02+00"


class Scene:
    """What a story of this folder plays on; `playing` makes it and clears it away."""

    def __init__(self, servers: Sequence[Server], database: Database, clock: Tx, stack: AsyncExitStack) -> None:
        self.servers = servers
        self.database = database
        self._clock = clock
        self._clock_lock = asyncio.Lock()
        self._stack = stack
        self._tones = itertools.count(1)

    async def by_hand(self) -> Tx:
        """Return a connection as somebody with psql has it."""
        connection = await asyncpg.connect(self.servers[0].database_url)
        self._stack.push_async_callback(connection.close, timeout=5)
        return connection

    async def sql(self, *statements: str) -> None:
        """Run statements by hand, each its own transaction."""
        async with self.database.connection() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def now(self) -> datetime:
        """Return the database's time."""
        async with self._clock_lock:
            return cast("datetime", await self._clock.fetchval("SELECT clock_timestamp()"))

    async def pass_a_second(self) -> None:
        """Wait until the database's clock shows another second than now."""
        next_second = (await self.now()).replace(microsecond=0) + timedelta(seconds=1)
        while (now := await self.now()) < next_second:
            await asyncio.sleep((next_second - now).total_seconds())

    async def until(self, question: str) -> None:
        """Ask the database a question until it says yes."""
        async with asyncio.timeout(_PATIENCE_S), self.database.connection() as connection:
            while not await connection.fetchval(question):
                await asyncio.sleep(0.01)

    async def city(self, *accesses: Access) -> None:
        """Build a city of these accesses and a bell, long ago: no delta has them unless something brings them."""
        await given.accesses_in(self.database, *accesses, given.access(BELL))
        await self.as_of_long_ago("UPDATE accesses SET changed_at = $1::text::timestamptz")

    async def client(self, sp: str, *populations: str, dialect: Dialect = Dialect.BITVIS) -> httpx2.AsyncClient:
        """Make an SP of long ago; without populations it sees everything. Return a client that sends its password."""
        headers = await given.provider(self.database, sp, populations=populations, dialect=dialect)
        await self.as_of_long_ago("UPDATE agreements SET granted_at = $1::text::timestamptz")
        return await self.another_client(headers)

    async def another_client(self, headers: Mapping[str, str]) -> httpx2.AsyncClient:
        """Return a client with these headers, and connections of its own."""
        client = httpx2.AsyncClient(headers=headers, timeout=60)
        return await self._stack.enter_async_context(client)

    async def follower(self, sp: str, *populations: str, manner: Manner = Manner.WHOLE) -> Follower:
        """Make an SP of long ago that follows the accesses. It has its first full list already."""
        return await self.following(Follower, await self.client(sp, *populations), sp, *populations, manner=manner)

    async def following(
        self,
        kind: type[F],
        client: httpx2.AsyncClient,
        sp: str,
        *populations: str,
        manner: Manner = Manner.WHOLE,
    ) -> F:
        """Have an SP that there is follow a list. It has its first full list already."""
        follower = kind(client, self.urls, self.now, View(*populations), sp=sp, manner=manner)
        await follower.poll()
        return follower

    @property
    def urls(self) -> list[str]:
        """The servers' URLs."""
        return [server.url for server in self.servers]

    async def grant(self, follower: Follower, population: str) -> None:
        """Let an SP see a population."""
        follower.view.granting(population)
        await self.sql(f"INSERT INTO agreements (sp, population) VALUES ('{follower.sp}', '{population}')")

    async def revoke(self, follower: Follower, population: str) -> None:
        """End an SP's agreement."""
        await self.sql(
            f"UPDATE agreements SET revoked_at = now() "
            f"WHERE sp = '{follower.sp}' AND population = '{population}' AND revoked_at IS NULL"
        )
        follower.view.revoked(population)

    async def ring(self, *followers: Follower) -> None:
        """Change the bell, and return when every follower has heard it.

        An answer that brings the bell was computed after everything that was committed before the ring, so it is
        the last in which a change of before can arrive: a change that it lacks is lost.
        """
        tone = f"tone {next(self._tones)}"
        await self.sql(f"UPDATE accesses SET outlet = '{tone}' WHERE access_id = '{BELL}'")
        for follower in followers:
            await follower.until(lambda follower=follower: tone.encode() in follower.copy[BELL])  # type: ignore[misc]

    async def as_of_long_ago(self, statement: str) -> None:
        """Run a statement without triggers, so that it is no news; its one parameter is the text of a moment."""
        async with self.database.transaction() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            await tx.execute(statement, _LONG_AGO)


async def lasting(seconds: float, enough: Callable[[], bool]) -> None:
    """Let things go on for so long, and then until enough of them have happened: a slow machine takes longer."""
    await asyncio.sleep(seconds)
    async with asyncio.timeout(_LONGEST_S):
        while not enough():
            await asyncio.sleep(0.2)


@asynccontextmanager
async def playing(*servers: Server) -> AsyncIterator[Scene]:
    """Make a scene of servers that share a database."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened(servers[0].database_url))
        clock = await asyncpg.connect(servers[0].database_url)
        stack.push_async_callback(clock.close, timeout=5)
        yield Scene(servers, database, clock, stack)
