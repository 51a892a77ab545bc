"""The rules of an access's fields, each at its edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.domain import accesses
from onapi.vocabulary import AccessState, PremisesType
from tests.given import ANY_ACCESS

HOUSE = {
    "accessId": "5-37-A.22",
    "streetName": "Testvägen",
    "postalCode": "12345",
    "city": "Ankeborg",
    "countryCode": "SE",
    "premisesType": "RESIDENTIAL_HOUSE",
    "accessState": "CONNECTED",
}
FLAT = {**HOUSE, "premisesType": "MDU_APARTMENT"}
NORWEGIAN = {**HOUSE, "countryCode": "NO", "postalCode": "0150"}


def valid(raw: dict[str, str]) -> accesses.Access:
    access = accesses.read(raw)
    assert isinstance(access, accesses.Access), access
    return access


def flawed(raw: dict[str, str]) -> list[str]:
    """Return the fields that are refused."""
    flaws = accesses.read(raw)
    assert isinstance(flaws, list), f"{raw} was accepted"
    return [flaw.field for flaw in flaws]


def test_an_access_needs_no_more_than_the_mandatory_fields() -> None:
    access = valid(HOUSE)
    assert access.access_id == "5-37-A.22"
    assert access.premises_type is PremisesType.RESIDENTIAL_HOUSE
    assert access.access_state is AccessState.CONNECTED
    assert access.price_group == 0
    assert access.outlet is None


def test_every_field_is_read_into_its_own_place() -> None:
    raw = {
        **FLAT,
        "legacyAccessId": "KGXF49861",
        "streetNumber": "12",
        "streetLittera": "B",
        "mduApartmentNumber": "0901",
        "mduDistinguisher": "65113",
        "outlet": "A-11-14",
        "population": "Hemsö",
        "priceGroup": "3",
        "nationalAddressUUID": "1ce88c93-b310-11eb-bdc2-000c29f11131",
    }
    assert set(raw) == set(accesses.FIELDS)
    assert {field: str(getattr(valid(raw), name)) for field, name in accesses.FIELDS.items()} == raw


@pytest.mark.parametrize("field", HOUSE)
def test_a_mandatory_field_that_is_missing_or_blank_is_told_once(field: str) -> None:
    without = {name: value for name, value in HOUSE.items() if name != field}
    assert flawed(without) == [field]
    assert flawed({**HOUSE, field: ""}) == [field]
    assert flawed({**HOUSE, field: "  "}) == [field]


def test_blanks_around_a_value_are_dropped_and_a_blank_one_is_not_known() -> None:
    access = valid({**HOUSE, "city": "  Ankeborg ", "outlet": "   "})
    assert access.city == "Ankeborg"
    assert access.outlet is None


def test_all_flaws_are_told_at_once_with_the_values_as_given() -> None:
    raw = {**HOUSE, "accessId": "å", "postalCode": "1234", "priceGroup": "-1", "city": ""}
    flaws = accesses.read(raw)
    assert isinstance(flaws, list)
    assert [(flaw.field, flaw.value) for flaw in flaws] == [
        ("city", ""),
        ("accessId", "å"),
        ("postalCode", "1234"),
        ("priceGroup", "-1"),
    ]


def test_unknown_fields_are_passed_over() -> None:
    assert valid({**HOUSE, "owner": "Kalle Anka"}) == valid(HOUSE)


@pytest.mark.parametrize("field", ["accessId", "legacyAccessId"])
@pytest.mark.parametrize("id", ["a", "-.", "A" * 36, "8732c2f0-65e2-490b-abce-820e94b1011a"])
def test_an_id_has_up_to_36_letters_digits_dashes_and_dots(field: str, id: str) -> None:  # noqa: A002
    assert accesses.write(valid({**HOUSE, field: id}))[field] == id


@pytest.mark.parametrize("field", ["accessId", "legacyAccessId"])
@pytest.mark.parametrize("id", ["A" * 37, "a b", "a_b", "å", "a/b", "a\nb"])
def test_anything_else_is_no_id(field: str, id: str) -> None:  # noqa: A002
    assert flawed({**HOUSE, field: id}) == [field]


def test_a_line_break_at_the_end_of_a_value_never_becomes_part_of_it() -> None:
    access = valid({**HOUSE, "accessId": "5-37\n", "postalCode": "12345\n", "city": "Ankeborg\r\n"})
    assert (access.access_id, access.postal_code, access.city) == ("5-37", "12345", "Ankeborg")


@pytest.mark.parametrize("control", ["\n", "\t", "\0", "\x1b", "\u2028", "\u202e", "\ud800"])
def test_a_control_character_inside_a_value_is_refused(control: str) -> None:
    assert flawed({**HOUSE, "city": f"Anke{control}borg"}) == ["city"]


@pytest.mark.parametrize("field", ["streetName", "city", "population", "outlet", "streetLittera", "mduDistinguisher"])
def test_a_text_has_at_most_255_characters(field: str) -> None:
    assert accesses.write(valid({**HOUSE, field: "å" * 255}))[field] == "å" * 255
    assert flawed({**HOUSE, field: "å" * 256}) == [field]


def test_a_text_that_is_too_long_is_told_by_its_start_and_length() -> None:
    flaws = accesses.read({**HOUSE, "city": "å" * 1000})
    assert flaws == [accesses.Flaw("city", "å" * 60 + "…", "is 1000 characters long; 255 are allowed")]


@pytest.mark.parametrize("number", ["0", "12", "550-70", "1-1", "9999-9999", "12345"])
def test_a_street_number_is_digits_or_a_metre_address(number: str) -> None:
    assert valid({**HOUSE, "streetNumber": number}).street_number == number


@pytest.mark.parametrize("number", ["12B", "550-", "-70", "550-70-1", "12345-1", "550–70", "١٢", "1.5"])
def test_anything_else_is_no_street_number(number: str) -> None:
    assert flawed({**HOUSE, "streetNumber": number}) == ["streetNumber"]


@pytest.mark.parametrize("code", ["10000", "99999"])
def test_a_swedish_postal_code_is_five_digits(code: str) -> None:
    assert valid({**HOUSE, "postalCode": code}).postal_code == code


def test_a_postal_code_may_be_written_with_a_blank() -> None:
    assert valid({**HOUSE, "postalCode": " 123 45 "}).postal_code == "12345"


@pytest.mark.parametrize("code", ["01234", "1234", "123456", "SE-12345", "1234x", "١٢٣٤٥"])
def test_anything_else_is_no_swedish_postal_code(code: str) -> None:
    assert flawed({**HOUSE, "postalCode": code}) == ["postalCode"]


def test_other_countries_have_their_own_postal_codes() -> None:
    assert valid(NORWEGIAN).postal_code == "0150"


@pytest.mark.parametrize("code", ["se", "S", "SWE", "S1", "ÅÄ"])
def test_a_country_is_two_capital_letters(code: str) -> None:
    assert "countryCode" in flawed({**HOUSE, "countryCode": code})


@pytest.mark.parametrize("word", [word for word in PremisesType if word is not PremisesType.MDU_APARTMENT])
def test_every_premises_type_but_an_apartment_stands_alone(word: PremisesType) -> None:
    assert valid({**HOUSE, "premisesType": word.value}).premises_type is word


@pytest.mark.parametrize("word", ["residential_house", "HOUSE", "PASSED"])
def test_an_unknown_premises_type_is_refused_with_the_words_that_are_known(word: str) -> None:
    flaws = accesses.read({**HOUSE, "premisesType": word})
    assert isinstance(flaws, list)
    (flaw,) = flaws
    assert flaw.field == "premisesType"
    assert all(known in flaw.reason for known in PremisesType)


def test_an_apartment_needs_a_number_or_a_distinguisher() -> None:
    assert flawed(FLAT) == ["mduApartmentNumber"]
    assert flawed({**FLAT, "outlet": "A-11-14"}) == ["mduApartmentNumber"]
    assert valid({**FLAT, "mduApartmentNumber": "1001"}).mdu_distinguisher is None
    assert valid({**FLAT, "mduDistinguisher": "65113"}).mdu_apartment_number is None


def test_an_apartment_number_keeps_its_zero() -> None:
    assert valid({**FLAT, "mduApartmentNumber": "0901"}).mdu_apartment_number == "0901"


@pytest.mark.parametrize("number", ["901", "10010", "100A", "١٠٠١"])
def test_an_apartment_number_is_four_digits(number: str) -> None:
    assert flawed({**FLAT, "mduApartmentNumber": number}) == ["mduApartmentNumber"]


@pytest.mark.parametrize("state", list(AccessState))
def test_every_access_state_is_read(state: AccessState) -> None:
    assert valid({**HOUSE, "accessState": state.value}).access_state is state


def test_passed_is_another_word_for_homespassed() -> None:
    assert valid({**HOUSE, "accessState": "PASSED"}).access_state is AccessState.HOMESPASSED


def test_an_unknown_access_state_is_refused() -> None:
    assert flawed({**HOUSE, "accessState": "connected"}) == ["accessState"]


@pytest.mark.parametrize(("given", "price_group"), [("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999)])
def test_a_price_group_is_a_whole_number(given: str, price_group: int) -> None:
    assert valid({**HOUSE, "priceGroup": given}).price_group == price_group


@pytest.mark.parametrize("given", ["-1", "1.5", "1e3", "1000000000", "A", "١"])
def test_anything_else_is_no_price_group(given: str) -> None:
    assert flawed({**HOUSE, "priceGroup": given}) == ["priceGroup"]


@pytest.mark.parametrize("uuid", ["1ce88c93-b310-11eb-bdc2-000c29f11131", "1CE88C93-B310-11EB-BDC2-000C29F11131"])
def test_a_swedish_address_uuid_is_kept_as_given(uuid: str) -> None:
    assert valid({**HOUSE, "nationalAddressUUID": uuid}).national_address_uuid == uuid


@pytest.mark.parametrize("uuid", ["1ce88c93b31011ebbdc2000c29f11131", "1ce88c93-b310-11eb-bdc2-000c29f1113g", "7"])
def test_anything_else_is_no_swedish_address_uuid(uuid: str) -> None:
    assert flawed({**HOUSE, "nationalAddressUUID": uuid}) == ["nationalAddressUUID"]


def test_other_countries_may_identify_addresses_otherwise() -> None:
    assert valid({**NORWEGIAN, "nationalAddressUUID": "7"}).national_address_uuid == "7"


@given(ANY_ACCESS)
def test_what_is_written_is_read_back_the_same(access: accesses.Access) -> None:
    assert accesses.read(accesses.write(access)) == access


@given(st.dictionaries(st.sampled_from(list(accesses.FIELDS)), st.text()))
def test_any_text_is_an_access_or_flaws_that_name_fields(raw: dict[str, str]) -> None:
    result = accesses.read(raw)
    if isinstance(result, list):
        assert result
        assert {flaw.field for flaw in result} <= set(accesses.FIELDS)
    else:
        assert accesses.read(accesses.write(result)) == result
