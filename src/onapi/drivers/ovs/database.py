"""A port in the database: what is read of it, and the one transaction that changes it.

Each service has its record in the port's `external_ids`, under its slot with `onapi:` before it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onapi.drivers.contract import Drifted, Ovsdb, TimedOut, Unsupported
from onapi.drivers.ovs import queues, rows
from onapi.drivers.ovs.layout import Layout, Service
from onapi.drivers.ovs.queues import Queues
from onapi.drivers.ovs.rows import Operation, Row

_RECORD = "onapi:"
_PAUSES_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRows:
    """What the database has of a port; `qos` and `queues` are those that are labelled with its name."""

    name: str
    port: Row
    interface: Row
    qos: list[Row]
    queues: list[Row]

    @property
    def number(self) -> int | None:
        """Return the port's OpenFlow number; None while the switch cannot open the device."""
        number = rows.number(self.interface, "ofport")
        return number if number is not None and number > 0 else None

    def records(self) -> dict[str, Service]:
        """Return the services that the port is recorded to deliver, by their slots.

        Raises:
            Drifted: a record is none.
        """
        found = {}
        for label, text in rows.texts(self.port, "external_ids").items():
            if label.startswith(_RECORD):
                service = Service.read(text)
                if service is None:
                    raise Drifted("Somebody else has changed what is recorded at the port.")
                found[label.removeprefix(_RECORD)] = service
        return found

    def held_to(self) -> Queues | None:
        """Return the port's queues; None when they are not all ours, or not all of ours."""
        return Queues.read(self.port, self.qos, self.queues)

    def differences(self, layout: Layout) -> list[str]:
        """Return in what the port is set otherwise."""
        comparisons: dict[str, tuple[object, object]] = {
            "VLAN": (rows.number(self.port, "tag"), layout.tag),
            "tagged VLANs": (rows.numbers(self.port, "trunks"), layout.trunks),
            "VLAN mode": (rows.text(self.port, "vlan_mode"), layout.vlan_mode),
            "queues": (self.held_to(), Queues.of(self.name, layout)),
        }
        return [name for name, (found, wanted) in comparisons.items() if found != wanted]


async def read(ovsdb: Ovsdb, bridge: str, name: str) -> PortRows:
    """Read a port of a bridge.

    Raises:
        Unsupported: the bridge has no such port.
    """
    results = await ovsdb.transact(
        [
            rows.select("Bridge", rows.named(bridge), "ports"),
            rows.select("Port", rows.named(name), "tag", "trunks", "vlan_mode", "qos", "external_ids"),
            rows.select("Interface", rows.named(name), "ofport", "admin_state", "link_state", "duplex", "link_speed"),
            rows.select("QoS", queues.of_port(name), "type", "queues", "other_config", "external_ids"),
            rows.select("Queue", queues.of_port(name), "other_config", "external_ids"),
        ]
    )
    bridges, ports, interfaces, qos, queue_rows = map(rows.rows, results)
    there = {member for row in bridges for member in rows.references(row, "ports")}
    if not ports or not interfaces or rows.identity(ports[0]) not in there:
        raise Unsupported("The switch has no such port.")
    return PortRows(name=name, port=ports[0], interface=interfaces[0], qos=qos, queues=queue_rows)


async def numbers(ovsdb: Ovsdb, bridge: str) -> dict[str, int]:
    """Return the OpenFlow numbers of a bridge's ports by their names; the bridge's own port is none of them.

    Raises:
        Unsupported: there is no such bridge.
    """
    bridges, ports, interfaces = map(
        rows.rows,
        await ovsdb.transact(
            [
                rows.select("Bridge", rows.named(bridge), "ports"),
                rows.select("Port", [["name", "!=", bridge]], "name"),
                rows.select("Interface", [], "name", "ofport"),
            ]
        ),
    )
    if not bridges:
        raise Unsupported("The switch has no such bridge.")
    there = rows.references(bridges[0], "ports")
    names = {rows.text(row, "name") for row in ports if rows.identity(row) in there}
    return {
        name: number
        for row in interfaces
        if (name := rows.text(row, "name")) and name in names and (number := rows.number(row, "ofport") or 0) > 0
    }


async def write(ovsdb: Ovsdb, found: PortRows, services: Mapping[str, Service], layout: Layout) -> None:
    """Make a port what it should be, if it is still as it was found.

    Raises:
        Drifted: it is not.
    """
    others = {
        label: text for label, text in rows.texts(found.port, "external_ids").items() if not label.startswith(_RECORD)
    }
    records = {_RECORD + slot: service.written() for slot, service in services.items()}
    columns: dict[str, Any] = {
        "tag": layout.tag,
        "trunks": rows.set_of(sorted(layout.trunks)),
        "vlan_mode": layout.vlan_mode or rows.set_of([]),
        "external_ids": rows.map_of(others | records),
    }
    old = [("QoS", row) for row in found.qos] + [("Queue", row) for row in found.queues]
    operations: list[Operation] = [rows.unchanged("Port", found.port)]
    operations += [rows.unchanged(table, row) for table, row in old]
    wanted = Queues.of(found.name, layout)
    if found.held_to() != wanted:
        operations += [rows.deleted(table, row) for table, row in old]
        operations += wanted.inserted()
        columns["qos"] = ["named-uuid", "qos"] if wanted.queues else rows.set_of([])
    operations += [
        rows.updated("Port", found.port, columns),
        {"op": "mutate", "table": "Open_vSwitch", "where": [], "mutations": [["next_cfg", "+=", 1]]},
        {"op": "comment", "comment": f"onapi: port {found.name}"},
    ]
    await ovsdb.transact(operations)


async def applied(ovsdb: Ovsdb) -> None:
    """Wait until the switch does what its database says.

    Raises:
        TimedOut: it does not, as when it is not running.
    """
    asked: int | None = None
    for pause_s in _PAUSES_S:
        (found,) = await ovsdb.transact([rows.select("Open_vSwitch", [], "next_cfg", "cur_cfg")])
        for row in rows.rows(found):
            # What others ask for in the meantime is not waited for.
            asked = asked or rows.number(row, "next_cfg") or 0
            if (rows.number(row, "cur_cfg") or 0) >= asked:
                return
        await asyncio.sleep(pause_s)
    raise TimedOut("The switch has stored its new configuration, but does not carry it out.")
