"""The connections of one process to PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from onapi import errors, ids
from onapi.storage.tx import Tx, spoken_plainly

if TYPE_CHECKING:
    _Plain = asyncpg.Connection[asyncpg.Record]
else:
    _Plain = asyncpg.Connection

_READS = 8
_LISTS = 4
_PATIENCE_S = 10.0
_STATEMENT_S = 30.0
_ROLE_FOR_SPS = "onapi_api"
_SESSION = {
    "application_name": "onapi",
    # Compiling a plan costs more than any of our queries gains by it.
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "10s",
    "timezone": "UTC",
}


async def _keep(_connection: object) -> None:
    """Leave a released connection as it is: no query sets session state, and resets cost a fifth of the rate."""


class _Connection(_Plain):
    """A connection that knows for which SPs its statements are: docs/explanation/tenancy.md."""

    _turn = ""

    async def take_turn(self, turn: str) -> None:
        """Make the rows of these SPs be there, and no others'; a blank stands between their names."""
        if turn != self._turn:
            # Broken off in the middle, nobody knows whose turn it is; no SP has such a name.
            self._turn = "?"
            await self.execute("SELECT set_config('onapi.sp', $1, false)", turn)
            self._turn = turn


class Database:
    """A pool of connections; open it with `connect`, and close it with `close`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._list_places = asyncio.Semaphore(_LISTS)

    @asynccontextmanager
    async def connection(self, *sps: ids.Sp) -> AsyncIterator[Tx]:
        """Lend a connection outside any transaction: each statement is its own.

        Args:
            sps: whose rows are there, if the database was opened for SPs; the operator's has all rows anyway.

        Raises:
            Unavailable: the database is away, or no connection came free in time.
        """
        with spoken_plainly():
            async with self._pool.acquire(timeout=_PATIENCE_S) as connection:
                # The stubs do not know that a proxy has whatever its connection has.
                await connection.take_turn(" ".join(sorted({*sps})))  # type: ignore[attr-defined]
                yield connection

    @asynccontextmanager
    async def transaction(self, *sps: ids.Sp) -> AsyncIterator[Tx]:
        """Lend a connection in a transaction, committed at the end and rolled back on any error."""
        async with self.connection(*sps) as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def list_place(self) -> AsyncIterator[None]:
        """Hold one of the places for whole lists, so that lists never take the last connections.

        Raises:
            Unavailable: all places stayed taken.
        """
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._list_places.acquire()
        except TimeoutError:
            raise errors.Unavailable("Too many whole lists are being read at once.", retry_after=10) from None
        try:
            yield
        finally:
            self._list_places.release()

    async def close(self) -> None:
        """Close every connection, at once if they do not end by themselves."""
        try:
            async with asyncio.timeout(3):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


async def connect(url: str, *, for_sps: bool = False) -> Database:
    """Open the pool.

    Args:
        url: a PostgreSQL URL, `postgresql://user@host/database` or with `?host=/socket/folder`.
        for_sps: whether rows are there only for the SPs whose turn it is, as servers must have it.

    Raises:
        Unavailable: PostgreSQL cannot be reached there.
    """
    with spoken_plainly():
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=_READS + _LISTS,
                command_timeout=_STATEMENT_S,
                max_inactive_connection_lifetime=300,
                server_settings=_SESSION | ({"role": _ROLE_FOR_SPS} if for_sps else {}),
                connection_class=_Connection,
                reset=_keep,
            )
        except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
            raise errors.Unavailable(f"PostgreSQL refuses the connection: {error}.") from error
        except asyncpg.InvalidParameterValueError as error:
            raise errors.Unavailable(
                "The database was never migrated; run `onapi migrate`.", retry_after=30
            ) from error
        except OSError as error:
            raise errors.Unavailable(f"The database does not answer: {error}.", retry_after=5) from error
        except ValueError as error:
            raise errors.Invalid("ONAPI_DATABASE_URL is not a PostgreSQL URL.") from error
    return Database(pool)


async def connect_alone(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open one connection outside the pool, as listening for news needs."""
    with spoken_plainly():
        return await asyncpg.connect(url, command_timeout=_STATEMENT_S, server_settings=_SESSION)
