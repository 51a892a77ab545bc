"""Concurrent reads of one kind share a query: what one turn of the event loop asks for is asked together."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_AT_ONCE = 2
_MOST_KEYS = 500


class Coalesced(Generic[K, V]):
    """Reads single values through a function that reads many.

    No read is held back for company: the query starts in the same turn of the loop, and what arrives while
    so many are under way goes together in the next one.
    """

    def __init__(
        self, read_many: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, at_once: int = _AT_ONCE
    ) -> None:
        """Make it; `at_once` is how many queries may be under way: one is fewer and fuller ones."""
        self._read_many = read_many
        self._at_once = at_once
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._scheduled = False

    async def get(self, key: K) -> V | None:
        """Return the value of `key`, or None; raises what the query raised."""
        loop = asyncio.get_running_loop()
        # A future for each caller: one that goes away must not take the answer from the others.
        future: asyncio.Future[V | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(future)
        if not self._scheduled and len(self._under_way) < self._at_once:
            self._scheduled = True
            loop.call_soon(self._start)
        return await future

    def _start(self) -> None:
        self._scheduled = False
        keys = list(self._waiting)[:_MOST_KEYS]
        if not keys:
            return
        asked = {key: self._waiting.pop(key) for key in keys}
        task = asyncio.get_running_loop().create_task(self._answer(asked))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def _answer(self, asked: dict[K, "list[asyncio.Future[V | None]]"]) -> None:
        try:
            found = await self._read_many(list(asked))
        except BaseException as error:
            for future in itertools.chain.from_iterable(asked.values()):
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for key, futures in asked.items():
                value = found.get(key)
                for future in futures:
                    if not future.done():
                        future.set_result(value)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if self._waiting and not self._scheduled:
            self._start()
