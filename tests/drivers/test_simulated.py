"""The simulated network: it does what its driver asks, once, remembers it, and fails as real ones do."""

import asyncio
import itertools
import json
from dataclasses import replace

import pytest

from onapi.drivers.contract import Busy, Delivery, Drifted, DriverError, Garbled, Port, Rejected
from onapi.drivers.simulated import Simulated
from onapi.storage.pool import Database
from onapi.storage.simulated import Cabinet
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
def port() -> Port:
    """Return a port that no other test has."""
    return Port(access_id=f"P-{next(_serial)}", slot="Broadband")


def provision(operator: Operator, port: Port, before: Delivery | None, after: Delivery | None) -> str:
    """Have a port deliver something else."""

    async def ask(database: Database) -> str:
        return await Simulated(Cabinet(database)).provision(port, before=before, after=after)

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
    for access_id in broken:
        operator.fault(access_id, "reject", times=1)

    async def ask(database: Database) -> list[str | BaseException]:
        driver = Simulated(Cabinet(database))
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
            await Simulated(Cabinet(database)).provision(port, before=BB, after=None)

    with pytest.raises(TimeoutError):
        operator.do(lose_patience)
    assert len(operator.port(port.access_id)) == 1


def test_a_dead_element_never_answers(operator: Operator, port: Port) -> None:
    operator.fault(port.access_id, "dead", times=1)

    async def wait(database: Database) -> str:
        driver = Simulated(Cabinet(database))
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
        asyncio.run(Simulated(Says(answer)).provision(port, before=None, after=BB))


@pytest.mark.parametrize("statement", [
    "INSERT INTO simulated_faults (access_id, kind) VALUES ('x', 'burning')",
    "INSERT INTO simulated_faults (access_id, kind, times) VALUES ('x', 'fail', -1)",
    "INSERT INTO simulated_faults (access_id, kind, seconds) VALUES ('x', 'slow', -1)",
])  # fmt: skip
def test_a_fault_that_is_none_is_refused(operator: Operator, statement: str) -> None:
    from asyncpg import CheckViolationError

    with pytest.raises(CheckViolationError):
        operator.rows(statement)
