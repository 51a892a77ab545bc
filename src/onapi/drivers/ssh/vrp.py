"""Drives Huawei's S-series switches by the command line of VRP. What is asked: docs/explanation/command-lines.md."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from onapi.drivers.contract import (
    VERSION,
    Delivery,
    Element,
    Facts,
    Identifiers,
    Port,
    Rejected,
    Transports,
    Unsupported,
)
from onapi.drivers.readings import Binding, Counters, Group, Hardware, LearntMac, Link, Speed
from onapi.drivers.ssh import vrp_layout, vrp_printed, vrp_provisioning
from onapi.drivers.ssh.vrp_layout import Vlans
from onapi.drivers.ssh.vrp_printed import Clock

_PORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,40}\d(?:/\d{1,4}){0,3}\Z")


class VrpDriver:
    """The driver; it reads all that a switch can tell of a port, and provisions where VRP is version 5.

    The element's options: the VLANs, see `vrp_layout.Vlans`. A port is named as the configuration has it, such as
    GigabitEthernet0/0/1.
    """

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        self._options = element.options
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return how well the driver suits an element; one that can be asked by SNMP is better asked so."""
        return 50 if not sys_object_id and "Huawei Versatile Routing Platform" in description else 0

    @staticmethod
    def clock() -> datetime:
        """Return what time it is."""
        return datetime.now(UTC)

    async def probe(self) -> Facts:
        """Ask the switch what it is, and for its physical ports."""
        version = vrp_printed.version(await self._ask("display version"))
        return Facts(
            description=f"Huawei Versatile Routing Platform {version.software}",
            vendor="Huawei",
            model=version.model,
            ports=vrp_printed.names(await self._long("display interface brief")),
        )

    async def hardware(self) -> Hardware:
        """Return what the switch is, and since when it runs, to the minute."""
        version = vrp_printed.version(await self._ask("display version"))
        up_since = self.clock() - version.up_for if version.up_for is not None else None
        return Hardware(up_since=up_since, vendor="Huawei", model=version.model)

    async def link(self, port: str) -> Link:
        """Return the state of a port, its optics, and what its service is held to down."""
        printed = await self._of(port, f"display interface {port}")
        found = vrp_printed.ports(printed, self.clock()).get(port)
        if found is None:
            raise _lacks(port)
        try:
            optics = vrp_printed.transceiver(await self._of(port, f"display transceiver interface {port} verbose"))
        except (Rejected, Unsupported):
            # A copper port has no place for one, and its refusal has many wordings.
            optics = None
        speeds = await self._speeds(port) if "onapi:" in found.description else ()
        return replace(found.link, transceiver=optics, speeds=speeds)

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        """Return what ports have counted, with one question for all. When they began at zero, VRP 5 does not tell."""
        known = [port for port in ports if _PORT.match(port)]
        if not known:
            return {}
        try:
            if len(known) == 1:
                printed = await self._of(known[0], f"display interface {known[0]}")
            else:
                printed = await self._long("display interface")
        except Unsupported:
            return {}
        now = self.clock()
        found = vrp_printed.ports(printed, now)
        return {
            port: Counters(read_at=now, input=found[port].input, output=found[port].output)
            for port in known
            if port in found
        }

    async def macs(self, port: str, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        """Return the stations of a port."""
        found = vrp_printed.macs(await self._of(port, f"display mac-address {port}"), port)
        return tuple(mac for mac in found if not vlans or mac.vlan in vlans)

    async def groups(self, port: str) -> tuple[Group, ...]:
        """Return the groups of a port; when they were asked for, VRP does not tell."""
        return vrp_printed.groups(await self._long("display igmp-snooping port-info"), port)

    async def bindings(self, port: str) -> tuple[Binding, ...]:
        """Return the leases that DHCP snooping saw on a port."""
        printed = await self._of(port, f"display dhcp snooping user-bind interface {port}")
        clock = Clock.read(await self._ask("display clock"), self.clock())
        return vrp_printed.bindings(printed, port, clock)

    async def deliveries(self, port: str, _identifiers: Identifiers) -> dict[str, Delivery]:
        """Return what a port delivers by slot; see `contract.ReadsDeliveries`."""
        _known(port)
        return await vrp_provisioning.deliveries(self._transports.shell(), Vlans.of(self._options), port)

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `contract.Provisions`."""
        _known(port.name)
        return await vrp_provisioning.provision(
            self._transports.shell(), Vlans.of(self._options), port, before, after
        )

    async def _speeds(self, port: str) -> tuple[Speed, ...]:
        found = vrp_layout.read(await self._of(port, f"display current-configuration interface {port}"), port)
        rate = found.layout.outbound_kbps
        if found.service is None or rate is None:
            return ()
        return (Speed(tech=found.service.tech, cir_kbps=rate, pir_kbps=rate),)

    async def _of(self, port: str, command: str) -> str:
        _known(port)
        return vrp_printed.accepted(await self._transports.shell().ask(command), port)

    async def _long(self, command: str) -> str:
        """Return a long answer in one piece: to turn each page costs a journey there and back."""
        # A switch that does not have this goes on printing pages.
        await self._transports.shell().ask("screen-length 0 temporary")
        return await self._ask(command)

    async def _ask(self, command: str) -> str:
        return vrp_printed.accepted(await self._transports.shell().ask(command))


def _known(port: str) -> None:
    """Refuse what cannot be a port, before it becomes part of a command."""
    if not _PORT.match(port):
        raise _lacks(port)


def _lacks(port: str) -> Unsupported:
    return Unsupported(f"The network element has no port {port}.")
