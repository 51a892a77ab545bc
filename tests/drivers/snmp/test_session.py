"""A session asks one thing at a time, asks again when it must, and believes no agent that nobody could believe."""

import asyncio
import dataclasses
import os
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from onapi.drivers.contract import Garbled, Manners, TimedOut, Unreachable
from onapi.drivers.snmp.credentials import Community, User
from onapi.drivers.snmp.session import Session
from tests.drivers.snmp import ber, hostile
from tests.drivers.snmp.agent import COMMUNITY, Agent, Answer, Recording, honest, serving

_UPTIME = "1.3.6.1.2.1.1.3.0"
_TABLE = "1.3.6.1.2.1.2.2.1.10"
_LAST = "1.3.6.1.4.1.2011.5"
_ROWS = 400
_PATIENT = Manners(timeout_s=30, retries=0)
_UNREADABLE = ["truncated", "garbage", "html", "unreadable value"]
_HASTY = Manners(timeout_s=0.05, retries=2)


def _recording() -> Recording:
    values: dict[ber.Oid, bytes] = {(1, 3, 6, 1, 2, 1, 1, 3, 0): ber.integer(123456, ber.TICKS)}
    values |= {(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, row): ber.integer(row * 1000, ber.COUNTER32) for row in _numbers()}
    values |= {(1, 3, 6, 1, 4, 1, 2011, 5, row): ber.wrapped(ber.OCTETS, b"r%d" % row) for row in _numbers()}
    return Recording(values)


def _numbers() -> range:
    return range(1, _ROWS + 1)


def _instances(rows: range) -> list[str]:
    return [f"{_TABLE}.{row}" for row in rows]


def _run(
    work: Callable[[Agent, Session], Coroutine[Any, Any, None]], answer: Answer = honest, **session: Any
) -> None:
    async def begin() -> None:
        async with serving(Agent(_recording(), answer=answer)) as agent:
            await work(agent, Session("127.0.0.1", Community(COMMUNITY), port=agent.port, **session))

    asyncio.run(begin())


def test_what_the_element_lacks_is_left_out() -> None:
    async def story(agent: Agent, session: Session) -> None:
        absent = [f"{_TABLE}.99999", "1.3.6.1.4.1.1.1.0"]
        assert await session.get([_UPTIME, *absent]) == {_UPTIME: 123456}
        assert await session.get(absent) == {}
        assert await session.get([]) == {}

    _run(story, manners=_PATIENT)


def test_many_instances_are_asked_for_in_questions_that_fit() -> None:
    async def story(agent: Agent, session: Session) -> None:
        wanted = _instances(_numbers())
        assert await session.get([*wanted, *wanted]) == {f"{_TABLE}.{row}": row * 1000 for row in _numbers()}
        assert [len(question.oids) for question in agent.asked] == [48] * 8 + [16]

    _run(story, manners=_PATIENT)


def test_a_walk_ends_where_the_object_ends_and_where_everything_ends() -> None:
    async def story(agent: Agent, session: Session) -> None:
        rows = await session.walk(_TABLE)
        assert list(rows) == _instances(_numbers())
        assert list((await session.walk(_LAST)).values()) == [b"r%d" % row for row in _numbers()]
        assert await session.walk(f"{_TABLE}.7") == {}, "an instance has nothing below it"
        assert await session.walk("1.3.6.1.2.1.3") == {}
        assert await session.walk("1.3.6.1.5") == {}

    _run(story, manners=_PATIENT)


def test_a_session_that_is_asked_by_many_asks_one_thing_at_a_time() -> None:
    async def story(agent: Agent, session: Session) -> None:
        agent.latency_s = 0.005
        outstanding: list[int] = []
        waiting = [0]

        def counted(recording: Recording, question: ber.Question) -> list[bytes]:
            waiting[0] += 1
            outstanding.append(waiting[0])
            asyncio.get_running_loop().call_later(agent.latency_s, lambda: waiting.__setitem__(0, waiting[0] - 1))
            return honest(recording, question)

        agent.answer = counted
        answers = await asyncio.gather(*(session.get(_instances(range(row, row + 1))) for row in range(1, 31)))
        assert answers == [{f"{_TABLE}.{row}": row * 1000} for row in range(1, 31)]
        assert outstanding == [1] * 30

    _run(story, manners=_PATIENT)


def test_lost_packets_are_sent_again() -> None:
    async def story(agent: Agent, session: Session) -> None:
        agent.loss = 0.2
        agent.chance = random.Random(4)
        assert len(await session.get(_instances(_numbers()))) == _ROWS
        assert len(await session.walk(_LAST)) == _ROWS
        assert session.sent > 9 + 16

    _run(story, manners=Manners(timeout_s=0.2, retries=30), deadline_s=300)


def test_a_late_answer_is_nobodys() -> None:
    async def story(agent: Agent, session: Session) -> None:
        def late_in_turn(recording: Recording, question: ber.Question) -> list[bytes]:
            agent.latency_s = 0.15 if len(agent.asked) % 2 else 0.0
            return honest(recording, question)

        agent.answer = late_in_turn
        for row in range(1, 9):
            assert await session.get([f"{_TABLE}.{row}"]) == {f"{_TABLE}.{row}": row * 1000}
        assert session.sent > 8

    _run(story, manners=Manners(timeout_s=0.1, retries=20))


def test_an_agent_with_little_room_is_asked_for_less_and_less() -> None:
    async def story(agent: Agent, session: Session) -> None:
        assert len(await session.get(_instances(range(1, 101)))) == 100
        agent.asked.clear()
        assert len(await session.get(_instances(range(1, 101)))) == 100
        assert max(len(question.oids) for question in agent.asked) <= 10, "it has learnt"
        assert list(await session.walk(_TABLE)) == _instances(_numbers())
        assert len(await session.walk(_LAST)) == _ROWS

    _run(story, hostile.too_big_above(10), manners=_PATIENT)


def test_one_instance_that_an_agent_stumbles_over_costs_nothing_but_itself() -> None:
    async def story(agent: Agent, session: Session) -> None:
        assert set(await session.get(_instances(range(1, 21)))) == set(_instances(range(1, 21))) - {f"{_TABLE}.5"}
        agent.asked.clear()
        assert len(await session.get(_instances(range(1, 41)))) == 39
        assert len(agent.asked) == 1, "it is not asked for again, and the others are asked for at once"

    _run(story, hostile.stumbling_over(f"{_TABLE}.5"), manners=_PATIENT)


@pytest.mark.parametrize(
    "name", ["truncated", "garbage", "html", "unreadable value", "somebody else's", "errors only"]
)
def test_an_answer_that_nobody_can_read_is_garbled(name: str) -> None:
    async def story(agent: Agent, session: Session) -> None:
        with pytest.raises(Garbled):
            await session.get([_UPTIME, *_instances(range(1, 10))])

    _run(story, hostile.ALL[name], manners=_PATIENT)


@pytest.mark.parametrize("name", [*_UNREADABLE, "silent"])
def test_an_agent_that_comes_to_its_senses_is_read(name: str) -> None:
    async def story(agent: Agent, session: Session) -> None:
        assert await session.get([_UPTIME]) == {_UPTIME: 123456}
        assert session.sent == 3

    _run(story, hostile.first(2, hostile.ALL[name]), manners=Manners(timeout_s=1.0, retries=2))


@pytest.mark.parametrize("name", ["backwards", "endless"])
def test_a_table_that_never_ends_is_not_believed(name: str) -> None:
    async def story(agent: Agent, session: Session) -> None:
        with pytest.raises(Garbled, match=r"backwards|more than 1000 rows"):
            await session.walk(_TABLE[:-3])

    _run(story, hostile.ALL[name], manners=_PATIENT, rows=1000)


def test_a_walk_ends_at_its_deadline_whatever_the_agent_does() -> None:
    async def story(agent: Agent, session: Session) -> None:
        agent.latency_s = 0.002
        with pytest.raises(TimedOut):
            await session.walk(_TABLE[:-3])

    _run(story, hostile.endless, manners=_PATIENT, deadline_s=0.2, rows=10**9)


@pytest.mark.parametrize("answer", [hostile.endless, hostile.flood, hostile.silent])
def test_whoever_asks_can_stop_asking(answer: Answer) -> None:
    async def story(agent: Agent, session: Session) -> None:
        asking = asyncio.create_task(session.walk(_TABLE[:-3]))
        while not agent.asked:
            await asyncio.sleep(0.001)
        asking.cancel()
        done, _ = await asyncio.wait({asking}, timeout=60)
        assert done
        assert asking.cancelled()
        agent.answer = honest
        assert await session.get([_UPTIME]) == {_UPTIME: 123456}

    _run(story, answer, manners=_PATIENT, deadline_s=10_000, rows=10**9)


@pytest.mark.parametrize("answer", [hostile.silent, hostile.flood])
def test_an_agent_without_an_answer_is_asked_so_often_and_no_more(answer: Answer) -> None:
    async def story(agent: Agent, session: Session) -> None:
        with pytest.raises(TimedOut):
            await session.get([_UPTIME])
        assert session.sent == 3

    _run(story, answer, manners=_HASTY)


def test_another_community_is_silence() -> None:
    async def story(agent: Agent, _: Session) -> None:
        with pytest.raises(TimedOut):
            await Session("127.0.0.1", Community("wrong"), port=agent.port, manners=_HASTY).get([_UPTIME])

    _run(story)


def test_nobody_at_the_port_is_unreachable() -> None:
    async def story(agent: Agent, session: Session) -> None:
        agent.close()
        await asyncio.sleep(0.01)
        with pytest.raises(Unreachable):
            await session.get([_UPTIME])

    _run(story, manners=_PATIENT)


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="asw-1"):
        Session("asw-1.example", Community(COMMUNITY))


def test_an_element_is_asked_as_it_bears_it() -> None:
    async def story(agent: Agent, session: Session) -> None:
        session.suit(Manners(timeout_s=30, retries=0, instances=7, repetitions=3))
        await session.get(_instances(range(1, 22)))
        assert [len(question.oids) for question in agent.asked] == [7, 7, 7]
        await session.walk(_TABLE)
        assert {question.second for question in agent.asked[3:]} == {3}

    _run(story)


def test_sockets_are_let_go() -> None:
    async def story(agent: Agent, session: Session) -> None:
        await session.get([_UPTIME])
        before = len(os.listdir("/proc/self/fd"))
        agent.answer = hostile.silent
        for _ in range(5):
            with pytest.raises(TimedOut):
                await session.get([_UPTIME])
        await asyncio.sleep(0)
        assert len(os.listdir("/proc/self/fd")) < before
        agent.answer = honest
        await session.get([_UPTIME])
        session.close()
        assert len(os.listdir("/proc/self/fd")) < before

    if not Path("/proc/self/fd").exists():
        pytest.skip("counts the descriptors in /proc")
    _run(story, manners=_HASTY)


def test_secrets_are_not_shown() -> None:
    user = User(name="onapi", authentication_secret="hemlig-ett", privacy_secret="hemlig-två")
    for credentials in (user, Community("hemlig-tre")):
        shown = f"{credentials} {credentials!r} {Session('127.0.0.1', credentials)!r}"
        assert "hemlig" not in shown
    assert "onapi" in repr(user)
    with pytest.raises(ValueError, match="privacy") as error:
        dataclasses.replace(user, privacy_secret="kort")
    assert "kort" not in str(error.value)
