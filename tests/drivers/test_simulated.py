"""The simulated network: it does what its driver asks, once, remembers it, and fails as real ones do."""

import asyncio
import itertools
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from onapi import app
from onapi.drivers import checks
from onapi.drivers.contract import (
    Busy,
    Cabinet,
    Delivery,
    Drifted,
    DriverError,
    Element,
    Garbled,
    Identifiers,
    Port,
    Rejected,
)
from onapi.drivers.credentials import Credentials
from onapi.drivers.simulated.driver import Simulated
from onapi.drivers.ways import Ways
from onapi.storage import simulated as storage
from onapi.storage.pool import Database
from tests import given
from tests.operators import Operator

BB = Delivery(
    subscription_id="s1",
    service="BB",
    tech="bb",
    down_kbps=100,
    up_kbps=None,
    characteristics={"sla": "a", "list": ["x", "Å"]},
    equipment=({"vendorId": 'v"'},),
)
FASTER = replace(BB, service="BB+", down_kbps=200)
BLOCKED = replace(BB, blocked=True)
_serial = itertools.count(1)


@pytest.fixture
def port(operator: Operator) -> Port:
    """Return a port that no other test has."""
    access = given.access(f"P-{next(_serial)}")
    operator.do(lambda database: given.accesses_in(database, access))
    return Port(access_id=access.access_id, slot="Broadband")


def provision(operator: Operator, port: Port, before: Delivery | None, after: Delivery | None) -> str:
    """Have a port deliver something else."""

    async def ask(database: Database) -> str:
        return await app.simulated(database).provision(port, before=before, after=after)

    return operator.do(ask)


def test_a_port_delivers_what_it_was_asked_to_and_remembers_each_change(operator: Operator, port: Port) -> None:
    assert provision(operator, port, None, BB) == "BB is delivered."
    (held,) = operator.port(port.access_id)
    assert json.loads(held) == {
        "subscription": "s1",
        "service": "BB",
        "tech": "bb",
        "down_kbps": 100,
        "up_kbps": None,
        "blocked": False,
        "characteristics": {"sla": "a", "list": ["x", "Å"]},
        "equipment": [{"vendorId": 'v"'}],
    }
    assert provision(operator, port, BB, FASTER) == "BB+ is delivered instead of BB."
    assert provision(operator, port, FASTER, BB) == "BB is delivered instead of BB+."
    assert provision(operator, port, BB, BLOCKED) == "BB is blocked."
    assert provision(operator, port, BLOCKED, BB) == "BB is let through."
    assert provision(operator, port, BB, None) == "Nothing is delivered any more."
    assert operator.port(port.access_id) == []
    effects = operator.effects(port.access_id)
    assert len(effects) == 6
    assert [before for before, _ in effects] == [None, *(after for _, after in effects[:-1])]


@pytest.mark.parametrize(("before", "after"), [(None, BB), (BB, FASTER), (BB, BLOCKED), (FASTER, None)])
def test_asking_again_is_no_harm(
    operator: Operator, port: Port, before: Delivery | None, after: Delivery | None
) -> None:
    if before is not None:
        provision(operator, port, None, before)
    provision(operator, port, before, after)
    done = operator.effects(port.access_id)
    for _ in range(2):
        assert provision(operator, port, before, after) == "It was so already."
    assert operator.effects(port.access_id) == done
    # Neither is asking for what is there already.
    assert provision(operator, port, after, after) == "It was so already."


@pytest.mark.parametrize(("before", "after"), [(None, FASTER), (FASTER, None), (FASTER, BLOCKED)])
def test_a_port_that_delivers_neither_is_left_alone(
    operator: Operator, port: Port, before: Delivery | None, after: Delivery | None
) -> None:
    provision(operator, port, None, BB)
    held = operator.port(port.access_id)
    with pytest.raises(Drifted) as drift:
        provision(operator, port, before, after)
    # The sentence goes to an SP, and what is there may be another's.
    assert drift.value.sentence == "The port delivers something else."
    assert operator.port(port.access_id) == held


def test_slots_and_accesses_are_apart(operator: Operator, port: Port) -> None:
    other = replace(port, slot="VOIP s2")
    provision(operator, port, None, BB)
    assert provision(operator, other, None, FASTER) == "BB+ is delivered."
    assert len(operator.port(port.access_id)) == 2
    with pytest.raises(Drifted, match=r"The port delivers nothing\."):
        provision(operator, replace(port, access_id="elsewhere"), BB, FASTER)


def test_many_ask_at_once_and_each_is_answered_for_its_own_port(operator: Operator) -> None:
    ports = [Port(access_id=f"M-{number}", slot="Broadband") for number in range(50)]
    broken = {port.access_id for port in ports[::5]}
    operator.do(lambda database: given.accesses_in(database, *map(given.access, broken)))
    for access_id in broken:
        operator.fault(access_id, "reject", times=1)

    async def ask(database: Database) -> list[str | BaseException]:
        driver = app.simulated(database)
        twice = [driver.provision(port, before=None, after=BB) for port in ports for _ in range(2)]
        return await asyncio.gather(*twice, return_exceptions=True)

    answers = operator.do(ask)
    for port, pair in zip(ports, zip(answers[::2], answers[1::2], strict=True), strict=True):
        said = {answer if isinstance(answer, str) else type(answer).__name__ for answer in pair}
        if port.access_id not in broken:
            assert said <= {"BB is delivered.", "It was so already."}
            assert len(operator.effects(port.access_id)) == 1
        else:
            assert "Rejected" in said


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("fail", Busy, "The element has no room for this just now."),
        ("reject", Rejected, "The element has no such port."),
        ("garbage", Garbled, "The element answered something that is no answer."),
    ],
)
def test_a_fault_lasts_as_often_as_it_shall(
    operator: Operator, port: Port, kind: str, error: type[DriverError], says: str
) -> None:
    operator.fault(port.access_id, kind, times=2)
    for _ in range(2):
        with pytest.raises(error) as failure:
            provision(operator, port, None, BB)
        assert (failure.value.sentence, operator.port(port.access_id)) == (says, [])
    assert provision(operator, port, None, BB) == "BB is delivered."
    operator.fault(port.access_id, kind)
    for _ in range(3):
        with pytest.raises(error):
            provision(operator, port, BB, None)
    operator.fault(port.access_id, kind, times=0)
    assert provision(operator, port, BB, None) == "Nothing is delivered any more."


@pytest.mark.parametrize("kind", ["fail", "reject"])
def test_what_is_so_already_needs_no_room(operator: Operator, port: Port, kind: str) -> None:
    provision(operator, port, None, BB)
    operator.fault(port.access_id, kind)
    assert provision(operator, port, None, BB) == "It was so already."


def test_a_slow_element_does_it_in_the_end_and_one_that_nobody_waits_for_does_nothing(
    operator: Operator, port: Port
) -> None:
    operator.fault(port.access_id, "slow", seconds=0.1, times=1)
    assert provision(operator, port, None, BB) == "BB is delivered."
    operator.fault(port.access_id, "slow", seconds=1000)

    async def lose_patience(database: Database) -> None:
        async with asyncio.timeout(0.1):
            await app.simulated(database).provision(port, before=BB, after=None)

    with pytest.raises(TimeoutError):
        operator.do(lose_patience)
    assert len(operator.port(port.access_id)) == 1


def test_a_dead_element_never_answers(operator: Operator, port: Port) -> None:
    operator.fault(port.access_id, "dead", times=1)

    async def wait(database: Database) -> str:
        driver = app.simulated(database)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await driver.provision(port, before=None, after=BB)
        return await driver.provision(port, before=None, after=BB)

    assert operator.do(wait) == "BB is delivered."


class Says:
    """An element that always says the same."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    async def ask(self, question: str) -> str:
        json.loads(question)
        return self._answer


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"did"',
        "{}",
        '{"did": "maybe"}',
        '{"busy": 7}',
        '{"rejected": null}',
        "% Unknown",
        "\0",
    ],
)
def test_an_answer_that_is_none_is_not_believed(port: Port, answer: str) -> None:
    with pytest.raises(Garbled):
        asyncio.run(simulated(Says(answer)).provision(replace(port, name="A-1"), before=None, after=BB))
    for reading in ("hardware", "link", "macs", "leases", "cpe"):
        with pytest.raises(Garbled):
            asyncio.run(read(simulated(Says(answer)), reading))


@pytest.mark.parametrize("setup", ["7", '"{"', '"{}"', '"null"', '"{\\"subscription\\": 7}"'])
def test_a_delivery_that_is_none_is_not_believed(setup: str) -> None:
    with pytest.raises(Garbled):
        asyncio.run(simulated(Says(f'{{"slots": {{"Broadband": {setup}}}}}')).link("A-1"))


def read(driver: Simulated, reading: str) -> Coroutine[Any, Any, object]:
    """Ask a driver for a reading of its one port."""
    asked: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "hardware": driver.hardware,
        "link": lambda: driver.link("A-1"),
        "macs": lambda: driver.macs("A-1", ()),
        "leases": lambda: driver.leases(Identifiers(ipv4_circuit_id=b"A-1")),
        "cpe": driver.cpe,
    }
    return asked[reading]()


def simulated(cabinet: Cabinet) -> Simulated:
    """Return the driver of the element of access A-1."""
    element = Element(name="simulated A-1", address="127.0.0.1", options={"access": "A-1"})
    return Simulated(element, Ways(element, Credentials(), cabinet))


IPTV = replace(BB, subscription_id="s2", service="TV", tech="iptv", down_kbps=None, characteristics={})


def test_it_is_a_driver_to_the_contract(operator: Operator) -> None:
    access = f"P-{next(_serial)}"
    element = Element(name="simulated", address="127.0.0.1", options={"access": access})

    async def check(database: Database) -> list[str]:
        ways = Ways(element, Credentials(), storage.Cabinet(database))
        tv = Port(access_id=access, slot="IPTV")
        await app.simulated(database).provision(tv, before=None, after=IPTV)
        return await checks.check(
            Simulated,
            element,
            ways,
            port=access,
            absent_port="no such port",
            identifiers=Identifiers(ipv4_circuit_id=access.encode()),
            deliveries=(BB, FASTER),
        )

    assert operator.do(check) == []


def test_what_is_read_is_what_is_delivered(operator: Operator, port: Port) -> None:
    access = port.access_id
    element = Element(name="simulated", address="127.0.0.1", options={"access": access})

    async def story(database: Database) -> None:
        driver = Simulated(element, Ways(element, Credentials(), storage.Cabinet(database)))
        circuit = Identifiers(ipv4_circuit_id=access.encode())
        assert (await driver.link(access)).up is False
        assert (await driver.macs(access, ()), await driver.leases(circuit)) == ((), ())
        await driver.provision(replace(port, name=access), before=None, after=BB)
        await driver.provision(replace(port, name=access, slot="IPTV"), before=None, after=IPTV)
        link = await driver.link(access)
        assert link.up is True
        assert [(speed.tech, speed.pir_kbps) for speed in link.speeds] == [("bb", 100)]
        assert [station.vlan for station in await driver.macs(access, ())] == [10, 20]
        assert [station.vlan for station in await driver.macs(access, [20])] == [20]
        assert len(await driver.groups(access)) == 1
        assert {lease.mac for lease in await driver.leases(circuit)} == {
            station.mac for station in await driver.macs(access, ())
        }
        assert set(await driver.deliveries(access, Identifiers())) == {"Broadband", "IPTV"}
        assert (await driver.deliveries(access, Identifiers()))["Broadband"] == BB
        await driver.provision(replace(port, name=access), before=BB, after=BLOCKED)
        assert [station.vlan for station in await driver.macs(access, ())] == [20]
        first = (await driver.counters([access]))[access]
        second = (await driver.counters([access]))[access]
        assert (second.input.bytes or 0) >= (first.input.bytes or 0) > 0

    operator.do(story)


@pytest.mark.parametrize(("kind", "error"), [("fail", Busy), ("reject", Rejected), ("garbage", Garbled)])
def test_an_element_with_a_fault_cannot_be_read_until_it_is_sound(
    operator: Operator, port: Port, kind: str, error: type[DriverError]
) -> None:
    access = port.access_id
    operator.fault(access, kind, times=1)
    element = Element(name="simulated", address="127.0.0.1", options={"access": access})

    async def story(database: Database) -> None:
        driver = Simulated(element, Ways(element, Credentials(), storage.Cabinet(database)))
        with pytest.raises(error):
            await driver.link(access)
        assert (await driver.link(access)).up is False

    operator.do(story)


@pytest.mark.parametrize("statement", [
    "INSERT INTO simulated_faults (access_id, kind) VALUES ('x', 'burning')",
    "INSERT INTO simulated_faults (access_id, kind, times) VALUES ('x', 'fail', -1)",
    "INSERT INTO simulated_faults (access_id, kind, seconds) VALUES ('x', 'slow', -1)",
])  # fmt: skip
def test_a_fault_that_is_none_is_refused(operator: Operator, statement: str) -> None:
    from asyncpg import CheckViolationError

    with pytest.raises(CheckViolationError):
        operator.rows(statement)
