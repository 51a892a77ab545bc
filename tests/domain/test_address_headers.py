"""The header of an address list: which format it tells of, and what is wrong with it."""

import pytest

from onapi import errors
from onapi.domain import accesses, address_columns, address_headers
from onapi.domain.address_headers import Format

ONAPI = list(address_columns.ONAPI.mandatory)
PI = list(address_columns.PI_1_0_ORDER)
PI_1_1 = list(address_columns.PI_1_1_ORDER)
MDB2 = list(address_columns.MDB2.mandatory)
ADDRESS = ["2222", "TESTVÄGEN", "6", "", "10000", "ANKEBORG", "SE", "30"] + [""] * 10


def refusal(first_row: list[str], wanted: Format | None = None) -> str:
    with pytest.raises(errors.Invalid) as refused:
        address_headers.understand(first_row, wanted)
    return refused.value.cause


@pytest.mark.parametrize(
    ("first_row", "format", "is_row"),
    [
        (ONAPI, Format.ONAPI_CSV, True),
        (PI, Format.PI_1_0, True),
        (PI_1_1, Format.PI_1_1, True),
        ([*PI, "rfof"], Format.PI_1_1, True),
        (MDB2, Format.MDB2, True),
        (ADDRESS, Format.PI_1_0, False),
        ([*ADDRESS, "100", "YES", "NO"], Format.PI_1_1, False),
    ],
)
def test_the_first_row_tells_the_format(first_row: list[str], format: Format, is_row: bool) -> None:  # noqa: A002
    header = address_headers.understand(first_row, None)
    assert (header.format, header.is_row) == (format, is_row)


def test_what_the_sender_says_goes_before_what_it_looks_like() -> None:
    assert address_headers.understand([*ONAPI, "coID"], Format.ONAPI_CSV).ignored == ("coID",)


def test_places_are_found_without_regard_to_case_and_blanks() -> None:
    header = address_headers.understand(["owner", *(f" {column.upper()} " for column in reversed(ONAPI))], None)
    assert header.places == {column: place for place, column in enumerate(reversed(ONAPI), 1)}
    assert header.used == tuple(column.upper() for column in reversed(ONAPI))
    assert header.ignored == ("owner",)


def test_columns_without_a_name_are_neither_used_nor_ignored_nor_each_others_twins() -> None:
    assert address_headers.understand([*ONAPI, "", " "], None).ignored == ()


def test_two_words_of_an_address_do_not_make_a_header() -> None:
    row = [*ADDRESS[:5], "city", *ADDRESS[6:10], "outlet", *ADDRESS[11:]]
    assert not address_headers.understand(row, None).is_row


def test_a_missing_column_is_one_refusal_that_names_it_and_those_found() -> None:
    cause = refusal(["accessId", "streetName", "city", "owner"])
    assert "lacks the column postalCode, countryCode, premisesType, accessState, which onapi-csv needs" in cause
    assert "Its columns are: accessId, streetName, city, owner." in cause


@pytest.mark.parametrize(
    ("format", "column"),
    [
        *((Format.ONAPI_CSV, column) for column in address_columns.ONAPI.mandatory),
        *((Format.PI_1_0, column) for column in address_columns.PI.mandatory),
        *((Format.MDB2, column) for column in address_columns.MDB2.mandatory),
    ],
)
def test_each_mandatory_column_is_demanded(format: Format, column: str) -> None:  # noqa: A002
    columns = [name for name in address_headers.LAYOUTS[format].columns if name != column]
    assert f"lacks the column {column}, which {format} needs" in refusal(columns, format)


def test_the_mandatory_columns_are_the_mandatory_fields() -> None:
    flaws = accesses.read({})
    assert isinstance(flaws, list)
    assert [flaw.field for flaw in flaws] == ONAPI


def test_a_column_that_stands_twice_is_refused_even_one_that_is_not_read() -> None:
    assert "same name: city, CITY." in refusal([*ONAPI, "CITY"])
    assert "same name: owner, Owner." in refusal([*ONAPI, "owner", "Owner"])


def test_any_other_text_is_refused_by_its_missing_columns() -> None:
    assert "Its columns are: Dear network." in refusal(["Dear network", ""])


def test_a_thousand_long_columns_do_not_make_an_endless_message() -> None:
    cause = refusal([f"{number:0100}" for number in range(1000)])
    assert cause.endswith(" and more.")
    assert len(cause) < 3000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Åsele", "Åsele"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("\x1b[2J\nå\ud800", "\\x1b[2J\\nå\\ud800"),
    ],
)
def test_values_are_shown_short_and_printable(value: str, shown: str) -> None:
    assert address_headers.shown(value) == shown
