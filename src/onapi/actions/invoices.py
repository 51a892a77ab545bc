"""Compute a month's invoices, and lock it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec

from onapi import errors, ids
from onapi.domain import invoicing as domain
from onapi.domain.invoicing import Item, Period, PriceBook
from onapi.storage import invoice_entries, news, providers
from onapi.storage import invoices as storage
from onapi.storage.invoice_entries import Entry
from onapi.storage.invoices import Invoiced, Listed, NewRow
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import InvoiceType
from onapi.wire import invoicespecification as wire

Progress = Callable[[int], None]
"""Told how many subscriptions are computed."""

_WRITTEN_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who invoices: the CO's name, as invoices have it, and the time zone by which its days begin."""

    co_id: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Sum:
    """An SP's rows, and what they amount to."""

    sp: ids.Sp
    rows: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What computing a month gave.

    `unpriced` are services without a monthly price on some day, and how many subscriptions lack it.
    """

    period: str
    sums: tuple[Sum, ...]
    unpriced: dict[str, int]


async def size(database: Database, issuer: Issuer, period: Period, *, provider: str | None) -> int:
    """Return how many subscriptions a month has.

    Raises:
        Invalid: the CO's name or time zone is not set rightly.
    """
    async with database.connection() as tx:
        await _check(tx, issuer)
        return await storage.size(tx, period=period, zone=issuer.time_zone, provider=provider)


async def compile_period(
    database: Database,
    issuer: Issuer,
    period: Period,
    *,
    provider: ids.Sp | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Compute a month, of one provider or of all; what was computed of it before is replaced when this is done.

    Repeatable: the same history, prices and entries give the same rows, with the same names. When it breaks off,
    nothing is different. SPs see a month when it is locked.

    Raises:
        Invalid: the CO's name or time zone is not set rightly, or the month has not begun.
        NotFound: there is no such provider.
        Conflict: the month is locked, or another run is under way.
    """
    async with database.connection() as tx:
        await _check(tx, issuer)
        if provider is not None and await providers.by_sp(tx, sp=provider) is None:
            raise errors.NotFound(f"There is no provider {provider!r}.")
        if period.first > await storage.today(tx, zone=issuer.time_zone):
            raise errors.Invalid(f"The month {period.name} has not begun.")
        # Whatever changes later is later than this, however long it takes.
        compiled_at = await news.horizon(tx)
        if not dry_run:
            await storage.put_period(tx, period=period.name)
            await _refuse_locked(tx, period)
    # Two connections: one reads the past as it is at one moment, the other writes rows in pieces.
    async with database.connection() as reader, reader.transaction(isolation="repeatable_read", readonly=True):
        if not await storage.hold(reader):
            raise errors.Conflict("A month is being computed at this moment; wait until that is done.")
        async with database.connection() as writer:
            run = _Run(0 if dry_run else await storage.begin_run(writer), issuer, period)
            await run.compute(reader, None if dry_run else writer, provider, progress)
            if not dry_run:
                await _publish(database, run, provider, compiled_at)
                await storage.sweep(writer)
                await storage.analyse(writer)
    sums = tuple(Sum(sp, rows, amount) for sp, (rows, amount) in run.sums.items())
    return Outcome(period.name, sums, dict(sorted(run.unpriced.items())))


async def lock(database: Database, issuer: Issuer, period: Period) -> datetime:
    """Lock a month for good, and let SPs see it; return when. Locking what is locked changes nothing.

    Raises:
        Invalid: the CO's name or time zone is not set rightly.
        Conflict: the month is not over, or something of it is not computed as it is now.
    """
    async with database.transaction() as tx:
        await _check(tx, issuer)
        if period.last >= await storage.today(tx, zone=issuer.time_zone):
            raise errors.Conflict(f"The month {period.name} is not over; it can be locked when it is.")
        locked_at = await storage.lock_row(tx, period=period.name)
        if locked_at is not None:
            return locked_at
        stale = await storage.incomplete(tx, period=period, zone=issuer.time_zone)
        moment = None if stale else await storage.lock(tx, period=period.name)
    if moment is None:
        raise errors.Conflict(
            f"The month {period.name} is not computed since it ended, and since the last entry by hand and the last "
            f"change of prices, for {', '.join(stale[:5]) or 'anybody'}; run `onapi invoices compile {period.name}`."
        )
    return moment


async def listed(database: Database) -> list[Listed]:
    """Return the months that anything was computed or written for, the newest first."""
    async with database.connection() as tx:
        return await storage.listed(tx)


async def closing(database: Database, issuer: Issuer) -> Period | None:
    """Return the month that ended last, if it has yet to be computed; None when it is, or is locked."""
    async with database.connection() as tx:
        await _check(tx, issuer)
        period = domain.of(await storage.today(tx, zone=issuer.time_zone)).previous
        done = [one for one in await storage.listed(tx) if one.period == period.name]
        if done and done[0].locked_at is not None:
            return None
        return period if await storage.incomplete(tx, period=period, zone=issuer.time_zone) else None


class _Run:
    """One run: what it computes, and what that amounts to."""

    def __init__(self, number: int, issuer: Issuer, period: Period) -> None:
        self.number = number
        self.period = period
        self.sums: dict[ids.Sp, tuple[int, Decimal]] = {}
        self.unpriced: Counter[str] = Counter()
        self._issuer = issuer

    async def compute(self, reader: Tx, writer: Tx | None, provider: str | None, progress: Progress) -> None:
        """Read the past, and write the month's rows; without a writer, only add them up."""
        book = PriceBook(await storage.prices(reader), self.period)
        entries: dict[str, list[Entry]] = defaultdict(list)
        for entry in await invoice_entries.of(reader, period=self.period.name):
            entries[entry.subscription_id].append(entry)
        rows: list[NewRow] = []
        done = 0
        zone = self._issuer.time_zone
        async for invoiced in storage.histories(reader, period=self.period, zone=zone, provider=provider):
            month = domain.month(invoiced.history, self.period, book)
            self.unpriced.update(month.unpriced)
            rows.extend(self._rows(invoiced, month.items, entries.get(invoiced.subscription_id, ())))
            done += 1
            if len(rows) >= _WRITTEN_AT_ONCE:
                if writer is not None:
                    await storage.write(writer, rows)
                rows.clear()
                progress(done)
        if rows and writer is not None:
            await storage.write(writer, rows)
        progress(done)

    def _rows(self, invoiced: Invoiced, items: Sequence[Item], entries: Sequence[Entry]) -> Iterator[NewRow]:
        names: set[str] = set()
        for item in items:
            name = f"{invoiced.subscription_id}.{item.row_type.value}.{item.first.isoformat()}"
            while name in names:
                # Two changes on one day cost two fees.
                name += "+"
            names.add(name)
            yield self._row(invoiced, item, name, None)
        for entry in entries:
            service = domain.on(invoiced.history.sold, entry.to_date).service
            item = Item(entry.row_type, service, entry.list_price, entry.amount, entry.from_date, entry.to_date)
            yield self._row(invoiced, item, entry.entry_id, entry.comment)

    def _row(self, invoiced: Invoiced, item: Item, name: str, comment: str | None) -> NewRow:
        count, amount = self.sums.get(invoiced.sp, (0, Decimal()))
        self.sums[invoiced.sp] = count + 1, amount + item.amount
        document = _document(self._issuer.co_id, self.period, invoiced, item, comment)
        return (
            *(self.number, invoiced.sp, count, name, invoiced.subscription_id, item.row_type, item.amount),
            document,
        )


def _document(co_id: str, period: Period, invoiced: Invoiced, item: Item, comment: str | None) -> str:
    """Return the row as it is sent: its subscription and access as they were on its last day."""
    history = invoiced.history
    sold = domain.on(history.sold, item.last)
    place = domain.on(history.places, item.last)
    ended = history.ended if history.ended is not None and history.ended <= period.last else None
    row = wire.RowToSend(
        co_id=co_id,
        sp_name=invoiced.sp_name,
        access=msgspec.Raw(place.document.encode()),
        subscription=wire.InvoicedSubscription(
            service=sold.service,
            connection_date=history.connected.isoformat(),
            disconnection_date=None if ended is None else ended.isoformat(),
            sp_reference=sold.sp_reference,
            sp_subscription_id=sold.sp_subscription_id,
            co_subscription_id=invoiced.subscription_id,
        ),
        invoice=wire.Invoice(
            list_price=item.list_price,
            billing_item=item.service,
            invoice_type=InvoiceType.CREDIT if item.amount < 0 else InvoiceType.DEBIT,
            row_type=item.row_type,
            from_date=item.first.isoformat(),
            to_date=item.last.isoformat(),
            invoiced_amount=item.amount,
            comment=comment,
        ),
    )
    return wire.encode(row).decode()


async def _publish(database: Database, run: _Run, provider: str | None, compiled_at: datetime) -> None:
    async with database.transaction() as tx:
        # The month may have been locked meanwhile.
        await _refuse_locked(tx, run.period)
        await storage.point(
            tx,
            period=run.period.name,
            run=run.number,
            provider=provider,
            sums=run.sums,
            compiled_at=compiled_at,
        )


async def _refuse_locked(tx: Tx, period: Period) -> None:
    if await storage.lock_row(tx, period=period.name) is not None:
        raise errors.Conflict(
            f"The month {period.name} is locked, and does not change; correct it by an entry in an open month."
        )


async def _check(tx: Tx, issuer: Issuer) -> None:
    if not issuer.co_id.strip() or len(issuer.co_id) > 255 or not issuer.co_id.isprintable():
        raise errors.Invalid("Invoices name the operator: set ONAPI_CO_ID, to at most 255 printable characters.")
    if not await storage.zone_is_known(tx, zone=issuer.time_zone):
        raise errors.Invalid(
            f"ONAPI_TIME_ZONE must be the name of a time zone, such as Europe/Stockholm, not {issuer.time_zone!r}."
        )
