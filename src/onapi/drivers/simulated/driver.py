"""Drives the simulated network as if it were a real one: asks its cabinet in JSON, and believes no answer unread.

An element of it is one access's, which the option `access` names; its one port has the access's name. Without the
option it is every access's, and can only be changed.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from onapi.drivers.contract import (
    VERSION,
    Busy,
    Delivery,
    Drifted,
    Element,
    Facts,
    Garbled,
    Identifiers,
    Port,
    Rejected,
    Transports,
    Unsupported,
)
from onapi.drivers.readings import Binding, Counters, Cpe, Group, Hardware, LearntMac, Link
from onapi.drivers.simulated.households import Household


class Simulated:
    """The driver; it has every capability."""

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        self._access_id = element.options.get("access", "")
        self._transports = transports

    @classmethod
    def match(cls, _sys_object_id: str, _description: str) -> int:
        """Return 0: nothing that can be asked what it is is simulated."""
        return 0

    async def probe(self) -> Facts:
        """Return what the element is."""
        await self._port(self._access_id)
        hardware = self._household().hardware()
        ports = (self._access_id,) if self._access_id else ()
        return Facts(description="Simulated", vendor=hardware.vendor, model=hardware.model, ports=ports)

    async def hardware(self) -> Hardware:
        """Return the element's state."""
        await self._port(self._access_id)
        return self._household().hardware()

    async def link(self, port: str) -> Link:
        """Return the state of the port."""
        return self._household().link(await self._port(port))

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        """Return the counters of the port."""
        await self._port(self._access_id)
        return {port: self._household().counters() for port in ports if port == self._access_id}

    async def macs(self, port: str, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        """Return the stations behind the port."""
        found = self._household().macs(await self._port(port))
        return tuple(station for station in found if not vlans or station.vlan in vlans)

    async def groups(self, port: str) -> tuple[Group, ...]:
        """Return the multicast groups of the port."""
        return self._household().groups(await self._port(port))

    async def bindings(self, port: str) -> tuple[Binding, ...]:
        """Return the leases behind the port."""
        return self._household().leases(await self._port(port))

    async def leases(self, identifiers: Identifiers) -> tuple[Binding, ...]:
        """Return the leases of the access, whose circuit has the access's name."""
        if identifiers.ipv4_circuit_id != self._access_id.encode():
            raise Unsupported("The DHCP server knows nobody of these names.")
        return self._household().leases(await self._port(self._access_id))

    async def cpe(self) -> Cpe:
        """Return the box at home."""
        return self._household().cpe(await self._port(self._access_id))

    async def deliveries(self, port: str, _identifiers: Identifiers) -> dict[str, Delivery]:
        """Return what the port delivers by slot; all of it is kept here."""
        return await self._port(port)

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `Provisions.provision`."""
        if self._access_id and port.name != self._access_id:
            raise _no_such_port()
        setups = {"before": _setup(before), "after": _setup(after)}
        match await self._answer({"access": self._access_id or port.access_id, "slot": port.slot, **setups}):
            case {"did": "changed"}:
                return _changed(before, after)
            case {"did": "nothing"}:
                return "It was so already."
            case {"holds": holds}:
                # What it is may be another SP's, and the sentence is for this one's eyes.
                raise Drifted("The port delivers " + ("nothing." if holds is None else "something else."))
            case _:
                raise _garbled()

    async def _port(self, port: str) -> dict[str, Delivery]:
        """Return what the port delivers by slot."""
        if port != self._access_id:
            raise _no_such_port()
        match await self._answer({"access": port}):
            case {"slots": dict(slots)}:
                return {slot: _delivery(setup) for slot, setup in slots.items()}
            case _:
                raise _garbled()

    async def _answer(self, question: Mapping[str, Any]) -> Any:
        answer = _read(await self._transports.cabinet().ask(json.dumps(question)))
        match answer:
            case {"busy": str(sentence)}:
                raise Busy(sentence)
            case {"rejected": str(sentence)}:
                raise Rejected(sentence)
        return answer

    def _household(self) -> Household:
        return Household(self._access_id, datetime.now(UTC))


def _setup(delivery: Delivery | None) -> str | None:
    """Return a delivery as the element keeps it: the same for the same, byte by byte."""
    if delivery is None:
        return None
    kept = {
        "subscription": delivery.subscription_id,
        "service": delivery.service,
        "tech": delivery.tech,
        "down_kbps": delivery.down_kbps,
        "up_kbps": delivery.up_kbps,
        "blocked": delivery.blocked,
        "characteristics": dict(delivery.characteristics),
        "equipment": [dict(piece) for piece in delivery.equipment],
    }
    return json.dumps(kept, sort_keys=True)


def _delivery(setup: Any) -> Delivery:
    """Return a delivery from how the element keeps it."""
    match _read(setup) if isinstance(setup, str) else None:
        case {
            "subscription": str(subscription_id),
            "service": str(service),
            "tech": "bb" | "iptv" | "voip" | "unknown" as tech,
            "down_kbps": int() | None as down_kbps,
            "up_kbps": int() | None as up_kbps,
            "blocked": bool(blocked),
            "characteristics": dict(characteristics),
            "equipment": list(equipment),
        }:
            return Delivery(
                subscription_id=subscription_id,
                service=service,
                tech=tech,
                down_kbps=down_kbps,
                up_kbps=up_kbps,
                blocked=blocked,
                characteristics=characteristics,
                equipment=tuple(equipment),
            )
    raise _garbled()


def _read(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None


def _no_such_port() -> Unsupported:
    return Unsupported("The network element has no such port.")


def _garbled() -> Garbled:
    return Garbled("The element answered something that is no answer.")


def _changed(before: Delivery | None, after: Delivery | None) -> str:
    if after is None:
        return "Nothing is delivered any more."
    if before is None:
        return f"{after.service} is delivered."
    if after.blocked != before.blocked:
        return f"{after.service} is {'blocked' if after.blocked else 'let through'}."
    return f"{after.service} is delivered instead of {before.service}."
