"""An SP that follows a list by deltas alone, over HTTP, and complains of everything that is not as promised.

This is the checker: what it keeps must in the end equal the whole list, document by document.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from enum import Enum

import httpx2
import msgspec

from onapi.vocabulary import AccessState
from onapi.wire import accesses as wire
from tests.concurrency.views import View

PAGE = 2000
_PATIENCE_S = 30.0
_PAUSE_S = 0.02
ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_ACCESS = msgspec.json.Decoder(wire.Access)
_MOST_TOLD = 5


class Manner(Enum):
    """How a follower asks for its lists."""

    WHOLE = "a JSON array"
    PAGES = "pages"
    LINES_ZSTD = "a document a line, zstd"
    LINES_GZIP = "a document a line, gzip"


_HEADERS: Mapping[Manner, dict[str, str]] = {
    Manner.WHOLE: {"Accept-Encoding": "identity"},
    Manner.PAGES: {"Accept-Encoding": "identity"},
    Manner.LINES_ZSTD: {"Accept": "application/x-ndjson", "Accept-Encoding": "zstd"},
    Manner.LINES_GZIP: {"Accept": "application/x-ndjson", "Accept-Encoding": "gzip"},
}


@dataclass(slots=True)
class _Answer:
    last_modified: str
    modified: bool = True
    documents: dict[str, bytes] = field(default_factory=dict)


class Follower:
    """One SP's copy of the accesses, or, in a subclass, of another list by access.

    The first `poll` takes the full list, every later one sends the Last-Modified of the answer before as
    If-Modified-Since: 200 is merged by accessId, 304 keeps. `complaints` are sentences; those of `differences`
    begin with "lost".
    """

    list_name = "accesses"

    def __init__(
        self,
        client: httpx2.AsyncClient,
        servers: Sequence[str],
        clock: Callable[[], Awaitable[datetime]],
        view: View,
        *,
        sp: str,
        manner: Manner,
    ) -> None:
        """Make it.

        Args:
            client: sends the SP's credentials.
            servers: their URLs, each request goes to the next in turn.
            clock: asks for the database's time.
            view: what the SP may be shown.
            sp: the SP's name.
            manner: how it asks.
        """
        self.sp = sp
        self.manner = manner
        self.view = view
        self.copy: dict[str, bytes] = {}
        self.complaints: list[str] = []
        self.deltas = self.not_modified = self.documents = 0
        self._client = client
        self._servers: Iterator[str] = itertools.cycle(servers)
        self._clock = clock
        self._last_modified: str | None = None

    @property
    def last_modified(self) -> datetime:
        """The newest Last-Modified that was received."""
        assert self._last_modified is not None, "poll first"
        return parsedate_to_datetime(self._last_modified)

    async def poll(self) -> dict[str, bytes]:
        """Ask once, merge what came, and return it by accessId; nothing for 304."""
        answer = await self._ask(self._last_modified)
        if self._last_modified is not None:
            if parsedate_to_datetime(answer.last_modified) < self.last_modified:
                self._complain(f"Last-Modified went back from {self._last_modified} to {answer.last_modified}")
            self.deltas += answer.modified
            self.not_modified += not answer.modified
        self.documents += len(answer.documents)
        self.copy |= answer.documents
        self._last_modified = answer.last_modified
        return answer.documents

    async def until(self, arrived: Callable[[], bool]) -> None:
        """Poll until something is true of the copy."""
        async with asyncio.timeout(_PATIENCE_S):
            while not arrived():
                await self.poll()
                await asyncio.sleep(_PAUSE_S)

    async def catch_up(self, last_write: datetime) -> None:
        """Poll until the answer is 304 with a Last-Modified later than the last write."""
        async with asyncio.timeout(_PATIENCE_S):
            while await self.poll() or self.last_modified <= last_write:
                await asyncio.sleep(_PAUSE_S)

    async def changes_since(self, moment: datetime) -> dict[str, bytes]:
        """Ask what changed since a moment, beside the deltas, until something did."""
        async with asyncio.timeout(_PATIENCE_S):
            while not (answer := await self._ask(format_datetime(moment, usegmt=True))).documents:
                await asyncio.sleep(_PAUSE_S)
        return answer.documents

    async def full_list(self) -> dict[str, bytes]:
        """Ask for everything, beside the deltas."""
        return (await self._ask(None)).documents

    async def status(self, url: str) -> int:
        """Ask for anything else as this SP, and return the status."""
        return (await self._client.get(url)).status_code

    async def verdict(self) -> list[str]:
        """Return every complaint, and how the copy differs from the full list, what is gone left out of both."""
        mine, listed = self._live(self.copy), self._live(await self.full_list())
        return self.complaints + lost(f"{self.sp}'s {self.list_name}", mine, listed)

    async def lost(self) -> set[str]:
        """Return the accesses whose documents are not as in the full list."""
        mine, listed = self._live(self.copy), self._live(await self.full_list())
        return {key for key in mine.keys() | listed.keys() if mine.get(key) != listed.get(key)}

    def is_gone(self, document: bytes) -> bool:
        """Return whether a document only says that there is nothing any more."""
        return is_disconnected(document)

    def _live(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        return {key: document for key, document in documents.items() if not self.is_gone(document)}

    async def _ask(self, since: str | None) -> _Answer:
        whole: _Answer | None = None
        path: str | None = f"/onapi/2.6/{self.list_name}/" + (f"?limit={PAGE}" if self.manner is Manner.PAGES else "")
        headers = _HEADERS[self.manner] | ({} if since is None else {"If-Modified-Since": since})
        while path:
            asked_at = time.monotonic()
            response = await self._client.get(next(self._servers) + path, headers=headers)
            part = self._read(response, asked_at)
            await self._check_clock(part.last_modified)
            whole = whole or part
            if part.last_modified != whole.last_modified:
                self._complain(f"a later page has another Last-Modified: {part.last_modified}")
            whole.documents |= part.documents
            path = response.links.get("next", {}).get("url")
            headers = _HEADERS[self.manner]
        assert whole is not None
        return whole

    def _read(self, response: httpx2.Response, asked_at: float) -> _Answer:
        last_modified = response.headers["Last-Modified"]
        if response.status_code == 304:
            return _Answer(last_modified, modified=False)
        assert response.status_code == 200, response.text
        lines = response.headers["Content-Type"] == "application/x-ndjson"
        documents = response.content.splitlines() if lines else map(bytes, ARRAY.decode(response.content))
        answered_at = time.monotonic()
        found: dict[str, bytes] = {}
        for document in documents:
            found[self._checked(document, asked_at, answered_at)] = document
        return _Answer(last_modified, documents=found)

    def _checked(self, document: bytes, asked_at: float, answered_at: float) -> str:
        """See that a document is such as may be shown, and return its accessId."""
        access = _ACCESS.decode(document)
        # The workload gives every access its own name a second time, so that mixed-up documents are seen.
        if access.legacy_access_id not in {msgspec.UNSET, access.access_id}:
            self._complain(f"{access.access_id} has the document of {access.legacy_access_id}")
        population = None if access.population is msgspec.UNSET else access.population
        if access.access_state is AccessState.DISCONNECTED:
            if not self.view.ever(population):
                self._complain(f"{access.access_id} of {population} was shown, if only as DISCONNECTED")
        elif not self.view.may_show(population, asked_at, answered_at):
            self._complain(f"{access.access_id} of {population} was shown")
        return access.access_id

    async def _check_clock(self, last_modified: str) -> None:
        now = await self._clock()
        if parsedate_to_datetime(last_modified) > now:
            self._complain(f"Last-Modified {last_modified} is ahead of the database's clock, {now.astimezone(UTC)}")

    def _complain(self, sentence: str) -> None:
        self.complaints.append(f"{self.sp} of {self.list_name} by {self.manner.value}: {sentence}")


def is_disconnected(document: bytes) -> bool:
    """Return whether a document is the tombstone of an access, or of its place in a view."""
    return _ACCESS.decode(document).access_state is AccessState.DISCONNECTED


def lost(whose: str, mine: Mapping[str, bytes], listed: Mapping[str, bytes]) -> list[str]:
    """Return how a copy differs from the list that it should equal, in sentences that begin with "lost"."""
    found = [
        f"lost a change: of {whose} there is {_told(mine, key)} where the list has {_told(listed, key)}"
        for key in sorted(mine.keys() | listed.keys())
        if mine.get(key) != listed.get(key)
    ]
    more = [f"lost: {len(found) - _MOST_TOLD} more of {whose}"] if len(found) > _MOST_TOLD else []
    return found[:_MOST_TOLD] + more


def _told(documents: Mapping[str, bytes], key: str) -> str:
    return documents[key].decode() if key in documents else f"no {key}"
