"""An access: an address with an outlet, and the rules its fields must keep.

Source: ON-API 2.6.0 spec/accesses.md; `docs/reference/deviations.md` for where its texts disagree.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from onapi import ids
from onapi.vocabulary import AccessState, PremisesType


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access, valid by construction when made by `read`; None is "not known", never an empty string."""

    access_id: ids.AccessId
    street_name: str
    postal_code: str
    city: str
    country_code: str
    premises_type: PremisesType
    access_state: AccessState
    price_group: int = 0
    legacy_access_id: str | None = None
    street_number: str | None = None
    street_littera: str | None = None
    mdu_apartment_number: str | None = None
    mdu_distinguisher: str | None = None
    outlet: str | None = None
    population: str | None = None
    national_address_uuid: str | None = None


FIELDS: Mapping[str, str] = {
    "accessId": "access_id",
    "legacyAccessId": "legacy_access_id",
    "streetName": "street_name",
    "streetNumber": "street_number",
    "streetLittera": "street_littera",
    "postalCode": "postal_code",
    "city": "city",
    "countryCode": "country_code",
    "premisesType": "premises_type",
    "mduApartmentNumber": "mdu_apartment_number",
    "mduDistinguisher": "mdu_distinguisher",
    "outlet": "outlet",
    "population": "population",
    "priceGroup": "price_group",
    "accessState": "access_state",
    "nationalAddressUUID": "national_address_uuid",
}
"""The standard's field names in its order, each with ours; also the columns of `onapi-csv`."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why one field of one access is refused; `value` as it was given."""

    field: str
    value: str
    reason: str


_Rule = tuple[Callable[[str], object], str]
"""What tells truly whether a value fits, and the reason to give when it does not."""

_TEXT_MAX = 255
_STREET_NUMBER = re.compile(r"([0-9]+|[0-9]{1,4}-[0-9]{1,4})\Z")
_POSTAL_CODE_SE = re.compile(r"[1-9][0-9]{4}\Z")
_COUNTRY_CODE = re.compile(r"[A-Z]{2}\Z")
_APARTMENT_NUMBER = re.compile(r"[0-9]{4}\Z")
_ID = re.compile(ids.ID_PATTERN + r"\Z")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_PRICE_GROUP = re.compile(r"[0-9]{1,9}\Z")
_MANDATORY = ("accessId", "streetName", "postalCode", "city", "countryCode", "premisesType", "accessState")
_STATE_ALIASES = {"PASSED": AccessState.HOMESPASSED}
# Dictionaries and not a match statement: an import asks these a dozen times for each address of a network.
_AN_ID: _Rule = (_ID.match, "must be 1 to 36 of the characters a–z A–Z 0–9 - and .")
_RULES: Mapping[str, _Rule] = {
    "accessId": _AN_ID,
    "legacyAccessId": _AN_ID,
    "streetNumber": (
        _STREET_NUMBER.match,
        "must be digits, or a metre address such as 550-70; a letter belongs in streetLittera",
    ),
    "countryCode": (_COUNTRY_CODE.match, "must be two capital letters of ISO 3166-1, such as SE"),
    "premisesType": (PremisesType.__members__.__contains__, "must be one of " + ", ".join(PremisesType)),
    "accessState": (AccessState.__members__.__contains__, "must be one of " + ", ".join(AccessState)),
    "mduApartmentNumber": (_APARTMENT_NUMBER.match, "must be four digits, such as 0901"),
    "priceGroup": (_PRICE_GROUP.match, "must be a whole number, 0 or more"),
}
_RULES_IN_SWEDEN: Mapping[str, _Rule] = {
    **_RULES,
    "postalCode": (_POSTAL_CODE_SE.match, "must be five digits in Sweden, the first not 0"),
    "nationalAddressUUID": (
        _UUID.match,
        "must be a UUID in Sweden, such as 1ce88c93-b310-11eb-bdc2-000c29f11131",
    ),
}


def read(raw: Mapping[str, str]) -> Access | list[Flaw]:
    """Return the access that `raw` describes, or everything that is wrong with it.

    Args:
        raw: values by the standard's field names. Empty or blank is "not known"; surrounding blanks are
            dropped; priceGroup is 0 when not given; postalCode may be written with a blank ("123 45").

    Source: ON-API 2.6.0 spec/accesses.md, "Fields".
    """
    # A no-break space is what spreadsheets and web pages put into "123 45".
    given = {field: value for field in FIELDS if (value := raw.get(field, "").replace("\xa0", " ").strip())}
    if "postalCode" in given:
        given["postalCode"] = given["postalCode"].replace(" ", "")
    state = given.get("accessState", "")
    given["accessState"] = _STATE_ALIASES.get(state, state)
    flaws = list(_flaws(given))
    if flaws:
        return flaws
    return Access(
        access_id=ids.AccessId(given["accessId"]),
        street_name=given["streetName"],
        postal_code=given["postalCode"],
        city=given["city"],
        country_code=given["countryCode"],
        premises_type=PremisesType(given["premisesType"]),
        access_state=AccessState(given["accessState"]),
        price_group=int(given.get("priceGroup", "0")),
        legacy_access_id=given.get("legacyAccessId"),
        street_number=given.get("streetNumber"),
        street_littera=given.get("streetLittera"),
        mdu_apartment_number=given.get("mduApartmentNumber"),
        mdu_distinguisher=given.get("mduDistinguisher"),
        outlet=given.get("outlet"),
        population=given.get("population"),
        national_address_uuid=given.get("nationalAddressUUID"),
    )


def write(access: Access) -> dict[str, str]:
    """Return the access as `read` takes it: the standard's names, text values, nothing for None."""
    values = ((field, getattr(access, name)) for field, name in FIELDS.items())
    return {field: str(value) for field, value in values if value is not None}


def _flaws(given: Mapping[str, str]) -> Iterator[Flaw]:
    for field in _MANDATORY:
        if not given.get(field):
            yield Flaw(field, "", "is mandatory and is missing")
    rules = _RULES_IN_SWEDEN if given.get("countryCode") == "SE" else _RULES
    for field, value in given.items():
        if not value:
            continue
        rule = rules.get(field)
        if len(value) > _TEXT_MAX:
            yield Flaw(field, value[:60] + "…", f"is {len(value)} characters long; {_TEXT_MAX} are allowed")
        elif not value.isprintable():
            yield Flaw(field, value, "holds a control character, such as a line break")
        elif rule and not rule[0](value):
            yield Flaw(field, value, rule[1])
    apartment = given.get("premisesType") == PremisesType.MDU_APARTMENT
    if apartment and not (given.get("mduApartmentNumber") or given.get("mduDistinguisher")):
        yield Flaw("mduApartmentNumber", "", "is missing: MDU_APARTMENT needs mduApartmentNumber or mduDistinguisher")
