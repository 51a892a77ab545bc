"""Where time stands: how far deltas may reach, and whether anything is new, known in every process without a query.

Source: the delta promises of ON-API 2.6.0 spec/accesses.md, "Updates"; docs/explanation/deltas.md.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from onapi import errors
from onapi.storage import queries
from onapi.storage.pool import connect_alone
from onapi.storage.tx import Tx, spoken_plainly

_SQL = queries.beside(__file__)
_log = structlog.get_logger()

_LOOK_EVERY_S = 1.0
_STALE_AFTER_S = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Watermark:
    """One look at the database.

    Every change stamped before `verified` was visible then, and the newest of them was stamped `newest`.
    `clock` was the database's time, and `looked_at` this process's monotonic time in seconds.
    """

    verified: datetime
    newest: datetime
    clock: datetime
    looked_at: float

    @property
    def age_s(self) -> float:
        """How long ago the look was, in seconds."""
        return time.monotonic() - self.looked_at

    @property
    def now(self) -> datetime:
        """The database's time, reckoned from the look."""
        return self.clock + timedelta(seconds=self.age_s)


async def horizon(tx: Tx) -> datetime:
    """Return a moment that no transaction still open, or yet to come, can stamp a change before.

    Ask before reading the rows that it shall hold for.
    """
    return await _SQL["horizon"].value(tx, datetime) or _EPOCH


class News:
    """Listens to the database for as long as the process lives; `start` it once, `stop` it at the end."""

    def __init__(self, url: str, *, on_accounts: Callable[[], None]) -> None:
        """Make it.

        Args:
            url: the database's.
            on_accounts: called when any SP's account, password or agreement may have changed.
        """
        self._url = url
        self._on_accounts = on_accounts
        self._watermark: Watermark | None = None
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def watermark(self) -> Watermark | None:
        """Return the last look, or None when it is too old to answer from."""
        mark = self._watermark
        return mark if mark is not None and mark.age_s < _STALE_AFTER_S else None

    async def start(self) -> None:
        """Begin listening; returns when the first look is done, or after two seconds without one."""
        self._task = asyncio.create_task(self._listen_always())
        for _ in range(200):
            if self._watermark is not None:
                return
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _listen_always(self) -> None:
        pause_s = 0.1
        while True:
            try:
                await self._listen()
            except errors.Unavailable as error:
                _log.warning("news_lost", cause=error.cause, retry_in_s=pause_s)
            self._on_accounts()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 2.0)

    async def _listen(self) -> None:
        connection = await connect_alone(self._url)
        try:
            with spoken_plainly():
                await connection.add_listener("onapi", self._heard)
                # What was announced before this moment was not heard.
                self._on_accounts()
                while True:
                    await self._look(connection)
                    await self._wait()
        finally:
            connection.terminate()

    async def _look(self, connection: Tx) -> None:
        self._something.clear()
        looked_at = time.monotonic()
        # In this order: what commits between the two is seen by the second.
        verified = await horizon(connection)
        for row in await _SQL["newest"].rows(connection):
            self._watermark = Watermark(verified, row["newest"] or _EPOCH, row["clock"], looked_at)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._something.wait()
        except TimeoutError:
            pass

    def _heard(self, _connection: object, _pid: int, _channel: str, table: object) -> None:
        if table in ("providers", "credentials", "agreements"):
            self._on_accounts()
        self._something.set()
