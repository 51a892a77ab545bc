"""Orders as the CO looks at them, and the two ways out for one that is stuck."""

from dataclasses import dataclass
from datetime import datetime

from onapi import ids
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order in a list; `step` is the one it is at, None when it is finished."""

    order_id: str
    sp: str
    access_id: str
    operation: str
    service: str
    state: str
    step: str | None
    undoing: bool
    stuck: bool
    received_at: datetime
    requested_at: datetime | None
    finished_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detailed:
    """Everything about an order but its steps; `due_at` None: when the operator says so, or finished."""

    order_id: str
    sp: str
    access_id: str
    operation: str
    service: str
    subscription_id: str
    state: str
    received_at: datetime
    requested_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    plan: tuple[str, ...]
    step: int
    undoing: bool
    tries: int
    stuck: bool
    leased: bool | None
    trouble: str | None
    abandoned: str | None
    message: str
    code: str | None
    forced_takeover: bool
    sp_reference: str | None
    sp_subscription_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that was begun: `undo` says that it was taken back; `did` what was done, or why it is not."""

    number: int
    undo: bool
    name: str
    tries: int
    started_at: datetime
    finished_at: datetime | None
    did: str | None


async def listed(
    tx: Tx, *, state: str | None, provider: str | None, access_id: str | None, stuck: bool, most: int
) -> list[Listed]:
    """Return orders, newest first, at most so many; None is any, but `state` None is those that are not finished."""
    return await _SQL["listed"].all(
        tx, Listed, state=state, provider=provider, access_id=access_id, stuck=stuck, most=most
    )


async def one(tx: Tx, *, order_id: ids.OrderId) -> tuple[Detailed, list[Step]] | None:
    """Return an order and what was done for it, or None."""
    order = await _SQL["one"].one(tx, Detailed, order_id=order_id)
    return None if order is None else (order, await _SQL["steps"].all(tx, Step, order_id=order_id))


async def retry(tx: Tx, *, order_id: ids.OrderId, from_step: int | None) -> bool:
    """Have the engine try an order again now, from a step of its plan if one is given; return whether it could be."""
    return await _SQL["retry"].value(tx, str, order_id=order_id, from_step=from_step) is not None


async def abandon(tx: Tx, *, order_id: ids.OrderId, reason: str) -> bool:
    """Have the engine take an order back and fail it; return whether it could be."""
    return await _SQL["abandon"].value(tx, str, order_id=order_id, reason=reason) is not None
