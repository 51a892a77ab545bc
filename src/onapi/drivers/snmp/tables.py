"""Vendors' tables of groups and leases, as a profile describes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onapi.drivers.contract import Snmp
from onapi.drivers.readings import Binding, Group
from onapi.drivers.snmp import indexes
from onapi.drivers.snmp.interfaces import Interface
from onapi.drivers.snmp.profiles import Table, text

_ARCS = {"ip": 4, "mac": indexes.MAC_ARCS, "vlan": 1, "interface": 1, "any": 1}
_NAMES = ("1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2")
# Nobody leases an address for longer; what is more is no number of seconds.
_LONGEST_LEASE_S = 2**31


@dataclass(frozen=True, slots=True)
class _Row:
    """A row about a port, and what its index says of ip, mac and vlan."""

    index: str
    parts: dict[str, list[int]]


async def groups(snmp: Snmp, table: Table, interface: Interface) -> tuple[Group, ...]:
    """Return the multicast groups of a port."""
    addresses = [indexes.ip(row.parts["ip"]) for row in await _rows(snmp, table, interface)]
    return tuple(Group(multicast=address) for address in dict.fromkeys(addresses) if address is not None)


async def bindings(snmp: Snmp, table: Table, interface: Interface, now: datetime) -> tuple[Binding, ...]:
    """Return the leases of a port."""
    rows = await _rows(snmp, table, interface)
    oids = [column.instance(row.index) for row in rows for column in table.columns.values()]
    answer = await snmp.get(oids) if oids else {}
    found: list[Binding] = []
    for row in rows:
        told = {name: answer.get(column.instance(row.index)) for name, column in table.columns.items()}
        ip = indexes.ip(row.parts.get("ip") or told.get("ip"))
        mac = indexes.mac(row.parts.get("mac") or told.get("mac"))
        if ip is None or mac is None:
            continue
        vlan = indexes.vlan(row.parts["vlan"][0] if "vlan" in row.parts else told.get("vlan"))
        left_s = table.columns["left_s"].count(told["left_s"]) if "left_s" in told else None
        end = now + timedelta(seconds=left_s) if left_s is not None and left_s < _LONGEST_LEASE_S else None
        found.append(Binding(ip=ip, mac=mac, vlan=vlan, end=end))
    return tuple(found)


async def _rows(snmp: Snmp, table: Table, interface: Interface) -> list[_Row]:
    """Return the rows that are about a port."""
    names = await _names(snmp, interface) if table.holds == "interface" else set()
    found: list[_Row] = []
    for oid, held in (await snmp.walk(table.rows)).items():
        arcs = indexes.after(oid, table.rows)
        if sum(_ARCS[part] for part in table.index) != len(arcs):
            continue
        parts = dict(_parts(table.index, arcs))
        if table.holds == "interface":
            matches = held == interface.index if isinstance(held, int) else text(held) in names
        else:
            matches = parts["interface"] == [interface.index]
        if matches:
            found.append(_Row(".".join(map(str, arcs)), parts))
    return found


async def _names(snmp: Snmp, interface: Interface) -> set[str | None]:
    """Return what the element itself calls a port."""
    told = await snmp.get([f"{column}.{interface.index}" for column in _NAMES])
    return {text(name) for name in told.values()} - {None}


def _parts(index: Sequence[str], arcs: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    position = 0
    for part in index:
        yield part, list(arcs[position : position + _ARCS[part]])
        position += _ARCS[part]
