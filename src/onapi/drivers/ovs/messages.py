"""OpenFlow messages as bytes, the few that are needed. Pure.

Source: OpenFlow Switch Specification 1.3.5, sections 7.2, 7.3.4 and 7.3.5.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from onapi.drivers.contract import Garbled

Message = tuple[int, bytes]

NORMAL = 0xFFFFFFFA
"""The output that is the bridge's own switching."""

LOCAL = 0xFFFFFFFE
"""The bridge's own port."""

ADD, MODIFY, DELETE = 0, 1, 2
"""What is done to a meter."""

_FLOW_MOD, _MULTIPART_REQUEST, _MULTIPART_REPLY, _METER_MOD = 14, 18, 19, 29
_DESCRIPTION, _FLOWS, _PORTS, _METERS = 0, 1, 4, 10
_FLOW_ADD, _FLOW_DELETE_STRICT = 0, 4
_ANY = 0xFFFFFFFF
_WHOLE = 0xFFFFFFFFFFFFFFFF
_KBPS_WITH_BURST = 1 | 4
_DROP = 1
_VLAN_PRESENT = 0x1000

_FLOW_HEAD = struct.Struct("!HBxIIHHHH4xQQQ")
_BAND = struct.Struct("!HHII4x")
_PORT = struct.Struct("!I4x12QII")
_TEXTS = struct.Struct("!256s256s256s32s256s")


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow of table 0, in the bytes that say it; two that say the same are equal."""

    priority: int
    match: bytes
    instructions: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCounts:
    """What a port has counted; None is what it does not count. `seconds` is how long it has been there."""

    rx_packets: int | None
    tx_packets: int | None
    rx_bytes: int | None
    tx_bytes: int | None
    rx_errors: int | None
    tx_errors: int | None
    rx_crc_errors: int | None
    seconds: int


def ask_description() -> Message:
    """Ask what the bridge is."""
    return _multipart(_DESCRIPTION, b"")


def ask_ports(number: int = _ANY) -> Message:
    """Ask what a port has counted, or all."""
    return _multipart(_PORTS, struct.pack("!I4x", number))


def ask_meters() -> Message:
    """Ask which meters there are."""
    return _multipart(_METERS, struct.pack("!I4x", _ANY))


def ask_flows(cookie: int) -> Message:
    """Ask which flows there are that have this cookie."""
    return _multipart(_FLOWS, struct.pack("!B3xII4xQQ", 0xFF, _ANY, _ANY, cookie, _WHOLE) + match())


def set_meter(command: int, number: int, *, kbps: int = 0, burst_kbit: int = 0) -> Message:
    """Add or modify a meter that drops what is too much, or delete one."""
    band = b"" if command == DELETE else _BAND.pack(_DROP, _BAND.size, kbps, burst_kbit)
    return _METER_MOD, struct.pack("!HHI", command, _KBPS_WITH_BURST, number) + band


def add_flow(cookie: int, flow: Flow) -> Message:
    """Add a flow; one with the same match and priority is replaced."""
    return _flow_mod(_FLOW_ADD, cookie, 0, flow)


def delete_flow(cookie: int, flow: Flow) -> Message:
    """Delete the flow that has this match, priority and cookie."""
    return _flow_mod(_FLOW_DELETE_STRICT, cookie, _WHOLE, flow)


def match(*, port: int | None = None, vlan: int | None = None) -> bytes:
    """Match what comes from a port, in a VLAN; VLAN 0 is what has no tag, None is everything."""
    fields = b""
    if port is not None:
        fields += struct.pack("!HBBI", 0x8000, 0 << 1, 4, port)
    if vlan is not None:
        fields += struct.pack("!HBBH", 0x8000, 6 << 1, 2, vlan | _VLAN_PRESENT if vlan else 0)
    return struct.pack("!HH", 1, 4 + len(fields)) + fields + bytes(-(4 + len(fields)) % 8)


def through(meter: int) -> bytes:
    """Instruct to send through a meter."""
    return struct.pack("!HHI", 6, 8, meter)


def output(port: int) -> bytes:
    """Instruct to send to a port."""
    return struct.pack("!HH4x", 4, 24) + struct.pack("!HHIH6x", 0, 16, port, 0)


def _flow_mod(command: int, cookie: int, mask: int, flow: Flow) -> Message:
    head = struct.pack("!QQBBHHHIIIH2x", cookie, mask, 0, command, 0, 0, flow.priority, _ANY, _ANY, _ANY, 0)
    return _FLOW_MOD, head + flow.match + flow.instructions


def _multipart(kind: int, body: bytes) -> Message:
    return _MULTIPART_REQUEST, struct.pack("!HH4x", kind, 0) + body


def read_description(answers: Sequence[Message]) -> tuple[str, str, str]:
    """Return who made the bridge, what it is, and its version."""
    for body in _bodies(answers, _DESCRIPTION):
        maker, hardware, software, _serial, _name = _unpack(_TEXTS, body, 0)
        return _text(maker), _text(hardware), _text(software)
    raise Garbled("The switch does not say what it is.")


def read_ports(answers: Sequence[Message]) -> dict[int, PortCounts]:
    """Return what ports have counted, by their numbers."""
    found = {}
    for body in _bodies(answers, _PORTS):
        for at in range(0, len(body), _PORT.size):
            number, *counted, seconds, _nanoseconds = _unpack(_PORT, body, at)
            rx, tx, rx_bytes, tx_bytes, _, _, rx_errors, tx_errors, _, _, rx_crc, _ = map(_counted, counted)
            found[number] = PortCounts(
                rx_packets=rx,
                tx_packets=tx,
                rx_bytes=rx_bytes,
                tx_bytes=tx_bytes,
                rx_errors=rx_errors,
                tx_errors=tx_errors,
                rx_crc_errors=rx_crc,
                seconds=seconds,
            )
    return found


def read_meters(answers: Sequence[Message]) -> dict[int, tuple[int, int] | None]:
    """Return the meters by their numbers, as kbit/s and burst in kbit; None is one of another kind."""
    found: dict[int, tuple[int, int] | None] = {}
    for body in _bodies(answers, _METERS):
        for meter in _entries(body, 8):
            flags, number = struct.unpack_from("!HI", meter, 2)
            found[number] = None
            if flags == _KBPS_WITH_BURST and len(meter) == 8 + _BAND.size:
                kind, _, kbps, burst_kbit = _BAND.unpack_from(meter, 8)
                found[number] = (kbps, burst_kbit) if kind == _DROP else None
    return found


def read_flows(answers: Sequence[Message]) -> frozenset[Flow]:
    """Return flows."""
    found = set()
    for body in _bodies(answers, _FLOWS):
        for flow in _entries(body, _FLOW_HEAD.size + 8):
            priority = _FLOW_HEAD.unpack_from(flow)[4]
            (length,) = struct.unpack_from("!H", flow, _FLOW_HEAD.size + 2)
            end = _FLOW_HEAD.size + length + -length % 8
            found.add(Flow(priority, flow[_FLOW_HEAD.size : end], flow[end:]))
    return frozenset(found)


def _bodies(answers: Sequence[Message], kind: int) -> Iterator[bytes]:
    """Yield the parts of the answers to one kind of question."""
    for answer, body in answers:
        if answer == _MULTIPART_REPLY and len(body) >= 8 and struct.unpack_from("!H", body)[0] == kind:
            yield body[8:]


def _entries(body: bytes, least: int) -> Iterator[bytes]:
    """Yield entries that begin with their own length."""
    while body:
        (length,) = struct.unpack_from("!H", body) if len(body) >= least else (0,)
        if not least <= length <= len(body):
            raise Garbled("The switch answers something that is no OpenFlow.")
        yield body[:length]
        body = body[length:]


def _unpack(form: struct.Struct, body: bytes, at: int) -> tuple[Any, ...]:
    try:
        return form.unpack_from(body, at)
    except struct.error:
        raise Garbled("The switch answers something that is no OpenFlow.") from None


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode(errors="replace")


def _counted(value: int) -> int | None:
    return None if value == _WHOLE else value
