"""Where orders are looked at and stored: at a desk shared with others, or alone in a transaction.

At the shared desk concurrent orders share their statements: what arrives while one is under way goes in the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from onapi import errors, ids
from onapi.domain.orders import Wish
from onapi.domain.placing import Offer, Subscription
from onapi.storage import orders as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.orders import Ground, NewOrder, Question
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect, Operation


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and how to answer: `mount` is the path of the version's root, without a final slash."""

    sp: ids.Sp
    mount: str
    dialect: Dialect


class Desk(Protocol):
    """Where orders are stored: shared with others, or in a transaction of its own."""

    async def ground(self, question: Question) -> Ground:
        """Return what an ACTIVATE meets."""

    async def insert(self, order: NewOrder) -> str | None:
        """Store an order if its way is free, and return its document."""

    async def subscription(self, asking: Asking, wish: Wish) -> tuple[Subscription, Offer | None] | None:
        """Return the subscription that a wish is about, and the service that it shall have."""

    async def document(self, asking: Asking, order_id: ids.OrderId) -> str | None:
        """Return an order."""


class Alone:
    """A desk in one connection; see `Desk`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def ground(self, question: Question) -> Ground:
        """Return what an ACTIVATE meets."""
        return (await storage.grounds(self._tx, [question]))[question]

    async def insert(self, order: NewOrder) -> str | None:
        """Store an order if its way is free, and return its document."""
        return (await storage.insert(self._tx, [order])).get(order.order_id)

    async def subscription(self, asking: Asking, wish: Wish) -> tuple[Subscription, Offer | None] | None:
        """Return the subscription that a wish is about, and the service that it shall have."""
        subscription_id = wish.subscription_id or await self._found(asking, wish)
        subscription = await storage.subscription(self._tx, sp=asking.sp, subscription_id=subscription_id)
        if subscription is None:
            return None
        changes = wish.operation is Operation.CHANGE and wish.service is not None
        offer = None
        if wish.operation in (Operation.CHANGE, Operation.MODIFY):
            offer = await storage.offer(
                self._tx,
                sp=asking.sp,
                access_id=subscription.access_id,
                service=wish.service if changes and wish.service else subscription.service,
                claim=subscription.claim,
                kept=not changes,
            )
        return subscription, offer

    async def document(self, asking: Asking, order_id: ids.OrderId) -> str | None:
        """Return an order."""
        return await storage.by_id(
            self._tx, sp=asking.sp, order_id=order_id, mount=asking.mount, dialect=asking.dialect
        )

    async def _found(self, asking: Asking, wish: Wish) -> ids.SubscriptionId:
        if wish.sp_subscription_id is not None:
            candidates = await storage.found_by_reference(self._tx, sp=asking.sp, reference=wish.sp_subscription_id)
        else:
            candidates = await storage.found_on_access(
                self._tx,
                sp=asking.sp,
                access_id=ids.AccessId(wish.access_id or ""),
                service=wish.service or "",
                any_of_type=wish.operation is Operation.CHANGE,
            )
        if len(candidates) > 1:
            raise errors.Conflict("Several subscriptions are meant; name one by its subscriptionId.")
        if not candidates:
            shown = (
                f"spSubscriptionId {wish.sp_subscription_id!r}"
                if wish.sp_subscription_id
                else f"service {wish.service!r} on access {wish.access_id!r}"
            )
            raise errors.Invalid(f"You have no subscription with {shown}.")
        return candidates[0]


class Shared:
    """A desk that many requests share, each statement for all that wait; see `Desk`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._grounds = Coalesced(self._read_grounds)
        self._orders = Coalesced(self._insert, at_once=1)

    async def ground(self, question: Question) -> Ground:
        """Return what an ACTIVATE meets."""
        ground = await self._grounds.get(question)
        return ground or Ground(None, None, ())

    async def insert(self, order: NewOrder) -> str | None:
        """Store an order if its way is free, and return its document."""
        if order.operation is Operation.ACTIVATE:
            return await self._orders.get(order)
        # It locks its subscription, and nobody else shall wait for that.
        return (await self._insert([order])).get(order)

    async def subscription(self, asking: Asking, wish: Wish) -> tuple[Subscription, Offer | None] | None:
        """Return the subscription that a wish is about, and the service that it shall have."""
        async with self._database.connection(asking.sp) as tx:
            return await Alone(tx).subscription(asking, wish)

    async def document(self, asking: Asking, order_id: ids.OrderId) -> str | None:
        """Return an order."""
        async with self._database.connection(asking.sp) as tx:
            return await Alone(tx).document(asking, order_id)

    async def _read_grounds(self, questions: Sequence[Question]) -> Mapping[Question, Ground]:
        async with self._database.connection(*(question.sp for question in questions)) as tx:
            return await storage.grounds(tx, questions)

    async def _insert(self, orders: Sequence[NewOrder]) -> Mapping[NewOrder, str]:
        async with self._database.connection(*(order.sp for order in orders)) as tx:
            documents = await storage.insert(tx, orders)
        return {order: documents[order.order_id] for order in orders if order.order_id in documents}
