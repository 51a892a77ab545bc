"""Reads CPE by the northbound interface of a GenieACS. Source: GenieACS documentation, "API reference"."""

import json
from typing import ClassVar

from onapi.drivers.contract import VERSION, Element, Facts, Garbled, Transports, Unreachable, Unsupported
from onapi.drivers.genieacs import models
from onapi.drivers.genieacs.parameters import Node, time
from onapi.drivers.readings import Cpe, Hardware


class GenieAcsDriver:
    """The driver; it tells what the CPE said when it last informed, and when that was.

    The element's options: `device`, the CPE's identifier in GenieACS, or else `serial`, its serial number. The
    element's address is the CPE's own, and not used.
    """

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        self._options = element.options
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return 0: nothing that a CPE says itself tells who manages it."""
        return 0

    async def probe(self) -> Facts:
        """Ask for the CPE."""
        cpe = await self.cpe()
        return Facts(description=cpe.firmware, vendor=cpe.vendor, model=cpe.model)

    async def hardware(self) -> Hardware:
        """Return what the CPE is, and since when it runs."""
        cpe = await self.cpe()
        return Hardware(up_since=cpe.up_since, vendor=cpe.vendor, model=cpe.model)

    async def cpe(self) -> Cpe:
        """Return the state of the CPE."""
        asked = {"query": json.dumps(self._who()), "projection": models.PROJECTION}
        told = await self._transports.http().fetch("/devices/", asked)
        if not isinstance(told, list):
            raise Garbled("The GenieACS does not answer with a list of devices.")
        if not told:
            raise Unreachable("The GenieACS has never heard of the CPE.")
        if len(told) > 1:
            raise Unsupported(f"The GenieACS has {len(told)} such CPE.")
        if not isinstance(told[0], dict):
            raise Garbled("The GenieACS does not answer with a device.")
        return models.cpe(Node.of(told[0], time(told[0].get("_lastInform"))))

    def _who(self) -> dict[str, str]:
        if "device" in self._options:
            return {"_id": self._options["device"]}
        if "serial" in self._options:
            return {"_deviceId._SerialNumber": self._options["serial"]}
        raise Unsupported("The inventory does not say which CPE it is: options device or serial.")
