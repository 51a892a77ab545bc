"""DHCPv4's option 82, the relay agent information, between hex and its sub-options.

The whole option is its code, the length of what follows, and the sub-options, each a code, a length and a value:
520A 01 03 616263 02 03 313233 names the circuit "abc" and the remote end "123".

Source: RFC 3046, section 2; ON-API 2.6.0 common/dataformats.md, "option82".
"""

import re
from dataclasses import dataclass
from typing import Self

from onapi import errors
from onapi.domain.dhcp import Identifiers

CODE = 82
CIRCUIT_ID = 1
REMOTE_ID = 2

_MOST_OCTETS = 255
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*\Z")
_SHOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class Option82:
    """The sub-options, as codes and values, in their order; what is made has a form in hex.

    Raises:
        Invalid: there are none, they have no room in one option, or one of the two that matter is there twice.
    """

    sub_options: tuple[tuple[int, bytes], ...]

    def __post_init__(self) -> None:
        codes = [code for code, _ in self.sub_options]
        if not codes:
            raise errors.Invalid("option82 holds no sub-option.")
        for code in (CIRCUIT_ID, REMOTE_ID):
            if codes.count(code) > 1:
                raise errors.Invalid(f"option82 holds sub-option {code} more than once.")
        for code, value in self.sub_options:
            if not 0 <= code <= _MOST_OCTETS or len(value) > _MOST_OCTETS:
                raise errors.Invalid(f"Sub-option {code} of {len(value)} octets is not possible.")
        if len(self.payload) > _MOST_OCTETS:
            raise errors.Invalid(
                f"The sub-options have {len(self.payload)} octets; an option has room for {_MOST_OCTETS}."
            )

    @property
    def payload(self) -> bytes:
        """What is in the option, without its own code and length."""
        return b"".join(bytes((code, len(value))) + value for code, value in self.sub_options)

    @property
    def identifiers(self) -> Identifiers:
        """What it tells of the access; an empty value tells nothing."""
        values = dict(self.sub_options)
        return Identifiers(
            ipv4_circuit_id=values.get(CIRCUIT_ID) or None, ipv4_remote_id=values.get(REMOTE_ID) or None
        )

    @classmethod
    def of(cls, identifiers: Identifiers) -> Self | None:
        """Return the option that names an access, or None when neither of its identifiers is known."""
        known = ((CIRCUIT_ID, identifiers.ipv4_circuit_id), (REMOTE_ID, identifiers.ipv4_remote_id))
        sub_options = tuple((code, value) for code, value in known if value is not None)
        return cls(sub_options) if sub_options else None

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Return the option with this payload, or raise Invalid."""
        found: list[tuple[int, bytes]] = []
        at = 0
        while at < len(payload):
            if at + 1 == len(payload):
                raise errors.Invalid(f"option82 ends after the code of sub-option {payload[at]}.")
            code, length, begin = payload[at], payload[at + 1], at + 2
            at = begin + length
            if at > len(payload):
                raise errors.Invalid(
                    f"Sub-option {code} says that it has {length} octets, but {len(payload) - begin} follow."
                )
            found.append((code, payload[begin:at]))
        return cls(tuple(found))


def read(text: str) -> Option82:
    """Return the option that `text` is, whole and in hex of either case.

    Raises:
        Invalid: it is not hex, does not start with 52, or its lengths do not agree, to the very end.
    """
    option = _octets(text, "option82")
    if option[:1] != bytes((CODE,)):
        raise errors.Invalid(f"option82 {_shown(text)!r} does not start with 52, which is 82 in hex.")
    if len(option) == 1:
        raise errors.Invalid(f"option82 {_shown(text)!r} ends before its length.")
    if option[1] != len(option) - 2:
        raise errors.Invalid(
            f"option82 {_shown(text)!r} says that {option[1]} octets follow its length, but {len(option) - 2} do."
        )
    return Option82.from_payload(option[2:])


def write(option: Option82) -> str:
    """Return an option whole, in upper-case hex."""
    return (bytes((CODE, len(option.payload))) + option.payload).hex().upper()


def from_kea(relay_agent_info: str) -> Option82:
    """Return the option whose payload Kea stores with a lease as `relay-agent-info`: 0x and hex; or raise Invalid."""
    if relay_agent_info[:2] != "0x":
        raise errors.Invalid(f"relay-agent-info {_shown(relay_agent_info)!r} does not start with 0x.")
    return Option82.from_payload(_octets(relay_agent_info[2:], "relay-agent-info"))


def to_kea(option: Option82) -> str:
    """Return an option as Kea stores it."""
    return f"0x{option.payload.hex().upper()}"


def _octets(text: str, field: str) -> bytes:
    if not _HEX.match(text):
        raise errors.Invalid(f"{field} {_shown(text)!r} is not hex: pairs of the digits 0–9 and A–F.")
    return bytes.fromhex(text)


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
