"""List prices: what a service costs, for whom, and when.

Source: ON-API 2.6.0 spec/invoice_specification.md, "listPrice", "rowType"; the form in the catalogue's file is ours.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from onapi.domain.catalogue_fields import Fields, Flaw


class Fee(StrEnum):
    """What a list price is for: the first three a month, the others once."""

    PERIODIC = "PERIODIC"
    USAGE = "USAGE"
    TRANSMISSION = "TRANSMISSION"
    START = "START"
    UPGRADE = "UPGRADE"
    DOWNGRADE = "DOWNGRADE"
    END = "END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A list price, in the operator's currency, exact to two decimals.

    `group` None is every price group that has no price of its own; `valid_until` is the first day without it; None
    is no beginning, and no end.
    """

    fee: Fee
    amount: Decimal
    group: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


KEYS = ("fee", "amount", "group", "from", "until")
_HIGHEST_GROUP = 999_999_999


def read(service: Fields, flaws: list[Flaw]) -> tuple[Price, ...]:
    """Return the prices of one service of a catalogue's file, and add what is wrong with them to `flaws`."""
    found: list[Price] = []
    sound: list[tuple[str, Price]] = []
    for place, item in service.items("prices"):
        before = len(flaws)
        found.append(_price(item, place, flaws))
        if len(flaws) == before:
            sound.append((place, found[-1]))
    in_order = sorted(sound, key=lambda one: _rank(one[1]))
    for _, rivals in itertools.groupby(in_order, key=lambda one: (one[1].fee, one[1].group)):
        # What overlaps anything that began earlier overlaps the one of them that ends last.
        end = date.min
        for place, price in rivals:
            if (price.valid_from or date.min) < end:
                group = "without a group" if price.group is None else f"for group {price.group}"
                reason = f"overlaps another {price.fee} price {group}; until is the first day without a price"
                flaws.append(Flaw(place, str(price.amount), reason))
            end = max(end, price.valid_until or date.max)
    return sort(found)


def sort(prices: Iterable[Price]) -> tuple[Price, ...]:
    """Return prices by fee, in the order of Fee, then group and date; what has no group or date comes first."""
    return tuple(sorted(prices, key=_rank))


def at(prices: Iterable[Price], fee: Fee, group: int | None, day: date) -> Price | None:
    """Return the price for a price group on a day: the group's own, else that without a group, else None."""
    valid = [
        price
        for price in prices
        if price.fee is fee
        and (price.valid_from is None or price.valid_from <= day)
        and (price.valid_until is None or day < price.valid_until)
    ]
    own = [price for price in valid if price.group == group]
    return next(iter(own or [price for price in valid if price.group is None]), None)


def write(price: Price) -> dict[str, object]:
    """Return the price as the catalogue's file has it."""
    everything: dict[str, object] = {
        "fee": str(price.fee),
        "group": price.group,
        "amount": price.amount,
        "from": price.valid_from and price.valid_from.isoformat(),
        "until": price.valid_until and price.valid_until.isoformat(),
    }
    return {key: value for key, value in everything.items() if value is not None}


def _price(raw: object, place: str, flaws: list[Flaw]) -> Price:
    fields = Fields(raw, place, flaws, KEYS)
    fields.needs("fee", "amount")
    valid_from, valid_until = fields.day("from"), fields.day("until")
    if valid_from and valid_until and valid_until <= valid_from:
        fields.flaw("until", "must be later than from")
    return Price(
        fee=fields.word("fee", Fee),
        amount=fields.amount("amount"),
        group=fields.number("group", "a price group", 0, _HIGHEST_GROUP),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def _rank(price: Price) -> tuple[int, int, date]:
    return (
        list(Fee).index(price.fee),
        -1 if price.group is None else price.group,
        price.valid_from or date.min,
    )
