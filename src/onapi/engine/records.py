"""What a worker writes down about its orders; orders that are ready at the same time share their statements."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from onapi import errors, ids
from onapi.storage import work as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.storage.work import Lease, Work
from onapi.vocabulary import Failure

_MESSAGE_MAX = 255


class LeaseLost(Exception):
    """The order is no longer this worker's: another has it, or it is finished."""


class Records:
    """The engine's pen. Whatever it writes, it writes only while the lease is this worker's.

    Each method raises LeaseLost when it is not.
    """

    def __init__(self, database: Database, lease: Lease) -> None:
        self._database = database
        self._lease = lease
        self._certain_until: dict[ids.OrderId, float] = {}
        self._advances = Coalesced(self._advance_many)
        self._successes = Coalesced(self._succeed_many)

    def leased(self, order_ids: Iterable[ids.OrderId], asked_at: float) -> None:
        """Note that the leases of these orders last from a moment of the monotonic clock, if not a little later."""
        until = asked_at + self._lease.lasts.total_seconds()
        self._certain_until.update(dict.fromkeys(order_ids, until))

    def forget(self, order_id: ids.OrderId) -> None:
        """Let go of an order that is out of hand."""
        self._certain_until.pop(order_id, None)

    def be_certain(self, work: Work) -> None:
        """See by the clock alone that the order must still be ours, before the network is asked for anything."""
        if time.monotonic() >= self._certain_until.get(work.order_id, 0.0):
            raise LeaseLost

    async def advance(self, work: Work, did: str) -> None:
        """Write down that the present step is done, and what was done."""
        if not await self._advances.get((work.order_id, did)):
            raise LeaseLost

    async def succeed(self, work: Work) -> None:
        """Make what the order wanted so, and finish it.

        Raises:
            Claimed: another subscription is live in its place.
        """
        outcome = await self._successes.get(work.order_id)
        if isinstance(outcome, errors.Claimed):
            raise outcome
        if not outcome:
            raise LeaseLost

    async def postpone(self, work: Work, *, trouble: str, pause: timedelta | None) -> None:
        """Give the order back until a pause is over; None: until the operator says so."""
        async with self._database.connection() as tx:
            await storage.postpone(tx, self._lease, work.order_id, trouble=trouble[:_MESSAGE_MAX], pause=pause)

    async def turn_back(self, work: Work, *, trouble: str, told: str, code: Failure, untouched: bool) -> int:
        """Write down that the order will fail; return how many steps are to be taken back.

        `trouble` is for the operator, and `told` for the SP.
        """
        async with self._database.connection() as tx:
            steps = await storage.turn_back(
                tx,
                self._lease,
                work.order_id,
                trouble=trouble[:_MESSAGE_MAX],
                told=told[:_MESSAGE_MAX],
                code=code,
                untouched=untouched,
            )
        if steps is None:
            raise LeaseLost
        return steps

    async def fail(self, work: Work, *, message: str, code: Failure) -> None:
        """Finish the order as failed."""
        async with self._database.transaction() as tx:
            if not await storage.fail(tx, self._lease, work.order_id, message=message[:_MESSAGE_MAX], code=code):
                raise LeaseLost

    async def _advance_many(self, done: Sequence[tuple[ids.OrderId, str]]) -> Mapping[tuple[ids.OrderId, str], bool]:
        async with self._database.connection() as tx:
            ours = await storage.advance(tx, self._lease, done)
        return {(order_id, did): order_id in ours for order_id, did in done}

    async def _succeed_many(self, order_ids: Sequence[ids.OrderId]) -> Mapping[ids.OrderId, bool | errors.Claimed]:
        try:
            async with self._database.transaction() as tx:
                ours = await storage.succeed(tx, self._lease, order_ids)
        except errors.Claimed as error:
            if len(order_ids) == 1:
                return {order_ids[0]: error}
            # One of them cannot be; the others shall not wait for it.
            outcomes: dict[ids.OrderId, bool | errors.Claimed] = {}
            for order_id in order_ids:
                outcomes.update(await self._succeed_many([order_id]))
            return outcomes
        return {order_id: order_id in ours for order_id in order_ids}
