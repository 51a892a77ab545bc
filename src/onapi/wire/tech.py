"""What network elements say of an access, for troubleshooting. Every field is there only if the element gave it.

Source: the seed, "Fetch access equipment access interface status" and its neighbours; ON-API 2.6.0
spec/technical_info.md.
"""

from typing import Annotated, Literal

import msgspec

from onapi.wire.formats import DateTime, Text, Wire

ServiceType = Literal["bb", "iptv", "voip", "unknown"]
Mac = Annotated[str, msgspec.Meta(description="A MAC address.", examples=["AA:BB:CC:DD:EE:FF"])]


class Hardware(Wire, kw_only=True):
    """The customer-facing network element."""

    up: Annotated[bool, msgspec.Meta(description="Whether the element answers.")]
    up_since: DateTime | None = None
    vendor: Text | None = None
    model: Text | None = None


class Rate(Wire, kw_only=True):
    """The highest rate that was seen."""

    counter: Annotated[int, msgspec.Meta(description="Bytes a second, over five minutes.")]
    timestamp: DateTime


class Traffic(Wire, kw_only=True):
    """What went through in one direction."""

    packets: int | None = None
    bytes: int | None = None
    unicast: int | None = None
    broadcast: int | None = None
    multicast: int | None = None
    pauses: int | None = None
    errors: int | None = None
    crc_errors: int | None = None


class Statistics(Wire, kw_only=True):
    """The counters of a port; input is what the element receives from the customer."""

    counter_reset_at: DateTime | None = None
    peak_input_rate: Rate | None = None
    peak_output_rate: Rate | None = None
    last_five_input: Traffic | None = None
    last_five_output: Traffic | None = None
    input: Traffic | None = None
    output: Traffic | None = None


class Transceiver(Wire, kw_only=True):
    """The optics of a port: power in dBm, temperature in °C, bias in mA, supply in V; all as text."""

    dbm_rx: str | None = None
    dbm_tx: str | None = None
    temp: str | None = None
    bias_tx: str | None = None
    supply_voltage: str | None = None
    vendor: str | None = None
    part_number: str | None = None
    serial_number: str | None = None


class ConfiguredSpeed(Wire, kw_only=True):
    """What a service is held to, in kbit/s; numbers are text in the dialect `bitvis`."""

    service_type: ServiceType
    queue: int | str | None = None
    cir: int | str | None = None
    pir: int | str | None = None


class LinkStatus(Wire, kw_only=True):
    """The port of an access."""

    link: bool | None = None
    full_duplex: bool | None = None
    link_since: DateTime | None = None
    speed: Annotated[str | None, msgspec.Meta(description="What it is set to, such as auto.")] = None
    link_speed: Annotated[int | None, msgspec.Meta(description="What it runs at, in Mbit/s.")] = None
    admin_down: bool | None = None
    statistics: Statistics | None = None
    transceiver: Transceiver | None = None
    configured_speeds: Annotated[
        list[ConfiguredSpeed] | None, msgspec.Meta(description="In the dialect `bitvis`.")
    ] = None
    configured_speed: Annotated[
        list[ConfiguredSpeed] | None, msgspec.Meta(description="The same, in the dialect `standard`.")
    ] = None


class MacEntry(Wire, kw_only=True):
    """A station behind the port."""

    mac: Mac
    service_type: ServiceType
    vlan: int | None = None
    port: str | None = None
    learnt_at: DateTime | None = None


class Lease(Wire, kw_only=True):
    """An address that was leased to a station behind the port."""

    lease: Annotated[str, msgspec.Meta(description="An IPv4 address, an IPv6 address or prefix.")]
    mac: Mac
    service_type: ServiceType
    start: DateTime | None = None
    end: DateTime | None = None
    last_renew: DateTime | None = None
    vlan: int | None = None
    port: str | None = None
    learnt_at: DateTime | None = None


class Group(Wire, kw_only=True):
    """A multicast group that the port receives."""

    multicast: str
    timestamp: DateTime | None = None
    counter: int | None = None


class CpePort(Wire, kw_only=True):
    """A port of the CPE."""

    index: int | None = None
    if_description: Text | None = None
    name: Text | None = None
    link: bool | None = None
    full_duplex: bool | None = None
    changed_at: DateTime | None = None
    loop_detection_status: Text | None = None
    free_seating: bool | None = None
    configured_speed: Annotated[str | None, msgspec.Meta(description="What it is set to, such as auto.")] = None
    link_speed: Annotated[int | None, msgspec.Meta(description="What it runs at, in Mbit/s.")] = None
    transceiver: Transceiver | None = None
    statistics: Statistics | None = None


class Snooped(Wire, kw_only=True):
    """An address that the CPE saw leased."""

    ip: str
    mac: Mac
    service_type: ServiceType
    timeout: DateTime | None = None


class CpeStatus(Wire, kw_only=True):
    """What stands at the customer's."""

    up: Annotated[bool, msgspec.Meta(description="Whether the CPE answers.")]
    up_since: DateTime | None = None
    firmware: Text | None = None
    vendor: Text | None = None
    model: Text | None = None
    mac: Mac | None = None
    ports: list[CpePort] | None = None
    mac_address_table: list[MacEntry] | None = None
    dhcp_snooping_table: Annotated[list[Snooped] | None, msgspec.Meta(description="In the dialect `bitvis`.")] = None
    dhcp_snooping: Annotated[
        list[Snooped] | None, msgspec.Meta(description="The same, in the dialect `standard`.")
    ] = None
