"""Readings as the standard's documents: what an element did not say is not there, and nothing is rounded up to zero.

Source: the seed's samples; ON-API 2.6.0 spec/technical_info.md.
"""

import math
from collections.abc import Iterable
from dataclasses import astuple, fields
from datetime import UTC, datetime
from typing import Any, cast

from onapi.actions.technical import CpeStatus, Of, PortStatus
from onapi.domain import samples
from onapi.drivers.readings import (
    Binding,
    Counters,
    CpePort,
    Group,
    Hardware,
    LearntMac,
    Speed,
    Traffic,
    Transceiver,
)
from onapi.storage.samples import UNSAMPLED, Peak, Sampled
from onapi.vocabulary import Dialect
from onapi.wire import tech as wire
from onapi.wire.dialect import SPELLINGS, Spelling
from onapi.wire.tech import ServiceType

_TEXT_MAX = 255


def hardware(told: Hardware | None) -> wire.Hardware:
    """Return the document of an element; None is one that is silent."""
    if told is None:
        return wire.Hardware(up=False)
    return wire.Hardware(up=True, up_since=_moment(told.up_since), vendor=_text(told.vendor), model=_text(told.model))


def link_status(told: PortStatus, dialect: Dialect, now: datetime) -> wire.LinkStatus:
    """Return the document of a port, as it is `now`."""
    link, spelling = told.link, SPELLINGS[dialect]
    # The dialect names the one field of two that is there.
    speeds: dict[str, Any] = {spelling.speeds: [_speed(speed, spelling) for speed in link.speeds] or None}
    return wire.LinkStatus(
        link=link.up,
        full_duplex=link.full_duplex,
        link_since=_moment(link.since),
        speed=_text(link.configured),
        link_speed=link.speed_mbps,
        admin_down=link.admin_down,
        statistics=_statistics(told.counters, told.sampled, now),
        transceiver=_transceiver(link.transceiver),
        **speeds,
    )


def macs(told: Iterable[Of[LearntMac]]) -> list[wire.MacEntry]:
    """Return the document of stations."""
    return [
        wire.MacEntry(
            mac=of.found.mac,
            service_type=cast("ServiceType", of.kind),
            vlan=of.found.vlan,
            port=_text(of.port),
            learnt_at=_moment(of.found.learnt_at),
        )
        for of in told
    ]


def leases(told: Iterable[Of[Binding]]) -> list[wire.Lease]:
    """Return the document of leases."""
    return [
        wire.Lease(
            lease=of.found.ip,
            mac=of.found.mac,
            service_type=cast("ServiceType", of.kind),
            start=_moment(of.found.start),
            end=_moment(of.found.end),
            last_renew=_moment(of.found.renewed_at),
            vlan=of.found.vlan,
            port=_text(of.port),
        )
        for of in told
    ]


def groups(told: Iterable[Group]) -> list[wire.Group]:
    """Return the document of multicast groups."""
    return [
        wire.Group(multicast=group.multicast, timestamp=_moment(group.since), counter=group.counter) for group in told
    ]


def cpe_status(told: CpeStatus | None, dialect: Dialect) -> wire.CpeStatus:
    """Return the document of a CPE; None is one that is silent."""
    if told is None:
        return wire.CpeStatus(up=False)
    cpe = told.cpe
    snooped = [
        wire.Snooped(
            ip=of.found.ip,
            mac=of.found.mac,
            service_type=cast("ServiceType", of.kind),
            timeout=_moment(of.found.end),
        )
        for of in told.bindings
    ]
    # The dialect names the one field of two that is there.
    snooping: dict[str, Any] = {SPELLINGS[dialect].snooping: snooped or None}
    return wire.CpeStatus(
        up=True,
        up_since=_moment(cpe.up_since),
        firmware=_text(cpe.firmware),
        vendor=_text(cpe.vendor),
        model=_text(cpe.model),
        mac=cpe.mac,
        ports=[_cpe_port(port) for port in cpe.ports] or None,
        mac_address_table=macs(told.macs) or None,
        **snooping,
    )


def _cpe_port(port: CpePort) -> wire.CpePort:
    return wire.CpePort(
        index=port.index,
        if_description=_text(port.description),
        name=_text(port.name),
        link=port.link.up,
        full_duplex=port.link.full_duplex,
        changed_at=_moment(port.link.since),
        loop_detection_status=_text(port.loop_detection),
        free_seating=port.free_seating,
        configured_speed=_text(port.link.configured),
        link_speed=port.link.speed_mbps,
        transceiver=_transceiver(port.link.transceiver),
        statistics=_counted(port.counters) if port.counters else None,
    )


def _speed(speed: Speed, spelling: Spelling) -> wire.ConfiguredSpeed:
    def number(value: int | None) -> int | str | None:
        return str(value) if spelling.numbers_as_text and value is not None else value

    queue = speed.queue
    is_number = queue is not None and queue.isascii() and queue.isdecimal()
    return wire.ConfiguredSpeed(
        service_type=cast("ServiceType", speed.tech),
        queue=int(queue) if queue and is_number and not spelling.numbers_as_text else queue,
        cir=number(speed.cir_kbps),
        pir=number(speed.pir_kbps),
    )


def _statistics(counters: Counters | None, sampled: Sampled, now: datetime) -> wire.Statistics | None:
    recent = sampled.read_at is not None and samples.is_recent(sampled.read_at, now)
    passed = sampled.passed if recent else None
    statistics = wire.Statistics(
        counter_reset_at=_moment(counters.reset_at) if counters else None,
        peak_input_rate=_peak(sampled.input_peak),
        peak_output_rate=_peak(sampled.output_peak),
        last_five_input=wire.Traffic(**passed.input) if passed and passed.input else None,
        last_five_output=wire.Traffic(**passed.output) if passed and passed.output else None,
        input=_traffic(counters.input) if counters else None,
        output=_traffic(counters.output) if counters else None,
    )
    return None if statistics == wire.Statistics() else statistics


def _counted(counters: Counters) -> wire.Statistics | None:
    return _statistics(counters, UNSAMPLED, counters.read_at)


def _traffic(told: Traffic) -> wire.Traffic | None:
    counts = {field.name: getattr(told, field.name) for field in fields(told)}
    return None if set(counts.values()) == {None} else wire.Traffic(**counts)


def _peak(peak: Peak | None) -> wire.Rate | None:
    return wire.Rate(counter=peak.rate, timestamp=moment(peak.at)) if peak else None


def _transceiver(told: Transceiver | None) -> wire.Transceiver | None:
    if told is None or set(astuple(told)) == {None}:
        return None
    return wire.Transceiver(
        dbm_rx=_number(told.rx_dbm, 2),
        dbm_tx=_number(told.tx_dbm, 2),
        temp=_number(told.temperature_c, 1),
        bias_tx=_number(told.bias_ma, 2),
        supply_voltage=_number(told.supply_v, 3),
        vendor=_text(told.vendor),
        part_number=_text(told.part_number),
        serial_number=_text(told.serial_number),
    )


def _number(value: float | None, decimals: int) -> str | None:
    """Return a number as text, without zeros at its end: -7.21, 35."""
    if value is None or not math.isfinite(value):
        return None
    # Adding zero takes the sign off a zero that was rounded.
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text.rstrip("0").rstrip(".")


def _text(value: str | None) -> str | None:
    return value[:_TEXT_MAX] if value else None


def moment(value: datetime) -> str:
    """Return a moment as the standard writes it, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(value: datetime | None) -> str | None:
    return None if value is None else moment(value)
