"""The state of elements with standard models is read as it is told; servers that misbehave are given up in time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.drivers import checks, soundness
from onapi.drivers.contract import (
    Delivery,
    DriverError,
    Element,
    Garbled,
    Identifiers,
    Port,
    TimedOut,
    Unreachable,
    Unsupported,
)
from onapi.drivers.netconf import interfaces, messages, tree
from onapi.drivers.netconf.client import NetconfClient
from onapi.drivers.netconf.driver import NetconfDriver
from onapi.drivers.netconf.framing import Framer
from onapi.drivers.readings import Counters, Hardware, Link, Traffic
from tests.drivers.netconf.conftest import OnlyNetconf, driver
from tests.drivers.ssh.server import LOGIN, Process, serving

_ANSWERS = Path(__file__).parent / "answers"


def _recorded(name: str) -> str:
    return (_ANSWERS / f"{name}.xml").read_text(encoding="utf-8")


class _Recorded:
    """An element that answers the same to everything, as one does that knows no filters."""

    def __init__(self, answer: str) -> None:
        self.asked: list[str] = []
        self._answer = answer

    async def call(self, operation: str) -> str:
        self.asked.append(operation)
        return self._answer


def _ask(answer: str, work: Callable[[NetconfDriver], Awaitable[Any]]) -> Any:
    async def begin() -> Any:
        return await work(driver(_Recorded(answer)))

    return asyncio.run(begin())


def test_an_element_tells_what_it_is() -> None:
    told = _recorded("rfc8343")
    facts = _ask(told, lambda driver: driver.probe())
    assert (facts.vendor, facts.model, facts.ports) == ("Example Networks", "EX-24F", ("ge-0/0/1", "ge-0/0/2"))
    assert _ask(told, lambda driver: driver.hardware()) == Hardware(
        up_since=datetime(2026, 8, 29, 9, 55, tzinfo=UTC), vendor="Example Networks", model="EX-24F"
    )


def test_a_port_tells_its_state() -> None:
    told = _recorded("rfc8343")
    assert _ask(told, lambda driver: driver.link("ge-0/0/1")) == Link(
        up=True,
        admin_down=False,
        full_duplex=True,
        since=datetime(2026, 11, 20, 7, 30, 5, tzinfo=UTC),
        speed_mbps=1000,
        configured="auto",
    )
    assert _ask(told, lambda driver: driver.link("ge-0/0/2")) == Link(up=False, admin_down=True)
    with pytest.raises(Unsupported, match="no port ge-0/0/3"):
        _ask(told, lambda driver: driver.link("ge-0/0/3"))


def test_a_port_tells_what_it_counts() -> None:
    counters = _ask(_recorded("rfc8343"), lambda driver: driver.counters(["ge-0/0/1", "ge-0/0/2", "ge-0/0/3"]))
    assert set(counters) == {"ge-0/0/1"}
    assert counters["ge-0/0/1"] == Counters(
        read_at=counters["ge-0/0/1"].read_at,
        reset_at=datetime(2026, 8, 29, 9, 55, tzinfo=UTC),
        input=Traffic(bytes=2**64 - 1, packets=1000, unicast=900, multicast=60, broadcast=40, errors=7),
        # How many packets there were in all is not known when those of a kind are not.
        output=Traffic(bytes=5, unicast=1, errors=0),
    )


def test_an_older_element_keeps_state_apart_from_configuration() -> None:
    told = _recorded("rfc7223")
    assert _ask(told, lambda driver: driver.link("eth0")) == Link(up=False, admin_down=False)
    assert _ask(told, lambda driver: driver.counters(["eth0"]))["eth0"].input == Traffic(bytes=12)


def test_a_name_cannot_become_part_of_the_question() -> None:
    way = _Recorded(_recorded("rfc8343"))
    with pytest.raises(Unsupported):
        asyncio.run(driver(way).link("</name></interface><x>"))
    assert "&lt;/name&gt;" in way.asked[0]


_DATA = f'<data xmlns="{tree.BASE}">{{}}</data>'
_BB = Delivery(subscription_id="s1", service="BB-10-5", tech="bb", down_kbps=10_000, up_kbps=5_000)


def test_an_element_that_says_ok_and_does_nothing_is_not_believed() -> None:
    class Liar:
        async def call(self, operation: str) -> str:
            return _DATA.format("") if operation.startswith("<get") else "<ok/>"

    port = Port(access_id="A-1", slot="Broadband", name="p1")
    with pytest.raises(Garbled, match="says that it was changed, and is not"):
        asyncio.run(driver(Liar()).provision(port, before=None, after=_BB))


@pytest.mark.parametrize(
    "delivery",
    [
        "<slot>Broadband</slot>",
        "<slot>B</slot><access>A</access><subscription>s</subscription><service>x</service>",
        "<access>A</access><subscription>s</subscription><service>x</service><tech>bb</tech><up>fast</up>",
        "<access>A</access><subscription>s</subscription><service>x</service><tech>bb</tech><down>-1</down>",
    ],
)
def test_a_delivery_that_cannot_be_is_garbled(delivery: str) -> None:
    port = f"<port><name>p1</name><delivery>{delivery}</delivery></port>"
    ports = f'<ports xmlns="urn:onapi:yang:onapi-port">{port}</ports>'
    for answer in (_DATA.format(ports), "<ok/>", ports):
        with pytest.raises(Garbled):
            _ask(answer, lambda driver: driver.deliveries("p1", Identifiers()))


def _element(process_answer: Callable[[bytes], bytes], *, version: bytes = b"base:1.1") -> Any:
    """Return the behaviour of a NETCONF server that answers questions so."""

    async def behave(process: Process) -> None:
        framer = Framer(1 << 20)
        process.stdout.write(framer.frame(messages.HELLO.replace(b"base:1.1", version)))
        while chunk := await process.stdin.read(1 << 16):
            framer.feed(chunk)
            while (message := framer.next()) is not None:
                if b"<hello" in message:
                    if version == b"base:1.1":
                        framer.chunk()
                else:
                    process.stdout.write(framer.frame(process_answer(message)))

    return behave


def _replying(inside: str) -> Callable[[bytes], bytes]:
    def answer(message: bytes) -> bytes:
        number = tree.parse(message).get("message-id")
        return f'<rpc-reply xmlns="{tree.BASE}" message-id="{number}">{inside}</rpc-reply>'.encode()

    return answer


def answering(inside: str) -> Any:
    """Return the behaviour of a NETCONF server that answers everything with this."""
    return _element(_replying(inside))


def _talk(behaviour: Any, work: Callable[[NetconfClient], Awaitable[Any]], **how: Any) -> Any:
    async def begin() -> Any:
        async with serving(behaviour) as server:
            client = NetconfClient("127.0.0.1", LOGIN, port=server.port, **how)
            try:
                return await work(client)
            finally:
                await client.close()

    return asyncio.run(begin())


@pytest.mark.parametrize("version", [b"base:1.1", b"base:9.9"], ids=["1.1", "1.0 only"])
def test_both_framings_are_spoken_and_the_contract_is_kept(version: bytes) -> None:
    data = _recorded("rfc8343")

    async def check(client: NetconfClient) -> list[str]:
        element = Element(name="nc-1", address="127.0.0.1")
        return await checks.check(NetconfDriver, element, OnlyNetconf(client), "ge-0/0/1", "ge-0/0/9")

    assert _talk(_element(_replying(data), version=version), check) == []


async def _mute(process: Process) -> None:
    await process.stdin.read()


async def _hangs_up(process: Process) -> None:
    process.stdout.write(messages.HELLO + b"]]>]]>")


async def _endless(process: Process) -> None:
    process.stdout.write(messages.HELLO + b"]]>]]>")
    with suppress(BrokenPipeError):
        while True:
            process.stdout.write(b"\n#10000\n" + b"x" * 10_000)
            await process.stdout.drain()


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (_mute, TimedOut),
        (_hangs_up, Unreachable),
        (_endless, Garbled),
        (_element(lambda _: b"<ok/>"), Garbled),
        (_element(lambda _: b'<!DOCTYPE x [<!ENTITY a "a">]><rpc-reply message-id="1">&a;</rpc-reply>'), Garbled),
        (_element(lambda _: f'<rpc-reply xmlns="{tree.BASE}" message-id="9"/>'.encode()), Garbled),
    ],
)
def test_a_server_that_misbehaves_is_given_up_in_time(behaviour: Any, error: type[DriverError]) -> None:
    async def ask(client: NetconfClient) -> None:
        with pytest.raises(error):
            await client.call("<get/>")
        assert not client.is_open

    _talk(behaviour, ask, deadline_s=1.0 if error is TimedOut else 20.0, largest=100_000)


_READERS: tuple[Callable[[tree.Tree], object], ...] = (
    lambda told: interfaces.link(told, "ge-0/0/1"),
    lambda told: interfaces.counters(told, datetime.now(UTC)),
    interfaces.hardware,
)


@given(st.sampled_from(_READERS), st.integers(0, 60), st.text(max_size=12) | st.sampled_from(["-1", "9" * 30, "²"]))
def test_nonsense_in_any_place_is_absent(reader: Callable[[tree.Tree], object], place: int, text: str) -> None:
    told = tree.parse(_recorded("rfc8343"))
    leaves = [one for one in told.iter() if not len(one)]
    leaves[place % len(leaves)].text = text
    reading = reader(told)
    assert reading is None or not soundness.complaints(reading, "it")
