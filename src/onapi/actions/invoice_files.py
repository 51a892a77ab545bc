"""Invoiced months out to files, and set against each other and against somebody's workbook."""

import contextlib
import csv
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from onapi import errors, ids
from onapi.domain import invoice_comparison, invoicing
from onapi.domain.invoice_comparison import Account, Difference, Key
from onapi.domain.invoicing import Period
from onapi.storage import invoices as storage
from onapi.storage.invoices import Change, OfType, Specification
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.wire import invoice_columns, invoice_reading, invoice_workbook
from onapi.wire import invoicespecification as wire

Progress = Callable[[int], None]
"""Told how many rows are written."""

_TOLD_EVERY = 1000
_NOTHING = Decimal("0.00")


class Form(StrEnum):
    """What a file holds: a workbook, or a row with dotted names, or the rows as they are sent."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Moved:
    """An SP's month against another: how many of its subscriptions' fees are new, ended and changed, and the sums."""

    sp: ids.Sp
    was: Decimal
    now: Decimal
    difference: Decimal
    new: int
    ended: int
    changed: int


async def specifications(database: Database, period: Period, *, provider: str | None = None) -> list[Specification]:
    """Return the months of the SPs, or of one.

    Raises:
        NotFound: nothing is computed of it.
    """
    async with database.connection() as tx:
        return await _specifications(tx, period, provider)


async def by_type(database: Database, period: Period, provider: str) -> list[OfType]:
    """Return an SP's month by types of rows, or raise NotFound."""
    async with database.connection() as tx:
        await _specifications(tx, period, provider)
        return await storage.sums_by_type(tx, period=period.name, provider=provider)


async def export(
    database: Database, period: Period, form: Form, path: Path, *, provider: str | None, progress: Progress
) -> int:
    """Write a month to a file, in constant memory; return how many rows. The file appears only when it is whole.

    Raises:
        NotFound: nothing is computed of it.
        Invalid: the file cannot be written, or a workbook cannot hold so many rows.
    """
    part = path.with_name(path.name + ".part")
    written = 0
    try:
        with _opened(form, part) as write:
            async with contextlib.aclosing(as_sent(database, period, provider)) as documents:
                async for document in documents:
                    write(document)
                    written += 1
                    if written % _TOLD_EVERY == 0:
                        progress(written)
        part.replace(path)
    except OSError as error:
        raise errors.Invalid(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return written


async def diff(
    database: Database, period: Period, previous: Period, *, provider: str | None, most: int
) -> tuple[list[Moved], list[Change]]:
    """Return what every SP's month is against another, and the first `most` fees that are different.

    Raises:
        NotFound: nothing is computed of one of them.
    """
    counts: dict[ids.Sp, Counter[str]] = defaultdict(Counter)
    shown: list[Change] = []
    async with _as_it_is(database) as tx:
        now = {one.sp: one.amount for one in await _specifications(tx, period, provider)}
        was = {one.sp: one.amount for one in await _specifications(tx, previous, provider)}
        changes = storage.changes(tx, period=period.name, previous=previous.name, provider=provider)
        async with contextlib.aclosing(changes):
            async for change in changes:
                counts[change.sp][change.change] += 1
                if len(shown) < most:
                    shown.append(change)
    sums = [
        Moved(
            sp=sp,
            was=was.get(sp, _NOTHING),
            now=now.get(sp, _NOTHING),
            difference=now.get(sp, _NOTHING) - was.get(sp, _NOTHING),
            new=counts[sp]["new"],
            ended=counts[sp]["ended"],
            changed=counts[sp]["changed"],
        )
        for sp in sorted(now.keys() | was.keys())
    ]
    return sums, shown


async def reconcile(database: Database, path: Path, *, wanted: Period | None) -> tuple[Period, list[Difference]]:
    """Set a workbook against the month that we have; return which month, and what differs.

    Only SPs that the workbook names are looked at. Without `wanted`, the month is the one in which most rows end.

    Raises:
        Invalid: the workbook cannot be read, or has no rows.
        NotFound: nothing is computed of the month.
    """
    read = list(invoice_reading.read(path))
    if not read:
        raise errors.Invalid(f"{path} has no rows.")
    month, _ = Counter(row.to_date[:7] for row in read).most_common(1)[0]
    period = wanted or invoicing.read(month.replace("-", ""))
    theirs = Account((Key(*row[1:8]), row.amount) for row in read)
    names = {key.sp_name for key in theirs.amounts}
    ours: list[tuple[Key, Decimal]] = []
    async with database.connection() as tx:
        found = [one for one in await _specifications(tx, period, None) if one.name in names]
    for one in found:
        async with contextlib.aclosing(as_sent(database, period, one.sp)) as documents:
            ours += [_keyed(wire.decode(document)) async for document in documents]
    return period, invoice_comparison.compare(Account(ours), theirs)


def _keyed(row: wire.InvoiceRow) -> tuple[Key, Decimal]:
    invoice = row.invoice
    return (
        Key(
            row.sp_name,
            row.access.access_id,
            row.subscription.co_subscription_id,
            invoice.row_type,
            invoice.invoice_type,
            invoice.from_date,
            invoice.to_date,
        ),
        invoice.invoiced_amount,
    )


@contextlib.asynccontextmanager
async def _as_it_is(database: Database) -> AsyncGenerator[Tx]:
    """Lend a connection for which nothing changes: a month that is computed meanwhile stays as it was."""
    async with database.connection() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
        yield tx


async def _specifications(tx: Tx, period: Period, provider: str | None) -> list[Specification]:
    found = [one for one in await storage.specifications(tx, period=period.name) if provider in (None, one.sp)]
    if not found:
        of_whom = "" if provider is None else f" of the provider {provider!r}"
        raise errors.NotFound(f"Nothing is computed of the month {period.name}{of_whom}.")
    return found


async def as_sent(database: Database, period: Period, provider: str | None) -> AsyncGenerator[str]:
    """Yield a month's rows as they are sent, by SP."""
    async with _as_it_is(database) as tx:
        for one in await _specifications(tx, period, provider):
            async with contextlib.aclosing(storage.rows(tx, specification=one)) as rows:
                async for _, document in rows:
                    yield document


@contextlib.contextmanager
def _opened(form: Form, path: Path) -> Iterator[Callable[[str], object]]:
    """Yield what writes a row into a file of this form."""
    if form is Form.XLSX:
        with invoice_workbook.Writer(path) as workbook:
            yield lambda document: workbook.add(wire.decode(document))
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if form is Form.CSV:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(invoice_columns.NAMES)
            yield lambda document: table.writerow(invoice_columns.texts(wire.decode(document)))
        else:
            between = itertools.chain(("[",), itertools.repeat(",\n"))
            yield lambda document: file.write(next(between) + document)
            file.write("]\n" if next(between) != "[" else "[]\n")
