"""The connections of one process to PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from onapi import errors
from onapi.storage.tx import Tx, spoken_plainly

_READS = 8
_LISTS = 4
_PATIENCE_S = 10.0
_STATEMENT_S = 30.0
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


class Database:
    """A pool of connections; open it with `connect`, and close it with `close`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._list_places = asyncio.Semaphore(_LISTS)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Tx]:
        """Lend a connection outside any transaction: each statement is its own.

        Raises:
            Unavailable: the database is away, or no connection came free in time.
        """
        with spoken_plainly():
            async with self._pool.acquire(timeout=_PATIENCE_S) as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Lend a connection in a transaction, committed at the end and rolled back on any error."""
        async with self.connection() as connection, connection.transaction():
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


async def connect(url: str) -> Database:
    """Open the pool.

    Args:
        url: a PostgreSQL URL, `postgresql://user@host/database` or with `?host=/socket/folder`.

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
                server_settings=_SESSION,
                reset=_keep,
            )
        except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
            raise errors.Unavailable(f"PostgreSQL refuses the connection: {error}.") from error
        except ValueError as error:
            raise errors.Invalid("ONAPI_DATABASE_URL is not a PostgreSQL URL.") from error
    return Database(pool)


async def connect_alone(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open one connection outside the pool, as listening for news needs."""
    with spoken_plainly():
        return await asyncpg.connect(url, command_timeout=_STATEMENT_S, server_settings=_SESSION)
