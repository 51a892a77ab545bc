"""Customers and their relays, in plain sockets: DHCPv4 with option 82, DHCPv6 with options 18 and 37.

Sources: RFC 2131, RFC 3046, RFC 8415, RFC 4649.
"""

import ipaddress
import itertools
import secrets
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_COOKIE = b"\x63\x82\x53\x63"
_DISCOVER, _OFFER, _REQUEST, _ACK, _RELEASE = 1, 2, 3, 5, 7
_SOLICIT, _ADVERTISE, _REQUEST6, _RELAY_FORWARD, _RELAY_REPLY = 1, 2, 3, 12, 13
_IAID = 7
_LISTENING_S = 5.0
# Kea answers within some milliseconds; from whom nothing has come by then, nothing comes.
_SILENCE_S = 0.4

_serial = itertools.count(1)


def new_mac() -> bytes:
    """Return a MAC address that nobody else has."""
    return b"\x02\x00\x00" + next(_serial).to_bytes(3, "big")


@dataclass(frozen=True)
class Line:
    """What a customer's line is to a relay."""

    circuit_id: bytes
    remote_id: bytes | None = None

    def option82(self) -> bytes:
        """Return the relay agent's information."""
        return _options({1: self.circuit_id} | ({} if self.remote_id is None else {2: self.remote_id}))


class Relay:
    """A DHCPv4 relay at `address`, which is where the server answers too, at the same port."""

    def __init__(self, address: str, port: int, server: tuple[str, int]) -> None:
        self.address = address
        self._server = server
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def lease(self, line: Line, mac: bytes, *, wanting: str | None = None) -> str | None:
        """Ask for an address as a new device does, and return it; None when there is none."""
        offered = self._exchange(_DISCOVER, line, mac, self._wish(wanting), silence_s=_SILENCE_S)
        if offered is None or offered[1][53] != bytes([_OFFER]):
            return None
        address, options = offered
        wish = {50: ipaddress.IPv4Address(address).packed, 54: options[54]}
        answer = self._exchange(_REQUEST, line, mac, wish)
        assert answer
        return answer[0] if answer[1][53] == bytes([_ACK]) else None

    def renew(self, line: Line | None, mac: bytes, address: str) -> bool:
        """Ask to keep an address, and return whether that was granted; without a line as a device does by itself."""
        answer = self._exchange(_REQUEST, line, mac, {}, client=address, silence_s=_SILENCE_S)
        return answer is not None and answer[1][53] == bytes([_ACK])

    def release(self, line: Line, mac: bytes, address: str) -> None:
        """Give an address back; nobody answers that."""
        server = ipaddress.IPv4Address(self._server[0]).packed
        self._send(_RELEASE, line, mac, {54: server}, client=address)

    def _wish(self, wanting: str | None) -> dict[int, bytes]:
        return {} if wanting is None else {50: ipaddress.IPv4Address(wanting).packed}

    def _exchange(
        self,
        kind: int,
        line: Line | None,
        mac: bytes,
        options: Mapping[int, bytes],
        *,
        client: str = "0.0.0.0",
        silence_s: float = _LISTENING_S,
    ) -> tuple[str, dict[int, bytes]] | None:
        transaction = self._send(kind, line, mac, options, client=client)
        self._socket.settimeout(silence_s)
        while True:
            try:
                answer = self._socket.recv(4096)
            except TimeoutError:
                return None
            if answer[4:8] == transaction:
                return str(ipaddress.IPv4Address(answer[16:20])), _read(answer[240:])

    def _send(
        self, kind: int, line: Line | None, mac: bytes, options: Mapping[int, bytes], *, client: str = "0.0.0.0"
    ) -> bytes:
        transaction = secrets.token_bytes(4)
        gateway = ipaddress.IPv4Address(self.address).packed
        head = struct.pack("!BBBB4sHH", 1, 1, 6, 1, transaction, 0, 0)
        head += ipaddress.IPv4Address(client).packed + bytes(8) + gateway + mac + bytes(10 + 192)
        told = {53: bytes([kind]), **options, 55: bytes([1, 3, 6, 51])}
        if line is not None:
            told[82] = line.option82()
        self._socket.sendto(head + _COOKIE + _options(told) + b"\xff", self._server)
        return transaction


class Relay6:
    """A DHCPv6 relay with one address and port, whose clients are at `link`."""

    def __init__(self, address: str, link: str, server: tuple[str, int]) -> None:
        self._link = link
        self._server = server
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self.port: int = self._socket.getsockname()[1]

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def lease(self, line: Line, mac: bytes) -> tuple[str, str] | None:
        """Ask for an address and a prefix as a new device does, and return both."""
        return self._asked(line, mac, _SOLICIT, {})

    def _asked(self, line: Line, mac: bytes, kind: int, options: Mapping[int, bytes]) -> tuple[str, str] | None:
        identity = struct.pack("!III", _IAID, 0, 0)
        wish = {1: struct.pack("!HH", 3, 1) + mac, 3: identity, 25: identity, 8: bytes(2), **options}
        answer = self._exchange(line, mac, kind, wish)
        if answer is None:
            return None
        offered = _read6(answer[4:])
        if answer[0] == _ADVERTISE:
            return self._asked(line, mac, _REQUEST6, {2: offered[2], 3: offered[3], 25: offered[25]})
        addresses, prefixes = _read6(offered[3][12:]), _read6(offered[25][12:])
        if 5 not in addresses or 26 not in prefixes:
            return None
        prefix = prefixes[26]
        return (
            str(ipaddress.IPv6Address(addresses[5][:16])),
            f"{ipaddress.IPv6Address(prefix[9:25])}/{prefix[8]}",
        )

    def _exchange(self, line: Line, mac: bytes, kind: int, options: Mapping[int, bytes]) -> bytes | None:
        transaction = secrets.token_bytes(3)
        message = bytes([kind]) + transaction + _options6(options)
        peer = b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
        told = {18: line.circuit_id, 9: message}
        if line.remote_id is not None:
            # The number of the enterprise comes first.
            told[37] = struct.pack("!I", 9303) + line.remote_id
        head = bytes([_RELAY_FORWARD, 0]) + ipaddress.IPv6Address(self._link).packed + peer
        self._socket.sendto(head + _options6(told), self._server)
        self._socket.settimeout(_LISTENING_S)
        while True:
            try:
                answer = self._socket.recv(4096)
            except TimeoutError:
                return None
            inner = _read6(answer[34:])[9]
            if answer[0] == _RELAY_REPLY and inner[1:4] == transaction:
                return inner


def _options(options: Mapping[int, bytes]) -> bytes:
    return b"".join(bytes([code, len(value)]) + value for code, value in options.items())


def _options6(options: Mapping[int, bytes]) -> bytes:
    return b"".join(struct.pack("!HH", code, len(value)) + value for code, value in options.items())


def _read(octets: bytes) -> dict[int, bytes]:
    found, place = {}, 0
    while octets[place] != 255:
        size = octets[place + 1]
        found[octets[place]] = octets[place + 2 : place + 2 + size]
        place += 2 + size
    return found


def _read6(octets: bytes) -> dict[int, bytes]:
    found, place = {}, 0
    while place < len(octets):
        code, size = struct.unpack_from("!HH", octets, place)
        found[code] = octets[place + 4 : place + 4 + size]
        place += 4 + size
    return found
