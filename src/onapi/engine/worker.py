"""Claims orders that are due, has them carried out side by side, and keeps its leases. Any number may run."""

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from prometheus_client import Gauge

from onapi import errors, ids
from onapi.drivers.contract import Provisions
from onapi.engine.chores import Chores
from onapi.engine.records import LeaseLost, Records
from onapi.engine.runner import Patience, Runner
from onapi.engine.sampling import Sampling
from onapi.storage import work as storage
from onapi.storage.herald import Herald
from onapi.storage.listening import listen
from onapi.storage.pool import Database
from onapi.storage.work import Lease, Work

_log = structlog.get_logger()
_RUNNING = Gauge("onapi_orders_running", "Orders that are being carried out.", multiprocess_mode="livesum")

_CLAIMED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a worker goes about it, in seconds: how long its leases last, and how often it looks unasked."""

    lease_s: float = 30.0
    look_every_s: float = 0.5


class Worker:
    """One process's engine; `run` it until it is stopped."""

    def __init__(
        self,
        database: Database,
        url: str,
        driver: Provisions,
        *,
        concurrency: int,
        patience: Patience | None = None,
        pace: Pace | None = None,
        sampling: Sampling | None = None,
        chores: Chores | None = None,
    ) -> None:
        """Make it.

        Args:
            database: opened for the operator.
            url: the database's, for listening.
            driver: does what orders mean for the network.
            concurrency: how many orders at once.
            patience: with the network.
            pace: of itself.
            sampling: reads counters beside the orders; None: nobody does here.
            chores: what it does now and then.
        """
        self._database = database
        self._url = url
        self._pace = pace or Pace()
        self._lease = Lease(worker=uuid.uuid4(), lasts=timedelta(seconds=self._pace.lease_s))
        self._patience = patience or Patience()
        self._records = Records(database, self._lease)
        self._runner = Runner(self._records, driver, self._patience)
        self._herald = Herald(database)
        self._chores = chores or Chores(database)
        self._sampling = sampling
        self._concurrency = concurrency
        self._running: dict[ids.OrderId, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._dropped = False
        self._away = False
        self._stopping = False

    async def run(self) -> None:
        """Work until `stop`; what is under way then is finished first, and the rest is given back."""
        helpers = [
            asyncio.create_task(self._always(self._beat, self._pace.lease_s / 3)),
            asyncio.create_task(self._always(self._chores.look, self._chores.every_s)),
            asyncio.create_task(self._always(partial(listen, self._url, self._heard), 0.1)),
        ]
        if self._sampling is not None:
            helpers.append(asyncio.create_task(self._always(self._sampling.look, self._sampling.every_s)))
        try:
            while not self._stopping:
                self._wake.clear()
                if not await self._go_on():
                    await self._rest()
            if self._running:
                await asyncio.wait(self._running.values(), timeout=self._patience.deadline_s)
        finally:
            for task in (*helpers, *self._running.values()):
                task.cancel()
            await asyncio.wait([*helpers, *self._running.values()])
            await self._give_back()
            await self._herald.stop()

    def stop(self) -> None:
        """Begin no more orders, and end."""
        self._stopping = True
        self._wake.set()

    async def _go_on(self) -> bool:
        """Begin what is due; return whether there may be more. Whatever goes wrong, the next look is another try."""
        try:
            more = await self._claim()
        except errors.Unavailable as error:
            if not self._away:
                _log.warning("claim_failed", cause=error.cause)
            self._away = True
        except Exception:  # noqa: BLE001 — an engine that ends would leave every order where it is
            _log.exception("claim_broke")
        else:
            if self._away:
                _log.info("claims_again")
            self._away = False
            return more
        return False

    async def _claim(self) -> bool:
        free = min(self._concurrency - len(self._running), _CLAIMED_AT_ONCE)
        if free < 1 or free < self._concurrency // 4 < len(self._running):
            return False
        async with self._database.connection() as tx:
            if self._dropped:
                await storage.release(tx, self._lease, but=self._running.keys())
                self._dropped = False
            asked_at = time.monotonic()
            claimed = await storage.claim(tx, self._lease, most=free, had=self._running.keys())
        self._records.leased([work.order_id for work in claimed], asked_at)
        for work in claimed:
            task = asyncio.create_task(self._carry_out(work))
            self._running[work.order_id] = task
        _RUNNING.set(len(self._running))
        if claimed:
            self._herald.tell()
        return len(claimed) == free

    async def _carry_out(self, work: Work) -> None:
        try:
            await self._runner.run(work)
        except LeaseLost:
            _log.warning("lease_lost", order=work.order_id)
        except errors.Unavailable as error:
            _log.warning("order_dropped", order=work.order_id, cause=error.cause)
            self._dropped = True
        except Exception as error:  # noqa: BLE001 — whatever it is, the order must not be lost
            _log.exception("order_broke", order=work.order_id)
            await self._put_aside(work, error)
        finally:
            del self._running[work.order_id]
            self._records.forget(work.order_id)
            _RUNNING.set(len(self._running))
            self._herald.tell()
            self._wake.set()

    async def _put_aside(self, work: Work, error: Exception) -> None:
        pause = self._patience.pause(work.tries) if work.tries + 1 < self._patience.tries else None
        try:
            await self._records.postpone(work, trouble=f"Something went wrong: {type(error).__name__}.", pause=pause)
        except errors.Unavailable:
            self._dropped = True

    async def _give_back(self) -> None:
        """Let other workers go on with what was begun here, at once rather than when the leases are over."""
        try:
            async with self._database.connection() as tx:
                await storage.release(tx, self._lease, but=())
        except errors.Unavailable as error:
            _log.warning("release_failed", cause=error.cause)

    async def _beat(self) -> None:
        """Keep the leases; what another worker has taken over is let go."""
        beating = dict(self._running)
        if not beating:
            return
        async with self._database.connection() as tx:
            asked_at = time.monotonic()
            ours = await storage.keep(tx, self._lease, beating.keys())
        self._records.leased(ours & self._running.keys(), asked_at)
        missed = {task: order_id for order_id, task in beating.items() if order_id not in ours}
        if not missed:
            return
        # What was finished here in the meantime ends by itself; the rest is another worker's.
        _, lost = await asyncio.wait(missed, timeout=self._pace.lease_s / 6)
        for task in lost:
            _log.warning("lease_lost", order=missed[task])
            task.cancel()

    async def _always(self, work: Callable[[], Coroutine[None, None, None]], every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await work()
            except errors.Unavailable as error:
                _log.warning("helper_failed", cause=error.cause)
            except Exception:  # noqa: BLE001 — without its heartbeat a worker would lose orders that it works on
                _log.exception("helper_broke")

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pace.look_every_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _heard(self, said: str) -> None:
        if said in ("", "orders"):
            self._wake.set()
