"""Charge, or give back, by hand: what no price list tells, and corrections of months that are locked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from onapi import errors, ids
from onapi.domain.invoicing import Period
from onapi.domain.invoicing import of as of_day
from onapi.storage import invoice_entries as storage
from onapi.storage import invoices
from onapi.storage.invoice_entries import Entry, NewEntry
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import RowType

_MOST = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to charge a subscription; below zero: to give back. Days None: the month's first and last."""

    subscription_id: ids.SubscriptionId
    row_type: RowType
    amount: Decimal
    list_price: Decimal | None = None
    from_date: date | None = None
    to_date: date | None = None
    comment: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class TicketFee:
    """What the trouble of a ticket costs, and the time zone by which it is today."""

    amount: Decimal
    time_zone: str


async def add(database: Database, period: Period, wish: Wish) -> str:
    """Write an entry into an open month, for the next time that it is compiled; return its name.

    Raises:
        Invalid: the amount, the days, the comment or the ticket is not as it should be.
        NotFound: there is no such subscription.
        Conflict: the month is locked, or has the same entry already.
    """
    entry = _entry(period, wish)
    async with database.transaction() as tx:
        await _open(tx, period)
        if not await storage.subscription_is_there(tx, subscription_id=wish.subscription_id):
            raise errors.NotFound(f"There is no subscription {wish.subscription_id!r}.")
        if wish.ticket is not None and not await storage.ticket_is_there(
            tx, ticket=wish.ticket, subscription_id=wish.subscription_id
        ):
            raise errors.NotFound(f"The provider of {wish.subscription_id!r} has no ticket {wish.ticket!r}.")
        await _add(tx, entry)
    return entry.entry_id


async def charge_ticket(tx: Tx, fee: TicketFee, *, ticket_id: ids.TicketId) -> None:
    """Charge a ticket's SP for the trouble, today, in the transaction that closes it.

    Raises:
        Invalid: the amount is not as it should be, or it is not certain which subscription the ticket is about.
        Conflict: the ticket has its fee already.
    """
    if not await invoices.zone_is_known(tx, zone=fee.time_zone):
        raise errors.Invalid(
            f"ONAPI_TIME_ZONE must be the name of a time zone, such as Europe/Stockholm, not {fee.time_zone!r}."
        )
    today = await invoices.today(tx, zone=fee.time_zone)
    found = await storage.of_ticket(tx, ticket=ticket_id)
    if len(found) != 1:
        raise errors.Invalid(
            f"Ticket {ticket_id} names no subscription, and its provider has {len(found)} on the access; "
            "close it without a fee, and charge with `onapi invoices add`."
        )
    period = of_day(today)
    wish = Wish(
        subscription_id=found[0],
        row_type=RowType.TROUBLESHOOTING_FEE,
        amount=fee.amount,
        from_date=today,
        to_date=today,
        comment=f"Ticket {ticket_id}",
        ticket=ticket_id,
    )
    entry = _entry(period, wish)
    if entry.amount <= 0:
        raise errors.Invalid(f"The amount of a fee is above zero, not {fee.amount}.")
    await _open(tx, period)
    await _add(tx, entry)


async def withdraw(database: Database, period: Period, entry_id: str) -> None:
    """Take an entry back.

    Raises:
        NotFound: the month has no such entry.
        Conflict: it is locked.
    """
    async with database.transaction() as tx:
        await _open(tx, period)
        if not await storage.withdraw(tx, period=period.name, entry_id=entry_id):
            raise errors.NotFound(f"The month {period.name} has no entry {entry_id!r}.")


async def of(database: Database, period: Period) -> list[Entry]:
    """Return a month's entries, oldest first."""
    async with database.connection() as tx:
        return await storage.of(tx, period=period.name)


async def _add(tx: Tx, entry: NewEntry) -> None:
    if not await storage.add(tx, entry):
        of_ticket = "" if entry.ticket is None else f", or ticket {entry.ticket} its fee"
        raise errors.Conflict(
            f"The month {entry.period} has this entry already{of_ticket}; one more of the same needs another comment."
        )


async def _open(tx: Tx, period: Period) -> None:
    await invoices.put_period(tx, period=period.name)
    if await invoices.lock_row(tx, period=period.name) is not None:
        raise errors.Conflict(f"The month {period.name} is locked, and does not change; write into an open month.")


def _entry(period: Period, wish: Wish) -> NewEntry:
    first, last = wish.from_date or period.first, wish.to_date or period.last
    list_price = abs(wish.amount) if wish.list_price is None else wish.list_price
    for name, amount in (("amount", wish.amount), ("list price", list_price)):
        if not amount.is_finite() or abs(amount) > _MOST or amount != round(amount, 2):
            raise errors.Invalid(f"The {name} must be a number with at most two decimals, not {amount}.")
    if list_price < 0:
        raise errors.Invalid("A list price is 0 or more; what is given back is an amount below zero.")
    if last < first:
        raise errors.Invalid(f"The last day, {last}, is before the first, {first}.")
    if (wish.amount < 0 or wish.row_type is RowType.OTHER) and not (wish.comment or "").strip():
        raise errors.Invalid("A credit, and a row of the type OTHER, needs a comment that says why.")
    for name, text in (("comment", wish.comment), ("ticket", wish.ticket)):
        if text is not None and not (0 < len(text) <= 255 and text.isprintable()):
            raise errors.Invalid(f"The {name} must be 1 to 255 printable characters.")
    return NewEntry(
        entry_id=ids.new(),
        period=period.name,
        subscription_id=wish.subscription_id,
        row_type=wish.row_type,
        list_price=round(list_price, 2),
        amount=round(wish.amount, 2),
        from_date=first,
        to_date=last,
        comment=wish.comment,
        ticket=None if wish.ticket is None else ids.check("ticket", wish.ticket),
    )
