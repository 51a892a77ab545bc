"""The identifiers by which DHCP knows an access: octets on the wire, text for people.

Source: ON-API 2.6.0 common/dataformats.md, "dhcpIdentifier"; `docs/reference/inventory.md` for what does not read.
"""

import re
from dataclasses import dataclass, fields
from typing import Self

_HEX = re.compile(r"0x((?:[0-9a-fA-F]{2})+)\Z")
# Control characters: C0, DEL and C1.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def octets_of(text: str) -> bytes:
    """Return the octets that an identifier's text stands for: those of the hex after 0x, else the text's in UTF-8."""
    match = _HEX.match(text)
    return bytes.fromhex(match[1]) if match else text.encode()


def text_of(octets: bytes) -> str:
    """Return an identifier as text, from which `octets_of` makes the same octets again.

    It is hex after 0x unless it is UTF-8 without control characters and without blanks around it, which files and
    people lose, and does not itself look like such hex.
    """
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = ""
    if text and not _CONTROL.search(text) and text == text.strip() and not _HEX.match(text):
        return text
    return f"0x{octets.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """Some of the identifiers of one access, as octets; None is not known, or not asked for.

    The first two are the sub-options 1 and 2 of DHCPv4's option 82, the others DHCPv6's options 18 and 37.
    """

    ipv4_circuit_id: bytes | None = None
    ipv4_remote_id: bytes | None = None
    ipv6_interface_id: bytes | None = None
    ipv6_remote_id: bytes | None = None

    def also(self, other: Self) -> Self | None:
        """Return all identifiers of both, or None when they contradict each other."""
        both: dict[str, bytes | None] = {}
        for field in fields(self):
            mine, others = getattr(self, field.name), getattr(other, field.name)
            if mine is not None and others is not None and mine != others:
                return None
            both[field.name] = others if mine is None else mine
        return type(self)(**both)
