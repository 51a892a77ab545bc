"""Writes the recorded switches: `python -m tests.drivers.snmp.make_recordings`.

They are made up, of the tables that such switches have, with what is odd in real ones: slots without optics, ports
nobody touched since the start, clocks that have turned over, VLANs that share a table, units other than the MIB says.
"""

import random
from collections.abc import Callable, Iterable

from tests.drivers.snmp.agent import RECORDINGS, arcs
from tests.drivers.snmp.ber import Oid

INTEGER, TEXT, HEX, IDENTIFIER, IP, COUNTER, GAUGE, TICKS, COUNTER64 = "2 4 4x 6 64 65 66 67 70".split()  # noqa: SIM905
_DAY = 24 * 3600 * 100
_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_ETHERLIKE, _PAUSE, _MAU = "1.3.6.1.2.1.10.7.2.1", "1.3.6.1.2.1.10.7.10.1", "1.3.6.1.2.1.26.5.1.1.1"
_ENTITY, _ALIAS, _SENSOR = "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.2.1.47.1.3.2.1.2", "1.3.6.1.2.1.99.1.1.1"
_CONTAINS = "1.3.6.1.2.1.47.1.3.3.1.1"
_BRIDGE, _QBRIDGE = "1.3.6.1.2.1.17", "1.3.6.1.2.1.17.7.1"
_HUAWEI_OPTICS, _HUAWEI_LEASES = "1.3.6.1.4.1.2011.5.25.31.1.1.3.1", "1.3.6.1.4.1.2011.5.25.112.1.14.1"
_WAYSTREAM_SFP, _WAYSTREAM_IGMP = "1.3.6.1.4.1.9303.4.1.4.1", "1.3.6.1.4.1.9303.4.13.2.1.4"

_ETHERNET, _LOOPBACK = 6, 24
_PORT, _MODULE, _CHASSIS, _SENSORS = 10, 9, 3, 8
_EMPTY, _DOWN_BY_HAND, _UNTOUCHED = 7, 14, 5


class Switch:
    """Collects the instances of a switch."""

    def __init__(self, seed: int) -> None:
        self._rows: dict[Oid, tuple[str, str]] = {}
        self.chance = random.Random(seed)

    def put(self, oid: str, tag: str, value: object) -> None:
        self._rows[arcs(oid)] = tag, str(value)

    def row(self, table: str, index: object, **columns: tuple[str, object]) -> None:
        """Put a row; columns are named c1, c2 and so on."""
        for column, (tag, value) in columns.items():
            self.put(f"{table}.{column[1:]}.{index}", tag, value)

    def lines(self) -> str:
        rows = sorted(self._rows.items())
        return "".join(f"{'.'.join(map(str, oid))}|{tag}|{value}\n" for oid, (tag, value) in rows)


def generic() -> Switch:
    """Return a switch of nobody's with all standard tables, of 24 ports for fibre and 4 uplinks."""
    switch = Switch(1)
    uptime = 40 * _DAY + 12345
    _system(switch, "1.3.6.1.4.1.32473.1.24", "Example Networks EX-24F, Version 3.1", uptime, uptime // 100)
    _entity(switch, 1, "Chassis", 0, kind=_CHASSIS, texts=("EX24F-000117", "Example Networks", "EX-24F"))
    for port in range(1, 29):
        index = 1000 + port
        name = f"ge-0/0/{port}"
        _interface(switch, index, (name, f"Port {port}", f"A{port:06d}"), port, uptime)
        _ethernet(switch, index, port, high_capacity=port != 9)
        switch.put(f"{_BRIDGE}.1.4.1.2.{port}", INTEGER, index)
        entity = 100 + port * 10
        _entity(switch, entity, f"Port {port}", 1, kind=_PORT)
        switch.put(f"{_ALIAS}.{entity}.0", IDENTIFIER, f"{_IF}.1.{index}")
        if port != _EMPTY and port <= 24:
            _standard_optics(switch, entity, port)
    _interface(switch, 5000, ("lo0", "Loopback", ""), 1, uptime, kind=_LOOPBACK)
    # Of the VLANs, 30 and 31 share a table of stations.
    _vlans(switch, {10: 3, 20: 4, 30: 5, 31: 5})
    for port in range(1, 25):
        for vlan, table in ((10, 3), (20, 4)):
            switch.put(f"{_QBRIDGE}.2.2.1.2.{table}.0.17.34.{port}.{vlan}.1", INTEGER, port)
    switch.put(f"{_QBRIDGE}.2.2.1.2.5.0.17.34.3.30.1", INTEGER, 3)
    switch.put(f"{_QBRIDGE}.2.2.1.2.4.0.17.34.99.99.1", INTEGER, 0)
    _group(switch, 20, (10, 10, 100), (1, 3, 5))
    _group(switch, 20, (1, 2, 3), (3, 28))
    return switch


def huawei() -> Switch:
    """Return a Huawei S5320 that has been up for 600 days, so that sysUpTime has turned over."""
    switch = Switch(2)
    uptime = 600 * _DAY
    description = "S5320-28P-LI-AC Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170 (S5320)"
    _system(switch, "1.3.6.1.4.1.2011.2.23.377", description, uptime % 2**32, uptime // 100)
    _entity(
        switch,
        67108867,
        "S5320-28P-LI-AC",
        0,
        kind=_CHASSIS,
        texts=("2102350HKE10G9000123", "Huawei", "S5320-28P-LI-AC"),
    )
    for port in range(1, 29):
        index = 5 + port
        name = f"GigabitEthernet0/0/{port}"
        _interface(switch, index, (name, name, f"A{port:06d}"), port, uptime % 2**32)
        _ethernet(switch, index, port, high_capacity=False)
        switch.put(f"{_BRIDGE}.1.4.1.2.{port}", INTEGER, index)
        entity = 67371086 + port * 64
        _entity(switch, entity, name, 67108867, kind=_PORT)
        switch.put(f"{_ALIAS}.{entity}.0", IDENTIFIER, f"{_IF}.1.{index}")
        if port <= 24:
            _huawei_optics(switch, entity, port)
    _vlans(switch, {10: 10, 20: 20})
    for port in (1, 2, 3):
        mac = f"0017A4{port:02x}0a01"
        switch.put(f"{_QBRIDGE}.2.2.1.2.10.0.23.164.{port}.10.1", INTEGER, port)
        lease = f"198.51.100.{port}.10.0.0.0"
        switch.put(f"{_HUAWEI_LEASES}.6.{lease}", TEXT, f"GigabitEthernet0/0/{port}")
        switch.put(f"{_HUAWEI_LEASES}.11.{lease}", HEX, mac)
        switch.put(f"{_HUAWEI_LEASES}.14.{lease}", INTEGER, 3600 - port)
    # Somebody has made a row by hand, and left out the station.
    switch.put(f"{_HUAWEI_LEASES}.6.198.51.100.99.10.0.0.0", TEXT, "GigabitEthernet0/0/1")
    switch.put(f"{_HUAWEI_LEASES}.11.198.51.100.99.10.0.0.0", HEX, "000000000000")
    return switch


def waystream() -> Switch:
    """Return a Waystream ASR6026, which has neither ENTITY-MIB nor Q-BRIDGE-MIB."""
    switch = Switch(3)
    uptime = 3 * _DAY + 99
    _system(switch, "1.3.6.1.4.1.9303.1.1.60", "Waystream ASR6026ac, iBOS 6.4.1", uptime, None)
    for port in range(1, 27):
        _interface(switch, port, (f"Gi1/{port}", f"gigabitethernet1/{port}", f"A{port:06d}"), port, uptime)
        _ethernet(switch, port, port, high_capacity=True, mau=False)
        switch.put(f"{_BRIDGE}.1.4.1.2.{port}", INTEGER, port)
        switch.put(f"{_BRIDGE}.4.3.1.2.0.30.80.{port}.0.1", INTEGER, port)
        _waystream_optics(switch, port)
    for group, port, reporter in (("239.1.1.1", 1, 9), ("239.1.1.1", 2, 8), ("239.1.1.2", 1, 9), ("239.1.1.2", 1, 7)):
        switch.put(f"{_WAYSTREAM_IGMP}.{group}.{port}.192.0.2.{reporter}", TICKS, 100 * 60 * port)
    return switch


def cpe() -> Switch:
    """Return a media converter of nobody's: four ports for copper, and one for fibre to the network."""
    switch = Switch(4)
    uptime = 9 * _DAY
    _system(switch, "1.3.6.1.4.1.32473.2.5", "Example Networks HG-5 2.0.7", uptime, uptime // 100)
    _entity(switch, 1, "HG-5", 0, kind=_CHASSIS, texts=("HG5-000042", "Example Networks", "HG-5"))
    switch.put(f"{_ENTITY}.9.1", TEXT, "boot 1.1")
    switch.put(f"{_ENTITY}.10.1", TEXT, "2.0.7")
    switch.put(f"{_BRIDGE}.1.1.0", HEX, "00a0de010203")
    for port, name in enumerate(("WAN", "LAN1", "LAN2", "LAN3", "LAN4"), 1):
        description = "to the network" if port == 1 else ""
        _interface(switch, port, (name, name.lower(), description), _EMPTY if port == 4 else port, uptime)
        _ethernet(switch, port, port, high_capacity=False)
        switch.put(f"{_BRIDGE}.1.4.1.2.{10 + port}", INTEGER, port)
    _entity(switch, 101, "WAN", 1, kind=_PORT)
    switch.put(f"{_ALIAS}.101.0", IDENTIFIER, f"{_IF}.1.1")
    _standard_optics(switch, 101, 1)
    for port, station in ((2, 1), (2, 2), (3, 3)):
        switch.put(f"{_BRIDGE}.4.3.1.2.0.17.50.0.0.{station}", INTEGER, 10 + port)
    return switch


ALL: dict[str, Callable[[], Switch]] = {"generic": generic, "huawei-s": huawei, "waystream": waystream, "cpe": cpe}


def _system(switch: Switch, object_id: str, description: str, uptime: int, engine_s: int | None) -> None:
    system = "1.3.6.1.2.1.1"
    switch.put(f"{system}.1.0", TEXT, description)
    switch.put(f"{system}.2.0", IDENTIFIER, object_id)
    switch.put(f"{system}.3.0", TICKS, uptime)
    switch.put(f"{system}.5.0", TEXT, "asw-testgatan-1")
    if engine_s is not None:
        switch.put("1.3.6.1.6.3.10.2.1.3.0", INTEGER, engine_s)


def _interface(
    switch: Switch, index: int, names: tuple[str, str, str], port: int, uptime: int, *, kind: int = _ETHERNET
) -> None:
    """Put an interface; the names are ifName, ifDescr and ifAlias."""
    name, description, alias = names
    up = port not in (_EMPTY, _DOWN_BY_HAND)
    changed = 0 if port == _UNTOUCHED else max(uptime - port * 36000, 1)
    chance = switch.chance
    switch.row(
        _IF,
        index,
        c1=(INTEGER, index),
        c2=(TEXT, description),
        c3=(INTEGER, kind),
        c5=(GAUGE, 10**9 if up else 0),
        c7=(INTEGER, 2 if port == _DOWN_BY_HAND else 1),
        c8=(INTEGER, 1 if up else 2),
        c9=(TICKS, changed),
        c14=(COUNTER, port * 3),
        c20=(COUNTER, 0),
    )
    switch.row(
        _IFX,
        index,
        c1=(TEXT, name),
        c6=(COUNTER64, 2**63 + port if port == 1 else chance.getrandbits(44)),
        c7=(COUNTER64, chance.getrandbits(34)),
        c8=(COUNTER64, chance.getrandbits(20)),
        c9=(COUNTER64, chance.getrandbits(18)),
        c10=(COUNTER64, chance.getrandbits(44)),
        c11=(COUNTER64, chance.getrandbits(34)),
        c12=(COUNTER64, chance.getrandbits(20)),
        c13=(COUNTER64, chance.getrandbits(18)),
        c15=(GAUGE, 1000 if up else 0),
        c18=(TEXT, alias),
        c19=(TICKS, uptime - 12000 if port == 2 else 0),
    )


def _ethernet(switch: Switch, index: int, port: int, *, high_capacity: bool, mau: bool = True) -> None:
    switch.row(_ETHERLIKE, index, c3=(COUNTER, port), c19=(INTEGER, 1 if port == _EMPTY else 3))
    switch.row(_PAUSE, index, c3=(COUNTER, port), c4=(COUNTER, port * 2))
    if high_capacity:
        switch.row(_PAUSE, index, c5=(COUNTER64, 2**32 + port), c6=(COUNTER64, 2**32 + port * 2))
    if mau:
        switch.put(f"{_MAU}.{index}.1", INTEGER, 1 if port <= 24 else 2)


def _entity(
    switch: Switch, index: int, name: str, inside: int, *, kind: int, texts: tuple[str, str, str] | None = None
) -> None:
    """Put an entity; the texts are serial number, manufacturer and model."""
    switch.row(_ENTITY, index, c2=(TEXT, name), c4=(INTEGER, inside), c5=(INTEGER, kind), c7=(TEXT, name))
    for column, told in zip((11, 12, 13), texts or (), strict=False):
        switch.put(f"{_ENTITY}.{column}.{index}", TEXT, told)


def _standard_optics(switch: Switch, port_entity: int, port: int) -> None:
    """Put a module with sensors: those of even ports have power in watts, of odd ports in dBm."""
    module = port_entity + 1
    _entity(
        switch,
        module,
        f"SFP {port}",
        port_entity,
        kind=_MODULE,
        texts=(f"SN{port:08d}", "ACME OPTICS", "SFP-1G-BX-U"),
    )
    # Type, scale, precision, value, unit: source RFC 3433.
    watts = port % 2 == 0
    sensors = [
        ("Temperature", 8, 9, 1, 352 + port, "degrees C"),
        ("Supply voltage", 4, 8, 0, 3290 + port, "millivolts"),
        ("Laser bias", 5, 8, 2, 1580 + port, "milliamperes"),
        ("Rx power", 6, 7, 1, 708 + port, "microwatts") if watts else ("Rx power", 1, 9, 2, -1210 - port, "dBm"),
        ("Tx power", 6, 7, 1, 2239, "microwatts") if watts else ("Tx power", 14, 9, 2, -580, "dBm"),
    ]
    for place, (name, kind, scale, precision, value, unit) in enumerate(sensors, 2):
        sensor = port_entity + place
        _entity(switch, sensor, f"SFP {port} {name}", module, kind=_SENSORS)
        switch.row(
            _SENSOR,
            sensor,
            c1=(INTEGER, kind),
            c2=(INTEGER, scale),
            c3=(INTEGER, precision),
            c4=(INTEGER, value),
            c5=(INTEGER, 3 if port == 4 and name == "Rx power" else 1),
            c6=(TEXT, unit),
        )
        switch.put(f"{_CONTAINS}.{module}.{sensor}", INTEGER, sensor)
    switch.put(f"{_CONTAINS}.{port_entity}.{module}", INTEGER, module)


def _huawei_optics(switch: Switch, entity: int, port: int) -> None:
    """Put a row of optics: ports above 12 have a newer module, whose power is in hundredths of a dBm."""
    there = port != _EMPTY
    old = port <= 12
    readings = (35, 3290, 5900, 61 if old else -1210, 263 if old else -580) if there else (-255, -1, -1, -1, -1)
    for column, value in zip((5, 6, 7, 8, 9), readings, strict=True):
        switch.put(f"{_HUAWEI_OPTICS}.{column}.{entity}", INTEGER, value)
    texts = (f"HW{port:06d}", "HUAWEI", "02310QAP") if there else ("", "", "")
    for column, told in zip((4, 24, 25), texts, strict=True):
        switch.put(f"{_HUAWEI_OPTICS}.{column}.{entity}", TEXT, told)


def _waystream_optics(switch: Switch, port: int) -> None:
    """Put a row of optics: ports above 12 are as before 2017, with neither dBm nor serial number."""
    there = port != _EMPTY
    switch.put(f"{_WAYSTREAM_SFP}.2.{port}", INTEGER, 0 if there else 1)
    readings = {12: 41, 14: 3301, 16: 14, 18: 263, 20: 0 if port == 13 else 61}
    if port <= 12:
        readings |= {22: -5800, 23: -12147}
    for column, value in readings.items():
        switch.put(f"{_WAYSTREAM_SFP}.{column}.{port}", INTEGER, value if there else 0)
    if port <= 12 and there:
        switch.put(f"{_WAYSTREAM_SFP}.52.{port}", TEXT, "SFP-BX-20U")
        switch.put(f"{_WAYSTREAM_SFP}.53.{port}", TEXT, f"WS{port:06d}")


def _vlans(switch: Switch, tables: dict[int, int]) -> None:
    switch.put(f"{_QBRIDGE}.1.1.0", INTEGER, 1)
    for vlan, table in tables.items():
        switch.put(f"{_QBRIDGE}.4.2.1.3.0.{vlan}", GAUGE, table)


def _group(switch: Switch, vlan: int, address: tuple[int, int, int], ports: Iterable[int]) -> None:
    members = bytearray(4)
    for port in ports:
        members[(port - 1) // 8] |= 0x80 >> (port - 1) % 8
    index = ".".join(map(str, (vlan, 1, 0, 94, *address)))
    switch.put(f"{_QBRIDGE}.2.3.1.2.{index}", HEX, members.hex())


if __name__ == "__main__":
    for _name, _make in ALL.items():
        (RECORDINGS / f"{_name}.snmprec").write_text(_make().lines(), encoding="utf-8")
