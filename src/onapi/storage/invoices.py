"""Invoiced months: what they are computed from, and their rows.

A run writes its rows in pieces, each in a transaction of its own, and nobody sees them until `point` makes them the
month: so a run that dies leaves nothing behind but rows that the next one sweeps away, and deltas are not held back.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec

from onapi import ids
from onapi.domain.invoicing import History, Period, Place, Sold
from onapi.domain.prices import Price
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx
from onapi.vocabulary import RowType

_SQL = queries.beside(__file__)
_COLUMNS = ("run", "sp", "position", "row_id", "subscription_id", "row_type", "amount", "doc")
_SWEPT_AT_ONCE = 50_000
_FETCHED_AT_ONCE = 2_000
_decode_sold = msgspec.json.Decoder(list[Sold]).decode
_decode_places = msgspec.json.Decoder(list[Place]).decode


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A subscription of which a month may have rows."""

    sp: ids.Sp
    sp_name: str
    subscription_id: ids.SubscriptionId
    history: History


NewRow = tuple[int, str, int, str, str, str, Decimal, str]
"""A row to store: run, SP, position, name, subscription, type, amount, and the document."""


@dataclass(frozen=True, slots=True)
class Specification:
    """An SP's month, as far as it is computed; `amount` is the sum."""

    sp: ids.Sp
    name: str
    run: int
    rows: int
    amount: Decimal
    compiled_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A month; `compiled_at` is of the SP whose computing is longest ago, None when nothing is computed."""

    period: str
    providers: int
    rows: int
    amount: Decimal
    compiled_at: datetime | None
    locked_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfType:
    """The rows of one type, of an SP's month."""

    row_type: RowType
    rows: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """What a subscription costs differently; None: it had, or has, no such rows."""

    sp: ids.Sp
    subscription_id: ids.SubscriptionId
    kind: str
    change: str
    was: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class Readable:
    """A month that an SP may read, and since when."""

    period: str
    locked_at: datetime


@dataclass(frozen=True, slots=True)
class _PriceRow:
    service: str
    fee: str
    amount: Decimal
    group: int | None
    valid_from: date | None
    valid_until: date | None


async def hold(tx: Tx) -> bool:
    """Have the right to compute months until the transaction ends; False: another has it."""
    return bool(await _SQL["hold"].value(tx, bool))


async def zone_is_known(tx: Tx, *, zone: str) -> bool:
    """Return whether PostgreSQL knows a time zone by this name."""
    return bool(await _SQL["zone_is_known"].value(tx, bool, zone=zone))


async def today(tx: Tx, *, zone: str) -> date:
    """Return which day it is in a time zone."""
    return await _SQL["today"].value(tx, date, zone=zone) or date.min


async def size(tx: Tx, *, period: Period, zone: str, provider: str | None) -> int:
    """Return how many subscriptions a month has."""
    return await _SQL["size"].value(tx, int, first=period.first, last=period.last, zone=zone, provider=provider) or 0


async def histories(tx: Tx, *, period: Period, zone: str, provider: str | None) -> AsyncGenerator[Invoiced]:
    """Yield a month's subscriptions by SP and access, in constant memory; needs a transaction."""
    query = _SQL["history"]
    values = {
        "first": period.first, "last": period.last, "period": period.name, "zone": zone, "provider": provider
    }  # fmt: skip
    cursor = tx.cursor(query.text, *query.arguments(dict(values)), prefetch=_FETCHED_AT_ONCE, timeout=queries.LONG_S)
    async for row in cursor:
        now = Sold(row[5], row[6], row[7], row[8], row[9], None)
        place = Place(row[10], row[11], None)
        history = History(
            connected=row[3],
            ended=row[4],
            sold=[*_decode_sold(row[12]), now] if row[12] else (now,),
            places=[*_decode_places(row[13]), place] if row[13] else (place,),
        )
        yield Invoiced(row[0], row[1], row[2], history)


async def prices(tx: Tx) -> dict[str, list[Price]]:
    """Return all list prices, by service."""
    found: dict[str, list[Price]] = {}
    for row in await _SQL["prices"].rows(tx):
        service, *fields = row.values()
        names = ("fee", "amount", "group", "valid_from", "valid_until")
        price = msgspec.convert(dict(zip(names, fields, strict=True)), Price)
        found.setdefault(service, []).append(price)
    return found


async def begin_run(tx: Tx) -> int:
    """Return the number of a new run."""
    return await _SQL["begin_run"].value(tx, int) or 0


async def write(tx: Tx, rows: Iterable[NewRow]) -> None:
    """Store rows that nobody sees yet."""
    await tx.copy_records_to_table("invoice_rows", records=rows, columns=_COLUMNS, timeout=queries.LONG_S)


async def put_period(tx: Tx, *, period: str) -> None:
    """Have a month be there."""
    await _SQL["put_period"].run(tx, period=period)


async def lock_row(tx: Tx, *, period: str) -> datetime | None:
    """Keep everybody else from the month until the transaction ends, and return when it was locked, if it was."""
    return await _SQL["lock_row"].value(tx, datetime, period=period)


async def point(
    tx: Tx,
    *,
    period: str,
    run: int,
    provider: str | None,
    sums: Mapping[ids.Sp, tuple[int, Decimal]],
    compiled_at: datetime,
) -> None:
    """Make a run's rows the month of the provider, or of all; `sums` are how many rows, and their amounts' sum."""
    await _SQL["put_specifications"].run(
        tx,
        period=period,
        run=run,
        provider=provider,
        sps=list(sums),
        rows=[rows for rows, _ in sums.values()],
        amounts=[amount for _, amount in sums.values()],
        compiled_at=compiled_at,
    )


async def sweep(tx: Tx) -> None:
    """Remove the rows that are no month, in pieces. Only whoever has the `hold` may, lest it take those of a run."""
    for leftover in await _SQL["leftovers"].rows(tx):
        for first in range(0, leftover["last"] + 1, _SWEPT_AT_ONCE):
            await _SQL["remove_leftover"].run(
                tx,
                run=leftover["run"],
                owner=leftover["sp"],
                first=first,
                before=first + _SWEPT_AT_ONCE,
                timeout_s=queries.LONG_S,
            )


async def analyse(tx: Tx) -> None:
    """Tell the planner the table's new size."""
    await _SQL["analyse"].run(tx, timeout_s=queries.LONG_S)


async def incomplete(tx: Tx, *, period: Period, zone: str) -> list[str]:
    """Return whose month is not computed, or not since it ended and the last entry by hand was written."""
    rows = await _SQL["incomplete"].rows(tx, period=period.name, last=period.last, zone=zone)
    return [row["sp"] for row in rows]


async def lock(tx: Tx, *, period: str) -> datetime | None:
    """Lock a month for good; return when."""
    return await _SQL["lock"].value(tx, datetime, period=period)


async def listed(tx: Tx) -> list[Listed]:
    """Return all months, the newest first."""
    return await _SQL["listed"].all(tx, Listed)


async def specifications(tx: Tx, *, period: str) -> list[Specification]:
    """Return each SP's month."""
    return await _SQL["sums"].all(tx, Specification, period=period)


async def sums_by_type(tx: Tx, *, period: str, provider: str) -> list[OfType]:
    """Return an SP's month by types of rows."""
    return await _SQL["sums_by_type"].all(tx, OfType, period=period, provider=provider)


async def rows(tx: Tx, *, specification: Specification) -> AsyncGenerator[tuple[str, str]]:
    """Yield the names and documents of an SP's month, in order and constant memory; needs a transaction."""
    query = _SQL["documents"]
    arguments = query.arguments({"run": specification.run, "owner": specification.sp})
    async for row in tx.cursor(query.text, *arguments, prefetch=_FETCHED_AT_ONCE, timeout=queries.LONG_S):
        yield row["row_id"], row["doc"]


async def changes(tx: Tx, *, period: str, previous: str, provider: str | None) -> AsyncGenerator[Change]:
    """Yield what is different from another month, by SP and subscription; needs a transaction."""
    query = _SQL["changes"]
    arguments = query.arguments({"period": period, "previous": previous, "provider": provider})
    async for row in tx.cursor(query.text, *arguments, prefetch=_FETCHED_AT_ONCE, timeout=queries.LONG_S):
        yield Change(*row.values())


async def readable(tx: Tx, *, sp: ids.Sp) -> list[Readable]:
    """Return the months that an SP may read, oldest first."""
    return await _SQL["readable"].all(tx, Readable, sp=sp)


async def copy_rows(tx: Tx, sink: Sink, *, sp: ids.Sp, period: str, between: bytes) -> None:
    """Send an SP's rows of a locked month to `sink`, in order; nothing when there is none."""
    await documents.copy(tx, sink, _SQL["rows_of"], between=between, sp=sp, period=period)
