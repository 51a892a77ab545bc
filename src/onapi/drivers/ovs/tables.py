"""Reads the tables that an Open vSwitch prints for `fdb/show` and `mdb/show`. Pure.

Both begin with a line of headings; a line is a port's OpenFlow number (or a name, of the bridge's own), a VLAN (0 is
none), an address and an age in seconds. Source: ofproto-dpif.c of Open vSwitch, and what 3.1 prints.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from onapi.drivers.contract import Garbled

_LINE = re.compile(r"\s*(\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s*\Z")
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\Z")


@dataclass(frozen=True, slots=True)
class Station:
    """An address that the switch has learnt; `mac` as AA:BB:CC:DD:EE:FF, no VLAN is None."""

    port: int
    vlan: int | None
    mac: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A multicast group that was asked for, `age_s` seconds ago."""

    port: int
    group: str
    age_s: int


def stations(printed: str) -> tuple[Station, ...]:
    """Return the lines of `fdb/show`.

    Raises:
        Garbled: it is something else.
    """
    found = []
    for port, vlan, mac, _age in _lines(printed, "MAC"):
        if not _MAC.match(mac):
            raise _unreadable()
        found.append(Station(port, vlan or None, mac.upper()))
    return tuple(found)


def memberships(printed: str) -> tuple[Membership, ...]:
    """Return the lines of `mdb/show` that are groups; those of ports with a querier are not.

    Raises:
        Garbled: it is something else.
    """
    found = []
    for port, _vlan, group, age in _lines(printed, "GROUP"):
        if group == "querier":
            continue
        try:
            found.append(Membership(port, str(ip_address(group)), int(age)))
        except ValueError:
            raise _unreadable() from None
    return tuple(found)


def _lines(printed: str, heading: str) -> Iterator[tuple[int, int, str, str]]:
    headings, *lines = printed.splitlines() or [""]
    if heading not in headings.split():
        raise _unreadable()
    for line in lines:
        parts = _LINE.match(line)
        if parts is None:
            raise _unreadable()
        port, vlan, address, age = parts.groups()
        # The bridge's own port is no customer's.
        if port.isdecimal():
            yield int(port), int(vlan), address, age


def _unreadable() -> Garbled:
    return Garbled("The switch prints a table that cannot be read.")
