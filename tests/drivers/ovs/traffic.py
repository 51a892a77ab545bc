"""A customer or a provider at a port, and what it can do: ping, ask in a VLAN, join a group, send at full speed."""

import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

T = TypeVar("T")

_ICMP_ECHO = 8
_SOL_PACKET, _PACKET_AUXDATA, _VLAN_VALID = 263, 8, 0x10
_ETHERTYPE_ALL = 0x0003
_ARP = 0x0806


class Inside(Protocol):
    """A network namespace."""

    def ip(self, *commands: str) -> None:
        """Run commands of ip(8) in there."""

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Return a socket that lives in there."""


class Host:
    """Somebody with one device, `eth0`, and an address of its own."""

    def __init__(self, namespace: Inside, address: str) -> None:
        self.namespace = namespace
        self.address = address

    @property
    def mac(self) -> str:
        """Return the device's address, as AA:BB:CC:DD:EE:FF."""
        with self.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW) as frames:
            frames.bind(("eth0", 0))
            mac: bytes = frames.getsockname()[4]
        return mac.hex(":").upper()

    def reaches(self, other: "Host", *, patience_s: float = 1.0, size: int = 16) -> bool:
        """Ping with so many bytes until somebody answers, or until patience is out."""
        with self.namespace.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as pinger:
            token = os.urandom(size)
            until = time.monotonic() + patience_s
            while time.monotonic() < until:
                with suppress(OSError):
                    pinger.sendto(_icmp(token), (other.address, 0))
                pinger.settimeout(0.1)
                with suppress(TimeoutError):
                    heard = pinger.recv(2048)
                    # The type of an answer is zero, behind a header of 20 bytes.
                    if heard.endswith(token) and heard[20] == 0:
                        return True
        return False

    def hears_of(self, other: "Host", *, vlan: int, patience_s: float = 1.0) -> bool:
        """Ask in a VLAN, by a tagged frame, who has an address, until there is an answer in the same VLAN."""
        with self.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHERTYPE_ALL)) as frames:
            frames.bind(("eth0", 0))
            frames.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
            mac = frames.getsockname()[4]
            question = _arp(mac, socket.inet_aton(self.address), socket.inet_aton(other.address))
            tagged = b"\xff" * 6 + mac + struct.pack("!HHH", 0x8100, vlan, _ARP) + question
            until = time.monotonic() + patience_s
            while time.monotonic() < until:
                frames.send(tagged)
                while select.select([frames], [], [], 0.1)[0]:
                    frame, auxiliary, _, _ = frames.recvmsg(2048, 256)
                    if _is_answer(frame, socket.inet_aton(other.address)) and _vlan(auxiliary) == vlan:
                        return True
        return False

    def joins(self, group: str) -> socket.socket:
        """Join a multicast group, until the socket is closed."""
        member = self.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        joined = socket.inet_aton(group) + socket.inet_aton(self.address)
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        return member


def eventually(look: Callable[[], T], *, patience_s: float = 30) -> T:
    """Look until there is something to be seen, and return it."""
    until = time.monotonic() + patience_s
    while not (seen := look()):
        assert time.monotonic() < until, "it has not come about"
        time.sleep(0.02)
    return seen


def flows_at_about(rate_kbps: int, sender: Host, receiver: Host) -> bool:
    """Return whether one sends to the other at a rate; on a machine that has stalled, it is measured again."""
    return any(0.6 < kbps(sender, receiver) / rate_kbps < 1.25 for _ in range(3))


def kbps(sender: Host, receiver: Host, *, warm_up_s: float = 0.5, measured_s: float = 1.0) -> float:
    """Return what gets through when one sends to the other as fast as it can, by TCP."""
    with receiver.namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind((receiver.address, 0))
        listener.listen(1)
        address = listener.getsockname()
        with sender.namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as source:
            source.settimeout(10)
            source.connect(address)
            sink, _ = listener.accept()
            sink.settimeout(10)
            blast = threading.Thread(target=_blast, args=(source,))
            blast.start()
            with sink:
                _received(sink, warm_up_s)
                began = time.monotonic()
                received = _received(sink, measured_s)
                took_s = time.monotonic() - began
            blast.join()
    return received * 8 / 1000 / took_s


def _blast(source: socket.socket) -> None:
    block = bytes(16384)
    with suppress(OSError):
        while True:
            source.sendall(block)


def _received(sink: socket.socket, seconds: float) -> int:
    received = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        received += len(sink.recv(65536))
    return received


def _icmp(token: bytes) -> bytes:
    message = struct.pack("!BBHHH", _ICMP_ECHO, 0, 0, 1, 1) + token
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    while total > 0xFFFF:
        # What is carried may carry once more.
        total = (total >> 16) + (total & 0xFFFF)
    checksum = ~total & 0xFFFF
    return message[:2] + struct.pack("!H", checksum) + message[4:]


def _arp(mac: bytes, mine: bytes, wanted: bytes) -> bytes:
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac + mine + bytes(6) + wanted


def _is_answer(frame: bytes, wanted: bytes) -> bool:
    kind = struct.unpack_from("!H", frame, 12)[0]
    return kind == _ARP and frame[20:22] == b"\0\2" and frame[28:32] == wanted


def _vlan(auxiliary: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, content in auxiliary:
        if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
            status, _, _, _, _, tag, _ = struct.unpack_from("IIIHHHH", content)
            return tag & 0xFFF if status & _VLAN_VALID else None
    return None
