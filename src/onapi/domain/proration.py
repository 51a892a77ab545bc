"""A part of a month, to the day and to the cent."""

from collections.abc import Iterable
from decimal import Decimal

_CENT = Decimal("0.01")


def prorate(stretches: Iterable[tuple[Decimal, int]], days: int) -> list[Decimal]:
    """Return what each stretch of a month costs, exact to two decimals.

    What all stretches up to one cost together is rounded, half up, and the stretch gets what that adds. So the
    amounts add up to the rounded sum, none is a cent or more away from its stretch's exact share, and stretches of
    one price that fill the month add up to the price.

    Args:
        stretches: in their order: the price of the whole month, in whole cents, and how many days of it.
        days: of the month.
    """
    amounts = []
    owed = told = 0  # In cents: times the days of the month, and rounded.
    for price, length in stretches:
        owed += int(price * 100) * length
        # Always up, for a half to even may round one sum down and the next one up: a whole cent for no share at all.
        rounded = (2 * owed + days) // (2 * days)
        amounts.append((rounded - told) * _CENT)
        told = rounded
    return amounts
