"""What the index of a table's row says: it is part of the identifiers of the row's values. Source: RFC 2578, 7.7."""

import ipaddress
from collections.abc import Sequence

from onapi.drivers.snmp.profiles import Value

MAC_ARCS = 6
_LAST_VLAN = 4094


def after(oid: str, root: str) -> list[int]:
    """Return the arcs of an identifier that follow those of another."""
    return [int(arc) for arc in oid[len(root) + 1 :].split(".")]


def mac(octets: Sequence[int] | Value | None) -> str | None:
    """Return an address of Ethernet as AA:BB:CC:DD:EE:FF, None when it is none, or all zeros."""
    if isinstance(octets, int | str) or octets is None:
        return None
    fits = len(octets) == MAC_ARCS and all(octet <= 0xFF for octet in octets) and any(octets)
    return ":".join(f"{octet:02X}" for octet in octets) if fits else None


def ip(address: Sequence[int] | Value | None) -> str | None:
    """Return an IP address, None when it is none."""
    if isinstance(address, Sequence) and not isinstance(address, str | bytes):
        address = ".".join(map(str, address))
    try:
        return str(ipaddress.ip_address(address)) if isinstance(address, str | bytes) else None
    except ValueError:
        return None


def vlan(number: Value | None) -> int | None:
    """Return a VLAN, None when it is none."""
    return number if isinstance(number, int) and 1 <= number <= _LAST_VLAN else None
