"""What the CO charges or gives back by hand, month by month."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from onapi import ids
from onapi.storage import queries
from onapi.storage.tx import Tx
from onapi.vocabulary import RowType

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A row by hand; an `amount` below zero is a credit. `ticket` is the trouble that it is for."""

    entry_id: str
    period: str
    subscription_id: ids.SubscriptionId
    row_type: RowType
    list_price: Decimal
    amount: Decimal
    from_date: date
    to_date: date
    comment: str | None
    ticket: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row by hand, as it is stored."""

    entry_id: str
    sp: ids.Sp
    subscription_id: ids.SubscriptionId
    row_type: RowType
    list_price: Decimal
    amount: Decimal
    from_date: date
    to_date: date
    comment: str | None
    ticket: str | None
    created_at: datetime


async def of(tx: Tx, *, period: str) -> list[Entry]:
    """Return a month's entries that are not withdrawn, oldest first."""
    return await _SQL["entries"].all(tx, Entry, period=period)


async def subscription_is_there(tx: Tx, *, subscription_id: str) -> bool:
    """Return whether there is, or was, such a subscription."""
    return bool(await _SQL["subscription_is_there"].value(tx, bool, subscription_id=subscription_id))


async def ticket_is_there(tx: Tx, *, ticket: str, subscription_id: str) -> bool:
    """Return whether the SP of a subscription has such a ticket."""
    return bool(await _SQL["ticket_is_there"].value(tx, bool, ticket=ticket, subscription_id=subscription_id))


async def of_ticket(tx: Tx, *, ticket: str) -> list[ids.SubscriptionId]:
    """Return the subscriptions that a ticket may be about: the one that it names, else its SP's on the access."""
    return [ids.SubscriptionId(row["subscription_id"]) for row in await _SQL["of_ticket"].rows(tx, ticket=ticket)]


async def add(tx: Tx, entry: NewEntry) -> bool:
    """Store an entry about a subscription that is there; False: the same is there, or the ticket's fee is."""
    values = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return bool(await _SQL["add_entry"].value(tx, str, **values))


async def withdraw(tx: Tx, *, period: str, entry_id: str) -> bool:
    """Take an entry back; False when it is not there."""
    return bool(await _SQL["withdraw_entry"].value(tx, str, period=period, entry_id=entry_id))
