"""Accesses: what there is to sell on, and where.

Source: ON-API 2.6.0 spec/accesses.md.
"""

from collections import Counter

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level, Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, Field, declare

CHAPTER = Chapter("ACC", "Accesses", "accesses")
_PAGE = "spec/accesses.md"
_PREMISES = ("COMMERCIAL", "MDU_APARTMENT", "MDU_COMMON", "MDU_TECHNICAL", "PUBLIC", "RESIDENTIAL_HOUSE", "UNKNOWN")
_STATES = ("PLANNED", "DEPLOYING", "HOMESPASSED", "CONNECTED", "DISCONNECTED", "INMIGRATION", "OUTMIGRATION")


def _accesses(server: Server) -> list[Seen]:
    return server.sample("accesses")


@CHAPTER.must(1, "The list is an array of objects, with 200.", f"{_PAGE}, All accesses")
def array(server: Server) -> Findings:
    answer = server.listing("accesses")
    if answer.status == 404:
        raise Nothing("There are no accesses.")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(
    2,
    "When there are no accesses, the list is 404.",
    f"{_PAGE}, All accesses",
    reading=Reading.STANDARD,
    deviation="no accesses at all",
)
def none_is_404(server: Server) -> Findings:
    answer = server.listing("accesses")
    if answer.objects:
        raise Nothing("There are accesses.")
    if answer.status != 404:
        yield Finding(f"An empty list was answered {answer.status}, not 404", answer)


@CHAPTER.must(
    3,
    "When there are no accesses, the list is an empty array.",
    "seed, Get all accesses",
    reading=Reading.BITVIS,
    deviation="no accesses at all",
)
def none_is_200(server: Server) -> Findings:
    answer = server.listing("accesses")
    if answer.objects:
        raise Nothing("There are accesses.")
    if answer.status != 200 or answer.value != []:
        yield Finding(f"An empty list was answered {answer.status}, not 200 with []", answer)


@CHAPTER.must(4, "A single access is got by its accessId, as an object.", f"{_PAGE}, Single access")
def single(server: Server) -> Findings:
    for seen, answer in server.singles("accesses", "accessId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{seen.value['accessId']} is listed, and by itself {answer.status}", answer)
        elif answer.value.get("accessId") != seen.value["accessId"]:
            yield Finding(f"{seen.value['accessId']} was asked for, and {answer.value.get('accessId')} given", answer)


@CHAPTER.must(5, "A single access has the same values as in the list.", f"{_PAGE}, Single access")
def same(server: Server) -> Findings:
    for seen, answer in server.singles("accesses", "accessId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            raise Nothing("No single access was given.")
        for name, value in seen.value.items():
            if name in answer.value and answer.value[name] != value and name not in {"services", "subscriptions"}:
                yield Finding(f"{seen.where} says {name} is {value!r}, and by itself {answer.value[name]!r}", answer)


@CHAPTER.must(6, "An accessId names one access only.", "common/dataformats.md, ID")
def unique(server: Server) -> Findings:
    counted = Counter(str(seen.value.get("accessId")) for seen in _accesses(server))
    for access_id, times in counted.items():
        if times > 1:
            yield Finding(f"{access_id} is listed {times} times", server.listing("accesses"))


@CHAPTER.must(7, "null is not a value of any field of an access.", f"{_PAGE}, Fields", deviation="`null`")
def no_null(server: Server) -> Findings:
    for seen in _accesses(server):
        for name in [name for name, value in seen.value.items() if value is None]:
            yield seen.wrong(f"{name} is null")


@CHAPTER.must(8, "An apartment has mduApartmentNumber or mduDistinguisher.", f"{_PAGE}, mduApartmentNumber")
def apartments(server: Server) -> Findings:
    found = [seen for seen in _accesses(server) if seen.value.get("premisesType") == "MDU_APARTMENT"]
    if not found:
        raise Nothing("No access that was shown is an apartment.")
    for seen in found:
        if not (seen.value.get("mduApartmentNumber") or seen.value.get("mduDistinguisher")):
            yield seen.wrong("is MDU_APARTMENT, and has neither mduApartmentNumber nor mduDistinguisher")


@CHAPTER.must(9, "An apartment's number has four digits.", f"{_PAGE}, mduApartmentNumber")
def four_digits(server: Server) -> Findings:
    for seen in _numbered(server):
        number = str(seen.value["mduApartmentNumber"])
        if len(number) != 4 or not (number.isascii() and number.isdecimal()):
            yield seen.wrong(f'mduApartmentNumber is "{number}", not four digits')


@CHAPTER.contradictory(
    10,
    'An apartment\'s number is a string, as in the example; the list of fields says "JSON number".',
    f"{_PAGE}, mduApartmentNumber",
    deviation="`mduApartmentNumber`",
)
def number_is_a_string(server: Server) -> Findings:
    for seen in _numbered(server):
        if not isinstance(seen.value["mduApartmentNumber"], str):
            yield seen.wrong("mduApartmentNumber is a number")


@CHAPTER.should(11, "The outlet is unique per address.", f"{_PAGE}, outlet")
def outlets(server: Server) -> Findings:
    names = (
        *("streetName", "streetNumber", "streetLittera", "postalCode", "city"),
        *("mduApartmentNumber", "mduDistinguisher", "outlet"),
    )
    found = [seen for seen in _accesses(server) if seen.value.get("outlet")]
    if not found:
        raise Nothing("No access that was shown has an outlet.")
    held = {(str([seen.value.get(name) for name in names]), seen.value.get("accessId")) for seen in found}
    counted = Counter(address for address, _ in held)
    for seen in found:
        if counted[str([seen.value.get(name) for name in names])] > 1:
            yield seen.wrong(f'another access of the same address has the outlet "{seen.value["outlet"]}" too')


def _numbered(server: Server) -> list[Seen]:
    found = [seen for seen in _accesses(server) if seen.value.get("mduApartmentNumber")]
    if not found:
        raise Nothing("No access that was shown has an mduApartmentNumber.")
    return found


declare(
    CHAPTER,
    _PAGE,
    "An access",
    _accesses,
    (
        Field(20, "accessId", "an ID", formats.identifier, MANDATORY),
        Field(21, "legacyAccessId", "an ID", formats.identifier),
        Field(22, "streetName", "a text", formats.text, MANDATORY),
        Field(
            23,
            "streetNumber",
            "a number or a metre address, as a string",
            formats.street_number,
            deviation="`streetNumber` in the example",
        ),
        Field(24, "streetLittera", "a text", formats.text),
        Field(25, "postalCode", "five digits", formats.postal_code, MANDATORY),
        Field(26, "city", "a text", formats.text, MANDATORY),
        Field(27, "countryCode", "ISO 3166-1 alpha-2", formats.country_code, MANDATORY),
        Field(28, "premisesType", "one of seven words", formats.one_of(*_PREMISES), MANDATORY),
        Field(29, "mduDistinguisher", "a text", formats.text),
        Field(30, "outlet", "a text", formats.text),
        Field(31, "population", "a text", formats.text),
        Field(
            32,
            "priceGroup",
            "an integer, not negative",
            formats.natural,
            MANDATORY,
            since="2.6",
            deviation="`priceGroup`",
        ),
        Field(33, "accessState", "one of seven words", formats.one_of(*_STATES), MANDATORY),
        Field(34, "nationalAddressUUID", "a text", formats.text, since="2.6"),
        Field(35, "nationalAddressUUID", "in Sweden, a UUID", formats.uuid, since="2.6", level=Level.SHOULD),
    ),
)
