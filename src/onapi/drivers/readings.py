"""What drivers read. A reading says what the element said; what it did not say is None, never zero, never guessed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """An element as a whole."""

    up_since: datetime | None = None
    vendor: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transceiver:
    """The optics of a port; power in dBm, temperature in °C, bias in mA, supply in V."""

    rx_dbm: float | None = None
    tx_dbm: float | None = None
    temperature_c: float | None = None
    bias_ma: float | None = None
    supply_v: float | None = None
    vendor: str | None = None
    part_number: str | None = None
    serial_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What a service of a port is held to, as the element has it configured; kbit/s."""

    tech: str
    queue: str | None = None
    cir_kbps: int | None = None
    pir_kbps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A port; `speed_mbps` is what it runs at, `configured` the word or number that it is set to, such as "auto"."""

    up: bool | None = None
    admin_down: bool | None = None
    full_duplex: bool | None = None
    since: datetime | None = None
    speed_mbps: int | None = None
    configured: str | None = None
    transceiver: Transceiver | None = None
    speeds: tuple[Speed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """One direction of a port, counted since the counters began; input is what the element receives."""

    bytes: int | None = None
    packets: int | None = None
    unicast: int | None = None
    multicast: int | None = None
    broadcast: int | None = None
    pauses: int | None = None
    errors: int | None = None
    crc_errors: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The counters of a port, read at `read_at`; `reset_at` is when they last began at zero."""

    read_at: datetime
    input: Traffic
    output: Traffic
    reset_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntMac:
    """A station seen on a port; `mac` as AA:BB:CC:DD:EE:FF."""

    mac: str
    vlan: int | None = None
    learnt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A multicast group that a port receives; `since` is when it was last asked for, `counter` how often."""

    multicast: str
    since: datetime | None = None
    counter: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An address that was leased to a station; kept by the DHCP server, or seen by the element.

    `ip` is an IPv4 address, or an IPv6 address or prefix with its length; `tech` is the kind of service that it was
    leased for: bb, iptv, voip or unknown.
    """

    ip: str
    mac: str
    vlan: int | None = None
    tech: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    renewed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CpePort:
    """A port of a CPE; `index` is its own number for it, `name` as it is printed on the box."""

    index: int | None = None
    name: str | None = None
    description: str | None = None
    link: Link
    counters: Counters | None = None
    loop_detection: str | None = None
    free_seating: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CpeMac:
    """A station behind a CPE, and the name of the port where it is."""

    station: LearntMac
    port: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpe:
    """What stands at the customer's; `mac` is its own, `bindings` what it saw DHCP lease.

    `read_at` is when it said so, for those that tell only now and then; None: just now.
    """

    firmware: str | None = None
    vendor: str | None = None
    model: str | None = None
    mac: str | None = None
    up_since: datetime | None = None
    read_at: datetime | None = None
    ports: tuple[CpePort, ...] = ()
    macs: tuple[CpeMac, ...] = ()
    bindings: tuple[Binding, ...] = ()
