"""Concurrent reads of one kind share a query: what one turn of the event loop asks for is asked together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_AT_ONCE = 2
_MOST_KEYS = 500


class Coalesced(Generic[K, V]):
    """Reads single values through a function that reads many.

    No read is held back for company: the query starts in the same turn of the loop, and what arrives while
    `_AT_ONCE` queries are under way goes together in the next one.
    """

    def __init__(self, read_many: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._read_many = read_many
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._scheduled = False

    async def get(self, key: K) -> V | None:
        """Return the value of `key`, or None; raises what the query raised."""
        future = self._waiting.get(key)
        if future is None:
            loop = asyncio.get_running_loop()
            future = self._waiting[key] = loop.create_future()
            if not self._scheduled and len(self._under_way) < _AT_ONCE:
                self._scheduled = True
                loop.call_soon(self._start)
        # Shielded: a caller that goes away must not take the answer from the others.
        return await asyncio.shield(future)

    def _start(self) -> None:
        self._scheduled = False
        keys = list(self._waiting)[:_MOST_KEYS]
        if not keys:
            return
        asked = {key: self._waiting.pop(key) for key in keys}
        task = asyncio.get_running_loop().create_task(self._answer(asked))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def _answer(self, asked: dict[K, "asyncio.Future[V | None]"]) -> None:
        try:
            found = await self._read_many(list(asked))
        except BaseException as error:
            for future in asked.values():
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # It may have no reader left; that is no news.
            if not isinstance(error, Exception):
                raise
        else:
            for key, future in asked.items():
                if not future.done():
                    future.set_result(found.get(key))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if self._waiting and not self._scheduled:
            self._start()
