"""Orders as the engine works on them. Every change is fenced by the lease: a worker that lost it changes nothing.

The state of an order is the first thing that a transaction here locks; docs/explanation/orders.md says why.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from onapi import errors, ids
from onapi.storage import queries
from onapi.storage.tx import Tx
from onapi.vocabulary import AccessState, Failure, Operation

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A worker's name on the orders that it has, each for so long after the last heartbeat."""

    worker: uuid.UUID
    lasts: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A subscription as it is, or as it shall be, as far as the network is concerned; speeds in kbit/s."""

    subscription_id: str
    service: str
    down_kbps: int | None
    up_kbps: int | None
    suspended: bool
    characteristics: dict[str, Any]
    equipment: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An order that was claimed.

    `step` counts the finished steps of `plan`; while `undoing`, those that may have had an effect. `resumed`: the
    present step was begun before, by whoever, and may have had one. `present` is the subscription as it is, None
    while an ACTIVATE has not made it live; `holder` is another SP's in the same place.
    """

    order_id: ids.OrderId
    sp: ids.Sp
    access_id: ids.AccessId
    operation: Operation
    subscription_id: str
    slot: str
    tech: str
    plan: tuple[str, ...]
    step: int
    undoing: bool
    tries: int
    resumed: bool
    told: str | None
    code: Failure | None
    abandoned: str | None
    forced_takeover: bool
    access_state: AccessState
    ended: bool
    present: Setting | None
    wanted: Setting
    holder: Setting | None
    holder_is_same_sp: bool


async def claim(tx: Tx, lease: Lease, *, most: int, had: Collection[ids.OrderId] = ()) -> list[Work]:
    """Take orders that are due, at most so many, for as long as the lease lasts.

    None that this worker still has in hand is taken, even when its lease is over: it would have it twice.
    Nothing is taken when another worker began an order on the same access at the same moment; claim again.
    """
    try:
        rows = await _SQL["claim"].rows(tx, lease=lease.worker, lease_for=lease.lasts, most=most, had=list(had))
    except asyncpg.UniqueViolationError:
        return []
    return [_work(dict(row.items())) for row in rows]


async def keep(tx: Tx, lease: Lease, order_ids: Collection[ids.OrderId]) -> set[ids.OrderId]:
    """Go on having these orders, and return those that are still ours."""
    rows = await _SQL["keep"].rows(tx, lease=lease.worker, lease_for=lease.lasts, order_ids=list(order_ids))
    return {row["order_id"] for row in rows}


async def release(tx: Tx, lease: Lease, *, but: Collection[ids.OrderId]) -> None:
    """Give back all orders except these, so that any worker may go on with them at once."""
    await _SQL["release"].run(tx, lease=lease.worker, kept=list(but))


async def advance(tx: Tx, lease: Lease, done: Sequence[tuple[ids.OrderId, str]]) -> set[ids.OrderId]:
    """Record that the present step of each order is done, and what was done; return those that are still ours."""
    rows = await _SQL["advance"].rows(
        tx, lease=lease.worker, order_ids=[order_id for order_id, _ in done], did=[did for _, did in done]
    )
    return {row["order_id"] for row in rows}


async def postpone(tx: Tx, lease: Lease, order_id: ids.OrderId, *, trouble: str, pause: timedelta | None) -> None:
    """Record that the present step failed, and give the order back for a pause; None: until the operator acts."""
    await _SQL["postpone"].run(tx, lease=lease.worker, order_id=order_id, trouble=trouble, pause=pause)


async def turn_back(
    tx: Tx, lease: Lease, order_id: ids.OrderId, *, trouble: str, told: str, code: Failure, untouched: bool
) -> int | None:
    """Record that the order will fail; return how many steps are to be taken back, None when it is not ours.

    `trouble` is for the operator, and `told` for the SP. `untouched` says that the present step certainly did
    nothing, so that it need not be.
    """
    return await _SQL["turn_back"].value(
        tx, int, lease=lease.worker, order_id=order_id, trouble=trouble, told=told, code=code, untouched=untouched
    )


async def succeed(tx: Tx, lease: Lease, order_ids: Collection[ids.OrderId]) -> set[ids.OrderId]:
    """Make what the orders wanted so, and finish them; return those that were still ours. Needs a transaction.

    Raises:
        Claimed: another subscription is live in the place of one of them; nothing was done for any.
    """
    held = await _SQL["hold"].rows(tx, lease=lease.worker, order_ids=list(order_ids))
    ours = [row["order_id"] for row in held]
    try:
        if any(row["forced_takeover"] for row in held):
            await _SQL["end_losers"].run(tx, order_ids=ours)
        if any(row["operation"] == Operation.ACTIVATE for row in held):
            await _SQL["begin"].run(tx, order_ids=ours)
        if any(row["operation"] != Operation.ACTIVATE for row in held):
            await _SQL["apply"].run(tx, order_ids=ours)
    except asyncpg.UniqueViolationError as error:
        raise errors.Claimed("Another subscription of the service type is live here.") from error
    await _SQL["succeed"].run(tx, order_ids=ours)
    return set(ours)


async def fail(tx: Tx, lease: Lease, order_id: ids.OrderId, *, message: str, code: Failure) -> bool:
    """Finish an order as failed, which frees what it claimed; return whether it was ours. Needs a transaction."""
    if not await _SQL["hold"].rows(tx, lease=lease.worker, order_ids=[order_id]):
        return False
    await _SQL["fail"].run(tx, order_id=order_id, message=message, code=code)
    return True


def _work(raw: dict[str, Any]) -> Work:
    state = raw["subscription_state"]
    suspended = state == "SUSPENDED"
    present = _setting(raw, "present_", raw["subscription_id"], suspended=suspended)
    # The others keep what there is, whatever else their orders say; see `apply`.
    sets = raw["operation"] in (Operation.ACTIVATE, Operation.CHANGE, Operation.MODIFY)
    # What is delivered already goes on as it was sold; the catalogue may have other speeds by now.
    begins = raw["operation"] in (Operation.ACTIVATE, Operation.CHANGE)
    wanted = Setting(
        subscription_id=raw["subscription_id"],
        service=raw["service"],
        down_kbps=raw["down_kbps"] if begins else present.down_kbps,
        up_kbps=raw["up_kbps"] if begins else present.up_kbps,
        suspended=raw["operation"] == Operation.SUSPEND or (suspended and raw["operation"] != Operation.RESUME),
        characteristics=_object(raw["characteristics"])
        if sets and raw["characteristics"] is not None
        else present.characteristics,
        equipment=_array(raw["equipment"]) if sets and raw["equipment"] is not None else present.equipment,
    )
    holder_id = raw["holder_subscription_id"]
    return Work(
        order_id=raw["order_id"],
        sp=raw["sp"],
        access_id=raw["access_id"],
        operation=Operation(raw["operation"]),
        subscription_id=raw["subscription_id"],
        slot=f"{raw['service_type']} {raw['claim'] and raw['subscription_id']}".strip(),
        tech=raw["tech"],
        plan=tuple(raw["plan"]),
        step=raw["step"],
        undoing=raw["undoing"],
        tries=raw["tries"],
        resumed=raw["resumed"],
        told=raw["told"],
        code=raw["code"] and Failure(raw["code"]),
        abandoned=raw["abandoned"],
        forced_takeover=raw["forced_takeover"],
        access_state=AccessState(raw["access_state"]),
        ended=state == "ENDED",
        present=present if state in ("ACTIVATED", "SUSPENDED") else None,
        wanted=wanted,
        holder=holder_id and _setting(raw, "holder_", holder_id, suspended=raw["holder_state"] == "SUSPENDED"),
        holder_is_same_sp=raw["holder_sp"] == raw["sp"],
    )


def _setting(raw: dict[str, Any], prefix: str, subscription_id: str, *, suspended: bool) -> Setting:
    return Setting(
        subscription_id=subscription_id,
        service=raw[f"{prefix}service"],
        down_kbps=raw[f"{prefix}down_kbps"],
        up_kbps=raw[f"{prefix}up_kbps"],
        suspended=suspended,
        characteristics=_object(raw[f"{prefix}characteristics"]),
        equipment=_array(raw[f"{prefix}equipment"]),
    )


def _object(text: str | None) -> dict[str, Any]:
    return {} if text is None else msgspec.json.decode(text, type=dict[str, Any])


def _array(text: str | None) -> tuple[dict[str, str], ...]:
    return () if text is None else msgspec.json.decode(text, type=tuple[dict[str, str], ...])
