"""Drives Kea. How deliveries map to it: docs/explanation/kea.md."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from onapi.drivers.contract import VERSION, Delivery, Element, Facts, Garbled, Identifiers, Port, Transports
from onapi.drivers.kea import leases, provisioning
from onapi.drivers.kea.kinds import Kinds
from onapi.drivers.kea.provisioning import Server
from onapi.drivers.readings import Binding, Hardware

_VENDOR = "Internet Systems Consortium"
# Kea has not been up for longer than there has been a Kea.
_LONGEST_S = 20 * 365 * 24 * 3600


class KeaDriver:
    """The driver; it reads hardware and leases, and provisions. The element's options: see `kinds.Kinds`."""

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        self._options = element.options
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return how well the driver suits an element; one that says that it is a Kea is one."""
        return 50 if not sys_object_id and description.startswith("Kea ") else 0

    async def probe(self) -> Facts:
        """Ask Kea what it is. It has no ports: it knows accesses by their circuit ids."""
        version = await self._version()
        return Facts(description=f"Kea {version}", vendor=_VENDOR, model=f"Kea {version}")

    async def hardware(self) -> Hardware:
        """Return what the DHCPv4 server is, and since when it has been running."""
        version = await self._version()
        arguments = (await self._transports.control().command("status-get", {})).get("arguments")
        uptime = arguments.get("uptime") if isinstance(arguments, Mapping) else None
        if not isinstance(uptime, int) or not 0 <= uptime < _LONGEST_S:
            raise Garbled("Kea does not say how long it has been running.")
        up_since = datetime.now(UTC) - timedelta(seconds=uptime)
        return Hardware(up_since=up_since, vendor=_VENDOR, model=f"Kea {version}")

    async def leases(self, identifiers: Identifiers) -> tuple[Binding, ...]:
        """Return what is leased to an access; see `contract.Leases`, and `leases.bindings`."""
        return await leases.bindings(self._transports.sql(), Kinds.of(self._options), identifiers)

    async def deliveries(self, port: str, identifiers: Identifiers) -> dict[str, Delivery]:
        """Return what an access is served by slot; see `contract.ReadsDeliveries`."""
        return await provisioning.deliveries(self._server(), identifiers)

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Have Kea serve `after` instead of `before`; see `contract.Provisions`."""
        return await provisioning.provision(self._server(), port, before, after)

    def _server(self) -> Server:
        return Server(
            database=self._transports.sql(),
            control=self._transports.control(),
            kinds=Kinds.of(self._options),
        )

    async def _version(self) -> str:
        told: Any = (await self._transports.control().command("version-get", {})).get("text")
        if not isinstance(told, str) or not told.strip() or not told.isprintable():
            raise Garbled("Kea does not say which version it is.")
        return told.strip()[:100]
