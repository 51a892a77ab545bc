"""Address lists in CSV, what they are found to be, and that what is written is read back."""

import contextlib
import csv
import io
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors, ids
from onapi.domain import accesses, address_lists
from onapi.domain.address_lists import Format, RowError
from onapi.vocabulary import AccessState, PremisesType
from tests.domain.reading import faults, opened, reason, records, refusal, valid
from tests.given import ANY_ACCESS

HEADER = "accessId,streetName,streetNumber,postalCode,city,countryCode,premisesType,accessState"
ROW = "A1,Testvägen,6,10000,Ankeborg,SE,RESIDENTIAL_HOUSE,CONNECTED"


def test_a_row_becomes_an_access() -> None:
    (access,) = valid(f"{HEADER}\n{ROW}\n")
    assert access == accesses.Access(
        access_id=ids.AccessId("A1"),
        street_name="Testvägen",
        street_number="6",
        postal_code="10000",
        city="Ankeborg",
        country_code="SE",
        premises_type=PremisesType.RESIDENTIAL_HOUSE,
        access_state=AccessState.CONNECTED,
    )


def test_what_was_detected_is_told() -> None:
    text = f"{HEADER},owner,\n{ROW},Kalle,\n".replace(",", ";")
    assert opened(text.encode("iso-8859-1")).detected == address_lists.Detected(
        format=Format.ONAPI_CSV,
        encoding="ISO-8859-1",
        delimiter=";",
        columns_used=tuple(HEADER.split(",")),
        columns_ignored=("owner",),
        warning=None,
    )


def test_garbled_letters_are_warned_of() -> None:
    assert opened(f"{HEADER}\n{ROW}\n".encode().decode("cp1252")).detected.warning is not None


def test_columns_may_stand_in_any_order_in_any_case_and_with_blanks() -> None:
    columns = [f" {column.upper()} " for column in reversed(HEADER.split(","))]
    text = ",".join(columns) + "\n" + ",".join(reversed(ROW.split(","))) + "\n"
    assert valid(text) == valid(f"{HEADER}\n{ROW}\n")
    assert opened(text).detected.columns_used == tuple(column.strip() for column in columns)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system_and_the_last_one_not_at_all(end: str) -> None:
    assert [access.access_id for access in valid(end.join([HEADER, ROW, ROW.replace("A1", "A2")]))] == ["A1", "A2"]


def test_rows_of_blanks_are_passed_over_and_lines_still_count() -> None:
    blank = "," * HEADER.count(",")
    assert faults(f"\n{HEADER}\n\n{blank}\n  \n,\n{ROW.replace('10000', '1')}\n") == [(7, "postalCode", "1")]


def test_quoted_values_hold_delimiters_and_quotation_marks() -> None:
    (access,) = valid(f"{HEADER}\n" + ROW.replace("Testvägen", '"Testvägen, ""Villa"""'))
    assert access.street_name == 'Testvägen, "Villa"'


def test_a_quoted_line_break_is_refused_where_its_row_starts_and_later_lines_still_count() -> None:
    broken = ROW.replace("Testvägen", '"Test\r\nvägen"')
    text = "\r\n".join([HEADER, broken, ROW.replace(",SE,", ",se,").replace("A1", "A2")])
    assert faults(text) == [(2, "streetName", "Test\\r\\nvägen"), (4, "countryCode", "se")]


def test_every_flaw_of_a_row_is_told_at_once() -> None:
    assert faults(f"{HEADER}\nå,,12B,1,Ankeborg,SE,HOUSE,CONNECTED\n") == [
        (2, "streetName", ""),
        (2, "accessId", "å"),
        (2, "streetNumber", "12B"),
        (2, "postalCode", "1"),
        (2, "premisesType", "HOUSE"),
    ]


@pytest.mark.parametrize("row", [ROW + ",more", ROW.removesuffix(",CONNECTED")])
def test_a_row_of_another_width_is_refused_as_a_whole(row: str) -> None:
    text = f"{HEADER}\n{row}\n{ROW}\n"
    refused, read = records(text)
    assert refused == [RowError(2, "", "", f"has {row.count(',') + 1} values, but the list has 8 columns")]
    assert isinstance(read, accesses.Access)


def test_an_id_that_came_before_is_refused_and_the_first_line_is_named() -> None:
    text = f"{HEADER}\n{ROW}\n{ROW.replace('A1', 'A2')}\n{ROW}\n{ROW.replace('A1', ' A1 ')}\n"
    assert faults(text) == [(4, "accessId", "A1"), (5, "accessId", "A1")]
    assert isinstance(records(text)[0], accesses.Access)
    assert reason(f"{HEADER}\n{ROW}\n\n{ROW}\n") == "is already on line 2"


def test_an_id_is_taken_by_a_wrong_row_too() -> None:
    assert faults(f"{HEADER}\n{ROW.replace('10000', '1')}\n{ROW}\n") == [
        (2, "postalCode", "1"),
        (3, "accessId", "A1"),
    ]


def test_two_rows_without_an_id_are_not_each_others_twins() -> None:
    row = ROW.removeprefix("A1")
    missing = "is mandatory and is missing"
    assert records(f"{HEADER}\n{row}\n{row}\n") == [
        [RowError(2, "accessId", "", missing)],
        [RowError(3, "accessId", "", missing)],
    ]


def test_reading_goes_on_after_a_row_that_is_not_csv() -> None:
    text = f'{HEADER}\nA0,"Test"vägen,6\n{ROW}\n'
    refused, read = records(text)
    assert isinstance(refused, list)
    assert (refused[0].line, refused[0].column) == (2, "")
    assert "is not CSV here" in refused[0].reason
    assert isinstance(read, accesses.Access)


def test_a_quotation_mark_that_is_never_closed_is_one_error_that_tells_how_far_it_reaches() -> None:
    text = f"{HEADER}\n{ROW}\n" + ROW.replace("Testvägen", '"Testvägen') + f"\n{ROW}\n{ROW}\n"
    _, refused = records(text)
    assert isinstance(refused, list)
    assert [error.line for error in refused] == [3]
    assert "from here to line 5" in refused[0].reason


def test_a_value_beyond_the_reader_s_limit_is_an_error_and_not_a_crash() -> None:
    text = f"{HEADER}\n{ROW.replace('Testvägen', 'x' * 200_000)}\n{ROW}\n"
    refused, read = records(text)
    assert isinstance(refused, list)
    assert isinstance(read, accesses.Access)


def test_errors_are_short_and_printable_whatever_the_file_holds() -> None:
    ((_, _, value),) = faults(f"{HEADER}\n{ROW.replace('Testvägen', chr(27) + '[2J' + 'x' * 300)}\n")
    assert value.isprintable()
    assert len(value) < 100


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\t\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == "The address list is empty."


def test_a_file_of_delimiters_only_is_refused() -> None:
    assert "holds delimiters only" in refusal(",,,\n,,,\n")


def test_a_header_alone_is_a_list_of_no_accesses() -> None:
    assert valid(HEADER) == []


def test_a_header_that_is_not_csv_is_refused() -> None:
    assert "first row of the address list is not CSV" in refusal(f'"accessId"x,{HEADER}\n{ROW}\n')


def test_a_reading_can_be_repeated() -> None:
    reading = opened(f"{HEADER}\n{ROW}\n{ROW}\n")
    assert list(reading.records()) == list(reading.records())


LISTS = st.lists(ANY_ACCESS, max_size=5, unique_by=lambda access: access.access_id)


@pytest.mark.parametrize("format", [Format.ONAPI_CSV, Format.ONAPI_JSON])
@given(LISTS)
def test_what_is_written_is_read_back_the_same(format: Format, listed: list[accesses.Access]) -> None:  # noqa: A002
    text = "".join(address_lists.write(listed, format))
    assert valid(text) == listed
    assert valid(text, format) == listed
    assert opened(text).detected.format is format


def test_a_written_csv_has_every_column_and_plain_line_ends() -> None:
    text = "".join(address_lists.write(valid(f"{HEADER}\n{ROW}\n"), Format.ONAPI_CSV))
    header, row, rest = text.split("\n")
    assert header.split(",") == list(accesses.FIELDS)
    assert row == "A1,,Testvägen,6,,10000,Ankeborg,SE,RESIDENTIAL_HOUSE,,,,,0,CONNECTED,"
    assert rest == ""


def test_a_written_json_is_one_array_with_an_element_a_line() -> None:
    text = "".join(address_lists.write(valid(f"{HEADER}\n{ROW}\n{ROW.replace('A1', 'A2')}\n"), Format.ONAPI_JSON))
    assert [found["accessId"] for found in json.loads(text)] == ["A1", "A2"]
    assert json.loads(text)[0]["priceGroup"] == 0
    assert "outlet" not in text
    assert text.count("\n") == 4
    assert "Testvägen" in text


@pytest.mark.parametrize("format", [Format.PI_1_0, Format.PI_1_1, Format.MDB2])
def test_other_formats_cannot_be_written_and_the_refusal_does_not_wait(format: Format) -> None:  # noqa: A002
    with pytest.raises(errors.Invalid, match=f"imported from {format} but not exported"):
        address_lists.write([], format)


@given(
    st.binary(max_size=200) | st.text(alphabet='ab,;"\n\r\t|[]{}:å\x1b\u2028').map(str.encode),
    st.none() | st.sampled_from(Format),
)
def test_no_bytes_make_it_crash(data: bytes, wanted: Format | None) -> None:
    with contextlib.suppress(errors.Invalid):
        records(data, wanted)


@given(st.lists(st.lists(st.text(max_size=8), min_size=8, max_size=8)))
def test_no_values_make_it_crash_and_every_row_is_accounted_for(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([HEADER.split(","), *rows])
    if "\0" in text.getvalue():
        return
    filled = [row for row in rows if any(map(str.strip, row))]
    assert len(records(text.getvalue().encode(errors="replace"))) == len(filled)


@pytest.mark.parametrize("format", [Format.ONAPI_CSV, Format.ONAPI_JSON])
def test_twenty_thousand_accesses_are_read_in_seconds(format: Format) -> None:  # noqa: A002
    rows = "".join(ROW.replace("A1", f"A{number}") + "\n" for number in range(20_000))
    text = "".join(address_lists.write(valid(f"{HEADER}\n{rows}"), format))
    started = time.perf_counter()
    assert len(valid(text)) == 20_000
    # It takes less than one; the bound is wide, for it is to catch a reading that grows with the square.
    assert time.perf_counter() - started < 10
