"""Reads the counters of all ports every five minutes, each element by whichever worker comes first.

Elements are asked in the background: whoever waits for an answer goes before.
"""

import asyncio
import time
from collections.abc import Iterable

import structlog
from prometheus_client import Counter, Histogram

from onapi.actions import places
from onapi.domain import samples as domain
from onapi.domain.samples import Reading
from onapi.drivers.contract import DriverError, TimedOut, Unreachable, Unsupported
from onapi.drivers.guard import Lane
from onapi.drivers.network import Network
from onapi.drivers.readings import Counters, Traffic
from onapi.storage import samples as storage
from onapi.storage.pool import Database
from onapi.storage.samples import Due, Sample

_log = structlog.get_logger()
_ELEMENTS = Counter(
    "onapi_sampled_elements_total", "Elements whose counters were to be read, by how it went.", ["how"]
)
_SWEEP_S = Histogram(
    "onapi_sampling_seconds",
    "Time from taking elements that are due to keeping the last of their samples.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
)

_AT_ONCE = 200
# Samples are kept together with those of the elements that answered in the same moment.
_GATHER_S = 0.25
_LARGEST = 2**64


class Sampling:
    """Takes elements that are due, side by side, and keeps what they say. Any number may run."""

    every_s = 5.0
    """How often to look for elements that are due, in seconds."""

    def __init__(self, database: Database, network: Network) -> None:
        self._database = database
        self._network = network

    async def look(self) -> None:
        """Read all elements that are due; one that is silent keeps only its own place among so many."""
        began = time.monotonic()
        reading: set[asyncio.Task[list[Sample]]] = set()
        more, taken = True, 0
        try:
            while more or reading:
                if more and len(reading) <= _AT_ONCE // 2:
                    free = _AT_ONCE - len(reading)
                    async with self._database.connection() as tx:
                        due = await storage.claim(tx, most=free)
                    more = len(due) == free
                    taken += len(due)
                    reading |= {asyncio.create_task(self._read(one)) for one in due if one.ports}
                if reading:
                    done, reading = await asyncio.wait(reading, timeout=_GATHER_S)
                    await self._keep(sample for task in done for sample in _told(task))
        finally:
            for task in reading:
                task.cancel()
        if taken:
            _SWEEP_S.observe(time.monotonic() - began)

    async def _read(self, due: Due) -> list[Sample]:
        known = places.known(due.element)
        try:
            told = await self._network.counters(known, list(due.ports), lane=Lane.BACKGROUND)
        except DriverError as error:
            _ELEMENTS.labels(_how(error)).inc()
            _log.debug("element_not_sampled", element=due.element.element, kind=type(error).__name__)
            return []
        _ELEMENTS.labels("read").inc()
        samples = []
        for port, counters in told.value.items():
            reading = _reading(counters)
            passed = domain.passed(due.ports.get(port), reading)
            samples.append(Sample(element=due.element.element, port=port, reading=reading, passed=passed))
        return samples

    async def _keep(self, taken: Iterable[Sample]) -> None:
        kept = list(taken)
        if kept:
            async with self._database.connection() as tx:
                await storage.record(tx, kept)


def _told(task: "asyncio.Task[list[Sample]]") -> list[Sample]:
    """Return what an element told; a driver that breaks is no harm to others."""
    error = task.exception()
    if error is None:
        return task.result()
    _ELEMENTS.labels("failed").inc()
    _log.error("sampling_broke", exc_info=error)
    return []


def _how(error: DriverError) -> str:
    """Return a word for a failure, one of few."""
    match error:
        case Unreachable() | TimedOut():
            return "silent"
        case Unsupported():
            return "unable"
        case _:
            return "failed"


def _reading(counters: Counters) -> Reading:
    return Reading(
        read_at=counters.read_at,
        reset_at=counters.reset_at,
        input=_counts(counters.input),
        output=_counts(counters.output),
    )


def _counts(traffic: Traffic) -> dict[str, int]:
    counts = {name: getattr(traffic, name) for name in Traffic.__slots__}
    # A driver that makes more of a counter than 64 bits is not believed.
    return {name: count for name, count in counts.items() if count is not None and 0 <= count < _LARGEST}
