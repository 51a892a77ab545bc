"""What a delivery makes of a port's configuration in VRP, and the other way round. Pure.

A port delivers one service, untagged. What is the driver's on it: the VLAN of the access port, the two rates, and at
the end of the description a record of what is delivered. Other lines, and the rest of the description, are not.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any

from onapi.drivers.contract import Delivery, Drifted, Port, Unsupported

_TECHS = ("bb", "iptv", "voip", "unknown")
_RECORD = re.compile(r"(?P<own>.*?) ?onapi:(?P<record>\[.*\])\Z")
_LONGEST = 242
_RATE = re.compile(r"qos lr (inbound|outbound) cir (\d{1,8})\b.*\Z")
_VLAN = re.compile(r"port default vlan (\d{1,4})\Z")
_RATES = (64, 10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A delivery, as far as the switch has to do with it; speeds in kbit/s, None without a limit."""

    access: str
    slot: str
    subscription: str
    service: str
    tech: str
    down_kbps: int | None
    up_kbps: int | None
    blocked: bool

    @classmethod
    def of(cls, port: Port, delivery: Delivery | None) -> "Service | None":
        """Return what a delivery is here."""
        if delivery is None:
            return None
        return cls(
            access=port.access_id,
            slot=port.slot,
            subscription=delivery.subscription_id,
            service=delivery.service,
            tech=delivery.tech,
            down_kbps=delivery.down_kbps,
            up_kbps=delivery.up_kbps,
            blocked=delivery.blocked,
        )

    def written(self) -> str:
        """Return the record: the same for the same, in characters that a command line takes."""
        return json.dumps(astuple(self), separators=(",", ":")).replace("?", "\\u003f")

    @classmethod
    def read(cls, text: str) -> "Service | None":
        """Read a record; None when it is none that was written here."""
        try:
            values: Any = json.loads(text)
        except (ValueError, RecursionError):
            return None
        names = [field.name for field in fields(cls)]
        if not isinstance(values, list) or len(values) != len(names):
            return None
        service = cls(**dict(zip(names, values, strict=True)))
        return service if service._is_sound() and service.written() == text else None

    def _is_sound(self) -> bool:
        texts = (self.access, self.slot, self.subscription, self.service, self.tech)
        rates = (self.down_kbps, self.up_kbps)
        return (
            all(isinstance(text, str) for text in texts)
            and all(rate is None or type(rate) is int for rate in rates)
            and type(self.blocked) is bool
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a port is set; rates in kbit/s, None without a limit. Down is what the switch sends: outbound."""

    vlan: int
    outbound_kbps: int | None = None
    inbound_kbps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What was found on a port: `own` is the operator's part of the description, `service` the record's."""

    is_access: bool
    own: str
    service: Service | None
    layout: Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlans:
    """The VLANs of an element, from its options `vlan.bb`, `vlan.iptv`, `vlan.voip`, `vlan.unknown`, `vlan.idle`.

    `idle` is the VLAN of ports that deliver nothing. It must be there, and lead nowhere.
    """

    idle: int
    techs: Mapping[str, int]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Vlans":
        """Read an element's options.

        Raises:
            Unsupported: a VLAN is not one, or is the idle one.
        """
        techs = {tech: _vlan(options[f"vlan.{tech}"]) for tech in _TECHS if f"vlan.{tech}" in options}
        idle = _vlan(options.get("vlan.idle", "4094"))
        if idle in techs.values():
            raise Unsupported("The element's idle VLAN is that of a service.")
        return cls(idle=idle, techs=techs)

    def layout(self, service: Service | None) -> Layout:
        """Return how a port is set that delivers a service; one that is blocked has nothing but its record.

        Raises:
            Unsupported: the element has no VLAN for it, or a rate is beyond what VRP can hold a port to.
        """
        if service is None:
            return Layout(vlan=self.idle)
        if service.tech not in self.techs:
            raise Unsupported(f"The element has no VLAN for services of the kind {service.tech}.")
        for rate in (service.down_kbps, service.up_kbps):
            if rate is not None and not _RATES[0] <= rate <= _RATES[1]:
                raise Unsupported(f"A port can be held to {_RATES[0]} to {_RATES[1]} kbit/s, not to {rate}.")
        if service.blocked:
            return Layout(vlan=self.idle)
        return Layout(vlan=self.techs[service.tech], outbound_kbps=service.down_kbps, inbound_kbps=service.up_kbps)


def read(printed: str, port: str) -> Configured:
    """Read `display current-configuration interface <port>`.

    Raises:
        Unsupported: the port is not in it.
        Drifted: there is a record that nobody here has written.
    """
    lines = [line.strip() for line in printed.splitlines()]
    if f"interface {port}" not in lines:
        raise Unsupported(f"The network element prints no configuration of the port {port}.")
    rates = {rate[1]: int(rate[2]) for line in lines if (rate := _RATE.match(line))}
    vlan = next((int(found[1]) for line in lines if (found := _VLAN.match(line))), 1)
    description = next((line.removeprefix("description ") for line in lines if line.startswith("description ")), "")
    own, service = described(description)
    return Configured(
        is_access="port link-type access" in lines,
        own=own,
        service=service,
        layout=Layout(vlan=vlan, outbound_kbps=rates.get("outbound"), inbound_kbps=rates.get("inbound")),
    )


def described(description: str) -> tuple[str, Service | None]:
    """Return the operator's part of a description, and the service of its record.

    Raises:
        Drifted: there is a record that nobody here has written.
    """
    found = _RECORD.match(description)
    if found is None:
        if "onapi:" in description:
            raise Drifted("Somebody else has changed the record in the port's description.")
        return description, None
    service = Service.read(found["record"])
    if service is None:
        raise Drifted("Somebody else has changed the record in the port's description.")
    return found["own"], service


def commands(now: Layout, own: str, service: Service | None, after: Layout) -> list[str]:
    """Return what to type on a port to have it delivered: a port is closed first and opened last, then recorded.

    Raises:
        Unsupported: the record does not fit into the description.
    """
    vlan = [f"port default vlan {after.vlan}"] if after.vlan != now.vlan else []
    rates: list[str] = []
    for way, was, be in (
        ("outbound", now.outbound_kbps, after.outbound_kbps),
        ("inbound", now.inbound_kbps, after.inbound_kbps),
    ):
        if was != be:
            rates.append(f"undo qos lr {way}" if be is None else f"qos lr {way} cir {be}")
    is_open = service is not None and not service.blocked
    description = " ".join(part for part in (own, f"onapi:{service.written()}" if service else "") if part)
    if len(description) > _LONGEST:
        raise Unsupported(f"The record and the description have more than {_LONGEST} characters together.")
    record = f"description {description}" if description else "undo description"
    return [*rates, *vlan, record] if is_open else [*vlan, *rates, record]


def between(found: Layout, one: Layout, other: Layout) -> bool:
    """Return whether each setting is that of one of two layouts: so it is when a change broke off in the middle."""
    return all(here in both for here, *both in zip(astuple(found), astuple(one), astuple(other), strict=True))


def _vlan(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if not 0 < number < 4095:
        raise Unsupported(f"{text!r} is no VLAN; there are 1 to 4094.")
    return number
