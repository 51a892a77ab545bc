"""Tell every process that there is work, and news, without holding anybody up.

NOTIFY in the transaction of an order would make all of them commit one after the other, so it is said afterwards,
once for many; a process that dies before it could say it is covered by the looks that the others take now and then.
"""

import asyncio

import structlog

from onapi import errors
from onapi.storage import queries
from onapi.storage.pool import Database

_SQL = queries.beside(__file__)
_log = structlog.get_logger()


class Herald:
    """Says "orders" to whoever listens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked = False
        self._task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Say, soon, that orders have changed; call it after the commit."""
        self._asked = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._say())

    async def stop(self) -> None:
        """Wait until everything is said."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _say(self) -> None:
        while self._asked:
            self._asked = False
            try:
                async with self._database.connection() as tx:
                    await _SQL["tell"].run(tx)
            except errors.Unavailable as error:
                _log.warning("herald_failed", cause=error.cause)
