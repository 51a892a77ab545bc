"""Somebody between us and an SNMPv3 agent, who changes the authentication of every answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

from tests.drivers.snmp import ber


class _Between(asyncio.DatagramProtocol):
    """Listens for questions, and has a way to the agent for each who asks."""

    def __init__(self, agent_port: int) -> None:
        self._agent_port = agent_port
        self._ways: dict[object, asyncio.DatagramTransport] = {}
        self._making: set[asyncio.Task[None]] = set()
        self.tampered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, packet: bytes, sender: tuple[str | object, int]) -> None:
        task = asyncio.get_running_loop().create_task(self._forward(packet, sender))
        self._making.add(task)
        task.add_done_callback(self._making.discard)

    async def _forward(self, packet: bytes, sender: tuple[str | object, int]) -> None:
        if sender not in self._ways:
            self._ways[sender], _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Back(self, sender), remote_addr=("127.0.0.1", self._agent_port)
            )
        self._ways[sender].sendto(packet)

    def answer(self, packet: bytes, receiver: tuple[str | object, int]) -> None:
        place = _place_of_digest(packet)
        if place is not None:
            self.tampered += 1
            packet = packet[:place] + bytes((packet[place] ^ 0xFF,)) + packet[place + 1 :]
        self._transport.sendto(packet, receiver)

    def close(self) -> None:
        for way in (self._transport, *self._ways.values()):
            way.close()


class _Back(asyncio.DatagramProtocol):
    def __init__(self, between: _Between, asker: tuple[str | object, int]) -> None:
        self._between = between
        self._asker = asker

    def datagram_received(self, packet: bytes, _sender: tuple[str | object, int]) -> None:
        self._between.answer(packet, self._asker)


@contextlib.asynccontextmanager
async def between(agent_port: int) -> AsyncIterator[tuple[int, _Between]]:
    """Stand on a port of loopback before an agent."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Between(agent_port), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1], protocol
    finally:
        protocol.close()


def _place_of_digest(packet: bytes) -> int | None:
    """Return where msgAuthenticationParameters begins, or None when the packet has none. Source: RFC 3414, 2.4."""
    _, begin, _ = ber.header(packet, 0)
    for _ in range(2):
        _, _, begin = ber.header(packet, begin)
    for _ in range(2):
        _, begin, _ = ber.header(packet, begin)
    for _ in range(4):
        _, _, begin = ber.header(packet, begin)
    _, begin, end = ber.header(packet, begin)
    return begin if end > begin else None
