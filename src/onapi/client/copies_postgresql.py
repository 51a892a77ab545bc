"""A copy of a server's objects in PostgreSQL, which `refresh` brings up to date.

It needs the driver asyncpg, which the extra `server` brings. Each kind is a table of `id` and `document`, in JSON.
"""

import contextlib
import itertools
import time
from collections.abc import Iterator
from typing import Self

import asyncpg

from onapi.client import copy_tables, mirror
from onapi.client.aio import AsyncClient
from onapi.client.binding import AsyncStream
from onapi.client.copies import Counts, Told
from onapi.client.errors import NotKept
from onapi.client.mirror import Change, Kind, Reached

_EACH = 1000


class PostgresqlCopy:
    """A copy in a schema of a PostgreSQL database. Open it in an `async with`.

    Others may read it at any time; they see each kind as it was after a pass.
    """

    def __init__(self, url: str, schema: str = "onapi_copy") -> None:
        if not (schema.isascii() and schema.isidentifier()):
            raise ValueError(f"{schema!r} is no name of a schema.")
        self._url = url
        self._schema = schema
        self._opened: asyncpg.Connection | None = None

    async def __aenter__(self) -> Self:
        with _told():
            self._opened = await asyncpg.connect(self._url, server_settings={"search_path": self._schema})
            async with self._opened.transaction():
                await self._opened.execute(f"SELECT pg_advisory_xact_lock(hashtextextended('{self._schema}', 0))")
                await self._opened.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
                for made in copy_tables.tables("JSONB"):
                    await self._opened.execute(made)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    @property
    def _connection(self) -> asyncpg.Connection:
        if self._opened is None:
            raise RuntimeError("The copy is not open; use it in an `async with`.")
        return self._opened

    async def refresh(self, client: AsyncClient, told: Told | None = None, *, anew: bool = False) -> dict[Kind, int]:
        """Bring the copy up to date, and return how many objects of each kind were put or removed.

        With `anew` all is read, whatever the copy has. What was done before an error stays done; another one that
        refreshes the same schema at the same time is waited for.
        """
        counts = Counts(told)
        lock = f"(hashtextextended('refresh {self._schema}', 0))"
        with _told():
            await self._connection.execute(f"SELECT pg_advisory_lock{lock}")
            try:
                places = {} if anew else await self._places()
                await self._keep(client.stream(mirror.changes(client.around, places)), counts)
            finally:
                if not self._connection.is_closed():
                    await self._connection.execute(f"SELECT pg_advisory_unlock{lock}")
        return counts.found

    async def documents(self, kind: Kind) -> list[tuple[str, str]]:
        """Return the objects of a kind: their IDs, and their JSON."""
        rows = await self._connection.fetch(f"SELECT id, document::text AS document FROM {kind} ORDER BY id")
        return [(row["id"], row["document"]) for row in rows]

    async def _keep(self, stream: AsyncStream[Change], counts: Counts) -> None:
        transaction = None
        held: list[Change] = []
        try:
            async for change in stream:
                counts.add(change)
                held.append(change)
                if not isinstance(change, Reached) and len(held) < _EACH:
                    continue
                if transaction is None:
                    transaction = self._connection.transaction()
                    await transaction.start()
                await self._do(held)
                held.clear()
                if isinstance(change, Reached):
                    await transaction.commit()
                    transaction = None
        finally:
            await stream.close()
            if transaction is not None and not self._connection.is_closed():
                await transaction.rollback()

    async def _do(self, changes: list[Change]) -> None:
        made = [copy_tables.statement(change, time.time()) for change in changes]
        for text, alike in itertools.groupby(made, key=lambda one: one[0]):
            await self._connection.executemany(text, [values for _, values in alike])

    async def _places(self) -> dict[str, str]:
        oldest = time.time() - mirror.HISTORY.total_seconds()
        rows = await self._connection.fetch(copy_tables.PLACES, oldest)
        return {row["name"]: row["place"] for row in rows}


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell what PostgreSQL or its driver says as an error of the client's; the URL may have a password in it."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise NotKept(f"The copy in PostgreSQL cannot be kept: {error}.") from error
