"""Address lists in JSON: arrays and objects, types, and the places of faults."""

import json

import pytest

from onapi.domain import accesses
from onapi.domain.address_lists import Format, RowError
from tests.domain.reading import faults, opened, reason, records, refusal, valid

HEADER = "accessId,streetName,streetNumber,postalCode,city,countryCode,premisesType,accessState"
ROW = "A1,Testvägen,6,10000,Ankeborg,SE,RESIDENTIAL_HOUSE,CONNECTED"


def element(**values: object) -> str:
    """Return a JSON object of an access, which is ROW but for the given values."""
    return json.dumps(dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | values)


@pytest.mark.parametrize(
    "text",
    [
        f"[{element()}]",
        f"\n [ {element()} ] \n",
        element(),
        f"\ufeff{element()}",
        json.dumps([json.loads(element())], indent=2),
    ],
)
def test_an_array_and_bare_objects_are_read_as_json(text: str) -> None:
    assert valid(text) == valid(f"{HEADER}\n{ROW}\n")
    assert opened(text).detected.format is Format.ONAPI_JSON
    assert opened(text).detected.delimiter is None


def test_one_object_a_line_is_read_as_json() -> None:
    text = f"{element()}\r\n\n{element(accessId='A2')}\n{element(accessId='A3')}"
    assert [access.access_id for access in valid(text)] == ["A1", "A2", "A3"]


def test_an_empty_array_is_a_list_of_no_accesses() -> None:
    assert valid("[]") == []
    assert valid("[ \n ]\n") == []


def test_the_fields_of_the_first_object_are_told() -> None:
    detected = opened(f"[{element(owner='Kalle Anka')}]").detected
    assert detected.columns_used == tuple(HEADER.split(","))
    assert detected.columns_ignored == ("owner",)


def test_null_is_absent() -> None:
    assert valid(element(outlet=None)) == valid(element())
    assert faults(element(city=None)) == [(1, "city", "")]


def test_numbers_are_read_where_a_field_may_be_one() -> None:
    (access,) = valid(element(priceGroup=3, mduApartmentNumber=901))
    assert access.price_group == 3
    assert access.mdu_apartment_number == "0901"


@pytest.mark.parametrize("value", [1.5, True, [], {}, -1, 10**30])
@pytest.mark.parametrize("field", ["priceGroup", "mduApartmentNumber"])
def test_other_values_are_refused_there(field: str, value: object) -> None:
    ((_, column, _),) = faults(element(**{field: value}))
    assert column == field


@pytest.mark.parametrize("value", [10000, 1.5, False, ["Ankeborg"], {"sv": "Ankeborg"}])
@pytest.mark.parametrize("field", ["postalCode", "city", "accessId", "outlet"])
def test_text_must_be_text(field: str, value: object) -> None:
    assert faults(element(**{field: value})) == [(1, field, json.dumps(value))]
    assert reason(element(**{field: value})) == "must be text"


@pytest.mark.parametrize("other", ["1", '"A1"', "null", "true", "[]"])
def test_an_element_that_is_no_object_is_refused_and_the_next_is_read(other: str) -> None:
    refused, read = records(f"[\n{other},\n{element()}\n]")
    assert refused == [RowError(2, "", other, "is not an object with the fields of an access")]
    assert isinstance(read, accesses.Access)


def test_an_error_in_json_is_on_the_line_that_its_element_starts_on() -> None:
    text = f'[\n{element()},\n\n{{\n"accessId": "A1"}},\n{element(accessId="å")}\n]'
    assert [(line, column) for line, column, _ in faults(text) if column == "accessId"] == [
        (4, "accessId"),
        (6, "accessId"),
    ]


def test_in_json_of_one_line_elements_are_counted_instead() -> None:
    text = f"\n[{element()},{element(accessId='å')},{element()}]\n"
    assert faults(text) == [(2, "accessId", "å"), (3, "accessId", "A1")]
    assert reason(f"[{element()},{element()}]") == "is already on element 1"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[\n{},\n  {nonsense}]", "line 3, column 4"),
        ("[{},\n{}", "line 2, column 3: the closing ] is missing"),
        ("[{}\n {}]", "line 2, column 2: a comma or ] is missing"),
        ("[{},]", "line 1, column 5"),
        ("[{}]\n[]", "line 2, column 1: there is more text"),
        ("[{},", "line 1, column 5"),
        ("[", "line 1, column 2"),
        ('{"city": "Anke', "line 1, column 10"),
        ("{}\n{},", "line 2, column 3"),
        ('[{"priceGroup": NaN}]', "line 1, column 2: NaN"),
        ('[{"priceGroup": ' + "9" * 5000 + "}]", "line 1, column 2"),
        ("[\n" + "[" * 200_000, "line 2, column 1: the value is nested too deeply"),
        ('[{"city": "Anke\nborg"}]', "line 1, column 16"),
    ],
)
def test_malformed_json_is_refused_with_its_place(text: str, where: str) -> None:
    assert where in refusal(text)


def test_a_lone_half_of_a_character_is_refused_and_can_be_shown() -> None:
    ((_, column, value),) = faults("[" + element(city="X").replace('"X"', '"\\ud800"') + "]")
    assert column == "city"
    assert value.encode() == b"\\ud800"


def test_a_csv_that_is_said_to_be_json_is_refused_with_its_place() -> None:
    assert "line 1, column 1" in refusal(f"{HEADER}\n{ROW}\n", Format.ONAPI_JSON)


def test_records_come_one_at_a_time() -> None:
    reading = opened(f"[{element()},\n{element(accessId='A2')},\nnonsense]")
    assert isinstance(next(reading.records()), accesses.Access)
