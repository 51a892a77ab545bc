"""Drives elements by NETCONF and standard models. What is read and written: docs/explanation/netconf.md."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from onapi.drivers.contract import (
    VERSION,
    Delivery,
    Element,
    Facts,
    Garbled,
    Identifiers,
    Port,
    Transports,
    Unsupported,
)
from onapi.drivers.netconf import deliveries, interfaces, tree
from onapi.drivers.netconf.tree import BASE, Tree
from onapi.drivers.readings import Counters, Hardware, Link

_STATE = "<oper-status/><admin-status/><enabled/><last-change/><speed/>"
_ETHERNET = tree.element("ethernet", namespace=interfaces.ETHERNET)


class NetconfDriver:
    """The driver; it reads hardware, link and counters, and provisions where there is the module onapi-port."""

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return 0: which elements speak NETCONF is the inventory's to say."""
        return 0

    async def probe(self) -> Facts:
        """Ask the element what it is, and for its ports."""
        hardware = await self.hardware()
        told = await self._get(interfaces.ask_interfaces("<type/>"))
        return Facts(vendor=hardware.vendor, model=hardware.model, ports=interfaces.names(told))

    async def hardware(self) -> Hardware:
        """Return the element's state."""
        return interfaces.hardware(await self._get(interfaces.ask_hardware()))

    async def link(self, port: str) -> Link:
        """Return the state of a port."""
        told = await self._get(interfaces.ask_interfaces(_STATE + _ETHERNET, port))
        found = interfaces.link(told, port)
        if found is None:
            raise Unsupported(f"The network element has no port {port}.")
        return found

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        """Return the counters of these ports, with one question for all."""
        one = ports[0] if len(ports) == 1 else None
        told = await self._get(interfaces.ask_interfaces("<statistics/>", one))
        found = interfaces.counters(told, datetime.now(UTC))
        if not found and not set(ports).isdisjoint(interfaces.names(told)):
            raise Unsupported("The network element does not tell what its ports count.")
        return {port: found[port] for port in ports if port in found}

    async def deliveries(self, port: str, _identifiers: Identifiers) -> dict[str, Delivery]:
        """Return what a port delivers by slot; see `contract.ReadsDeliveries`."""
        return await deliveries.deliveries(self._transports.netconf(), port)

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `contract.Provisions`."""
        return await deliveries.provision(self._transports.netconf(), port, before, after)

    async def _get(self, wanted: str) -> Tree:
        answer = await self._transports.netconf().call(f'<get><filter type="subtree">{wanted}</filter></get>')
        told = tree.forest(answer).find(f"{{{BASE}}}data")
        if told is None:
            raise Garbled("The network element does not tell its state.")
        return told
