"""The equipment that a service is delivered with.

Source: ON-API 2.6.0 common/dataformats.md, "equipment" and "macAddress"; the seed has one object where the standard
has an array, and both are taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onapi import errors

_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}\Z")
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One piece; `vendor_id` is its DHCP vendor class (RFC 2132 option 60), None when not given."""

    vendor_id: str | None = None
    mac_address: str | None = None


def read(pieces: Sequence[Equipment]) -> tuple[Equipment, ...]:
    """Return the pieces with their addresses as `AA:BB:CC:DD:EE:FF`.

    Raises:
        Invalid: an address is none, a piece has neither field, or there are too many.
    """
    if len(pieces) > _MOST:
        raise errors.Invalid(f"equipment has {len(pieces)} pieces; at most {_MOST} are taken.")
    return tuple(_read(number, piece) for number, piece in enumerate(pieces))


def _read(number: int, piece: Equipment) -> Equipment:
    if piece.vendor_id is None and piece.mac_address is None:
        raise errors.Invalid(f"equipment[{number}] has neither vendorId nor macAddress.")
    if piece.mac_address is None:
        return piece
    if not _MAC.match(piece.mac_address):
        raise errors.Invalid(
            f"equipment[{number}].macAddress {piece.mac_address[:40]!r} is not six pairs of hexadecimal digits "
            "such as AA:BB:CC:DD:EE:FF."
        )
    digits = re.sub("[:-]", "", piece.mac_address).upper()
    address = ":".join(digits[i : i + 2] for i in range(0, 12, 2))
    return Equipment(vendor_id=piece.vendor_id, mac_address=address)
