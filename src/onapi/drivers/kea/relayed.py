"""What relays have told of a lease, which Kea keeps in the lease's user context. Pure.

Sources: Kea Administrator Reference Manual, "Storing Extended Lease Information"; RFC 3046, RFC 4649, RFC 8415.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from onapi.drivers.contract import Identifiers

_CIRCUIT_ID, _REMOTE_ID = 1, 2
_INTERFACE_ID, _REMOTE_ID_6 = 18, 37
# Option 37 begins with the number of an enterprise, which inventories leave out.
_ENTERPRISE = 4


def is_from(identifiers: Identifiers, context: str | None) -> bool:
    """Return whether a DHCPv4 lease is that of the access with these identifiers.

    The circuit id must be the access's, and a remote id as well, where both sides have one.
    """
    info = _isc(context).get("relay-agent-info")
    if isinstance(info, dict):
        # Kea 2.2 has the text itself; newer ones have it in an object.
        info = info.get("sub-options")
    told = _options(info, width=1)
    return _is(told.get(_CIRCUIT_ID), identifiers.ipv4_circuit_id) and _agrees(
        told.get(_REMOTE_ID), identifiers.ipv4_remote_id
    )


def is_from_6(identifiers: Identifiers, context: str | None) -> bool:
    """Return whether a DHCPv6 lease is that of the access with these identifiers, as one of its relays has told."""
    isc = _isc(context)
    # Kea 2.2 calls them "relays".
    relays = isc.get("relay-info", isc.get("relays"))
    for relay in relays if isinstance(relays, list) else []:
        told = _options(relay.get("options") if isinstance(relay, dict) else None, width=2)
        remote_id = told[_REMOTE_ID_6][_ENTERPRISE:] if _REMOTE_ID_6 in told else None
        if _is(told.get(_INTERFACE_ID), identifiers.ipv6_interface_id) and _agrees(
            remote_id, identifiers.ipv6_remote_id
        ):
            return True
    return False


def _is(told: bytes | None, known: bytes | None) -> bool:
    return bool(told) and told == known


def _agrees(told: bytes | None, known: bytes | None) -> bool:
    return not told or known is None or told == known


def _isc(context: str | None) -> dict[str, Any]:
    try:
        decoded: Any = msgspec.json.decode(context or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {}
    isc = decoded.get("ISC") if isinstance(decoded, dict) else None
    return isc if isinstance(isc, dict) else {}


def _options(text: object, *, width: int) -> dict[int, bytes]:
    """Return options by their codes; codes and lengths have `width` octets each. What nobody can read is left out."""
    if not isinstance(text, str) or not text.startswith("0x"):
        return {}
    try:
        return dict(_read(bytes.fromhex(text[2:]), width))
    except ValueError:
        return {}


def _read(octets: bytes, width: int) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 2 * width <= len(octets):
        code = int.from_bytes(octets[place : place + width], "big")
        begin = place + 2 * width
        place = begin + int.from_bytes(octets[place + width : begin], "big")
        yield code, octets[begin:place]
