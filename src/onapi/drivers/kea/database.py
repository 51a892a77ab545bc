"""The way to Kea's PostgreSQL database, which belongs to a network element and is none of ours."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from onapi.drivers.contract import AuthFailed, Busy, DriverError, Rejected, TimedOut, Unreachable, Unsupported

_FORBIDDEN = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError)
_BUSY = (asyncpg.InsufficientResourcesError, asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError)
_GONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    # So say servers that start, stop or end our connection.
    asyncpg.OperatorInterventionError,
    # What the client says when the connection breaks at an odd moment.
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_LACKING = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.InvalidCatalogNameError,
)


class KeaDatabase:
    """The contract's `Sql`: one connection, kept open; transactions wait for each other.

    It belongs to the event loop in which it is first used, and is closed there.
    """

    def __init__(
        self,
        host: str,
        port: int,
        database: str,
        user: str,
        password: str | None,
        *,
        tls: ssl.SSLContext | None = None,
        deadline_s: float = 5.0,
    ) -> None:
        """Make it; nothing is connected yet.

        Args:
            host: a name, an address, or the folder of a socket in the file system.
            port: 5432 usually.
            database: its name.
            user: the role.
            password: the role's; None for a server that wants none.
            tls: the certificates, without which nothing is said over a network then; None: encrypted if the server
                offers it, whoever that is.
            deadline_s: how long a transaction may take, with waiting and connecting.
        """
        self._where: dict[str, Any] = {"host": host, "port": port, "database": database}
        self._login: dict[str, Any] = {"user": user, "password": password, "ssl": tls}
        self._deadline_s = deadline_s
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._turn = asyncio.Lock()

    async def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Mapping[str, Any]]]:
        """Do all statements in one transaction or none, and return the rows of each.

        Raises:
            Rejected: a constraint does not hold, or the database refuses otherwise; nothing was done.
            TimedOut: no answer came in time; whether the transaction was done is not known.
            Unreachable: nobody listens, or the connection broke; then whether it was done is not known either.
            Busy: the server cannot do it just now.
            AuthFailed: the server does not let us in, or not this far.
            Unsupported: there is no such database, or it has other tables than Kea.
        """
        try:
            async with asyncio.timeout(self._deadline_s), self._turn:
                return await self._transaction(statements)
        except TimeoutError:
            raise TimedOut("Kea's database did not answer in time.") from None
        except _GONE:
            raise Unreachable("Kea's database cannot be reached.") from None
        except asyncpg.PostgresError as error:
            raise _refusal(error) from None

    async def close(self) -> None:
        """End the connection; the next transaction opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # Nothing is under way that would have to be ended in words.
            connection.terminate()

    async def _transaction(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Mapping[str, Any]]]:
        if self._connection is None or self._connection.is_closed():
            # Statements are not cached, since an upgrade of Kea may change the tables under us.
            self._connection = await asyncpg.connect(
                **self._where, **self._login, statement_cache_size=0, timeout=self._deadline_s
            )
        connection = self._connection
        is_done = False
        try:
            transaction = connection.transaction()
            await transaction.start()
            found: list[list[Mapping[str, Any]]] = []
            for text, given in statements:
                found.append([dict(row) for row in await connection.fetch(text, *given)])
            await transaction.commit()
            is_done = True
        finally:
            if not is_done:
                # A server that does not answer would not answer to a rollback either.
                await self.close()
        return found


def _refusal(error: asyncpg.PostgresError) -> DriverError:
    """Return what it means that the database refuses. What it says of that may repeat what nobody should read."""
    kind = type(error).__name__.removesuffix("Error")
    if isinstance(error, _FORBIDDEN):
        return AuthFailed(f"Kea's database does not let us in, or not this far: {kind}.")
    if isinstance(error, _BUSY):
        return Busy(f"Kea's database cannot do it just now: {kind}.")
    if isinstance(error, _LACKING):
        return Unsupported(f"Kea's database is not one of a Kea that we know: {kind}.")
    return Rejected(f"Kea's database refuses: {kind}.")
