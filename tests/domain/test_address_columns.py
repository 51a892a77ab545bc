"""The provider interface's lists and MdB2's: their columns, and their words in ON-API's."""

import pytest

from onapi import ids
from onapi.domain import accesses
from onapi.domain.address_lists import Format
from onapi.vocabulary import AccessState, PremisesType
from tests.domain.reading import faults, opened, reason, records, refusal, valid

PI_HEADER = (
    "accessId,streetName,streetNumber,streetLittera,postalCode,city,countryCode,premisesType,mduApartmentNumber,"
    "mduDistinguisher,outletId,population,option82,coFiberConverter,coCpeSwitch,coCpeRouter,activationDate,"
    "salesStartDate"
)
PI_1_1_HEADER = PI_HEADER + ",portSpeed,iptv,rfof"
PI_1_1_ROW = (
    "2222,TESTVÄGEN,6,D,100 00,ANKEBORG,SE,MDU_APARTMENT,1002,,ABC1,pop1,abc123,LASER,,NETGEAR,YES,YES,100,YES,NO"
)
PI_ROW = PI_1_1_ROW.removesuffix(",100,YES,NO")
MDB2_HEADER = "coID;accessId;streetName;postalCode;city;premisesType;mduApartmentNumber;accessState;residentName"
MDB2_ROW = "KO1;A1;Testvägen;10000;Ankeborg;RENTAL_APARTMENT;0901;;Kalle Anka"


def pi(**values: str) -> str:
    """Return a PI 1.0 list of one row, which is PI_ROW but for the given values."""
    row = dict(zip(PI_HEADER.split(","), PI_ROW.split(","), strict=True)) | values
    return f"{PI_HEADER}\n{','.join(row.values())}\n"


def mdb2(**values: str) -> str:
    """Return an MdB2 list of one row, which is MDB2_ROW but for the given values."""
    row = dict(zip(MDB2_HEADER.split(";"), MDB2_ROW.split(";"), strict=True)) | values
    return f"{MDB2_HEADER}\n{';'.join(row.values())}\n"


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (f"{PI_HEADER}\n{PI_ROW}\n", Format.PI_1_0),
        (f"{PI_1_1_HEADER}\n{PI_1_1_ROW}\n", Format.PI_1_1),
        (f"{PI_ROW}\n", Format.PI_1_0),
        (f"{PI_1_1_ROW}\n", Format.PI_1_1),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_pi_lists_are_known_with_a_header_and_without(text: str, format: Format, told: bool) -> None:  # noqa: A002
    wanted = format if told else None
    assert opened(text, wanted).detected.format is format
    assert valid(text, wanted) == [
        accesses.Access(
            access_id=ids.AccessId("2222"),
            street_name="TESTVÄGEN",
            street_number="6",
            street_littera="D",
            postal_code="10000",
            city="ANKEBORG",
            country_code="SE",
            premises_type=PremisesType.MDU_APARTMENT,
            mdu_apartment_number="1002",
            outlet="ABC1",
            population="pop1",
            access_state=AccessState.CONNECTED,
            price_group=0,
        )
    ]


def test_pi_columns_that_on_api_has_no_field_for_are_told_as_ignored() -> None:
    assert opened(f"{PI_1_1_ROW}\n").detected.columns_ignored == (
        *("option82", "coFiberConverter", "coCpeSwitch", "coCpeRouter", "portSpeed", "iptv", "rfof"),
    )


def test_a_pi_list_without_a_header_counts_its_first_row() -> None:
    assert faults(f"{PI_ROW.replace('2222', 'å')}\n{PI_ROW}\n") == [(1, "accessId", "å")]


def test_a_pi_list_without_a_header_must_have_the_format_s_width() -> None:
    assert "no header, and 21 columns; pi-1.0 has 18" in refusal(PI_1_1_ROW, Format.PI_1_0)
    assert "no header, and 2 columns; pi-1.1 has 21" in refusal("2222,TESTVÄGEN", Format.PI_1_1)


def test_a_pi_list_keeps_on_api_s_longer_ids() -> None:
    assert valid(pi(accessId="8732c2f0-65e2-490b-abce-820e94b1011a"))[0].access_id.startswith("8732c2f0-")


def test_an_empty_country_is_sweden_in_pi() -> None:
    assert valid(pi(countryCode=""))[0].country_code == "SE"


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("YES", AccessState.CONNECTED),
        ("NO", AccessState.HOMESPASSED),
        ("", AccessState.PLANNED),
        ("1970-01-01", AccessState.CONNECTED),
        ("2026-03-01", AccessState.CONNECTED),
        ("2026-03-02", AccessState.DEPLOYING),
    ],
)
def test_the_activation_date_tells_the_state(when: str, state: AccessState) -> None:
    assert valid(pi(activationDate=when))[0].access_state is state


@pytest.mark.parametrize(
    "when", ["yes", "1969-12-31", "2026-02-30", "20260301", "2026-W09-7", "1/3 2026", "2026-03-01T00"]
)
@pytest.mark.parametrize("column", ["activationDate", "salesStartDate"])
def test_anything_else_is_no_date_of_pi(when: str, column: str) -> None:
    assert faults(pi(**{column: when})) == [(2, column, when)]


def test_the_sales_start_is_not_the_state() -> None:
    assert valid(pi(activationDate="NO", salesStartDate="YES"))[0].access_state is AccessState.HOMESPASSED


@pytest.mark.parametrize(
    ("code", "with_number", "without"),
    [
        ("01", PremisesType.PUBLIC, PremisesType.PUBLIC),
        ("1", PremisesType.PUBLIC, PremisesType.PUBLIC),
        ("22", PremisesType.PUBLIC, PremisesType.PUBLIC),
        ("23", PremisesType.UNKNOWN, PremisesType.UNKNOWN),
        ("24", PremisesType.PUBLIC, PremisesType.PUBLIC),
        ("30", PremisesType.RESIDENTIAL_HOUSE, PremisesType.RESIDENTIAL_HOUSE),
        ("31", PremisesType.RESIDENTIAL_HOUSE, PremisesType.RESIDENTIAL_HOUSE),
        ("32", PremisesType.MDU_APARTMENT, PremisesType.RESIDENTIAL_HOUSE),
        ("33", PremisesType.MDU_APARTMENT, PremisesType.MDU_COMMON),
        ("34", PremisesType.UNKNOWN, PremisesType.UNKNOWN),
        ("35", PremisesType.MDU_APARTMENT, PremisesType.MDU_COMMON),
        ("40", PremisesType.COMMERCIAL, PremisesType.COMMERCIAL),
        ("53", PremisesType.COMMERCIAL, PremisesType.COMMERCIAL),
        ("54", PremisesType.UNKNOWN, PremisesType.UNKNOWN),
        ("99", PremisesType.UNKNOWN, PremisesType.UNKNOWN),
        ("MDU_TECHNICAL", PremisesType.MDU_TECHNICAL, PremisesType.MDU_TECHNICAL),
    ],
)
def test_building_types_become_premises_types(code: str, with_number: PremisesType, without: PremisesType) -> None:
    assert valid(pi(premisesType=code))[0].premises_type is with_number
    assert (
        valid(pi(premisesType=code, mduApartmentNumber="", mduDistinguisher="65113"))[0].premises_type is with_number
    )
    assert valid(pi(premisesType=code, mduApartmentNumber=""))[0].premises_type is without


@pytest.mark.parametrize("code", ["00", "100", "-1", "3.3", "VILLA"])
def test_anything_else_is_no_building_type(code: str) -> None:
    assert faults(pi(premisesType=code)) == [(2, "premisesType", code)]
    assert "BYGGTYP" in reason(pi(premisesType=code))


def test_flaws_are_told_by_the_columns_of_pi() -> None:
    assert faults(pi(outletId="x" * 256, premisesType="", city="")) == [
        (2, "city", ""),
        (2, "premisesType", ""),
        (2, "outletId", "x" * 59 + "…"),
    ]


def test_an_address_that_reads_like_column_names_is_still_a_row() -> None:
    text = PI_ROW.replace("ANKEBORG", "city").replace("ABC1", "outlet") + "\n"
    assert [access.city for access in valid(text)] == ["city"]


def test_an_mdb2_list_is_known_by_its_coid() -> None:
    detected = opened(mdb2()).detected
    assert (detected.format, detected.delimiter) == (Format.MDB2, ";")
    (access,) = valid(mdb2())
    assert access.access_state is AccessState.CONNECTED
    assert access.country_code == "SE"
    assert access.mdu_apartment_number == "0901"


def test_residents_names_are_never_read() -> None:
    assert opened(mdb2()).detected.columns_ignored == ("residentName",)
    assert "Kalle Anka" not in repr(records(mdb2()))


def test_an_mdb2_list_needs_the_coid_as_a_column_and_in_every_row() -> None:
    assert "coID" in refusal(mdb2().replace("coID", "owner"), Format.MDB2)
    assert faults(mdb2(coID=" ")) == [(2, "coID", "")]


def test_a_state_that_is_given_in_mdb2_is_kept() -> None:
    assert valid(mdb2(accessState="PLANNED"))[0].access_state is AccessState.PLANNED


@pytest.mark.parametrize(
    ("word", "with_number", "without"),
    [
        ("RESIDENTIAL_HOUSE", PremisesType.RESIDENTIAL_HOUSE, PremisesType.RESIDENTIAL_HOUSE),
        ("COUNTRYSIDE", PremisesType.RESIDENTIAL_HOUSE, PremisesType.RESIDENTIAL_HOUSE),
        ("RESIDENTIAL_ASSOCIATION", PremisesType.RESIDENTIAL_HOUSE, PremisesType.RESIDENTIAL_HOUSE),
        ("RENTAL_APARTMENT", PremisesType.MDU_APARTMENT, PremisesType.MDU_COMMON),
        ("APARTMENT_ASSOCIATION", PremisesType.MDU_APARTMENT, PremisesType.MDU_COMMON),
        ("COMMERCIAL", PremisesType.COMMERCIAL, PremisesType.COMMERCIAL),
        ("OTHER", PremisesType.UNKNOWN, PremisesType.UNKNOWN),
        ("PUBLIC", PremisesType.PUBLIC, PremisesType.PUBLIC),
    ],
)
def test_mdb2_s_words_become_premises_types(word: str, with_number: PremisesType, without: PremisesType) -> None:
    assert valid(mdb2(premisesType=word))[0].premises_type is with_number
    assert valid(mdb2(premisesType=word, mduApartmentNumber=""))[0].premises_type is without


def test_an_unknown_word_of_mdb2_is_refused_with_those_that_are_known() -> None:
    assert faults(mdb2(premisesType="CASTLE")) == [(2, "premisesType", "CASTLE")]
    assert "COUNTRYSIDE" in reason(mdb2(premisesType="CASTLE"))
