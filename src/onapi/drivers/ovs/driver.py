"""Drives one bridge of an Open vSwitch. How deliveries map to it: docs/explanation/ovs.md."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from onapi.drivers.contract import (
    VERSION,
    Delivery,
    Element,
    Facts,
    Identifiers,
    OpenFlow,
    Port,
    Transports,
    Unsupported,
)
from onapi.drivers.ovs import database, messages, provisioning, rows, tables
from onapi.drivers.ovs.layout import Vlans
from onapi.drivers.ovs.provisioning import Switch
from onapi.drivers.readings import Counters, Group, Hardware, LearntMac, Link, Traffic


class OvsDriver:
    """The driver; it reads hardware, link, counters, MAC and multicast tables, and provisions.

    The element's options: `bridge`, which is "br0" if it is not said, and the VLANs, see `layout.Vlans`.
    """

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        self._options = element.options
        self._bridge = element.options.get("bridge", "br0")
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return how well the driver suits an element; one that says that it is an Open vSwitch is one."""
        return 50 if not sys_object_id and description.startswith("Open vSwitch") else 0

    async def probe(self) -> Facts:
        """Ask the switch what it is, and for the ports of the bridge."""
        answers = await self._transports.openflow().exchange([messages.ask_description()])
        maker, model, version = messages.read_description(answers)
        return Facts(
            description=f"{model} {version}",
            vendor=maker or None,
            model=model or None,
            ports=tuple(sorted(await database.numbers(self._transports.ovsdb(), self._bridge))),
        )

    async def hardware(self) -> Hardware:
        """Return what the switch is, and since when it has had the bridge."""
        asked = [messages.ask_description(), messages.ask_ports(messages.LOCAL)]
        answers = await self._transports.openflow().exchange(asked)
        maker, model, _version = messages.read_description(answers)
        bridge = messages.read_ports(answers).get(messages.LOCAL)
        up_since = datetime.now(UTC) - timedelta(seconds=bridge.seconds) if bridge else None
        return Hardware(up_since=up_since, vendor=maker or None, model=model or None)

    async def link(self, port: str) -> Link:
        """Return the state of a port. Since when, and what it is set to, an Open vSwitch does not know."""
        flows = self._flows()
        if flows is not None:
            # The database goes on saying what a switch last wrote that is not running any more.
            await flows.exchange([])
        found = await database.read(self._transports.ovsdb(), self._bridge, port)
        speed = rows.number(found.interface, "link_speed")
        queues = found.held_to()
        return Link(
            up=_is(rows.text(found.interface, "link_state"), "up"),
            admin_down=_is(rows.text(found.interface, "admin_state"), "down"),
            full_duplex=_is(rows.text(found.interface, "duplex"), "full"),
            speed_mbps=speed // 1_000_000 if speed else None,
            speeds=tuple(queues.rates().values()) if queues else (),
        )

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        """Return what ports have counted, with one question for all. It does not tell unicast from other packets."""
        numbers = await database.numbers(self._transports.ovsdb(), self._bridge)
        read_at = datetime.now(UTC)
        counted = messages.read_ports(await self._transports.openflow().exchange([messages.ask_ports()]))
        return {
            name: Counters(
                read_at=read_at,
                input=Traffic(
                    bytes=counts.rx_bytes,
                    packets=counts.rx_packets,
                    errors=counts.rx_errors,
                    crc_errors=counts.rx_crc_errors,
                ),
                output=Traffic(bytes=counts.tx_bytes, packets=counts.tx_packets, errors=counts.tx_errors),
            )
            for name in ports
            if (counts := counted.get(numbers.get(name, 0))) is not None
        }

    async def macs(self, port: str, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        """Return the stations of a port. The switch knows when it last heard of one, not when first."""
        number = await self._number(port)
        printed = await self._transports.appctl().ask("fdb/show", self._bridge)
        return tuple(
            LearntMac(mac=station.mac, vlan=station.vlan)
            for station in tables.stations(printed)
            if station.port == number and (not vlans or station.vlan in vlans)
        )

    async def groups(self, port: str) -> tuple[Group, ...]:
        """Return the groups of a port; empty where the bridge does not snoop."""
        number = await self._number(port)
        printed = await self._transports.appctl().ask("mdb/show", self._bridge)
        now = datetime.now(UTC)
        return tuple(
            Group(multicast=member.group, since=now - timedelta(seconds=member.age_s))
            for member in tables.memberships(printed)
            if member.port == number
        )

    async def deliveries(self, port: str, _identifiers: Identifiers) -> dict[str, Delivery]:
        """Return what a port delivers by slot; see `contract.ReadsDeliveries`."""
        return await provisioning.deliveries(self._switch(), port)

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `contract.Provisions`."""
        return await provisioning.provision(self._switch(), port, before, after)

    def _switch(self) -> Switch:
        return Switch(
            bridge=self._bridge,
            database=self._transports.ovsdb(),
            flows=self._flows(),
            vlans=Vlans.of(self._options),
        )

    def _flows(self) -> OpenFlow | None:
        try:
            return self._transports.openflow()
        except Unsupported:
            return None

    async def _number(self, port: str) -> int | None:
        return (await database.read(self._transports.ovsdb(), self._bridge, port)).number


def _is(found: str | None, word: str) -> bool | None:
    return None if found is None else found == word
