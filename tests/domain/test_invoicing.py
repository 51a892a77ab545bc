"""A subscription's month in rows: what is billed, for which days, at which price."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import invoicing
from onapi.domain.invoicing import History, Item, Period, Place, PriceBook, Sold
from onapi.domain.prices import Fee, Price
from onapi.vocabulary import RowType

NOVEMBER = invoicing.read("202611")


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def price(amount: str, fee: Fee = Fee.PERIODIC, **fields: Any) -> Price:
    return Price(fee=fee, amount=Decimal(amount), **fields)


def sold(service: str, until: str | None = None, kbps: int | None = None) -> Sold:
    return Sold(service, kbps, kbps, None, None, None if until is None else day(until))


def place(group: int, until: str | None = None) -> Place:
    return Place(group, f'{{"priceGroup":{group}}}', None if until is None else day(until))


def history(
    connected: str = "01-01", ended: str | None = None, *states: Sold, places: tuple[Place, ...] = (place(0),)
) -> History:
    return History(day(connected), None if ended is None else day(ended), states or (sold("BB"),), places)


def rows(lived: History, listed: dict[str, list[Price]], period: Period = NOVEMBER) -> list[str]:
    """Return the rows as text: type, service, days, list price and amount."""
    return [shown(item) for item in invoicing.month(lived, period, PriceBook(listed, period)).items]


def shown(item: Item) -> str:
    days = f"{item.first:%m-%d}..{item.last:%m-%d}"
    return f"{item.row_type} {item.service} {days} {item.list_price} {item.amount}"


BB = {"BB": [price("300.00")]}


def test_a_period_is_a_calendar_month() -> None:
    assert (NOVEMBER.first, NOVEMBER.last, NOVEMBER.days) == (day("11-01"), day("11-30"), 30)
    assert invoicing.read("202802").days == 29
    assert invoicing.read("202601").previous.name == "202512"


@pytest.mark.parametrize(
    "name", ["", "2026", "202613", "202600", "199912", "2026-11", "202611\n", "２０２６１１", "x" * 99]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(errors.Invalid, match="is no period"):
        invoicing.read(name)


def test_a_whole_month_is_a_periodic_fee() -> None:
    assert rows(history(), BB) == ["PERIODIC_FEE BB 11-01..11-30 300.00 300.00"]


@pytest.mark.parametrize(
    ("connected", "ended", "expected"),
    [
        ("11-11", None, ["PARTIAL_PERIODIC_FEE BB 11-11..11-30 300.00 200.00"]),
        ("11-30", None, ["PARTIAL_PERIODIC_FEE BB 11-30..11-30 300.00 10.00"]),
        ("11-01", None, ["PERIODIC_FEE BB 11-01..11-30 300.00 300.00"]),
        ("01-01", "11-10", ["PARTIAL_PERIODIC_FEE BB 11-01..11-10 300.00 100.00"]),
        ("01-01", "11-30", ["PERIODIC_FEE BB 11-01..11-30 300.00 300.00"]),
        ("11-05", "11-05", ["PARTIAL_PERIODIC_FEE BB 11-05..11-05 300.00 10.00"]),
        ("01-01", "12-24", ["PERIODIC_FEE BB 11-01..11-30 300.00 300.00"]),
        ("12-01", None, []),
        ("01-01", "10-31", []),
    ],
)
def test_the_days_on_which_it_began_and_ended_are_billed(
    connected: str, ended: str | None, expected: list[str]
) -> None:
    assert rows(history(connected, ended), BB) == expected


def test_at_a_takeover_the_losers_row_ends_on_the_day_on_which_the_winners_begins() -> None:
    assert rows(history("01-01", "11-10"), BB) == ["PARTIAL_PERIODIC_FEE BB 11-01..11-10 300.00 100.00"]
    assert rows(history("11-10"), BB) == ["PARTIAL_PERIODIC_FEE BB 11-10..11-30 300.00 210.00"]


def test_a_price_that_changes_in_the_month_gives_a_row_for_each_price() -> None:
    listed = {"BB": [price("300.00", valid_until=day("11-16")), price("360.00", valid_from=day("11-16"))]}
    assert rows(history(), listed) == [
        "PARTIAL_PERIODIC_FEE BB 11-01..11-15 300.00 150.00",
        "PARTIAL_PERIODIC_FEE BB 11-16..11-30 360.00 180.00",
    ]


def test_a_price_that_goes_on_under_another_date_is_one_row() -> None:
    listed = {"BB": [price("300.00", valid_until=day("11-16")), price("300.00", valid_from=day("11-16"))]}
    assert rows(history(), listed) == ["PERIODIC_FEE BB 11-01..11-30 300.00 300.00"]


def test_a_price_of_the_accesss_group_goes_before_that_of_every_group_and_follows_the_group() -> None:
    listed = {"BB": [price("300.00"), price("330.00", group=3)]}
    assert rows(history(places=(place(3),)), listed) == ["PERIODIC_FEE BB 11-01..11-30 330.00 330.00"]
    moved = history(places=(place(0, "11-21"), place(3)))
    assert rows(moved, listed) == [
        "PARTIAL_PERIODIC_FEE BB 11-01..11-20 300.00 200.00",
        "PARTIAL_PERIODIC_FEE BB 11-21..11-30 330.00 110.00",
    ]
    unmoved = history(places=(place(1, "11-21"), place(2)))
    assert rows(unmoved, listed) == ["PERIODIC_FEE BB 11-01..11-30 300.00 300.00"]


def test_another_service_begins_on_the_day_of_the_change_and_no_day_is_billed_twice() -> None:
    listed = {"BB": [price("300.00")], "FAST": [price("600.00"), price("50.00", Fee.UPGRADE)]}
    changed = history("01-01", None, sold("BB", "11-11", 100), sold("FAST", None, 1000))
    assert rows(changed, listed) == [
        "PARTIAL_PERIODIC_FEE BB 11-01..11-10 300.00 100.00",
        "PARTIAL_PERIODIC_FEE FAST 11-11..11-30 600.00 400.00",
        "UPGRADE_FEE FAST 11-11..11-11 50.00 50.00",
    ]


def test_a_service_that_was_had_for_a_part_of_a_day_only_costs_its_fee_and_no_days() -> None:
    listed = {
        "BB": [price("300.00"), price("20.00", Fee.DOWNGRADE)],
        "FAST": [price("600.00"), price("50.00", Fee.UPGRADE)],
    }
    there_and_back = history("01-01", None, sold("BB", "11-11", 9), sold("FAST", "11-11", 99), sold("BB", None, 9))
    assert rows(there_and_back, listed) == [
        "PERIODIC_FEE BB 11-01..11-30 300.00 300.00",
        "UPGRADE_FEE FAST 11-11..11-11 50.00 50.00",
        "DOWNGRADE_FEE BB 11-11..11-11 20.00 20.00",
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("A", 100), ("B", 250), "UPGRADE"),
        (("B", 250), ("A", 100), "DOWNGRADE"),
        (("DEAR", 100), ("A", 250), "UPGRADE"),  # faster and cheaper is an upgrade
        (("A", None), ("DEAR", None), "UPGRADE"),
        (("DEAR", 100), ("A", None), "DOWNGRADE"),
        (("A", 100), ("B", 100), None),
    ],
)
def test_a_change_is_up_or_down_by_speed_and_then_by_price(
    before: tuple[str, int | None], after: tuple[str, int | None], expected: str | None
) -> None:
    fees = [price("5.00", Fee.UPGRADE), price("3.00", Fee.DOWNGRADE)]
    listed = {name: [price(amount), *fees] for name, amount in (("A", "1.00"), ("B", "1.00"), ("DEAR", "9.00"))}
    changed = history("01-01", None, sold(before[0], "11-11", before[1]), sold(after[0], None, after[1]))
    once = [row.split("_")[0] for row in rows(changed, listed) if "PERIODIC" not in row]
    assert once == ([expected] if expected else [])


def test_speeds_down_go_before_speeds_up() -> None:
    listed = {name: [price("1.00"), price("5.00", Fee.UPGRADE)] for name in ("A", "B")}
    states = (Sold("A", 100, 100, None, None, day("11-11")), Sold("B", 250, 10, None, None, None))
    assert any("UPGRADE_FEE" in row for row in rows(history("01-01", None, *states), listed))
    states = (Sold("A", 100, 10, None, None, day("11-11")), Sold("B", 100, 100, None, None, None))
    assert any("UPGRADE_FEE" in row for row in rows(history("01-01", None, *states), listed))


def test_beginning_and_ending_cost_their_fees_by_the_price_of_their_day() -> None:
    listed = {
        "BB": [
            price("300.00"),
            price("195.00", Fee.START, valid_until=day("11-05")),
            price("95.00", Fee.START, valid_from=day("11-05")),
            price("50.00", Fee.END),
        ]
    }
    assert rows(history("11-05", "11-14"), listed) == [
        "START_FEE BB 11-05..11-05 95.00 95.00",
        "PARTIAL_PERIODIC_FEE BB 11-05..11-14 300.00 100.00",
        "END_FEE BB 11-14..11-14 50.00 50.00",
    ]
    assert "END_FEE" not in "".join(rows(history("11-05", "12-01"), listed))
    assert "START_FEE" not in "".join(rows(history("10-31"), listed))


def test_the_start_fee_is_that_of_the_service_with_which_it_began() -> None:
    listed = {"BB": [price("10.00", Fee.START)], "FAST": [price("99.00", Fee.START)]}
    changed = history("11-05", None, sold("BB", "11-05"), sold("FAST"))
    assert rows(changed, listed) == ["START_FEE BB 11-05..11-05 10.00 10.00"]


def test_usage_and_transmission_are_monthly_fees_of_their_own() -> None:
    listed = {"BB": [price("300.00"), price("60.00", Fee.TRANSMISSION), price("30.00", Fee.USAGE)]}
    assert rows(history("11-16"), listed) == [
        "PARTIAL_PERIODIC_FEE BB 11-16..11-30 300.00 150.00",
        "TRANSMISSION_FEE BB 11-16..11-30 60.00 30.00",
        "USAGE_FEE BB 11-16..11-30 30.00 15.00",
    ]


def test_a_price_of_nothing_is_a_row_and_no_price_is_none() -> None:
    assert rows(history(), {"BB": [price("0.00")]}) == ["PERIODIC_FEE BB 11-01..11-30 0.00 0.00"]
    assert rows(history(), {}) == []


def test_a_service_without_a_monthly_price_on_some_day_is_told() -> None:
    def lacking(lived: History, listed: dict[str, list[Price]]) -> set[str]:
        return set(invoicing.month(lived, NOVEMBER, PriceBook(listed, NOVEMBER)).unpriced)

    assert lacking(history(), {}) == {"BB"}
    assert lacking(history(), BB) == set()
    assert lacking(history(), {"BB": [price("60.00", Fee.USAGE)]}) == set()
    ends = {"BB": [price("300.00", valid_until=day("11-30"))]}
    assert lacking(history(), ends) == {"BB"}
    assert lacking(history("01-01", "11-29"), ends) == set()
    shared = {"BB": [price("300.00", valid_until=day("11-10")), price("9.00", Fee.USAGE, valid_from=day("11-10"))]}
    assert lacking(history(), shared) == set()
    assert lacking(history("12-01"), {}) == set()


DAYS = st.dates(date(2026, 9, 1), date(2027, 1, 31))
LISTED = {
    "A": [price("99.99"), price("77.77", group=1), price("1.00", Fee.START)],
    "B": [price("150.01", valid_until=day("11-13")), price("33.33", valid_from=day("11-13"))],
    "C": [price("100.00")],
}


@st.composite
def lives(draw: st.DrawFn) -> History:
    """Return any history of a subscription."""
    connected = draw(DAYS)
    ended = draw(st.none() | st.dates(connected, date(2027, 2, 28)))
    last = ended or date(2027, 2, 28)

    def cuts() -> list[date]:
        return sorted(draw(st.lists(st.dates(connected, last), max_size=4)))

    states = [*cuts(), None]
    sold_as = [Sold(draw(st.sampled_from("ABC")), None, None, None, None, until) for until in states]
    places = [Place(draw(st.integers(0, 2)), "{}", until) for until in [*cuts(), None]]
    return History(connected, ended, sold_as, places)


@given(lives())
def test_every_day_that_it_lived_is_billed_once_and_no_other(lived: History) -> None:
    billed: list[date] = []
    for item in invoicing.month(lived, NOVEMBER, PriceBook(LISTED, NOVEMBER)).items:
        if item.row_type in (RowType.PERIODIC_FEE, RowType.PARTIAL_PERIODIC_FEE):
            length = (item.last - item.first).days + 1
            billed += [item.first + timedelta(number) for number in range(length)]
            assert (length == 30) == (item.row_type is RowType.PERIODIC_FEE)
            # A day belongs to what was so at its end.
            for one in (item.first, item.last):
                at = invoicing.on(lived.sold, one)
                assert at.service == item.service
    month = [NOVEMBER.first + timedelta(number) for number in range(30)]
    assert billed == [one for one in month if lived.connected <= one and (not lived.ended or one <= lived.ended)]


@given(lives())
def test_a_months_parts_never_cost_more_than_the_dearest_of_their_prices(lived: History) -> None:
    found = invoicing.month(lived, NOVEMBER, PriceBook(LISTED, NOVEMBER)).items
    monthly = [one for one in found if "PERIODIC" in one.row_type]
    assert sum(one.amount for one in monthly) <= max((one.list_price for one in monthly), default=Decimal(0))
    days = sum((one.last - one.first).days + 1 for one in monthly)
    if days == 30 and len({one.list_price for one in monthly}) == 1:
        assert sum(one.amount for one in monthly) == monthly[0].list_price


@given(st.lists(lives(), max_size=6))
def test_what_is_reckoned_once_for_all_that_are_alike_is_what_each_would_give(lived: list[History]) -> None:
    shared = PriceBook(LISTED, NOVEMBER)
    for one in lived:
        assert invoicing.month(one, NOVEMBER, shared) == invoicing.month(one, NOVEMBER, PriceBook(LISTED, NOVEMBER))
