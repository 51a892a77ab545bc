"""DHCP on its way through a relay: frames from customers to messages for the server, and back. Pure.

Whatever is malformed is None: it comes from customers, and is dropped.

Sources: RFC 2131, RFC 3046.
"""

import socket
import struct
from collections.abc import Iterable, Iterator

from onapi import errors
from onapi.domain import option82
from onapi.domain.option82 import Option82

_COOKIE = b"\x63\x82\x53\x63"
_OPTIONS_AT = 240
_PAD, _SERVER, _END = 0, 54, 255
_REQUEST, _REPLY = 1, 2
_BROADCAST = 0x8000
_SERVER_PORT, _CLIENT_PORT, _UDP = 67, 68, 17
_MOST_HOPS = 16
_ETHERNET, _IP = 14, 20
_EVERYBODY = b"\xff" * 6
_NOBODY = b"\0" * 4


def request_in(frame: bytes) -> bytes | None:
    """Return the DHCP message of a frame without a tag that goes to a server, or None."""
    if len(frame) < _ETHERNET + _IP or frame[12:14] != b"\x08\x00" or frame[23] != _UDP:
        return None
    udp_at = _ETHERNET + (frame[_ETHERNET] & 15) * 4
    if len(frame) < udp_at + 8:
        return None
    _, to, length, _ = struct.unpack_from("!HHHH", frame, udp_at)
    message = frame[udp_at + 8 : udp_at + length]
    return message if to == _SERVER_PORT and _is_sound(message, _REQUEST) else None


def relayed(message: bytes, *, gateway: str, circuit_id: bytes, remote_id: bytes) -> bytes | None:
    """Return a customer's message as the server gets it: with option 82, and the relay's address as `gateway`.

    None for one that comes from another relay, or pretends to: a customer must not say which port it is at.
    """
    known = list(_options(message))
    if message[24:28] != _NOBODY or message[3] >= _MOST_HOPS or any(code == option82.CODE for code, _ in known):
        return None
    information = Option82(((option82.CIRCUIT_ID, circuit_id), (option82.REMOTE_ID, remote_id))).payload
    head = bytearray(message[:_OPTIONS_AT])
    head[3] += 1
    head[24:28] = socket.inet_aton(gateway)
    return bytes(head) + _written([*known, (option82.CODE, information)])


def answered(message: bytes) -> tuple[bytes, bytes] | None:
    """Return a server's message as the customer gets it, and the circuit id that says which customer; or None.

    The server sends option 82 back as it got it, so that the relay needs no memory.
    """
    if not _is_sound(message, _REPLY):
        return None
    known = list(_options(message))
    payload = next((value for code, value in known if code == option82.CODE), b"")
    try:
        circuit_id = Option82.from_payload(payload).identifiers.ipv4_circuit_id
    except errors.Invalid:
        return None
    if circuit_id is None:
        return None
    head = bytearray(message[:_OPTIONS_AT])
    head[24:28] = _NOBODY
    return bytes(head) + _written((code, value) for code, value in known if code != option82.CODE), circuit_id


def frame_for(message: bytes, *, vlan: int, sender_mac: bytes, gateway: str) -> bytes:
    """Return the tagged frame that brings a server's message to its customer."""
    flags = struct.unpack_from("!H", message, 10)[0]
    address = next((one for one in (message[12:16], message[16:20]) if one != _NOBODY), _NOBODY)
    by_name = address != _NOBODY and not flags & _BROADCAST
    server = next((value for code, value in _options(message) if code == _SERVER and len(value) == 4), None)
    udp = struct.pack("!HHHH", _SERVER_PORT, _CLIENT_PORT, 8 + len(message), 0) + message
    to = address if by_name else b"\xff" * 4
    ip = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, _IP + len(udp), 0, 0, 64, _UDP, 0, server or socket.inet_aton(gateway), to
    )
    ip = ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:]
    ethernet = (message[28:34] if by_name else _EVERYBODY) + sender_mac + struct.pack("!HHH", 0x8100, vlan, 0x0800)
    return ethernet + ip + udp


def _is_sound(message: bytes, kind: int) -> bool:
    if len(message) <= _OPTIONS_AT or message[0] != kind or message[1:3] != b"\x01\x06":
        return False
    return message[236:_OPTIONS_AT] == _COOKIE and _is_ended(message)


def _is_ended(message: bytes) -> bool:
    """Return whether the options follow each other to an end."""
    at = _OPTIONS_AT
    while at < len(message) and message[at] != _END:
        at += 1 if message[at] == _PAD else 2 + (message[at + 1] if at + 1 < len(message) else 0)
    return at < len(message)


def _options(message: bytes) -> Iterator[tuple[int, bytes]]:
    at = _OPTIONS_AT
    while message[at] != _END:
        if message[at] == _PAD:
            at += 1
            continue
        end = at + 2 + message[at + 1]
        yield message[at], message[at + 2 : end]
        at = end


def _written(options: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes((code, len(value))) + value for code, value in options) + bytes((_END,))


def _checksum(header: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
