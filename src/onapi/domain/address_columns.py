"""The columns of each address list format, and how its words become those of ON-API.

Sources: ON-API 2.6.0 spec/accesses.md; the provider interface's "CSV Access Upload API" 1.0 and 1.1;
Marknadsdatabasen's MdB2 building list.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from onapi.domain import accesses
from onapi.vocabulary import AccessState, PremisesType

Values = Mapping[str, str]
"""The values of one record, by column or by the standard's field."""

Translation = Callable[[Values, date], tuple[Values, list[accesses.Flaw]]]
"""From values by column, and today, to values as `accesses.read` takes them and what is wrong by column."""


def _as_given(values: Values, today: date) -> tuple[Values, list[accesses.Flaw]]:
    return values, []


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one format holds.

    Attributes:
        columns: those that are read; every other column of a file is ignored.
        mandatory: those that a file must have.
        translation: how a record becomes ON-API's.
        column_of: the column a field of the standard is told in, where the two names differ.
    """

    columns: tuple[str, ...]
    mandatory: tuple[str, ...]
    translation: Translation = _as_given
    column_of: Mapping[str, str] = field(default_factory=dict)


_Premises = tuple[PremisesType, PremisesType]
_APARTMENT: _Premises = (PremisesType.MDU_APARTMENT, PremisesType.MDU_COMMON)


def _always(premises: PremisesType) -> _Premises:
    return premises, premises


_BUILDING_TYPES: Mapping[int, _Premises] = (
    dict.fromkeys(range(1, 100), _always(PremisesType.UNKNOWN))
    | dict.fromkeys([*range(1, 23), 24], _always(PremisesType.PUBLIC))
    | dict.fromkeys([30, 31], _always(PremisesType.RESIDENTIAL_HOUSE))
    | {32: (PremisesType.MDU_APARTMENT, PremisesType.RESIDENTIAL_HOUSE)}
    | dict.fromkeys([33, 35], _APARTMENT)
    | dict.fromkeys(range(40, 54), _always(PremisesType.COMMERCIAL))
)
"""Lantmäteriet's BYGGTYP: the premises type with, and without, an apartment number or distinguisher.

01–22 and 24 serve the public (swimming hall … waterworks, arena), 30–31 are detached and linked houses, 32 is
a row house, 33 and 35 have several flats, 40–53 are industry, 99 is unspecified.

The first of each pair is the table of "CSV Access Upload API" 1.1. The second is our reading, since ON-API
refuses an MDU_APARTMENT that has neither: a row house is then one home, other buildings' outlets are shared.
Codes that the table leaves out are UNKNOWN, which is our reading too.
"""

_MDB2_PREMISES: Mapping[str, _Premises] = {
    "RESIDENTIAL_HOUSE": _always(PremisesType.RESIDENTIAL_HOUSE),
    "COUNTRYSIDE": _always(PremisesType.RESIDENTIAL_HOUSE),
    "RESIDENTIAL_ASSOCIATION": _always(PremisesType.RESIDENTIAL_HOUSE),
    "RENTAL_APARTMENT": _APARTMENT,
    "APARTMENT_ASSOCIATION": _APARTMENT,
    "COMMERCIAL": _always(PremisesType.COMMERCIAL),
    "OTHER": _always(PremisesType.UNKNOWN),
}
"""MdB2's words, likewise in pairs; which of ON-API's they become is our reading."""

_BUILDING_TYPE = re.compile(r"[0-9]{1,2}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EARLIEST = date(1970, 1, 1)


def _from_pi(values: Values, today: date) -> tuple[Values, list[accesses.Flaw]]:
    """Translate a PI record.

    An access can be delivered to from its activationDate, so that tells its state. salesStartDate must be
    well-formed, but ON-API has nowhere to keep it.
    """
    premises, flaws = _premises(values, _from_building_type, "or a BYGGTYP code from 01 to 99")
    state = _state(values.get("activationDate", "").strip(), today)
    if state is None:
        flaws.append(_bad_date(values, "activationDate"))
    if _state(values.get("salesStartDate", "").strip(), today) is None:
        flaws.append(_bad_date(values, "salesStartDate"))
    raw = {
        **values,
        "outlet": values.get("outletId", ""),
        "countryCode": values.get("countryCode", "").strip() or "SE",
        "premisesType": premises,
        "accessState": state or "",
    }
    return raw, flaws


def _from_mdb2(values: Values, today: date) -> tuple[Values, list[accesses.Flaw]]:
    """Translate an MdB2 record; the list is of what can be ordered in Sweden: that is what empty means."""
    premises, flaws = _premises(values, _MDB2_PREMISES.get, "or one of " + ", ".join(_MDB2_PREMISES))
    if not values.get("coID", "").strip():
        flaws.append(accesses.Flaw("coID", "", "is mandatory and is missing"))
    raw = {
        **values,
        "countryCode": values.get("countryCode", "").strip() or "SE",
        "premisesType": premises,
        "accessState": values.get("accessState", "").strip() or AccessState.CONNECTED,
    }
    return raw, flaws


def _premises(
    values: Values, of_word: Callable[[str], _Premises | None], otherwise: str
) -> tuple[str, list[accesses.Flaw]]:
    """Return the record's premises type in ON-API's words, or "" and what is wrong with it."""
    word = values.get("premisesType", "").strip()
    if pair := of_word(word):
        identified = values.get("mduApartmentNumber", "").strip() or values.get("mduDistinguisher", "").strip()
        return pair[0 if identified else 1], []
    if not word or word in PremisesType.__members__:
        return word, []
    reason = f"must be one of {', '.join(PremisesType)}, {otherwise}"
    return "", [accesses.Flaw("premisesType", word, reason)]


def _from_building_type(code: str) -> _Premises | None:
    return _BUILDING_TYPES.get(int(code)) if _BUILDING_TYPE.match(code) else None


def _state(when: str, today: date) -> AccessState | None:
    """Return how far an access is built that is active from `when`: YES, NO, a date or "", else None."""
    match when:
        case "":
            return AccessState.PLANNED
        case "YES":
            return AccessState.CONNECTED
        case "NO":
            return AccessState.HOMESPASSED
    try:
        day = date.fromisoformat(when) if _DATE.match(when) else date.min
    except ValueError:  # the 30th of February
        return None
    if day < _EARLIEST:
        return None
    return AccessState.CONNECTED if day <= today else AccessState.DEPLOYING


def _bad_date(values: Values, column: str) -> accesses.Flaw:
    return accesses.Flaw(
        column, values[column], "must be YES, NO, or a date such as 2012-07-01 that is not before 1970-01-01"
    )


PI_1_0_ORDER = (
    *("accessId", "streetName", "streetNumber", "streetLittera", "postalCode", "city", "countryCode"),
    *("premisesType", "mduApartmentNumber", "mduDistinguisher", "outletId", "population", "option82"),
    *("coFiberConverter", "coCpeSwitch", "coCpeRouter", "activationDate", "salesStartDate"),
)
"""The columns of PI 1.0 by position, for files without a header."""

PI_1_1_ORDER = (*PI_1_0_ORDER, "portSpeed", "iptv", "rfof")
"""The columns of PI 1.1 by position."""

# ON-API has no field for these: equipment and ports are the network's, not the address's.
_PI_UNREAD = {"option82", "coFiberConverter", "coCpeSwitch", "coCpeRouter"}

ONAPI = Layout(
    columns=tuple(accesses.FIELDS),
    mandatory=("accessId", "streetName", "postalCode", "city", "countryCode", "premisesType", "accessState"),
)
PI = Layout(
    columns=tuple(column for column in PI_1_0_ORDER if column not in _PI_UNREAD),
    mandatory=("accessId", "streetName", "postalCode", "city", "premisesType", "activationDate"),
    translation=_from_pi,
    column_of={"outlet": "outletId", "accessState": "activationDate"},
)
# Residents' and owners' names are left out on purpose: what is not read cannot leak.
MDB2 = Layout(
    columns=(*accesses.FIELDS, "coID"),
    mandatory=("coID", "accessId", "streetName", "postalCode", "city", "premisesType"),
    translation=_from_mdb2,
)
