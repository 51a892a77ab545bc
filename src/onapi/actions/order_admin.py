"""Look after orders: find those that are stuck, and get them out."""

from onapi import errors, ids
from onapi.storage import order_admin as storage
from onapi.storage.herald import Herald
from onapi.storage.order_admin import Detailed, Listed, Step
from onapi.storage.pool import Database

_REASON_MAX = 200


async def listed(
    database: Database, *, state: str | None, provider: str | None, access_id: str | None, stuck: bool, most: int
) -> list[Listed]:
    """Return orders, newest first; see `storage.order_admin.listed`."""
    async with database.connection() as tx:
        return await storage.listed(tx, state=state, provider=provider, access_id=access_id, stuck=stuck, most=most)


async def one(database: Database, *, order_id: ids.OrderId) -> tuple[Detailed, list[Step]]:
    """Return an order and its steps, or raise NotFound."""
    async with database.connection() as tx:
        found = await storage.one(tx, order_id=order_id)
    if found is None:
        raise errors.NotFound(f"There is no order {order_id}.")
    return found


async def retry(database: Database, *, order_id: ids.OrderId, from_step: str | None) -> None:
    """Try an order again, now: in the direction that it has, or forward from a step of its plan.

    Raises:
        NotFound: there is no such order.
        Invalid: its plan has no such step.
        Conflict: it is not in progress, or a worker has it at this moment.
    """
    order, _ = await one(database, order_id=order_id)
    if from_step is not None and from_step not in order.plan:
        raise errors.Invalid(
            f"The plan of order {order_id} has no step {from_step!r}; it has {', '.join(order.plan)}."
        )
    async with database.connection() as tx:
        number = None if from_step is None else order.plan.index(from_step)
        if not await storage.retry(tx, order_id=order_id, from_step=number):
            raise _refused(order, "tried again")
    await _tell(database)


async def abandon(database: Database, *, order_id: ids.OrderId, reason: str) -> None:
    """Give an order up: what was done is taken back, and it becomes DONE_FAILED; its SP reads the reason.

    Raises:
        NotFound: there is no such order.
        Invalid: the reason is empty or too long.
        Conflict: it is finished, or a worker has it at this moment.
    """
    if not reason.strip() or len(reason) > _REASON_MAX or not reason.isprintable():
        raise errors.Invalid(f"The reason must be 1 to {_REASON_MAX} printable characters; the SP reads it.")
    order, _ = await one(database, order_id=order_id)
    async with database.connection() as tx:
        if not await storage.abandon(tx, order_id=order_id, reason=reason.strip()):
            raise _refused(order, "given up")
    await _tell(database)


async def _tell(database: Database) -> None:
    herald = Herald(database)
    herald.tell()
    await herald.stop()


def _refused(order: Detailed, what: str) -> errors.Conflict:
    if order.leased:
        return errors.Conflict(f"A worker is at order {order.order_id} at this moment; ask again in a few seconds.")
    return errors.Conflict(f"Order {order.order_id} is {order.state}; it cannot be {what}.")
