"""Place, change and cancel orders."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from onapi import errors, ids
from onapi.actions import idempotency
from onapi.actions.order_desks import Alone, Asking, Desk, Shared
from onapi.domain import orders as domain
from onapi.domain import placing
from onapi.domain.orders import Wish
from onapi.domain.placing import Accept, Done, Standing
from onapi.domain.plans import plan_of
from onapi.storage import orders as storage
from onapi.storage.herald import Herald
from onapi.storage.idempotency import Kept
from onapi.storage.orders import NewOrder, Question, Stored
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import Failure, Operation, OrderState
from onapi.wire import orders as wire

_TRIES = 10
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer to an order; `order_id` None: it was so already, and there is nothing to order."""

    document: str
    order_id: ids.OrderId | None
    new: bool


class Orders:
    """What SPs do with orders."""

    def __init__(self, database: Database, herald: Herald) -> None:
        self._database = database
        self._herald = herald
        self._shared = Shared(database)

    async def place(self, asking: Asking, wish: Wish, *, key: str | None = None) -> Placed:
        """Store an order for the engine, or find the one under way, or see that it is so already.

        Args:
            asking: who asks.
            wish: what for.
            key: an Idempotency-Key: the same key and wish have the same answer for a week.

        Raises:
            Invalid: it names something unknown, or something is missing.
            NotFound: there is no such subscription, or it is another SP's.
            Conflict: something stands in the way.
            KeyReused: the key was another wish's.
        """
        domain.check(wish)
        if key is None:
            placed = await _place(self._shared, asking, wish)
        else:
            placed = await self._place_once(asking, wish, key)
        if placed.new:
            self._herald.tell()
        return placed

    async def change(self, asking: Asking, order_id: ids.OrderId, edit: Callable[[Stored], Wish]) -> None:
        """Make an order that is RECEIVED ask for what `edit` makes of it; repeating it changes nothing more.

        Raises:
            NotFound: the SP has no such order.
            Conflict: it is no longer RECEIVED, or something stands in the way of what is asked for now.
            Invalid: what is asked for cannot be.
        """
        for _ in range(_TRIES):
            async with self._database.connection(asking.sp) as tx:
                stored = await _changeable(tx, asking.sp, order_id)
                wish = edit(stored)
                domain.check(wish)
                if wish.fingerprint == stored.wish:
                    return
                await _check_change(Alone(tx), asking, stored, wish)
                if await storage.replace(tx, sp=asking.sp, order_id=order_id, wish=wish, seen_wish=stored.wish):
                    self._herald.tell()
                    return
        raise _too_lively()

    async def cancel(self, asking: Asking, order_id: ids.OrderId) -> None:
        """Cancel an order that is RECEIVED.

        Raises:
            NotFound: the SP has no such order, or cancelled it before.
            Conflict: it is no longer RECEIVED.
        """
        async with self._database.connection(asking.sp) as tx:
            cancelled = await storage.cancel(
                tx, sp=asking.sp, order_id=order_id, message="Cancelled by service provider", code=Failure.CANCELLED
            )
            if not cancelled:
                await _changeable(tx, asking.sp, order_id)
                raise _too_lively()
        self._herald.tell()

    async def _place_once(self, asking: Asking, wish: Wish, key: str) -> Placed:
        async def do(tx: Tx) -> Kept:
            placed = await _place(Alone(tx), asking, wish)
            return Kept(wish.fingerprint, 201 if placed.new else 200, placed.order_id, placed.document)

        kept = await idempotency.once(self._database, sp=asking.sp, key=key, wish=wish.fingerprint, do=do)
        order_id = None if kept.object_id is None else ids.OrderId(kept.object_id)
        return Placed(kept.answer, order_id, new=kept.status == 201)


async def _place(desk: Desk, asking: Asking, wish: Wish) -> Placed:
    """Decide, and store; and decide anew when what was seen is no longer so."""
    for _ in range(_TRIES):
        if wish.operation is Operation.ACTIVATE:
            outcome, order = await _activate(desk, asking, wish)
        else:
            outcome, order = await _operate(desk, asking, wish)
        if isinstance(outcome, Accept):
            document = await desk.insert(order)
            if document is not None:
                return Placed(document, order.order_id, new=True)
        elif isinstance(outcome, Standing):
            document = await desk.document(asking, outcome.order_id)
            if document is not None:
                return Placed(document, outcome.order_id, new=False)
        else:
            return Placed(_done(order, outcome), None, new=False)
    raise _too_lively()


async def _activate(desk: Desk, asking: Asking, wish: Wish) -> tuple[Accept | Standing | Done, NewOrder]:
    access_id, service = ids.AccessId(wish.access_id or ""), wish.service or ""
    ground = await desk.ground(Question(asking.sp, access_id, service, wish.sp_subscription_id))
    if ground.access is None:
        raise errors.Invalid(f"Unknown access: {access_id!r}.")
    if ground.offer is None:
        raise errors.Invalid(f"Unknown service: {service!r}; /services/{access_id} lists what can be ordered here.")
    now = datetime.now(UTC)
    outcome = placing.activate(wish, access=ground.access, offer=ground.offer, holders=ground.holders, now=now)
    offer = ground.offer
    order = _new_order(
        asking,
        wish,
        service_type=offer.service_type,
        claim=offer.claim,
        subscription_id=ids.SubscriptionId(ids.new()),
        seen_at=None,
    )
    return outcome, order


async def _operate(desk: Desk, asking: Asking, wish: Wish) -> tuple[Accept | Standing | Done, NewOrder]:
    found = await desk.subscription(asking, wish)
    if found is None:
        raise errors.NotFound(f"There is no subscription {wish.subscription_id!r}.")
    subscription, offer = found
    meant = domain.addressed(
        wish,
        subscription_id=subscription.subscription_id,
        access_id=subscription.access_id,
        service=subscription.service,
    )
    outcome = placing.operate(meant, subscription, offer, datetime.now(UTC))
    order = _new_order(
        asking,
        meant,
        service_type=subscription.service_type,
        claim=subscription.claim,
        subscription_id=subscription.subscription_id,
        seen_at=subscription.seen_at,
    )
    return outcome, order


def _new_order(
    asking: Asking,
    wish: Wish,
    *,
    service_type: str,
    claim: str,
    subscription_id: ids.SubscriptionId,
    seen_at: datetime | None,
) -> NewOrder:
    return NewOrder(
        order_id=ids.OrderId(ids.new()),
        sp=asking.sp,
        access_id=ids.AccessId(wish.access_id or ""),
        service=wish.service or "",
        service_type=service_type,
        claim=claim,
        operation=wish.operation,
        subscription_id=subscription_id,
        seen_at=seen_at,
        requested_at=wish.requested_at,
        sp_reference=wish.sp_reference,
        sp_subscription_id=wish.sp_subscription_id,
        external_note=wish.external_note,
        characteristics=wish.characteristics_json,
        equipment=wish.equipment_json,
        forced_takeover=wish.forced_takeover,
        wish=wish.fingerprint,
        plan=" ".join(plan_of(wish)),
        mount=asking.mount,
        dialect=asking.dialect,
    )


def _done(order: NewOrder, done: Done) -> str:
    """Return what an order would look like that need not be made."""
    answer = wire.Order(
        access_id=order.access_id,
        service=order.service,
        operation=order.operation,
        subscription_id=done.subscription_id,
        state=OrderState.DONE_SUCCESS,
        message="",
    )
    return _encode(answer).decode()


async def _changeable(tx: Tx, sp: ids.Sp, order_id: ids.OrderId) -> Stored:
    stored = await storage.stored(tx, sp=sp, order_id=order_id)
    if stored is None:
        raise errors.NotFound(f"There is no order {order_id!r}.")
    if stored.state is not OrderState.RECEIVED:
        raise errors.Conflict(f"Order {order_id} is {stored.state}; it can be changed only while it is RECEIVED.")
    return stored


async def _check_change(desk: Desk, asking: Asking, stored: Stored, wish: Wish) -> None:
    """See that an order may ask for this instead, as a new one would be asked, but that it is not in its own way."""
    now = datetime.now(UTC)
    if wish.operation is Operation.ACTIVATE:
        question = Question(asking.sp, stored.access_id, wish.service or "", wish.sp_subscription_id)
        ground = await desk.ground(question)
        if ground.access is None or ground.offer is None:
            raise errors.Invalid(f"Unknown service: {wish.service!r}; /services/ lists what can be ordered here.")
        if (ground.offer.service_type, ground.offer.claim) != (stored.service_type, stored.claim):
            raise errors.Conflict(
                f"The order is for {stored.service_type} and stays so, with its line; cancel it and order anew."
            )
        others = tuple(holder for holder in ground.holders if not holder.mine)
        placing.activate(wish, access=ground.access, offer=ground.offer, holders=others, now=now)
        return
    found = await desk.subscription(asking, wish)
    if found is not None:
        there = found[0]
        domain.addressed(
            wish, subscription_id=there.subscription_id, access_id=there.access_id, service=there.service
        )
        placing.operate(wish, replace(there, unfinished=None), found[1], now)


def _too_lively() -> errors.Unavailable:
    return errors.Unavailable("Too much changes here at once; nothing was done.", retry_after=1)
