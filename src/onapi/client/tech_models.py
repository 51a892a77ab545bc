"""What network elements say; whatever an element does not say is None."""

from datetime import datetime
from typing import ClassVar

from onapi.client.tolerance import Mac, Model


class Hardware(Model, kw_only=True):
    """A network element."""

    up: bool | None = None
    up_since: datetime | None = None
    vendor: str | None = None
    model: str | None = None


class Rate(Model, kw_only=True):
    """The highest rate that was seen, in bytes a second."""

    counter: int | None = None
    timestamp: datetime | None = None


class Traffic(Model, kw_only=True):
    """What went through in one direction."""

    packets: int | None = None
    bytes: int | None = None
    unicast: int | None = None
    broadcast: int | None = None
    multicast: int | None = None
    pauses: int | None = None
    errors: int | None = None
    crc_errors: int | None = None


class Statistics(Model, kw_only=True):
    """The counters of a port; input is what the element receives from the customer."""

    counter_reset_at: datetime | None = None
    peak_input_rate: Rate | None = None
    peak_output_rate: Rate | None = None
    last_five_input: Traffic | None = None
    last_five_output: Traffic | None = None
    input: Traffic | None = None
    output: Traffic | None = None


class Transceiver(Model, kw_only=True):
    """The optics of a port, as text: power in dBm, temperature in °C, bias in mA, supply in V."""

    dbm_rx: str | None = None
    dbm_tx: str | None = None
    temp: str | None = None
    bias_tx: str | None = None
    supply_voltage: str | None = None
    vendor: str | None = None
    part_number: str | None = None
    serial_number: str | None = None


class ConfiguredSpeed(Model, kw_only=True):
    """What a service is held to, in kbit/s."""

    service_type: str | None = None
    queue: str | None = None
    cir: int | None = None
    pir: int | None = None


class LinkStatus(Model, kw_only=True):
    """The port of an access; `link_speed` in Mbit/s."""

    link: bool | None = None
    full_duplex: bool | None = None
    link_since: datetime | None = None
    speed: str | None = None
    link_speed: int | None = None
    admin_down: bool | None = None
    statistics: Statistics | None = None
    transceiver: Transceiver | None = None
    configured_speeds: tuple[ConfiguredSpeed, ...] = ()

    aliases: ClassVar[dict[str, str]] = {"configuredspeed": "configuredSpeeds"}


class MacEntry(Model, kw_only=True):
    """A station behind the port."""

    mac: Mac
    service_type: str | None = None
    vlan: int | None = None
    port: str | None = None
    learnt_at: datetime | None = None


class Lease(Model, kw_only=True):
    """An address that was leased to a station behind the port."""

    lease: str | None = None
    mac: Mac | None = None
    service_type: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    last_renew: datetime | None = None
    vlan: int | None = None
    port: str | None = None
    learnt_at: datetime | None = None

    aliases: ClassVar[dict[str, str]] = {"ip": "lease"}


class Group(Model, kw_only=True):
    """A multicast group that the port receives."""

    multicast: str
    timestamp: datetime | None = None
    counter: int | None = None


class CpePort(Model, kw_only=True):
    """A port of the equipment at the customer's."""

    index: int | None = None
    if_description: str | None = None
    name: str | None = None
    link: bool | None = None
    full_duplex: bool | None = None
    changed_at: datetime | None = None
    loop_detection_status: str | None = None
    free_seating: bool | None = None
    configured_speed: str | None = None
    link_speed: int | None = None
    transceiver: Transceiver | None = None
    statistics: Statistics | None = None


class Snooped(Model, kw_only=True):
    """A lease that the equipment has seen."""

    ip: str | None = None
    mac: Mac | None = None
    service_type: str | None = None
    timeout: datetime | None = None


class Cpe(Model, kw_only=True):
    """The operator's equipment at the customer's."""

    firmware: str | None = None
    vendor: str | None = None
    model: str | None = None
    mac: Mac | None = None
    up: bool | None = None
    up_since: datetime | None = None
    ports: tuple[CpePort, ...] = ()
    mac_address_table: tuple[MacEntry, ...] = ()
    dhcp_snooping_table: tuple[Snooped, ...] = ()

    aliases: ClassVar[dict[str, str]] = {"dhcpsnooping": "dhcpSnoopingTable"}
