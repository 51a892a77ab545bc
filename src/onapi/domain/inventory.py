"""The CO's inventory: network elements, and where each access is connected and how DHCP knows it.

Values, and the rules that their fields keep; `inventory_lists` reads files of them.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from onapi import ids
from onapi.domain.accesses import Flaw
from onapi.domain.dhcp import octets_of, text_of

AUTO = "auto"
"""The driver of an element that is asked what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A network element. `credentials` says where the secrets are, never what; None when it needs none.

    `driver` is a driver's name, or AUTO; `options` are the driver's.
    """

    element: str
    address: str
    driver: str = AUTO
    credentials: str | None = None
    options: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an access is connected, and its DHCP identifiers as text; None is not known.

    `port` is the element's own name for it, there when `element` is; `cpe` is the element at the customer's end.
    """

    access_id: ids.AccessId
    element: str | None = None
    port: str | None = None
    cpe: str | None = None
    ipv4_circuit_id: str | None = None
    ipv4_remote_id: str | None = None
    ipv6_interface_id: str | None = None
    ipv6_remote_id: str | None = None


ELEMENT_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "element": "element",
        "address": "address",
        "driver": "driver",
        "credentials": "credentials",
        "options": "options",
    }
)
"""The columns of a list of elements, each with the field's name."""

IDENTIFIER_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "ipv4CircuitId": "ipv4_circuit_id",
        "ipv4RemoteId": "ipv4_remote_id",
        "ipv6InterfaceId": "ipv6_interface_id",
        "ipv6RemoteId": "ipv6_remote_id",
    }
)
"""The standard's names of the DHCP identifiers, each with the field's."""

PLACE_FIELDS: Mapping[str, str] = MappingProxyType(
    {"accessId": "access_id", "element": "element", "port": "port", "cpe": "cpe", **IDENTIFIER_FIELDS}
)
"""The columns of a list of ports, each with the field's name."""

_TEXT_MAX = 255
# What option 82 has room for, with the code and length of one sub-option.
_MOST_OCTETS = 253
_ID = re.compile(ids.ID_PATTERN + r"\Z")
_DRIVER = re.compile(r"[a-z][a-z0-9_.-]{0,35}\Z")
_CREDENTIALS = re.compile(r"(file:/\S+|env:[A-Za-z_][A-Za-z0-9_]*)\Z")
_OPTION = re.compile(r"([a-z][a-z0-9_.-]*)=(\S+)\Z")
_OPTION_PARTS = re.compile(r"(\S+?)=(\S+)")
_SECRET = re.compile(r"community|passw|passphrase|secret|token|credential|auth_?key|priv_?key")
# C0, DEL, C1, and the two that end lines.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def read_element(raw: Mapping[str, str]) -> Element | list[Flaw]:
    """Return the element that a row of a list describes, or everything that is wrong with it.

    Args:
        raw: values by column; empty or blank is "not known", and surrounding blanks are dropped.

    A flaw never shows what was given as credentials or as an option, since it may be a secret in the wrong place.
    """
    given = _given(raw, ELEMENT_FIELDS)
    flaws = [*_missing(given, "element", "address"), *_flaws(given, _ELEMENT_RULES)]
    if flaws:
        return flaws
    return Element(
        element=given["element"],
        address=str(ipaddress.ip_address(given["address"])),
        driver=given.get("driver", AUTO),
        credentials=given.get("credentials"),
        options=dict(_OPTION_PARTS.findall(given.get("options", ""))),
    )


def read_place(raw: Mapping[str, str]) -> Place | list[Flaw]:
    """Return the place that a row of a list describes, or everything that is wrong with it.

    Identifiers come in the form of `dhcp.text_of`, whichever way they are written.
    """
    given = _given(raw, PLACE_FIELDS)
    flaws = [*_missing(given, "accessId"), *_flaws(given, _PLACE_RULES)]
    if "port" in given and "element" not in given:
        flaws.append(Flaw("element", "", "is missing: a port is an element's"))
    if "element" in given and "port" not in given:
        flaws.append(Flaw("port", "", "is missing: an access is connected to a port of the element"))
    if flaws:
        return flaws
    known = {name: text_of(octets_of(given[column])) for column, name in IDENTIFIER_FIELDS.items() if column in given}
    return Place(
        access_id=ids.AccessId(given["accessId"]),
        element=given.get("element"),
        port=given.get("port"),
        cpe=given.get("cpe"),
        **known,
    )


def _given(raw: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    return {column: value for column in fields if (value := raw.get(column, "").strip())}


def _missing(given: Mapping[str, str], *columns: str) -> Iterator[Flaw]:
    for column in columns:
        if column not in given:
            yield Flaw(column, "", "is mandatory and is missing")


def _flaws(given: Mapping[str, str], rules: "Mapping[str, _Rule]") -> Iterator[Flaw]:
    for column, value in given.items():
        may_be_secret = column in ("credentials", "options")
        reason = "holds a control character, such as a line break" if _CONTROL.search(value) else rules[column](value)
        if reason:
            yield Flaw(column, "" if may_be_secret else value, reason)


def _text(value: str) -> str | None:
    return f"is {len(value)} characters long; {_TEXT_MAX} are allowed" if len(value) > _TEXT_MAX else None


def _access_id(value: str) -> str | None:
    return None if _ID.match(value) else "must be 1 to 36 of the characters a–z A–Z 0–9 - and ."


def _address(value: str) -> str | None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return "must be an IP address, such as 192.0.2.1 or 2001:db8::1"
    return None


def _driver(value: str) -> str | None:
    return None if _DRIVER.match(value) else "must be a driver's name in small letters, or auto"


def _credentials(value: str) -> str | None:
    if _CREDENTIALS.match(value) and len(value) <= _TEXT_MAX:
        return None
    return "must say where the secret is, file:/path or env:NAME, and never be the secret itself"


def _options(value: str) -> str | None:
    keys = []
    for word in value.split():
        match = _OPTION.match(word)
        if match is None:
            return "must be key=value key=value, with keys in small letters"
        keys.append(match[1])
    twins = [key for key in keys if keys.count(key) > 1]
    if twins:
        return f"holds {twins[0]} more than once"
    secret = next((key for key in keys if _SECRET.search(key)), None)
    return f"holds {secret}, a secret, which belongs where the credentials point to" if secret else None


def _identifier(value: str) -> str | None:
    octets = len(octets_of(value))
    return f"has {octets} octets; DHCP has room for {_MOST_OCTETS}" if octets > _MOST_OCTETS else None


_Rule = Callable[[str], str | None]
"""Returns what is wrong with a value, or None."""

_ELEMENT_RULES: Mapping[str, _Rule] = {
    "element": _text,
    "address": _address,
    "driver": _driver,
    "credentials": _credentials,
    "options": _options,
}
_PLACE_RULES: Mapping[str, _Rule] = {
    "accessId": _access_id,
    "element": _text,
    "port": _text,
    "cpe": _text,
    **dict.fromkeys(IDENTIFIER_FIELDS, _identifier),
}
