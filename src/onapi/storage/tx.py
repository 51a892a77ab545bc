"""A connection in the middle of its work, as every storage function takes it first."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from onapi import errors

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Tx: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    Tx = asyncpg.Connection

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What a connection says that was told of its end while it was idle, and has not closed yet.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    OSError,
    asyncio.TimeoutError,
)
_BUSY = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


@contextmanager
def spoken_plainly() -> Iterator[None]:
    """Turn the driver's errors that a caller can wait out into Unavailable; others pass as they are."""
    try:
        yield
    except _BUSY as error:
        raise errors.Unavailable("The database is too busy for this request.", retry_after=2) from error
    except _AWAY as error:
        raise errors.Unavailable("The database does not answer.", retry_after=5) from error
