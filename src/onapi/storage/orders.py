"""Orders, as SPs place, read and change them; what the engine does with them is in `work.py`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
import msgspec

from onapi import ids
from onapi.domain.characteristics import Rule
from onapi.domain.orders import Wish
from onapi.domain.placing import Holder, Offer, Subscription, Unfinished
from onapi.domain.plans import plan_of
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx
from onapi.vocabulary import AccessState, Dialect, Operation, OrderState

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Question:
    """Where an SP wants a service; `reference` is its spSubscriptionId, which tells lines of one type apart."""

    sp: ids.Sp
    access_id: ids.AccessId
    service: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What an ACTIVATE meets; `access` None: the SP sees no such access; `offer` None: it may not sell that there."""

    access: AccessState | None
    offer: Offer | None
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewOrder:
    """A row of `orders` to be, like no other; `mount` and `dialect` are for its answer."""

    order_id: ids.OrderId
    sp: ids.Sp
    access_id: ids.AccessId
    service: str
    service_type: str
    claim: str
    operation: Operation
    subscription_id: ids.SubscriptionId
    seen_at: datetime | None
    requested_at: datetime | None
    sp_reference: str | None
    sp_subscription_id: str | None
    external_note: str | None
    characteristics: str | None
    equipment: str | None
    forced_takeover: bool
    wish: str
    plan: str
    mount: str
    dialect: Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An order that may still change, as it is; `characteristics` and `equipment` are JSON."""

    operation: Operation
    access_id: ids.AccessId
    service: str
    service_type: str
    subscription_id: ids.SubscriptionId
    requested_at: datetime | None
    sp_reference: str | None
    sp_subscription_id: str | None
    external_note: str | None
    characteristics: str | None
    equipment: str | None
    forced_takeover: bool
    state: OrderState
    wish: str
    claim: str


async def by_id(tx: Tx, *, sp: ids.Sp, order_id: ids.OrderId, mount: str, dialect: Dialect) -> str | None:
    """Return the order's document, or None when the SP has no such order, or cancelled it."""
    return await _SQL["by_id"].value(tx, str, sp=sp, order_id=order_id, mount=mount, dialect=dialect)


async def copy_listed(
    tx: Tx,
    sink: Sink,
    *,
    sp: ids.Sp,
    states: Sequence[OrderState],
    access_id: ids.AccessId | None,
    mount: str,
    dialect: Dialect,
    between: bytes,
) -> None:
    """Send the SP's orders in these states to `sink`, oldest first; `access_id` None: of all accesses."""
    await documents.copy(
        tx,
        sink,
        _SQL["listed"],
        between=between,
        sp=sp,
        states=list(states),
        access_id=access_id,
        mount=mount,
        dialect=dialect,
    )


async def grounds(tx: Tx, questions: Sequence[Question]) -> Mapping[Question, Ground]:
    """Return what stands where the SPs ask."""
    columns = {field.name: [getattr(question, field.name) for question in questions] for field in fields(Question)}
    rows = await _SQL["ground"].rows(tx, **columns)
    return {questions[row["n"] - 1]: _ground(questions[row["n"] - 1], dict(row.items())) for row in rows}


async def insert(tx: Tx, orders: Sequence[NewOrder]) -> Mapping[ids.OrderId, str]:
    """Store orders, each if its way is still free, and return the documents of those that were stored.

    One statement, so one transaction unless `tx` is in a larger one.
    """
    columns = {field.name: [getattr(order, field.name) for order in orders] for field in fields(NewOrder)}
    transaction: AbstractAsyncContextManager[Any] = tx.transaction() if tx.is_in_transaction() else nullcontext()
    try:
        async with transaction:
            rows = await _SQL["insert"].rows(tx, **columns)
    except asyncpg.ExclusionViolationError:
        # Somebody came to hold what one of them claims.
        if len(orders) == 1:
            return {}
        return {key: doc for order in orders for key, doc in (await insert(tx, [order])).items()}
    return {ids.OrderId(row["order_id"]): row["doc"] for row in rows}


async def found_by_reference(tx: Tx, *, sp: ids.Sp, reference: str) -> list[ids.SubscriptionId]:
    """Return the subscriptions that go by the SP's own reference: live and wanted ones, else the last that ended."""
    return _present(await _SQL["found_by_reference"].rows(tx, sp=sp, reference=reference))


async def found_on_access(
    tx: Tx, *, sp: ids.Sp, access_id: ids.AccessId, service: str, any_of_type: bool
) -> list[ids.SubscriptionId]:
    """Return the same by access and service; `any_of_type`: or any service of the same type."""
    rows = await _SQL["found_on_access"].rows(
        tx, sp=sp, access_id=access_id, service=service, any_of_type=any_of_type
    )
    return _present(rows)


async def subscription(tx: Tx, *, sp: ids.Sp, subscription_id: ids.SubscriptionId) -> Subscription | None:
    """Return the SP's subscription and its unfinished order, or None."""
    for row in await _SQL["subscription"].rows(tx, sp=sp, subscription_id=subscription_id):
        values = dict(row.items())
        unfinished = _unfinished(values.pop("order_id"), values.pop("wish"))
        return Subscription(**values, unfinished=unfinished)
    return None


async def offer(
    tx: Tx, *, sp: ids.Sp, access_id: ids.AccessId, service: str, claim: str, kept: bool = False
) -> Offer | None:
    """Return the service as the SP may sell it on the access, or None; `kept`: as it is for those who have it."""
    for row in await _SQL["offer"].rows(tx, sp=sp, access_id=access_id, service=service, kept=kept):
        return _offer(dict(row.items()), service, claim)
    return None


async def stored(tx: Tx, *, sp: ids.Sp, order_id: ids.OrderId) -> Stored | None:
    """Return the SP's order, or None when it has no such order, or cancelled it."""
    return await _SQL["unchanged"].one(tx, Stored, sp=sp, order_id=order_id)


async def replace(tx: Tx, *, sp: ids.Sp, order_id: ids.OrderId, wish: Wish, seen_wish: str) -> bool:
    """Make a RECEIVED order ask for something else; return whether it still was as it was seen."""
    changed = await _SQL["replace"].value(
        tx,
        str,
        sp=sp,
        order_id=order_id,
        service=wish.service,
        requested_at=wish.requested_at,
        sp_reference=wish.sp_reference,
        sp_subscription_id=wish.sp_subscription_id,
        external_note=wish.external_note,
        characteristics=wish.characteristics_json,
        equipment=wish.equipment_json,
        forced_takeover=wish.forced_takeover,
        wish=wish.fingerprint,
        plan=" ".join(plan_of(wish)),
        seen_wish=seen_wish,
    )
    return changed is not None


async def cancel(tx: Tx, *, sp: ids.Sp, order_id: ids.OrderId, message: str, code: str) -> bool:
    """Cancel a RECEIVED order, which frees what it claimed; return whether it was RECEIVED."""
    return await _SQL["cancel"].value(tx, str, sp=sp, order_id=order_id, message=message, code=code) is not None


def _ground(question: Question, row: Mapping[str, Any]) -> Ground:
    access = row["access_state"]
    return Ground(
        access=None if access is None else AccessState(str(access)),
        offer=None if row["service_type"] is None else _offer(row, question.service, str(row["claim"])),
        holders=tuple(_holders(row)),
    )


def _holders(raw: Mapping[str, Any]) -> Iterator[Holder]:
    if raw["wanted"]:
        yield Holder(
            wanted=True,
            subscription_id=raw["wanted_subscription"],
            unfinished=_unfinished(raw["wanted_order"], raw["wanted_wish"]),
        )
    if raw["live"]:
        yield Holder(
            wanted=False,
            subscription_id=raw["live_subscription"],
            service=raw["live_service"],
            ends_at=raw["ends_at"],
            unfinished=_unfinished(raw["live_order"], raw["live_wish"]),
        )


def _present(rows: Sequence[Any]) -> list[ids.SubscriptionId]:
    present = [row["subscription_id"] for row in rows if not row["ended"]]
    return present or [row["subscription_id"] for row in rows[:1]]


def _unfinished(order_id: str | None, wish: str | None) -> Unfinished | None:
    return None if order_id is None or wish is None else Unfinished(order_id=ids.OrderId(order_id), wish=wish)


def _offer(raw: Mapping[str, Any], service: str, claim: str) -> Offer:
    return Offer(
        service=service,
        service_type=raw["service_type"],
        claim=claim,
        takeover=raw["takeover"],
        offered_from=raw["offered_from"],
        offered_until=raw["offered_until"],
        rules=_rules(raw["characteristics"]),
    )


@lru_cache(maxsize=1000)
def _rules(characteristics: str) -> Mapping[str, Rule]:
    return {} if characteristics == "{}" else msgspec.json.decode(characteristics, type=dict[str, Rule])
