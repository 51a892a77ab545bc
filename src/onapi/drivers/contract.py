"""What a driver is: this and `readings` are the modules of onapi that drivers import.

A driver is a class with `match`, `probe` and one method for each capability that it has; a capability is one of the
small Protocols below, and whoever lacks one simply has not its method. It is made with an `Element` and the
`Transports` to reach it, opens no sockets of its own, and keeps no state that matters: it is made anew at any time.

DriverError
├── Unreachable   the element cannot be reached
├── TimedOut      the element did not answer in time
├── Busy          the element cannot do it just now
├── AuthFailed    the element does not let us in            permanent
├── Unsupported   the element has no such thing             permanent
├── Rejected      the element refuses what is asked         permanent
├── Garbled       the element answers what nobody can read  permanent
└── Drifted       the port is not as the record has it      permanent
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from onapi.drivers.readings import Binding, Counters, Cpe, Group, Hardware, LearntMac, Link

# Drivers take these from here, with the rest of the contract.
from onapi.drivers.transports import Appctl as Appctl  # noqa: PLC0414
from onapi.drivers.transports import Cabinet as Cabinet  # noqa: PLC0414
from onapi.drivers.transports import Control as Control  # noqa: PLC0414
from onapi.drivers.transports import Http as Http  # noqa: PLC0414
from onapi.drivers.transports import Manners as Manners  # noqa: PLC0414
from onapi.drivers.transports import Netconf as Netconf  # noqa: PLC0414
from onapi.drivers.transports import OpenFlow as OpenFlow  # noqa: PLC0414
from onapi.drivers.transports import Ovsdb as Ovsdb  # noqa: PLC0414
from onapi.drivers.transports import Shell as Shell  # noqa: PLC0414
from onapi.drivers.transports import Snmp as Snmp  # noqa: PLC0414
from onapi.drivers.transports import Sql as Sql  # noqa: PLC0414
from onapi.drivers.transports import Transports as Transports  # noqa: PLC0414

VERSION = 1
"""Of this contract; it grows by whole numbers when a driver would have to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A network element: `name` is the CO's, `address` an IP address; `options` are the driver's, from inventory."""

    name: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an element says of itself when it is probed; `ports` are the names that readings take."""

    sys_object_id: str | None = None
    description: str | None = None
    vendor: str | None = None
    model: str | None = None
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """The names by which DHCP knows an access, in octets; None where inventory has none."""

    ipv4_circuit_id: bytes | None = None
    ipv4_remote_id: bytes | None = None
    ipv6_interface_id: bytes | None = None
    ipv6_remote_id: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Where something is delivered: on one access, a `slot` for each service that can be there at the same time.

    `name` is the element's own for the port, such as "GigabitEthernet0/0/1"; empty on the simulated network.
    """

    access_id: str
    slot: str
    name: str = ""
    identifiers: Identifiers = Identifiers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a port delivers.

    `tech` is bb, iptv, voip or unknown; the speeds are in kbit/s, None without a limit; `blocked` means that nothing
    passes; `characteristics` and `equipment` are as the standard has them.
    """

    subscription_id: str
    service: str
    tech: str
    down_kbps: int | None = None
    up_kbps: int | None = None
    blocked: bool = False
    characteristics: Mapping[str, Any] = field(default_factory=dict, hash=False)
    equipment: tuple[Mapping[str, str], ...] = field(default=(), hash=False)


class DriverError(Exception):
    """What a network could not do. The sentence is for people, and for those of the CO.

    That of TimedOut, Busy, Rejected and Drifted also becomes the message of the SP's order that fails.
    `permanent` ones are not tried again; after `untouched` ones it is certain that nothing was changed.
    """

    permanent: ClassVar[bool] = False
    untouched: bool = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unreachable(DriverError):
    """The element cannot be reached."""


class TimedOut(DriverError):
    """The element did not answer in time; what was asked may have been done."""


class Busy(DriverError):
    """The element cannot do it just now."""


class AuthFailed(DriverError):
    """The element does not let us in."""

    permanent = True
    untouched = True


class Unsupported(DriverError):
    """The element has no such thing."""

    permanent = True
    untouched = True


class Rejected(DriverError):
    """The element refuses what is asked."""

    permanent = True
    untouched = True


class Garbled(DriverError):
    """The element answers what nobody can read; what was asked may have been done."""

    permanent = True


class Drifted(DriverError):
    """The port is neither as it should be before nor after: somebody else has changed it."""

    permanent = True
    untouched = True


class Driver(Protocol):
    """What every driver class has."""

    contract: ClassVar[int]
    """The VERSION that it was written for."""

    def __init__(self, element: Element, transports: Transports) -> None:
        """Make it for one element; ask nothing yet."""

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        """Return how well the driver suits such an element: 0 not at all, the highest of all drivers is taken."""

    async def probe(self) -> Facts:
        """Ask the element what it is."""


@runtime_checkable
class ReadsHardware(Protocol):
    """A driver that can tell of the element as a whole."""

    async def hardware(self) -> Hardware:
        """Return the element's state; an element that does not answer is Unreachable or TimedOut."""


@runtime_checkable
class ReadsLink(Protocol):
    """A driver that can tell of a port."""

    async def link(self, port: str) -> Link:
        """Return the state of a port; one that the element lacks is Unsupported."""


@runtime_checkable
class ReadsCounters(Protocol):
    """A driver that can count."""

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        """Return the counters of these ports, in few questions; a port that the element lacks is left out."""


@runtime_checkable
class ReadsMacs(Protocol):
    """A driver that can tell which stations are behind a port."""

    async def macs(self, port: str, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        """Return the stations of a port in these VLANs; no VLANs is all of them."""


@runtime_checkable
class ReadsGroups(Protocol):
    """A driver that can tell which multicast groups a port receives."""

    async def groups(self, port: str) -> tuple[Group, ...]:
        """Return the groups of a port."""


@runtime_checkable
class ReadsBindings(Protocol):
    """A driver that can tell which addresses are leased behind a port."""

    async def bindings(self, port: str) -> tuple[Binding, ...]:
        """Return the leases of a port, as the element has seen them."""


@runtime_checkable
class Leases(Protocol):
    """A driver of a DHCP server: it can tell what is leased to an access."""

    async def leases(self, identifiers: Identifiers) -> tuple[Binding, ...]:
        """Return the leases of the access with these identifiers; empty when there are none.

        Raises:
            Unsupported: the server cannot tell an access by any of the identifiers that are known.
        """


@runtime_checkable
class ReadsCpe(Protocol):
    """A driver of what stands at the customer's: it can tell all of it at once."""

    async def cpe(self) -> Cpe:
        """Return the state of the CPE; one that does not answer is Unreachable or TimedOut."""


@runtime_checkable
class ReadsDeliveries(Protocol):
    """A driver that can tell what a port has been made to deliver."""

    async def deliveries(self, port: str, identifiers: Identifiers) -> dict[str, Delivery]:
        """Return what a port delivers by slot, with the speeds that are in force.

        Switches know it by its name, DHCP servers by the identifiers of the access there.

        What a network does not keep, such as characteristics and equipment, is left out.

        Raises:
            Drifted: somebody else has changed the port, so that there is no saying.
        """


@runtime_checkable
class Provisions(Protocol):
    """A driver that can make a port deliver something."""

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`, and return what was done, in words.

        Repeatable: a port that delivers `after` already is left as it is. None is nothing.

        Raises:
            DriverError: it was not done, or nobody knows whether it was; a port that delivers neither is Drifted.
        """
