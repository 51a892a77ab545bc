"""A small village with two SPs, and their orders, placed by the code that places everybody's."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from onapi import errors, ids
from onapi.actions.order_bodies import replaced, wish_of
from onapi.actions.order_desks import Asking
from onapi.actions.orders import Orders, Placed
from onapi.domain.catalogue import Service
from onapi.domain.characteristics import Rule
from onapi.storage import pool
from onapi.storage.herald import Herald
from onapi.storage.pool import Database
from onapi.storage.simulated import Fault, put_fault
from onapi.vocabulary import Dialect
from onapi.wire.orders import OrderFields
from tests import given
from tests.conftest import opened
from tests.crash.worker_process import Fates

_FINAL = ("DONE_SUCCESS", "DONE_FAILED", "CANCELLED")
_FAR = "2099-01-01T00:00:00Z"
_LOOK_S = 0.05
_PATIENCE_S = 120.0
_RULES = {"fixedIp": Rule(), "sla": Rule()}

SERVICES: tuple[Service, ...] = (
    given.service("BB-100", down_kbps=100_000, up_kbps=50_000, takeover=True, characteristics=_RULES),
    given.service("BB-250", down_kbps=250_000, up_kbps=250_000, takeover=True, characteristics=_RULES),
    given.service("PHONE", "VOIP"),
)
"""What is sold; types are as `given.TYPES` has them."""


class Village:
    """Accesses, SPs that order on them, and a network that may fail."""

    def __init__(self, database: Database, orders: Orders, fates: Fates) -> None:
        self.database = database
        self._orders = orders
        self._fates = fates

    async def place(self, sp: str, **fields: Any) -> Placed:
        """Place an order; the fields are the wire's, with its names."""
        return await self._orders.place(_asking(sp), wish_of(_body(fields)))

    async def later(self, sp: str, **fields: Any) -> ids.OrderId:
        """Place an order that no worker comes to before it is moved to `now`, and return its ID."""
        placed = await self.place(sp, requestedDateTime=_FAR, **fields)
        assert placed.order_id is not None
        return placed.order_id

    async def now(self, sp: str, order_id: ids.OrderId, **fields: Any) -> None:
        """Have an order, of these fields, carried out now."""
        await self._orders.change(_asking(sp), order_id, lambda stored: replaced(order_id, stored, _body(fields)))

    async def order(
        self, sp: str, *, points: Sequence[str] = (), number: signal.Signals = signal.SIGKILL, **fields: Any
    ) -> ids.OrderId:
        """Place an order whose workers are awaited by a signal at these points of it, and return its ID."""
        order_id = await self.later(sp, **fields)
        access_id = (await self.order_row(order_id))["access_id"]
        for point in points:
            self._fates.await_at(access_id if point.startswith(("before ", "after ")) else order_id, point, number)
        await self.now(sp, order_id, **fields)
        return order_id

    async def cancel(self, sp: str, order_id: ids.OrderId) -> bool:
        """Cancel an order; return False when it was too late."""
        try:
            await self._orders.cancel(_asking(sp), order_id)
        except errors.Conflict:
            return False
        return True

    async def final(self, order_id: ids.OrderId) -> str:
        """Wait until an order is final, and return its state."""
        async with asyncio.timeout(_PATIENCE_S):
            while (state := (await self.order_row(order_id))["state"]) not in _FINAL:
                await asyncio.sleep(_LOOK_S)
        return str(state)

    async def done(self, sp: str, *, points: Sequence[str] = (), **fields: Any) -> str:
        """Place an order as `order` does, wait until it is final, and return its subscription's ID."""
        order_id = await self.order(sp, points=points, **fields)
        assert await self.final(order_id) == "DONE_SUCCESS", await self.order_row(order_id)
        return str((await self.order_row(order_id))["subscription_id"])

    async def order_row(self, order_id: ids.OrderId) -> Any:
        """Return an order as the database has it."""
        async with self.database.connection() as tx:
            return await tx.fetchrow("SELECT * FROM orders WHERE order_id = $1", order_id)

    async def until(self, question: str, *arguments: object) -> None:
        """Ask the database a question until it says yes; it may be away in the meantime."""
        async with asyncio.timeout(_PATIENCE_S):
            while not await self._says_yes(question, *arguments):
                await asyncio.sleep(_LOOK_S)

    async def _says_yes(self, question: str, *arguments: object) -> bool:
        try:
            async with self.database.connection() as tx:
                return bool(await tx.fetchval(question, *arguments))
        except errors.Unavailable:
            return False

    async def until_waiting(self, count: int) -> None:
        """Wait until so many statements, or more, wait for others; 0: until none does."""
        await self.until(
            "SELECT CASE $1::int WHEN 0 THEN count(*) = 0 ELSE count(*) >= $1 END FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'",
            count,
        )

    async def sql(self, statement: str, *arguments: object) -> None:
        """Run a statement by hand."""
        async with self.database.connection() as tx:
            await tx.execute(statement, *arguments)

    async def fault(self, fault: Fault) -> None:
        """Give an access's element a fault."""
        async with self.database.connection() as tx:
            await put_fault(tx, fault)


@asynccontextmanager
async def village(url: str, fates: Fates, *, accesses: int) -> AsyncIterator[Village]:
    """Make a village of accesses `A-0`, `A-1` and so on, where alfa and beta sell."""
    for_sps = await pool.connect(url, for_sps=True)
    herald = Herald(for_sps)
    try:
        async with opened(url) as database:
            await given.accesses_in(database, *(given.access(f"A-{n}") for n in range(accesses)))
            await given.catalogue_in(database, *SERVICES)
            for sp in ("alfa", "beta"):
                await given.provider(database, sp)
            yield Village(database, Orders(for_sps, herald), fates)
    finally:
        await herald.stop()
        await for_sps.close()


@asynccontextmanager
async def in_the_way(url: str, statement: str, *arguments: object) -> AsyncIterator[None]:
    """Do something that is not committed, so that whoever wants to do the same waits; then take it back."""
    connection = await asyncpg.connect(url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(statement, *arguments)
        yield
        await transaction.rollback()
    finally:
        await connection.close(timeout=5)


def _asking(sp: str) -> Asking:
    return Asking(ids.Sp(sp), "/onapi/2.6", Dialect.BITVIS)


def _body(fields: dict[str, Any]) -> OrderFields:
    return msgspec.convert(fields, OrderFields)
