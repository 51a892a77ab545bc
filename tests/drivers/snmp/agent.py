"""An SNMPv2c agent for tests: serves a recorded switch, late, with loss, or with ill will.

A recording has a line `oid|tag|value` for each instance, as snmpsim writes them: the tags are those of ASN.1 in
decimal, and one that ends in x has its value in hexadecimal.
"""

import asyncio
import bisect
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from tests.drivers.snmp import ber
from tests.drivers.snmp.ber import Oid, Question

RECORDINGS = Path(__file__).parent / "recordings"
COMMUNITY = "opaque-word"

_FULL = 1300
_NUMBERS = {"2": ber.INTEGER, "65": ber.COUNTER32, "66": ber.GAUGE32, "67": ber.TICKS, "70": ber.COUNTER64}

Answer = Callable[["Recording", Question], list[bytes]]
"""Returns the packets that answer a question."""


class Recording:
    """What an agent has: encoded values by their identifiers, in order."""

    def __init__(self, values: Mapping[Oid, bytes]) -> None:
        self.oids = sorted(values)
        self._bindings = [ber.binding(oid, values[oid]) for oid in self.oids]
        self._places = {oid: place for place, oid in enumerate(self.oids)}

    def exactly(self, oid: Oid) -> bytes:
        """Return the binding of an instance."""
        place = self._places.get(oid)
        return ber.binding(oid, ber.NO_SUCH_INSTANCE) if place is None else self._bindings[place]

    def after(self, oid: Oid, most: int) -> list[bytes]:
        """Return the bindings that follow an identifier."""
        place = bisect.bisect_right(self.oids, oid)
        found = self._bindings[place : place + most]
        return found if len(found) == most else [*found, ber.binding(oid, ber.END_OF_VIEW)]


def read(name: str) -> Recording:
    """Return a recorded switch."""
    return Recording(values((RECORDINGS / f"{name}.snmprec").read_text(encoding="utf-8")))


def values(lines: str) -> dict[Oid, bytes]:
    """Return the encoded values of a recording's lines."""
    found = {}
    for line in lines.splitlines():
        oid, tag, value = line.split("|", 2)
        found[arcs(oid)] = _encoded(tag, value)
    return found


def arcs(oid: str) -> Oid:
    """Return an identifier as numbers."""
    return tuple(map(int, oid.split(".")))


def honest(recording: Recording, question: Question) -> list[bytes]:
    """Answer as an agent should, GETBULK with as much as fits in a packet."""
    if question.kind == ber.GET:
        return [ber.response(question, [recording.exactly(oid) for oid in question.oids])]
    most = question.second if question.kind == ber.GET_BULK else 1
    fitting: list[bytes] = []
    size = 0
    for row in recording.after(question.oids[0], most):
        size += len(row)
        if fitting and size > _FULL:
            break
        fitting.append(row)
    return [ber.response(question, fitting)]


@dataclass
class Agent(asyncio.DatagramProtocol):
    """One agent; `loss` is the part of packets that get lost, each way."""

    recording: Recording
    latency_s: float = 0.0
    loss: float = 0.0
    answer: Answer = honest
    community: str = COMMUNITY
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    asked: list[Question] = field(default_factory=list)
    port: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, packet: bytes, sender: tuple[str | object, int]) -> None:
        if self.loss and self.chance.random() < self.loss:
            return
        question = ber.question(packet)
        self.asked.append(question)
        if question.community != self.community.encode():
            return
        for answered in self.answer(self.recording, question):
            if self.loss and self.chance.random() < self.loss:
                continue
            if self.latency_s:
                asyncio.get_running_loop().call_later(self.latency_s, self._send, answered, sender)
            else:
                self._send(answered, sender)

    def close(self) -> None:
        """Go away."""
        self._transport.close()

    def _send(self, packet: bytes, receiver: tuple[str | object, int]) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(packet, receiver)


@contextlib.asynccontextmanager
async def serving(agent: Agent) -> AsyncIterator[Agent]:
    """Have an agent answer on a port of loopback."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: agent, local_addr=("127.0.0.1", 0))
    agent.port = transport.get_extra_info("sockname")[1]
    try:
        yield agent
    finally:
        agent.close()


def _encoded(tag: str, value: str) -> bytes:
    if tag in _NUMBERS:
        return ber.integer(int(value), _NUMBERS[tag])
    if tag == "6":
        return ber.identifier(arcs(value))
    if tag == "64":
        return ber.wrapped(ber.IP, bytes(map(int, value.split("."))))
    return ber.wrapped(ber.OCTETS, bytes.fromhex(value) if tag == "4x" else value.encode())
