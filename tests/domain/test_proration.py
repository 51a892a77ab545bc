"""Parts of a month, to the day and to the cent."""

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.domain.proration import prorate

PRICES = st.integers(0, 10**12 - 1).map(lambda cents: Decimal(cents) / 100)


@st.composite
def months(draw: st.DrawFn) -> tuple[list[int], int]:
    """Return lengths of stretches that fit into a month, and the month's days."""
    days = draw(st.integers(28, 31))
    cuts = sorted(draw(st.sets(st.integers(0, days), min_size=2, max_size=8)))
    return [end - start for start, end in itertools.pairwise(cuts)], days


@pytest.mark.parametrize(
    ("price", "length", "days", "amount"),
    [
        ("200.00", 15, 30, "100.00"),
        ("149.00", 1, 31, "4.81"),
        ("100.00", 10, 30, "33.33"),
        ("100.00", 20, 30, "66.67"),
        ("0.01", 14, 28, "0.01"),  # half a cent, up
        ("0.03", 14, 28, "0.02"),
        ("149.00", 30, 30, "149.00"),
        ("0.00", 7, 30, "0.00"),
    ],
)
def test_one_stretch_costs_its_days_share(price: str, length: int, days: int, amount: str) -> None:
    found = prorate([(Decimal(price), length)], days)
    assert [str(one) for one in found] == [amount]


def test_three_thirds_of_a_hundred_are_a_hundred() -> None:
    third = (Decimal("100.00"), 10)
    assert prorate([third, third, third], 30) == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


@given(months(), PRICES)
def test_parts_at_one_price_never_exceed_it_and_a_whole_month_of_them_is_it(
    month: tuple[list[int], int], price: Decimal
) -> None:
    lengths, days = month
    amounts = prorate([(price, length) for length in lengths], days)
    assert sum(amounts) <= price
    assert min(amounts) >= 0
    if sum(lengths) == days:
        assert sum(amounts) == price
    assert all(amount == round(amount, 2) and str(amount).partition(".")[2][2:] == "" for amount in amounts)


@given(months(), st.data())
def test_parts_at_any_prices_add_up_to_the_exact_sum_rounded_and_each_is_right_to_the_cent(
    month: tuple[list[int], int], data: st.DataObject
) -> None:
    lengths, days = month
    stretches = [(data.draw(PRICES), length) for length in lengths]
    amounts = prorate(stretches, days)
    exact = [Fraction(price) * length / days for price, length in stretches]
    assert abs(Fraction(sum(amounts)) - sum(exact)) <= Fraction(1, 200)
    assert all(abs(Fraction(amount) - share) < Fraction(1, 100) for amount, share in zip(amounts, exact, strict=True))
    assert sum(amounts) <= max(price for price, _ in stretches)


def test_halves_before_and_after_a_stretch_do_not_add_up_to_a_cent_for_it() -> None:
    amounts = prorate([(Decimal("111.25"), 3), (Decimal("0.30"), 1)], 30)
    assert amounts == [Decimal("11.13"), Decimal("0.01")]


def test_a_month_without_stretches_has_no_amounts() -> None:
    assert prorate([], 30) == []
