"""SPs that follow what they sell, each by one way alone: deltas of a list, /events, or /orderevents.

Each ends with a verdict as `Follower` has it: sentences, those of lost changes beginning with "lost", or none.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import msgspec

from onapi.vocabulary import ObjectType, OrderState
from onapi.wire import events, orderevents, services, subscriptions
from tests.concurrency.followers import ARRAY, Follower, lost

ROOT = "/onapi/2.6"
_PATIENCE_S = 30.0
_PAUSE_S = 0.02
_SERVICES = msgspec.json.Decoder(services.Services)
_SUBSCRIPTIONS = msgspec.json.Decoder(subscriptions.Subscriptions)
_EVENT = msgspec.json.Decoder(events.Event)
_ORDER_EVENT = msgspec.json.Decoder(orderevents.OrderEvent)
_KEYS = {"accesses": "accessId", "orders": "orderId", "subscriptions": "accessId"}


class Services(Follower):
    """An SP's copy of what it may order, by access."""

    list_name = "services"

    def is_gone(self, document: bytes) -> bool:
        """Return whether nothing may be ordered there."""
        return not _SERVICES.decode(document).services

    def _checked(self, document: bytes, _asked_at: float, _answered_at: float) -> str:
        return _SERVICES.decode(document).access_id


class Subscriptions(Follower):
    """An SP's copy of its subscriptions, by access."""

    list_name = "subscriptions"

    def is_gone(self, document: bytes) -> bool:
        """Return whether there is none any more."""
        return not _SUBSCRIPTIONS.decode(document).subscriptions

    def _checked(self, document: bytes, _asked_at: float, _answered_at: float) -> str:
        return _SUBSCRIPTIONS.decode(document).access_id


class Events:
    """An SP that learns of everything by /events, and then reads what an event names."""

    def __init__(
        self, client: httpx2.AsyncClient, servers: Sequence[str], clock: Callable[[], Awaitable[datetime]], *, sp: str
    ) -> None:
        self.sp = sp
        self.complaints: list[str] = []
        self.events: list[bytes] = []
        self.deltas = self.not_modified = self.read = 0
        # By kind and ID; subscriptions by access.
        self.copy: dict[ObjectType, dict[str, bytes]] = {kind: {} for kind in ObjectType}
        self._client = client
        self._servers: Iterator[str] = itertools.cycle(servers)
        self._clock = clock
        self._last_modified: str | None = None

    @property
    def last_modified(self) -> datetime:
        """The newest Last-Modified that was received."""
        assert self._last_modified is not None, "begin first"
        return parsedate_to_datetime(self._last_modified)

    async def begin(self) -> None:
        """Take all events, and only then every list."""
        response = await self._get("/events/")
        self.events = list(map(bytes, ARRAY.decode(response.content)))
        self._last_modified = response.headers["Last-Modified"]
        self.copy |= await self._lists()

    async def poll(self) -> list[bytes]:
        """Ask once, read what the events name, and return the events."""
        assert self._last_modified is not None, "begin first"
        since = self.last_modified
        response = await self._get("/events/", {"If-Modified-Since": self._last_modified})
        self._last_modified = response.headers["Last-Modified"]
        if self.last_modified < since or self.last_modified > await self._clock():
            self._complain(f"Last-Modified went from {since} to {self._last_modified}")
        if response.status_code == 304:
            self.not_modified += 1
            return []
        assert response.status_code == 200, response.text
        self.deltas += 1
        new = list(map(bytes, ARRAY.decode(response.content)))
        self.events += new
        told = [_EVENT.decode(event) for event in new]
        for event in told:
            at = datetime.fromisoformat(event.time)
            if not since <= at < self.last_modified:
                self._complain(f"an event of {event.time} came between {since} and {self._last_modified}")
        for event in {(event.object_type, event.object_id): event for event in told}.values():
            await self._read(event)
        return new

    async def catch_up(self, last_write: datetime) -> None:
        """Poll until the answer is 304 with a Last-Modified later than the last write."""
        async with asyncio.timeout(_PATIENCE_S):
            while await self.poll() or self.last_modified <= last_write:
                await asyncio.sleep(_PAUSE_S)

    async def verdict(self) -> list[str]:
        """Return every complaint, and how the events and the copy differ from the full lists."""
        found = list(self.complaints)
        whole = list(map(bytes, ARRAY.decode((await self._get("/events/")).content)))
        found += _differences(f"{self.sp}'s events", self.events, whole)
        for kind, listed in (await self._lists()).items():
            found += lost(f"{self.sp}'s {kind} by /events", self.copy[kind], listed)
        return found

    async def _read(self, event: events.Event) -> None:
        kind, key = event.object_type, event.object_id
        if kind is ObjectType.SUBSCRIPTIONS:
            await self._read_subscriptions(event)
        elif event.path is None:
            self.copy[kind].pop(key, None)
        else:
            await self._keep(kind, key, event.path)

    async def _read_subscriptions(self, event: events.Event) -> None:
        kept = self.copy[ObjectType.SUBSCRIPTIONS]
        if event.path is not None:
            await self._keep(ObjectType.SUBSCRIPTIONS, event.path.rpartition("/")[2], event.path)
            return
        for access_id, document in list(kept.items()):
            there: dict[str, Any] = msgspec.json.decode(document)
            left = [one for one in there["subscriptions"] if one["subscriptionId"] != event.object_id]
            if len(left) < len(there["subscriptions"]):
                kept[access_id] = msgspec.json.encode(there | {"subscriptions": left})
            if not left:
                del kept[access_id]

    async def _keep(self, kind: ObjectType, key: str, path: str) -> None:
        response = await self._client.get(next(self._servers) + path)
        self.read += 1
        if response.status_code == 404:
            # It has left since, and another event will say so.
            self.copy[kind].pop(key, None)
            return
        assert response.status_code == 200, response.text
        document = _normal(response.content)
        if kind is ObjectType.SUBSCRIPTIONS and not _SUBSCRIPTIONS.decode(document).subscriptions:
            self.copy[kind].pop(key, None)
        else:
            self.copy[kind][key] = document

    async def _lists(self) -> dict[ObjectType, dict[str, bytes]]:
        paths = {
            ObjectType.ACCESSES: ["/accesses/"],
            ObjectType.SUBSCRIPTIONS: ["/subscriptions/"],
            ObjectType.ORDERS: [f"/orders/?state={state}" for state in OrderState],
        }
        found: dict[ObjectType, dict[str, bytes]] = {kind: {} for kind in ObjectType}
        for kind, asked in paths.items():
            for path in asked:
                for raw in ARRAY.decode((await self._get(path)).content):
                    found[kind][msgspec.json.decode(raw)[_KEYS[kind]]] = _normal(bytes(raw))
        return found

    async def _get(self, path: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        response = await self._client.get(next(self._servers) + ROOT + path, headers=headers)
        assert response.status_code in (200, 304), response.text
        return response

    def _complain(self, sentence: str) -> None:
        self.complaints.append(f"{self.sp} of events: {sentence}")


class OrderEvents:
    """An SP that reads /orderevents in pieces, each after the last event of the one before."""

    def __init__(self, client: httpx2.AsyncClient, servers: Sequence[str], *, sp: str) -> None:
        self.sp = sp
        self.events: list[bytes] = []
        self.pieces = 0
        self._client = client
        self._servers: Iterator[str] = itertools.cycle(servers)

    async def poll(self) -> list[bytes]:
        """Ask once, and return the new events."""
        since = f"?since={_ORDER_EVENT.decode(self.events[-1]).event}" if self.events else ""
        new = await self._get(since)
        self.pieces += bool(new)
        self.events += new
        return new

    async def catch_up(self) -> None:
        """Poll until the last event of all has come, or it is clear that it does not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while await self.poll() or self.events[-1:] != (await self._get(""))[-1:]:
                    await asyncio.sleep(_PAUSE_S)

    async def verdict(self) -> list[str]:
        """Return how the pieces differ from the whole list."""
        return _differences(f"{self.sp}'s orderevents", self.events, await self._get(""))

    async def _get(self, query: str) -> list[bytes]:
        response = await self._client.get(f"{next(self._servers)}{ROOT}/orderevents/{query}")
        assert response.status_code == 200, response.text
        return list(map(bytes, ARRAY.decode(response.content)))


def _normal(document: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(document))


def _differences(whose: str, pieces: list[bytes], whole: list[bytes]) -> list[str]:
    """Return how a list that was read in pieces differs from the whole list."""
    had, has = Counter(pieces), Counter(whole)
    found = [f"lost {count} of {whose}: {event.decode()}" for event, count in (has - had).items()]
    found += [f"repeated or invented {count} of {whose}: {event.decode()}" for event, count in (had - has).items()]
    if not found and pieces != whole:
        at = next(n for n, (one, other) in enumerate(zip(pieces, whole, strict=True)) if one != other)
        found.append(f"another order of {whose} from number {at}: {pieces[at].decode()} for {whole[at].decode()}")
    return found[:5]
