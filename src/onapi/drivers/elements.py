"""The elements that this process has asked: each with its guard, its ways and its driver, until long unused."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from onapi.drivers import credentials
from onapi.drivers.contract import Cabinet, Driver, Element, Transports, Unsupported
from onapi.drivers.guard import Guard, Limits
from onapi.drivers.registry import Registry
from onapi.drivers.ways import Ways

AUTO = "auto"
"""The driver of an element that is asked what it is."""

_REST_AFTER_S = 60.0
_MOST_HELD = 20_000
_OBJECT_ID, _DESCRIPTION = "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An element as the inventory has it: the name of its driver, or AUTO, and where its credentials are."""

    element: Element
    driver: str = AUTO
    credentials: str | None = None


@dataclass(slots=True)
class Held:
    """An element that was asked."""

    known: Known
    guard: Guard
    ways: Ways | None = None
    driver: Driver | None = None
    used_at: float = field(default_factory=time.monotonic)
    is_resting: bool = False


class Elements:
    """Holds elements; one that inventory describes otherwise than before is another element."""

    def __init__(
        self, drivers: Registry, environment: Mapping[str, str], cabinet: Cabinet | None, limits: Limits
    ) -> None:
        self._drivers = drivers
        self._environment = environment
        self._cabinet = cabinet
        self._limits = limits
        self._held: dict[str, Held] = {}
        self._swept_at = time.monotonic()
        self._resting: set[asyncio.Task[None]] = set()

    def of(self, known: Known) -> Held:
        """Return an element, made now if it is new."""
        self._sweep()
        name = known.element.name
        held = self._held.get(name)
        if held is None or held.known != known or held.known.element.options != known.element.options:
            if held is not None:
                self._rest(held)
            held = self._held[name] = Held(known, Guard(self._limits))
        held.used_at, held.is_resting = time.monotonic(), False
        return held

    def ways(self, held: Held) -> Ways:
        """Return the ways to an element.

        Raises:
            Unread: its credentials are no use.
        """
        if held.ways is None:
            read = credentials.read(held.known.credentials, self._environment)
            held.ways = Ways(held.known.element, read, self._cabinet)
        return held.ways

    async def driver(self, held: Held) -> Driver:
        """Return an element's driver, which is found out by asking the element if inventory does not say.

        Raises:
            Unread: its credentials are no use.
            DriverError: there is no such driver, or the element does not say what it is.
        """
        if held.driver is None:
            ways = self.ways(held)
            name = held.known.driver
            if name == AUTO:
                name = await self._suitable(ways)
            held.driver = self._drivers.named(name)(held.known.element, ways)
        return held.driver

    def forget_the_way_in(self, held: Held) -> None:
        """Read an element's credentials anew the next time: they may have been changed there, or here."""
        self._rest(held)
        held.ways, held.driver = None, None

    def name_of(self, driver: Driver) -> str:
        """Return by which name a driver is in the inventory."""
        return next(name for name, kind in self._drivers.drivers.items() if kind is type(driver))

    async def close(self) -> None:
        """Let go of all elements."""
        held, self._held = self._held, {}
        await asyncio.gather(*(one.guard.close() for one in held.values()))
        await asyncio.gather(*self._resting, *(one.ways.rest() for one in held.values() if one.ways is not None))

    async def _suitable(self, ways: Transports) -> str:
        told = await ways.snmp().get([_OBJECT_ID, _DESCRIPTION])
        object_id, description = told.get(_OBJECT_ID), told.get(_DESCRIPTION)
        name = self._drivers.best(
            object_id if isinstance(object_id, str) else "",
            description.decode("utf-8", "replace") if isinstance(description, bytes) else "",
        )
        if name is None:
            raise Unsupported("No driver suits the network element.")
        return name

    def _sweep(self) -> None:
        """Let go of the sockets and answers of elements not asked for a while, and of the longest unused elements."""
        now = time.monotonic()
        is_full = len(self._held) >= _MOST_HELD
        if now - self._swept_at < _REST_AFTER_S / 2 and not is_full:
            return
        self._swept_at = now
        for held in self._held.values():
            if not held.is_resting and now - held.used_at > _REST_AFTER_S:
                held.is_resting = True
                held.guard.forget()
                self._rest(held)
        for held in sorted(self._held.values(), key=lambda one: one.used_at)[: _MOST_HELD // 2] if is_full else ():
            del self._held[held.known.element.name]
            self._rest(held)

    def _rest(self, held: Held) -> None:
        if held.ways is not None:
            task = asyncio.get_running_loop().create_task(held.ways.rest())
            self._resting.add(task)
            task.add_done_callback(self._resting.discard)
