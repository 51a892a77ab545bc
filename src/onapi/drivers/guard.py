"""Protects one network element from its askers, and the askers from the element.

One question at a time; the same question, while it is under way or freshly answered, is asked once; not more than so
many in a second; nobody waits longer than a deadline; and an element that has stopped answering is left alone for a
while, then asked by one. Whoever waits for an answer goes before whoever collects in the background.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar, cast

from onapi.drivers.contract import Busy, DriverError, TimedOut, Unreachable

T = TypeVar("T")

_MOST_WAITING = 200
_MOST_KEPT = 2000


class Lane(IntEnum):
    """Who goes first: somebody who waits, or a collector in the background."""

    REQUEST = 0
    BACKGROUND = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How an element is treated; times in seconds.

    `rate` questions a second, `burst` of them at once after a rest; after `failures` in a row to answer, the element
    is left alone for `rest_s`.
    """

    deadline_s: float = 5.0
    rate: float = 20.0
    burst: int = 10
    failures: int = 2
    rest_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """An answer, and how many seconds ago the element gave it."""

    value: T
    age_s: float


class LeftAlone(Unreachable):
    """The element was not asked, since it has stopped answering."""

    untouched = True


@dataclass(slots=True)
class _Kept:
    value: Any
    at: float


class Guard:
    """The way to one element; made once for each, in each process."""

    def __init__(self, limits: Limits | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._queue = _Queue()
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}
        self._kept: dict[Hashable, _Kept] = {}
        self._tokens = float(self._limits.burst)
        self._refilled_at = clock()
        self._failures = 0
        self._closed_until = 0.0

    async def ask(
        self,
        question: Hashable,
        work: Callable[[], Awaitable[T]],
        *,
        fresh_s: float = 0.0,
        lane: Lane = Lane.REQUEST,
    ) -> Aged[T]:
        """Return the answer to a question, by asking the element only if it must be asked.

        Args:
            question: what is asked, the same for the same answer.
            work: asks the element.
            fresh_s: how old an answer may be, in seconds.
            lane: who asks.

        Raises:
            TimedOut: the deadline passed, in the queue or at the element.
            LeftAlone: the element has stopped answering, and is not asked for now.
            Busy: too many wait already.
            DriverError: what the element's driver says.
        """
        kept = self._kept.get(question)
        if kept is not None and self._clock() - kept.at < fresh_s:
            return Aged(cast("T", kept.value), self._clock() - kept.at)
        task = self._under_way.get(question)
        if task is None:
            self._be_open()
            answer = self._answer(question, work, lane, came=self._clock(), kept=fresh_s > 0)
            task = asyncio.get_running_loop().create_task(answer)
            self._under_way[question] = task
            task.add_done_callback(lambda done: self._end(question, done))
        try:
            async with asyncio.timeout(self._limits.deadline_s):
                # The question goes on for the others when one who asked it goes away.
                value = await asyncio.shield(task)
        except TimeoutError:
            raise TimedOut("The network element did not answer in time.") from None
        return Aged(cast("T", value), 0.0)

    async def change(self, work: Callable[[], Awaitable[T]], *, deadline_s: float) -> T:
        """Have an element changed, in one's turn; whoever goes away stops it. Nothing is answered from memory after.

        Args:
            work: changes the element.
            deadline_s: for the queue and the change together, in seconds.

        Raises:
            DriverError: as `ask`.
        """
        self._be_open()
        try:
            async with asyncio.timeout(deadline_s):
                return await self._in_turn(work, Lane.REQUEST, came=self._clock(), deadline_s=deadline_s)
        except TimeoutError:
            raise TimedOut("The network element did not answer in time.") from None
        finally:
            self.forget()

    def forget(self) -> None:
        """Answer nothing from memory that was asked before: it is too old, and takes room."""
        self._kept.clear()

    async def close(self) -> None:
        """End the questions that are under way; nobody waits for them any more."""
        asked = list(self._under_way.values())
        for task in asked:
            task.cancel()
        if asked:
            await asyncio.wait(asked)

    async def _answer(
        self, question: Hashable, work: Callable[[], Awaitable[T]], lane: Lane, *, came: float, kept: bool
    ) -> T:
        value = await self._in_turn(work, lane, came=came, deadline_s=self._limits.deadline_s)
        if kept:
            self._keep(question, value)
        return value

    async def _in_turn(self, work: Callable[[], Awaitable[T]], lane: Lane, *, came: float, deadline_s: float) -> T:
        async with self._queue.turn(lane):
            # Somebody's failure while this waited may have been the last straw.
            self._refuse_while_resting()
            if self._clock() - came > deadline_s:
                # Whoever asked has gone away, and those who come now wait behind this.
                raise TimedOut("The network element did not answer in time.")
            await self._take_token()
            try:
                async with asyncio.timeout(deadline_s):
                    value = await work()
            except (Unreachable, TimedOut):
                self._count_failure()
                raise
            except TimeoutError:
                self._count_failure()
                raise TimedOut("The network element did not answer in time.") from None
            except DriverError:
                # It answered, if not what was hoped for.
                self._failures = 0
                raise
        self._failures = 0
        return value

    def _keep(self, question: Hashable, value: object) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[question] = _Kept(value, self._clock())

    def _be_open(self) -> None:
        self._refuse_while_resting()
        if len(self._queue) >= _MOST_WAITING:
            raise Busy("Too many questions wait for this network element.")

    def _refuse_while_resting(self) -> None:
        left_s = self._closed_until - self._clock()
        if left_s > 0:
            raise LeftAlone(f"The network element does not answer; it is asked again in {left_s:.0f} s.")

    def _count_failure(self) -> None:
        self._failures += 1
        if self._failures >= self._limits.failures:
            self._closed_until = self._clock() + self._limits.rest_s

    async def _take_token(self) -> None:
        now = self._clock()
        self._tokens = min(self._limits.burst, self._tokens + (now - self._refilled_at) * self._limits.rate)
        self._refilled_at = now
        self._tokens -= 1
        if self._tokens < 0:
            await asyncio.sleep(-self._tokens / self._limits.rate)

    def _end(self, question: Hashable, task: "asyncio.Task[Any]") -> None:
        if self._under_way.get(question) is task:
            del self._under_way[question]
        if not task.cancelled():
            # Everybody who asked may have gone away; that is no news.
            task.exception()


class _Queue:
    """Lets one in at a time, those of the lower lane first, and in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Lane, int, asyncio.Future[None]]] = []
        self._serial = 0
        self._taken = False

    def __len__(self) -> int:
        return len(self._waiting)

    def turn(self, lane: Lane) -> "_Turn":
        """Return a context that is one's turn."""
        return _Turn(self, lane)

    async def enter(self, lane: Lane) -> None:
        """Wait for one's turn."""
        if not self._taken:
            self._taken = True
            return
        self._serial += 1
        ticket = (lane, self._serial, asyncio.get_running_loop().create_future())
        self._waiting.append(ticket)
        try:
            await ticket[2]
        except asyncio.CancelledError:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            else:
                # The turn came at the same moment; it goes to the next.
                self.leave()
            raise

    def leave(self) -> None:
        """Let the next one in."""
        while self._waiting:
            ticket = min(self._waiting, key=lambda waiting: waiting[:2])
            self._waiting.remove(ticket)
            if not ticket[2].done():
                ticket[2].set_result(None)
                return
        self._taken = False


class _Turn:
    def __init__(self, queue: _Queue, lane: Lane) -> None:
        self._queue = queue
        self._lane = lane

    async def __aenter__(self) -> None:
        await self._queue.enter(self._lane)

    async def __aexit__(self, *_error: object) -> None:
        self._queue.leave()
