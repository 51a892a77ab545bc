"""The operator, as tests have it: it looks at the database, breaks the network, and has orders carried out."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeVar

import asyncpg

from onapi import app
from onapi.drivers.contract import Provisions
from onapi.engine.runner import Patience
from onapi.engine.worker import Pace, Worker
from onapi.storage import pool, simulated
from onapi.storage.pool import Database
from onapi.storage.simulated import Fault

T = TypeVar("T")

HASTY = Patience(deadline_s=20, tries=3, pause_s=0.01, pause_max_s=0.02)
"""Gives up after three tries, which follow each other at once; the deadline is for faults of the test's own."""

_PATIENCE_S = 60.0


class Operator:
    """The CO: a database opened for the operator, in a loop and a thread of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.database = self.wait(pool.connect(url))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine returns, run in the operator's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    def do(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Do something to the database."""

        async def done() -> T:
            return await work(self.database)

        return self.wait(done())

    def rows(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Return what a statement returns."""

        async def fetch(database: Database) -> list[asyncpg.Record]:
            async with database.connection() as tx:
                return await tx.fetch(statement, *arguments)

        return self.do(fetch)

    def value(self, statement: str, *arguments: object) -> Any:
        """Return the first value that a statement returns."""
        return self.rows(statement, *arguments)[0][0]

    def until(self, question: str, *arguments: object) -> None:
        """Ask the database a question until it says yes."""

        async def ask() -> None:
            async with asyncio.timeout(_PATIENCE_S), self.database.connection() as tx:
                while not await tx.fetchval(question, *arguments):
                    await asyncio.sleep(0.005)

        self.wait(ask())

    def fault(self, access_id: str, kind: str, *, times: int | None = None, seconds: float = 0.0) -> None:
        """Give an access's element a fault."""

        async def put(database: Database) -> None:
            async with database.connection() as tx:
                await simulated.put_fault(tx, Fault(access_id, kind, times, seconds))

        self.do(put)

    def effects(self, access_id: str) -> list[tuple[str | None, str | None]]:
        """Return what was done to an access's ports, in order: setups before and after."""

        async def read(database: Database) -> list[simulated.Effect]:
            async with database.connection() as tx:
                return await simulated.effects(tx)

        return [(effect.before, effect.after) for effect in self.do(read) if effect.access_id == access_id]

    def port(self, access_id: str) -> list[str]:
        """Return what an access's ports deliver."""

        async def read(database: Database) -> list[simulated.Port]:
            async with database.connection() as tx:
                return await simulated.ports(tx)

        return [port.setup for port in self.do(read) if port.access_id == access_id]

    def drained(self) -> None:
        """Wait until no order is due or under way; those for another day, and those that are stuck, may stay."""
        self.until(
            "SELECT NOT EXISTS (SELECT FROM orders WHERE state IN ('RECEIVED', 'IN_PROGRESS') "
            "AND due_at < clock_timestamp() + interval '1 hour')"
        )

    @contextlib.contextmanager
    def working(
        self,
        *,
        patience: Patience = HASTY,
        pace: Pace | None = None,
        driver: Provisions | None = None,
        concurrency: int = 50,
    ) -> Iterator[Worker]:
        """Have orders carried out until the block ends."""
        worker = Worker(
            self.database,
            self.url,
            driver or app.simulated(self.database),
            concurrency=concurrency,
            patience=patience,
            pace=pace or Pace(lease_s=60, look_every_s=0.05),
        )
        running = asyncio.run_coroutine_threadsafe(worker.run(), self._loop)
        try:
            yield worker
        finally:
            self._loop.call_soon_threadsafe(worker.stop)
            running.result(_PATIENCE_S)

    def close(self) -> None:
        """End."""
        self.wait(self.database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()
