"""Reads elements by SNMP, each as the profile of its kind says.

Known instances are asked for exactly, a port's state in one packet; tables are walked once to find out how the
element numbers what it has, and whatever is read afterwards is read with a proof that the number is still the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from onapi.drivers.contract import Element, Facts, Transports, Unsupported
from onapi.drivers.readings import Binding, Counters, Cpe, Group, Hardware, LearntMac, Link, Traffic
from onapi.drivers.snmp import clocks, cpe, profile_files, profiles, tables
from onapi.drivers.snmp.bridge import Bridge
from onapi.drivers.snmp.clocks import Clocks
from onapi.drivers.snmp.entities import MANUFACTURER, MODEL, Entities
from onapi.drivers.snmp.interfaces import Interface, Interfaces
from onapi.drivers.snmp.optics import Transceivers
from onapi.drivers.snmp.profiles import Columns, Profile, Shelf, Table, Value, text

_DESCRIPTION = "1.3.6.1.2.1.1.1.0"
_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_USUAL = "generic"


class SnmpDriver:
    """The driver; `options` of an element may have `profile`, the name of one, where its sysObjectID does not tell.

    A package with profiles of its own has a class of it with another `shelf`.
    """

    contract: ClassVar[int] = 1

    def __init__(self, element: Element, transports: Transports) -> None:
        self._element = element
        self._transports = transports
        self._profile: Profile | None = None
        self._interfaces = Interfaces(transports.snmp)
        self._transceivers = Transceivers(transports.snmp)
        self._entities = Entities(transports.snmp)
        self._bridge = Bridge(transports.snmp)

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return how well the driver suits such an element: the arcs of the best profile's prefix."""
        profile = cls.shelf().best(sys_object_id, description)
        return profile.score(sys_object_id, description) if profile else 0

    @classmethod
    def shelf(cls) -> Shelf:
        """Return the profiles that there are."""
        return profile_files.shipped()

    @staticmethod
    def clock() -> datetime:
        """Return what time it is."""
        return datetime.now(UTC)

    async def probe(self) -> Facts:
        """Ask the element what it is."""
        self._profile = None
        profile = await self._known()
        answer = await self._transports.snmp().get([_OBJECT_ID, _DESCRIPTION])
        hardware = await self.hardware()
        return Facts(
            sys_object_id=_identifier(answer.get(_OBJECT_ID)),
            description=text(answer.get(_DESCRIPTION)),
            vendor=hardware.vendor,
            model=hardware.model,
            ports=await self._interfaces.names(profile.interface_types),
        )

    async def hardware(self) -> Hardware:
        """Return the element's state."""
        profile = await self._known()
        chassis = await self._entities.chassis()
        asked = [*clocks.OIDS, *(column.oid for column in profile.uptime_s), _DESCRIPTION]
        asked += [f"{column}.{chassis}" for column in (MANUFACTURER, MODEL) if chassis is not None]
        answer = await self._transports.snmp().get(asked)
        vendor, model = (text(answer.get(f"{column}.{chassis}")) for column in (MANUFACTURER, MODEL))
        return Hardware(
            up_since=Clocks.read(profile.uptime_s, answer, self.clock()).up_since,
            vendor=profile.vendor or vendor,
            model=model or profile.model_of(text(answer.get(_DESCRIPTION))),
        )

    async def link(self, port: str) -> Link:
        """Return the state of a port, which is asked for in one packet."""
        profile = await self._known()
        for _ in range(2):
            interface = await self._interfaces.find(port)
            optics = await self._transceivers.question(profile.optics, interface.index, interface.name)
            asked = [oid for columns in profile.link.values() for oid in profiles.instances(columns, interface.index)]
            answer = await self._transports.snmp().get([interface.proof, *clocks.OIDS, *asked, *optics.oids])
            if interface.is_in(answer):
                link = _link(profile, interface.index, answer, Clocks.read((), answer, self.clock()))
                return replace(link, transceiver=optics.read(answer))
            self._forget()
        raise _lacks(port)

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        """Return the counters of these ports; one that the element lacks is left out."""
        profile = await self._known()
        rows = await self._interfaces.find_all(ports)
        found = await self._count(profile, rows)
        moved = rows.keys() - found.keys()
        if moved:
            self._forget()
            found |= await self._count(profile, await self._interfaces.find_all(moved))
        return {port: found[port] for port in ports if port in found}

    async def macs(self, port: str, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        """Return the stations of a port in these VLANs; no VLANs is all of them."""
        profile = await self._known()
        if profile.macs is None:
            raise self._cannot("the stations behind a port")
        return await self._bridge.macs(await self._proven(port), vlans)

    async def groups(self, port: str) -> tuple[Group, ...]:
        """Return the groups of a port: by IP address, or by address on Ethernet where the element has no other."""
        profile = await self._known()
        if profile.groups is None:
            raise self._cannot("the multicast groups of a port")
        interface = await self._proven(port)
        if isinstance(profile.groups, Table):
            return await tables.groups(self._transports.snmp(), profile.groups, interface)
        return await self._bridge.groups(interface)

    async def bindings(self, port: str) -> tuple[Binding, ...]:
        """Return the leases of a port, as the element has seen them."""
        profile = await self._known()
        if profile.bindings is None:
            raise self._cannot("the leases behind a port")
        interface = await self._proven(port)
        return await tables.bindings(self._transports.snmp(), profile.bindings, interface, self.clock())

    async def cpe(self) -> Cpe:
        """Return all of a CPE that is a small switch."""
        profile = await self._known()
        names = await self._interfaces.names(profile.interface_types)
        cpe.is_small(names)
        rows = await self._interfaces.find_all(names)
        return await cpe.compose(
            self._transports.snmp(),
            chassis=await self._entities.chassis(),
            hardware=await self.hardware(),
            rows=rows,
            links={name: await self.link(name) for name in rows},
            counters=await self.counters(list(rows)),
            macs=await self._bridge.macs_of_all(rows) if profile.macs is not None else {},
        )

    async def _known(self) -> Profile:
        """Return the element's profile; it is asked for once."""
        if self._profile is None:
            answer: Mapping[str, Value] = {}
            if "profile" not in self._element.options:
                answer = await self._transports.snmp().get([_OBJECT_ID, _DESCRIPTION])
            self._profile = self._choose(answer)
            self._transports.snmp().suit(self._profile.manners)
        return self._profile

    def _choose(self, answer: Mapping[str, Value]) -> Profile:
        """Return the profile that inventory names, or that suits what the element says it is."""
        shelf = type(self).shelf()
        if "profile" in self._element.options:
            return shelf.named(self._element.options["profile"])
        best = shelf.best(_identifier(answer.get(_OBJECT_ID)) or "", text(answer.get(_DESCRIPTION)) or "")
        return best or shelf.named(_USUAL)

    async def _proven(self, port: str) -> Interface:
        """Return a port's row, which is the port's at this moment."""
        for _ in range(2):
            interface = await self._interfaces.find(port)
            if interface.is_in(await self._transports.snmp().get([interface.proof])):
                return interface
            self._forget()
        raise _lacks(port)

    async def _count(self, profile: Profile, rows: Mapping[str, Interface]) -> dict[str, Counters]:
        """Return the counters of ports that are still in the rows where they were."""
        if not rows:
            return {}
        columns = [
            *profile.reset,
            *(c for way in (profile.input, profile.output) for some in way.values() for c in some),
        ]
        asked = [*clocks.OIDS, *(column.oid for column in profile.uptime_s), *(row.proof for row in rows.values())]
        asked += [column.instance(row.index) for row in rows.values() for column in columns]
        answer = await self._transports.snmp().get(asked)
        times = Clocks.read(profile.uptime_s, answer, self.clock())
        return {
            port: Counters(
                read_at=times.now,
                input=_traffic(profile.input, row.index, answer),
                output=_traffic(profile.output, row.index, answer),
                reset_at=times.at(profiles.first(profile.reset, row.index, answer)) or times.up_since,
            )
            for port, row in rows.items()
            if row.is_in(answer)
        }

    def _forget(self) -> None:
        """Find out anew how the element numbers its ports."""
        self._interfaces.forget()
        self._transceivers.forget()

    def _cannot(self, what: str) -> Unsupported:
        name = self._profile.name if self._profile else _USUAL
        return Unsupported(f"An element of the kind {name} does not tell {what} by SNMP.")


def _link(profile: Profile, index: int, answer: Mapping[str, Value], times: Clocks) -> Link:
    def told(name: str) -> bool | str | None:
        return profiles.first_word(profile.link.get(name, ()), index, answer)

    up, admin_down, full_duplex, configured = map(told, ("up", "admin_down", "full_duplex", "configured"))
    return Link(
        up=up if isinstance(up, bool) else None,
        admin_down=admin_down if isinstance(admin_down, bool) else None,
        full_duplex=full_duplex if isinstance(full_duplex, bool) else None,
        since=times.at(profiles.first(profile.link.get("changed", ()), index, answer)),
        speed_mbps=profiles.first_count(profile.link.get("speed_mbps", ()), index, answer),
        configured=configured if isinstance(configured, str) else None,
    )


def _traffic(columns: Mapping[str, Columns], index: int, answer: Mapping[str, Value]) -> Traffic:
    counts = {name: profiles.first_count(some, index, answer) for name, some in columns.items()}
    if counts.get("packets") is None:
        parts = [counts.get(kind) for kind in ("unicast", "multicast", "broadcast")]
        counts["packets"] = sum(part or 0 for part in parts) if None not in parts else None
    return Traffic(**counts)


def _lacks(port: str) -> Unsupported:
    return Unsupported(f"The network element has no port {port}.")


def _identifier(raw: Value | None) -> str | None:
    return raw if isinstance(raw, str) else None
