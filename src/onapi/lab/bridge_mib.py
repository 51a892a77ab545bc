"""BRIDGE-MIB and Q-BRIDGE-MIB of the switch, for its SNMP agent: a program that snmpd runs, and asks line by line.

Sources: snmpd.conf(5), "pass_persist"; RFC 4188, RFC 4363.
"""

import asyncio
import bisect
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from onapi.drivers.contract import DriverError
from onapi.drivers.ovs import database, rows, tables
from onapi.drivers.ovs.appctl import AppctlClient
from onapi.drivers.ovs.ovsdb import OvsdbClient
from onapi.lab.switch import BRIDGE

Oid = tuple[int, ...]
Value = tuple[str, str]
"""A type and a value, as snmpd reads them."""

_BRIDGE_MIB: Oid = (1, 3, 6, 1, 2, 1, 17)
_INTERFACE = (*_BRIDGE_MIB, 1, 4, 1, 2)
_STATION_PORT = (*_BRIDGE_MIB, 7, 1, 2, 2, 1, 2)
_STATION_STATUS = (*_BRIDGE_MIB, 7, 1, 2, 2, 1, 3)
_VLAN_TABLE = (*_BRIDGE_MIB, 7, 1, 4, 2, 1, 3)
_VLAN_PORTS = (*_BRIDGE_MIB, 7, 1, 4, 2, 1, 5)
_LEARNED = 3
_KEPT_S = 2.0


def objects(
    interfaces: Mapping[int, int], vlans: Mapping[int, Iterable[int]], stations: Iterable[tables.Station]
) -> dict[Oid, Value]:
    """Return the objects of a bridge.

    Args:
        interfaces: the ifIndex of each port, by the port's number.
        vlans: the numbers of each VLAN's ports.
        stations: what the bridge has learnt.

    """
    found: dict[Oid, Value] = {(*_INTERFACE, number): ("integer", str(index)) for number, index in interfaces.items()}
    for vlan, numbers in vlans.items():
        # The table of a VLAN's stations has the VLAN's number; before it is a time, which is always 0.
        found[*_VLAN_TABLE, 0, vlan] = ("gauge", str(vlan))
        found[*_VLAN_PORTS, 0, vlan] = ("octet", _port_list(numbers))
    for station in stations:
        at = (station.vlan or 0, *bytes.fromhex(station.mac.replace(":", "")))
        found[*_STATION_PORT, *at] = ("integer", str(station.port))
        found[*_STATION_STATUS, *at] = ("integer", str(_LEARNED))
    return found


def answer(question: str, oid: str, known: Mapping[Oid, Value]) -> Iterator[str]:
    """Yield the lines that answer `get` or `getnext` of an object."""
    asked = tuple(int(arc) for arc in oid.strip(".").split("."))
    if question == "getnext":
        order = sorted(known)
        place = bisect.bisect_right(order, asked)
        asked = order[place] if place < len(order) else ()
    if asked in known:
        yield "." + ".".join(map(str, asked))
        yield from known[asked]
    else:
        yield "NONE"


async def read(folder: Path) -> dict[Oid, Value]:
    """Return the objects of the switch whose sockets are in `folder`; none while it does not answer."""
    ovsdb = OvsdbClient(f"unix:{folder}/db.sock")
    try:
        numbers = await database.numbers(ovsdb, BRIDGE)
        (answered,) = await ovsdb.transact([rows.select("Port", [], "name", "tag")])
        stations = tables.stations(await AppctlClient(f"unix:{folder}").ask("fdb/show", BRIDGE))
    except DriverError:
        return {}
    finally:
        await ovsdb.close()
    vlans: dict[int, list[int]] = {}
    for row in rows.rows(answered):
        name, tag = rows.text(row, "name"), rows.number(row, "tag")
        if name in numbers and tag is not None:
            vlans.setdefault(tag, []).append(numbers[name])
    indexes = {name: index for index, name in socket.if_nameindex()}
    interfaces = {number: indexes[name] for name, number in numbers.items() if name in indexes}
    return objects(interfaces, vlans, stations)


def serve(folder: Path, questions: IO[str], answers: IO[str]) -> None:
    """Answer snmpd until it has no more questions."""
    known: dict[Oid, Value] = {}
    read_at = -_KEPT_S
    while question := questions.readline().strip():
        if question == "PING":
            lines = ["PONG"]
        elif question in ("get", "getnext"):
            oid = questions.readline().strip()
            if time.monotonic() - read_at > _KEPT_S:
                known, read_at = asyncio.run(read(folder)), time.monotonic()
            lines = list(answer(question, oid, known))
        else:
            # A `set` goes on with two more lines.
            questions.readline()
            questions.readline()
            lines = ["not-writable"]
        answers.write("\n".join(lines) + "\n")
        answers.flush()


def _port_list(numbers: Iterable[int]) -> str:
    """Return a PortList in hex: the first bit of the first octet is port 1."""
    ports = bytearray(8)
    for number in numbers:
        ports[(number - 1) // 8] |= 0x80 >> (number - 1) % 8
    return ports.hex(" ")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.stdin, sys.stdout)
