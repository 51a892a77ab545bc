"""What the services of a port make of it: VLANs, queues down, meters up. Pure.

One service can be untagged, which is Broadband; the others come in their VLANs' tags. A service that is blocked has
nothing on the port but its record: its VLAN is closed, and there is nothing to hold to a rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from onapi.drivers.contract import Delivery, Port, Unsupported

TECHS = ("bb", "iptv", "voip", "unknown")
"""The kinds of service, in the order of their numbers, which must not change."""

_UNTAGGED = "bb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A delivery, as far as an Open vSwitch has to do with it; speeds in kbit/s, None without a limit."""

    access: str
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
            subscription=delivery.subscription_id,
            service=delivery.service,
            tech=delivery.tech,
            down_kbps=delivery.down_kbps,
            up_kbps=delivery.up_kbps,
            blocked=delivery.blocked,
        )

    @classmethod
    def read(cls, text: str) -> "Service | None":
        """Read a record; None when somebody else has written there."""
        try:
            service = msgspec.json.decode(text, type=cls)
        except (msgspec.DecodeError, RecursionError):
            return None
        # Written again it must be the same, or it was not written here.
        return service if service.written() == text else None

    def written(self) -> str:
        """Return the record: the same for the same, byte by byte."""
        return msgspec.json.encode(self, order="sorted").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue of the port: what goes to the customer, `kbps` at most; without `slot` it is the whole port's."""

    number: int
    kbps: int
    slot: str = ""
    tech: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What a service may send, in kbit/s; `vlan` is None for the service that has no tags."""

    tech: str
    kbps: int
    vlan: int | None

    @property
    def burst_kbit(self) -> int:
        """Return what may come at once: a quarter of a second's worth, and some full windows of TCP at least.

        TCP waits a fifth of a second after what was dropped; with less to come at once than passes in that time, it
        gets no more than half of the rate.
        """
        return max(self.kbps // 4, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a port is set; `tag` is the VLAN of what has no tag, `trunks` are those that come with their tags."""

    tag: int
    trunks: frozenset[int] = frozenset()
    queues: frozenset[Queue] = frozenset()
    meters: tuple[Meter, ...] = ()

    @property
    def vlan_mode(self) -> str | None:
        """Return Open vSwitch's word for it; None is an access port."""
        return "native-untagged" if self.trunks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlans:
    """The VLANs of an element, from its options `vlan.bb`, `vlan.iptv`, `vlan.voip`, `vlan.unknown`, `vlan.idle`.

    `idle` is the VLAN of ports that deliver nothing. It must lead nowhere.
    """

    idle: int
    techs: Mapping[str, int]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Vlans":
        """Read an element's options.

        Raises:
            Unsupported: a VLAN is not one, or is there twice.
        """
        numbers = {tech: _vlan(options[f"vlan.{tech}"]) for tech in TECHS if f"vlan.{tech}" in options}
        idle = _vlan(options.get("vlan.idle", "4094"))
        if len({idle, *numbers.values()}) != len(numbers) + 1:
            raise Unsupported("Two of the element's VLANs have the same number.")
        return cls(idle=idle, techs=numbers)

    def layout(self, services: Mapping[str, Service]) -> Layout:
        """Return how a port is set that has these services, by their slots.

        Raises:
            Unsupported: a service has no VLAN here, or two have the same.
        """
        open_now = {slot: service for slot, service in services.items() if not service.blocked}
        vlans = {service.tech: self._of(service.tech) for service in services.values()}
        if len(vlans) != len(services):
            raise Unsupported("The port delivers a service of this kind already, and has one VLAN for both.")
        untagged = any(service.tech == _UNTAGGED for service in open_now.values())
        return Layout(
            tag=vlans[_UNTAGGED] if untagged else self.idle,
            trunks=frozenset(vlans[one.tech] for one in open_now.values() if one.tech != _UNTAGGED),
            queues=_queues(open_now),
            meters=tuple(
                Meter(tech=one.tech, kbps=one.up_kbps, vlan=None if one.tech == _UNTAGGED else vlans[one.tech])
                for one in open_now.values()
                if one.up_kbps is not None
            ),
        )

    def _of(self, tech: str) -> int:
        if tech not in self.techs:
            raise Unsupported(f"The element has no VLAN for services of the kind {tech}.")
        return self.techs[tech]


def _queues(services: Mapping[str, Service]) -> frozenset[Queue]:
    """Return a queue for each service, and the first for the whole port.

    The first takes whatever is not sorted into the others, which is everything on a switch that cannot sort.
    """
    queues = [
        Queue(number=1 + TECHS.index(one.tech), kbps=one.down_kbps, slot=slot, tech=one.tech)
        for slot, one in services.items()
        if one.down_kbps is not None
    ]
    whole = [Queue(number=0, kbps=sum(queue.kbps for queue in queues))] if queues else []
    return frozenset(whole + queues)


def _vlan(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 0 < number < 4095:
        raise Unsupported(f"{text!r} is no VLAN; there are 1 to 4094.")
    return number
