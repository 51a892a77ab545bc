"""What an element learns of stations and groups. Sources: RFC 4188 (BRIDGE-MIB), RFC 4363 (Q-BRIDGE-MIB)."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from onapi.drivers.contract import Snmp, Unsupported
from onapi.drivers.readings import Group, LearntMac
from onapi.drivers.snmp import indexes
from onapi.drivers.snmp.interfaces import Interface
from onapi.drivers.snmp.profiles import Value

_BRIDGE_PORT = "1.3.6.1.2.1.17.1.4.1.2"
_STATIONS = "1.3.6.1.2.1.17.4.3.1.2"
_VERSION = "1.3.6.1.2.1.17.7.1.1.1.0"
_VLAN_STATIONS = "1.3.6.1.2.1.17.7.1.2.2.1.2"
_VLAN_GROUPS = "1.3.6.1.2.1.17.7.1.2.3.1.2"
_VLAN_TABLE = "1.3.6.1.2.1.17.7.1.4.2.1.3"
# Which VLANs there are does not change with each question.
_PATIENCE_S = 60.0

Tables = Mapping[int, Sequence[int]]
"""The VLANs whose stations are in a table, by the table's number (dot1qFdbId); mostly each VLAN has its own."""


class Bridge:
    """The bridge of one element; how its ports and VLANs are numbered is kept until it is found to be otherwise."""

    def __init__(self, snmp: Callable[[], Snmp], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._snmp = snmp
        self._clock = clock
        self._ports: dict[int, int] | None = None
        self._tables: tuple[float, Tables | None] | None = None

    async def macs(self, interface: Interface, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        """Return the stations of a port in some VLANs; no VLANs is all of them.

        Raises:
            Unsupported: the port is not in the bridge, or the element mixes these VLANs' stations with others'.
        """
        port = await self._port(interface)
        tables = await self._vlan_tables()
        if tables is None:
            if vlans:
                raise Unsupported("The network element does not tell in which VLAN a station is.")
            return await self._stations(_STATIONS, port, {})
        if not vlans:
            return await self._stations(_VLAN_STATIONS, port, tables)
        found: tuple[LearntMac, ...] = ()
        for table, inside in _of(tables, vlans).items():
            if not set(inside) <= set(vlans):
                raise Unsupported(f"The network element keeps the stations of VLANs {_listed(inside)} together.")
            found += await self._stations(_VLAN_STATIONS, port, {table: inside}, f".{table}")
        return found

    async def macs_of_all(self, interfaces: Mapping[str, Interface]) -> dict[str, tuple[LearntMac, ...]]:
        """Return the stations of some ports by the ports' names, in one walk; ports without any are left out."""
        tables = await self._vlan_tables()
        column = _STATIONS if tables is None else _VLAN_STATIONS
        numbers = await self._walk_ports()
        found: dict[str, tuple[LearntMac, ...]] = {}
        seen = await self._seen(column, tables or {})
        for name, interface in interfaces.items():
            port = numbers.get(interface.index)
            stations = tuple(station for at, station in seen if at == port)
            if port is not None and stations:
                found[name] = stations
        return found

    async def groups(self, interface: Interface) -> tuple[Group, ...]:
        """Return the multicast groups of a port, by their addresses on Ethernet: the standard tables have no others.

        Raises:
            Unsupported: the port is not in the bridge, or the element has no such table.
        """
        port = await self._port(interface)
        if await self._vlan_tables() is None:
            raise Unsupported("The network element does not tell which multicast groups a port receives.")
        rows = await self._snmp().walk(_VLAN_GROUPS)
        receiving = [indexes.after(oid, _VLAN_GROUPS) for oid, ports in rows.items() if _is_among(port, ports)]
        addresses = [indexes.mac(arcs[-indexes.MAC_ARCS :]) for arcs in receiving]
        return tuple(Group(multicast=address) for address in dict.fromkeys(addresses) if address is not None)

    async def _stations(self, column: str, port: int, tables: Tables, below: str = "") -> tuple[LearntMac, ...]:
        """Return the stations of a port in a column, or only `below` a part of it."""
        return tuple(station for at, station in await self._seen(column, tables, below) if at == port)

    async def _seen(self, column: str, tables: Tables, below: str = "") -> list[tuple[Value, LearntMac]]:
        """Return the stations in a column, or `below` a part of it, each with the bridge's number of its port."""
        found: list[tuple[Value, LearntMac]] = []
        for oid, at in (await self._snmp().walk(column + below)).items():
            arcs = indexes.after(oid, column)
            table, mac = arcs[: -indexes.MAC_ARCS], indexes.mac(arcs[-indexes.MAC_ARCS :])
            if mac is not None:
                inside = tables.get(table[0], [] if tables else table) if table else []
                found.append((at, LearntMac(mac=mac, vlan=indexes.vlan(inside[0]) if len(inside) == 1 else None)))
        return found

    async def _port(self, interface: Interface) -> int:
        """Return the bridge's number of a port."""
        kept = (self._ports or {}).get(interface.index)
        if kept is not None:
            proof = f"{_BRIDGE_PORT}.{kept}"
            if (await self._snmp().get([proof])).get(proof) == interface.index:
                return kept
        self._ports = await self._walk_ports()
        if interface.index not in self._ports:
            raise Unsupported(f"The network element does not tell what is behind port {interface.name}.")
        return self._ports[interface.index]

    async def _walk_ports(self) -> dict[int, int]:
        """Return the bridge's numbers of all ports, by ifIndex."""
        rows = await self._snmp().walk(_BRIDGE_PORT)
        return {index: indexes.after(oid, _BRIDGE_PORT)[-1] for oid, index in rows.items() if isinstance(index, int)}

    async def _vlan_tables(self) -> Tables | None:
        """Return the tables of stations, none of them when the element does not tell, None without Q-BRIDGE-MIB."""
        if self._tables is None or self._clock() - self._tables[0] > _PATIENCE_S:
            found: dict[int, list[int]] = {}
            for oid, table in (await self._snmp().walk(_VLAN_TABLE)).items():
                if isinstance(table, int):
                    # Before the VLAN is a time, which nearly all agents leave at 0, and some do not.
                    inside = found.setdefault(table, [])
                    inside += {indexes.after(oid, _VLAN_TABLE)[-1]} - {*inside}
            there = found or await self._snmp().get([_VERSION]) or await self._snmp().walk(_VLAN_STATIONS)
            self._tables = self._clock(), found if there else None
        return self._tables[1]


def _of(tables: Tables, vlans: Iterable[int]) -> Tables:
    """Return the tables of some VLANs; an agent that does not tell has one for each, with its number."""
    if not tables:
        return {vlan: [vlan] for vlan in vlans}
    wanted = set(vlans)
    return {table: inside for table, inside in tables.items() if not wanted.isdisjoint(inside)}


def _listed(vlans: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(vlans)))


def _is_among(port: int, ports: Value) -> bool:
    """Return whether a bridge's port is in a PortList: the first bit of the first octet is port 1."""
    octet, bit = divmod(port - 1, 8)
    return isinstance(ports, bytes) and 0 <= octet < len(ports) and bool(ports[octet] & 0x80 >> bit)
