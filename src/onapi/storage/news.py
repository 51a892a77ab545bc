"""Where time stands: how far deltas may reach, and whether anything is new, known in every process without a query.

Source: the delta promises of ON-API 2.6.0 spec/accesses.md, "Updates"; docs/explanation/deltas.md.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from onapi import errors, ids
from onapi.storage import queries
from onapi.storage.journal import Position
from onapi.storage.pool import connect_alone
from onapi.storage.tx import Tx, spoken_plainly

_SQL = queries.beside(__file__)
_log = structlog.get_logger()

_LOOK_EVERY_S = 1.0
_LOOK_NO_MORE_THAN = 0.1
_STALE_AFTER_S = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Watermark:
    """One look at the database.

    Every change stamped before `verified` was visible then. The newest of the accesses and agreements was stamped
    `view`, of the catalogue `catalogue`; `clock` was the database's time, and `looked_at` this process's monotonic
    time in seconds.
    """

    verified: datetime
    clock: datetime
    view: datetime
    catalogue: datetime
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
        # The newest of each SP's own objects; before `_since` nothing is known of them.
        self._own: dict[tuple[str, str], datetime] = {}
        self._orderevents: dict[str, Position] = {}
        self._since = _EPOCH
        # The newest of anybody's orders and subscriptions.
        self._claims = _EPOCH
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def watermark(self) -> Watermark | None:
        """Return the last look, or None when it is too old to answer from."""
        mark = self._watermark
        return mark if mark is not None and mark.age_s < _STALE_AFTER_S else None

    def newest(self, list_name: str, sp: ids.Sp) -> datetime:
        """Return a moment after which nothing in an SP's list had changed at the last look."""
        mark = self._watermark
        if mark is None:
            return datetime.max.replace(tzinfo=UTC)
        match list_name:
            case "accesses":
                return mark.view
            case "services":
                return max(mark.view, mark.catalogue, self._claims)
            case "events":
                return max(
                    mark.view, *(self._newest_own(sp, kind) for kind in ("orders", "subscriptions", "tickets"))
                )
            case _:
                return self._newest_own(sp, list_name)

    def last_orderevent(self, sp: ids.Sp) -> Position | None:
        """Return the position of the last change of an SP's orders at the last look, or None when it is not known."""
        return self._orderevents.get(sp)

    def learn_orderevent(self, sp: ids.Sp, position: Position) -> None:
        """Remember that nothing, readable or held back, came after this position when a query looked."""
        self._orderevents[sp] = max(position, self._orderevents.get(sp, position))

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
        if self._watermark is None:
            self._since = self._claims = verified
        since = self._watermark.verified if self._watermark else verified
        for row in await _SQL["told"].rows(connection, since=since):
            key = (row["sp"], row["object_type"])
            self._own[key] = max(row["at"], self._own.get(key, _EPOCH))
            if row["object_type"] in ("orders", "subscriptions"):
                self._claims = max(row["at"], self._claims)
            if row["position"] is not None:
                self.learn_orderevent(row["sp"], Position(*row["position"]))
        for row in await _SQL["newest"].rows(connection):
            self._watermark = Watermark(
                verified,
                row["clock"],
                row["view"] or _EPOCH,
                row["catalogue"] or _EPOCH,
                looked_at,
            )

    async def _wait(self) -> None:
        """Wait for something to look at, but never spend more than a part of the time looking."""
        took_s = time.monotonic() - self._watermark.looked_at if self._watermark else 0.0
        await asyncio.sleep(took_s / _LOOK_NO_MORE_THAN)
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._something.wait()
        except TimeoutError:
            pass

    def _newest_own(self, sp: ids.Sp, kind: str) -> datetime:
        return self._own.get((sp, kind), self._since)

    def _heard(self, _connection: object, _pid: int, _channel: str, table: object) -> None:
        if table in ("providers", "credentials", "agreements"):
            self._on_accounts()
        self._something.set()
