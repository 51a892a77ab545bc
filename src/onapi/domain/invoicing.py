"""A month of one subscription, in rows: docs/explanation/how-a-month-is-computed.md.

A day belongs to what was so at its end. The days on which a subscription began and ended are both billed.

Source: ON-API 2.6.0 spec/invoice_specification.md; how a part of a month is reckoned is ours.
"""

import calendar
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar

from onapi import errors
from onapi.domain import prices
from onapi.domain.prices import Fee, Price
from onapi.domain.proration import prorate
from onapi.vocabulary import RowType

_NAME = re.compile(r"(20[0-9]{2})(0[1-9]|1[0-2])\Z", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """The month as the standard writes it: 202611."""
        return f"{self.first:%Y%m}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.last.day

    @property
    def previous(self) -> "Period":
        """The month before."""
        return of(self.first - _DAY)


def of(day: date) -> Period:
    """Return the month of a day."""
    return Period(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def read(name: str) -> Period:
    """Return the period that has this name.

    Raises:
        Invalid: it is none.
    """
    match = _NAME.match(name)
    if match is None:
        raise errors.Invalid(f"{name[:40]!r} is no period: a year and a month are meant, such as 202611.")
    return of(date(int(match[1]), int(match[2]), 1))


class Sold(NamedTuple):
    """What a subscription was; `until` is the first day on which it was not, None: it still is. Speeds in kbit/s."""

    service: str
    down_kbps: int | None
    up_kbps: int | None
    sp_reference: str | None
    sp_subscription_id: str | None
    until: date | None


class Place(NamedTuple):
    """What its access was, as `Sold`; `document` is what invoices show of it, in JSON."""

    price_group: int
    document: str
    until: date | None


class History(NamedTuple):
    """A subscription and its access: each oldest first, and the last is without an end. `ended` is its last day."""

    connected: date
    ended: date | None
    sold: Sequence[Sold]
    places: Sequence[Place]


class Item(NamedTuple):
    """A row of a subscription's month; both days are in it."""

    row_type: RowType
    service: str
    list_price: Decimal
    amount: Decimal
    first: date
    last: date


class Month(NamedTuple):
    """A subscription's rows of a month, by their first day.

    `unpriced` are services that had no monthly price of any kind on some of their days.
    """

    items: Sequence[Item]
    unpriced: frozenset[str]


class _Passing(Protocol):
    @property
    def until(self) -> date | None: ...


_P = TypeVar("_P", bound=_Passing)


def on(states: Sequence[_P], day: date) -> _P:
    """Return the state that a day belongs to."""
    for state in states:
        if state.until is None or day < state.until:
            return state
    return states[-1]


class _Stretch(NamedTuple):
    """Days that have the same service and list price; both are in it."""

    service: str
    price: Decimal
    first: date
    last: date


_MONTHLY = (
    (Fee.PERIODIC, RowType.PERIODIC_FEE, RowType.PARTIAL_PERIODIC_FEE),
    (Fee.TRANSMISSION, RowType.TRANSMISSION_FEE, RowType.TRANSMISSION_FEE),
    (Fee.USAGE, RowType.USAGE_FEE, RowType.USAGE_FEE),
)
_RANK = {row_type: rank for rank, row_type in enumerate(RowType)}


class PriceBook:
    """All list prices, by service, as one month needs them."""

    def __init__(self, listed: Mapping[str, Sequence[Price]], period: Period) -> None:
        self._listed = listed
        self._period = period
        self._over: dict[tuple[str, Fee, int], list[_Stretch]] = {}
        self.whole: dict[tuple[str, int], Month] = {}
        """The months of those to whom nothing happened, by service and price group; see `month`."""

    def at(self, service: str, fee: Fee, group: int, day: date) -> Decimal | None:
        """Return a price of a day, or None when there is none."""
        found = prices.at(self._listed.get(service, ()), fee, group, day)
        return None if found is None else found.amount

    def over(self, service: str, fee: Fee, group: int) -> list[_Stretch]:
        """Return the prices over the month; days that have none are left out."""
        key = (service, fee, group)
        if key not in self._over:
            days = [self._period.first + number * _DAY for number in range(self._period.days)]
            priced = [(day, self.at(service, fee, group, day)) for day in days]
            self._over[key] = [
                _Stretch(service, price, found[0][0], found[-1][0])
                for price, found in (
                    (price, list(some)) for price, some in itertools.groupby(priced, key=lambda one: one[1])
                )
                if price is not None
            ]
        return self._over[key]


def month(history: History, period: Period, book: PriceBook) -> Month:
    """Return a subscription's month."""
    uneventful = (
        history.connected < period.first
        and (history.ended is None or history.ended > period.last)
        and len(history.sold) == len(history.places) == 1
    )
    if not uneventful:
        return _month(history, period, book)
    # Most are, and alike but for service and group: these are reckoned once.
    key = history.sold[0].service, history.places[0].price_group
    if key not in book.whole:
        book.whole[key] = _month(history, period, book)
    return book.whole[key]


def _month(history: History, period: Period, book: PriceBook) -> Month:
    stretches = list(_stretches(history, period))
    items = [*_monthly(stretches, period, book), *_once(history, period, book)]
    items.sort(key=lambda item: (item.first, _RANK[item.row_type], item.last))
    return Month(items, frozenset(_unpriced(stretches, book)))


def _unpriced(stretches: Sequence[tuple[str, int, date, date]], book: PriceBook) -> Iterator[str]:
    for service, group, first, last in stretches:
        priced = [priced for fee, _, _ in _MONTHLY for priced in book.over(service, fee, group)]
        days = (first + number * _DAY for number in range((last - first).days + 1))
        if not all(any(one.first <= day <= one.last for one in priced) for day in days):
            yield service


def _stretches(history: History, period: Period) -> Iterator[tuple[str, int, date, date]]:
    """Yield service, price group, and the first and last of the days of the month that had both."""
    first = max(history.connected, period.first)
    last = period.last if history.ended is None else min(history.ended, period.last)
    while first <= last:
        sold, place = on(history.sold, first), on(history.places, first)
        ends = [until - _DAY for until in (sold.until, place.until) if until is not None]
        end = min([last, *ends])
        yield sold.service, place.price_group, first, end
        first = end + _DAY


def _monthly(stretches: Sequence[tuple[str, int, date, date]], period: Period, book: PriceBook) -> Iterator[Item]:
    for fee, whole, partial in _MONTHLY:
        priced: list[_Stretch] = []
        for service, group, first, last in stretches:
            for price in book.over(service, fee, group):
                if price.first <= last and first <= price.last:
                    _add(priced, _Stretch(service, price.price, max(first, price.first), min(last, price.last)))
        amounts = prorate([(one.price, (one.last - one.first).days + 1) for one in priced], period.days)
        for one, amount in zip(priced, amounts, strict=True):
            row_type = whole if (one.first, one.last) == (period.first, period.last) else partial
            yield Item(row_type, one.service, one.price, amount, one.first, one.last)


def _add(priced: list[_Stretch], more: _Stretch) -> None:
    """Add a stretch; one that only goes on with the last makes that longer, as when the price group alone changed."""
    if priced and priced[-1][:2] == more[:2] and priced[-1].last + _DAY == more.first:
        priced[-1] = priced[-1]._replace(last=more.last)
    else:
        priced.append(more)


def _once(history: History, period: Period, book: PriceBook) -> Iterator[Item]:
    def fee(row_type: RowType, kind: Fee, service: str, day: date) -> Iterator[Item]:
        price = book.at(service, kind, on(history.places, day).price_group, day)
        if price is not None:
            yield Item(row_type, service, price, price, day, day)

    if period.first <= history.connected <= period.last:
        yield from fee(RowType.START_FEE, Fee.START, history.sold[0].service, history.connected)
    for before, after in itertools.pairwise(history.sold):
        day = before.until
        if day is not None and period.first <= day <= period.last and before.service != after.service:
            group = on(history.places, day).price_group
            monthly = (book.at(one.service, Fee.PERIODIC, group, day) for one in (before, after))
            way = _way(before, after, *monthly)
            if way is not None:
                yield from fee(RowType(f"{way}_FEE"), way, after.service, day)
    if history.ended is not None and period.first <= history.ended <= period.last:
        yield from fee(RowType.END_FEE, Fee.END, on(history.sold, history.ended).service, history.ended)


def _way(before: Sold, after: Sold, price_before: Decimal | None, price_after: Decimal | None) -> Fee | None:
    """Return which fee a change costs: by speed down, else up, else by list price; None: neither up nor down."""
    for old, new in (
        (before.down_kbps, after.down_kbps),
        (before.up_kbps, after.up_kbps),
        (price_before, price_after),
    ):
        if old is not None and new is not None and old != new:
            return Fee.UPGRADE if old < new else Fee.DOWNGRADE
    return None
