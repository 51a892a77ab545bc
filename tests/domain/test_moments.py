"""Moments: read in every form that means one, and refused when nobody could know which is meant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import moments

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
_OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-01T00:00:00Z",
        "2027-01-01t00:00:00z",
        "2027-01-01 00:00:00Z",
        "2027-01-01T00:00Z",
        "2027-01-01T00:00:00.000000000Z",
        "2027-01-01T00:00:00,0Z",
        "2027-01-01T01:00:00+01:00",
        "2027-01-01T01:00:00+0100",
        "2026-12-31T23:30-00:30",
        "2027-01-01T00:00:00-00:00",
        "2026-12-31T23:59:60Z",
    ],
)
def test_one_moment_has_many_forms(text: str) -> None:
    assert moments.read("f", text) == NEW_YEAR


@pytest.mark.parametrize(
    ("fraction", "microseconds"),
    [(".5", 500_000), (".0053", 5300), (".999999", 999_999), (".999999999", 999_999), (".0000001", 0)],
)
def test_decimals_are_cut_off_after_the_microsecond(fraction: str, microseconds: int) -> None:
    assert moments.read("f", f"2027-01-01T00:00:00{fraction}Z") == NEW_YEAR + timedelta(microseconds=microseconds)
    assert moments.read("f", f"2026-12-31T23:59:60{fraction}Z") == NEW_YEAR + timedelta(microseconds=microseconds)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 30), timezones=_OFFSETS))  # noqa: DTZ001
def test_any_moment_with_any_offset_is_itself(moment: datetime) -> None:
    read = moments.read("f", moment.isoformat())
    assert (read, read.tzinfo) == (moment, UTC)


@given(st.datetimes())
def test_a_moment_without_an_offset_is_refused(moment: datetime) -> None:
    with pytest.raises(errors.Invalid, match=r"f .* has no offset from UTC; write Z or"):
        moments.read("f", moment.isoformat())


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,6}-[0-9]{1,3}-[0-9]{1,3}[T ][0-9:.]{1,12}([-+][0-9:]{1,6}|Z)?"))
def test_any_text_is_a_moment_or_refused_by_the_fields_name(text: str) -> None:
    refusal = "when "
    try:
        assert moments.read("when", text).tzinfo is UTC
    except errors.Invalid as error:
        refusal = error.cause
    assert refusal.startswith("when ")
    assert len(refusal) < 600


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2027-02-29T00:00:00Z", "no moment of the calendar"),
        ("2027-01-01T00:60:00Z", "no moment of the calendar"),
        ("2027-01-01T00:00:61Z", "no moment of the calendar"),
        ("2027-01-01T00:00:00+24:00", "no moment of the calendar"),
        ("9998-12-31T23:59:59-00:01", "no moment of the calendar"),
        ("9999-12-31T23:59:60Z", "no moment of the calendar"),
        ("0001-01-01T00:00:00+00:01", "no moment of the calendar"),
        ("2027-01-01", "not a date and time"),
        ("2027-01-01T00:00:00 Z", "not a date and time"),
        ("2027-01-01T00:00:00Z\n", "not a date and time"),
        ("2027-1-1T00:00:00Z", "not a date and time"),
        ("12027-01-01T00:00:00Z", "not a date and time"),
        ("٢٠٢٧-01-01T00:00:00Z", "not a date and time"),
    ],
)
def test_what_is_no_moment_is_refused(text: str, says: str) -> None:
    with pytest.raises(errors.Invalid, match=says):
        moments.read("f", text)


def test_the_first_moment_of_all_is_not_the_databases_minus_infinity() -> None:
    read = moments.read("f", "0001-01-01T00:00:00Z")
    assert read > datetime.min.replace(tzinfo=UTC)
    assert read.isoformat(timespec="milliseconds") == "0001-01-01T00:00:00.000+00:00"
