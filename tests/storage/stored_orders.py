"""Orders as tests of the storage put them in: without HTTP, and without anybody who works on them."""

import dataclasses
import uuid
from datetime import timedelta
from typing import Any

from onapi import ids
from onapi.domain.orders import Wish
from onapi.storage import orders, work
from onapi.storage.orders import NewOrder
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.storage.work import Lease
from onapi.vocabulary import Dialect, Operation
from tests.operators import Operator

ALFA, BETA = ids.Sp("alfa"), ids.Sp("beta")


def lease(seconds: float = 60.0) -> Lease:
    """Return the lease of a worker that nobody else is."""
    return Lease(worker=uuid.uuid4(), lasts=timedelta(seconds=seconds))


def new_order(access_id: str, **fields: Any) -> NewOrder:
    """Return alfa's ACTIVATE of BB-100-100 there, but for the fields given."""
    plain = NewOrder(
        order_id=ids.OrderId(ids.new()),
        sp=ALFA,
        access_id=ids.AccessId(access_id),
        service="BB-100-100",
        service_type="Broadband",
        claim="",
        operation=Operation.ACTIVATE,
        subscription_id=ids.SubscriptionId(ids.new()),
        seen_at=None,
        requested_at=None,
        sp_reference=None,
        sp_subscription_id=None,
        external_note=None,
        characteristics=None,
        equipment=None,
        forced_takeover=False,
        wish=Wish(operation=Operation.ACTIVATE, sp_reference=ids.new()).fingerprint,
        plan="configure_port start_subscription",
        mount="/m",
        dialect=Dialect.BITVIS,
    )
    return dataclasses.replace(plain, **fields)


async def placed(tx: Tx, *wanted: NewOrder) -> set[ids.OrderId]:
    """Store orders, and return which were stored."""
    return set(await orders.insert(tx, wanted))


def place(operator: Operator, *wanted: NewOrder) -> set[ids.OrderId]:
    """Store orders in one statement of its own, and return which were stored."""

    async def insert(database: Database) -> set[ids.OrderId]:
        async with database.connection() as tx:
            return await placed(tx, *wanted)

    return operator.do(insert)


def activate(operator: Operator, access_id: str, **fields: Any) -> NewOrder:
    """Have a subscription made without any network, and return the order."""
    order = new_order(access_id, plan="start_subscription", **fields)

    async def succeed(database: Database) -> None:
        mine = lease()
        async with database.transaction() as tx:
            assert await placed(tx, order)
            await tx.execute(
                "UPDATE orders SET state = 'IN_PROGRESS', lease = $2, leased_until = 'infinity' WHERE order_id = $1",
                order.order_id,
                mine.worker,
            )
            assert await work.succeed(tx, mine, [order.order_id])

    operator.do(succeed)
    return order


def seen_at(operator: Operator, order: NewOrder) -> Any:
    """Return the version of an order's subscription."""
    return operator.value("SELECT changed_at FROM subscriptions WHERE subscription_id = $1", order.subscription_id)


def later(operator: Operator, order: NewOrder, operation: Operation, **fields: Any) -> NewOrder:
    """Return another operation on an order's subscription."""
    wish = Wish(operation=operation, sp_reference=ids.new()).fingerprint
    return dataclasses.replace(
        order,
        order_id=ids.OrderId(ids.new()),
        operation=operation,
        seen_at=seen_at(operator, order),
        wish=wish,
        plan=f"configure_port {operation.lower()}",
        **fields,
    )
