"""Samples: every five minutes each element is read by one worker, and one that is silent keeps nobody waiting."""

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, ClassVar

import prometheus_client
import pytest

from onapi import app
from onapi.drivers.contract import VERSION, Element, Facts, Transports
from onapi.drivers.guard import Limits
from onapi.drivers.network import Network
from onapi.drivers.readings import Counters, Traffic
from onapi.drivers.registry import Registry
from onapi.drivers.snmp.driver import SnmpDriver
from onapi.engine.chores import Chores
from onapi.engine.sampling import Sampling
from onapi.settings import Settings
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent
from tests.operators import Operator

_RECORDING = agent.read("generic")
_serial = itertools.count(1)


class Broken:
    """A driver with a fault of its own."""

    contract: ClassVar[int] = VERSION

    def __init__(self, element: Element, transports: Transports) -> None:
        """Make it."""

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        return 0

    async def probe(self) -> Facts:
        return Facts()

    async def counters(self, ports: Any) -> dict[str, Counters]:
        raise ZeroDivisionError


class Boastful(Broken):
    """A driver that counts further than anybody can."""

    async def counters(self, ports: Any) -> dict[str, Counters]:
        way = Traffic(bytes=2**70, packets=5, errors=-1)
        return {port: Counters(read_at=datetime.now(UTC), input=way, output=way) for port in ports}


_DRIVERS = Registry({"snmp": SnmpDriver, "broken": Broken, "boastful": Boastful}, {})


@pytest.fixture(autouse=True)
def _nothing_due(operator: Operator) -> None:
    """Let nothing be due that another test has left."""
    operator.rows("UPDATE samplings SET due_at = 'infinity'")


@pytest.fixture
def connect(operator: Operator, accesses: Iterator[str]) -> Callable[..., str]:
    """Return what puts an element into the inventory, with accesses on some ports."""

    def put(port: int, *ports: str, driver: str = "snmp") -> str:
        name = f"el-{next(_serial)}"
        operator.rows(
            "INSERT INTO elements (element, address, driver, credentials, options) "
            "VALUES ($1, '127.0.0.1', $2, 'env:CRED', $3::jsonb)",
            name,
            driver,
            f'{{"snmp_port": "{port}"}}',
        )
        for one in ports or ("ge-0/0/3", "ge-0/0/4"):
            operator.rows(
                "INSERT INTO access_ports (access_id, element, port) VALUES ($1, $2, $3)", next(accesses), name, one
            )
        return name

    return put


def sampling(operator: Operator, stack: AsyncExitStack, limits: Limits | None = None) -> Sampling:
    """Return what reads counters, with a network of its own."""
    network = Network(
        drivers=_DRIVERS, environment={"CRED": f"snmp_community = {COMMUNITY}"}, limits=limits or Limits(rate=1000)
    )
    stack.push_async_callback(network.close)
    return Sampling(operator.database, network)


def told(operator: Operator, work: Callable[[AsyncExitStack], Coroutine[Any, Any, None]]) -> None:
    """Tell a story in which agents answer."""

    async def begin() -> None:
        async with AsyncExitStack() as stack:
            await work(stack)

    operator.wait(begin())


def switches(operator: Operator, number: int, *, silent: bool = False) -> tuple[list[Agent], AsyncExitStack]:
    """Have so many agents answer, or not; close them at the end."""

    async def begin() -> tuple[list[Agent], AsyncExitStack]:
        stack = AsyncExitStack()
        made = [Agent(_RECORDING) for _ in range(number)]
        for one in made:
            if silent:
                one.answer = lambda _recording, _question: []
            await stack.enter_async_context(agent.serving(one))
        return made, stack

    return operator.wait(begin())


def five_minutes_ago(operator: Operator, *, octets: int) -> None:
    """Make the last readings five minutes older, and so many octets less, and the elements due."""
    operator.rows(
        "UPDATE port_samples SET read_at = read_at - interval '5 minutes', counted = jsonb_set(jsonb_set("
        "counted::jsonb, '{read_at}', to_jsonb(read_at - interval '5 minutes')), '{input,bytes}', "
        "to_jsonb((counted -> 'input' ->> 'bytes')::numeric - $1))",
        octets,
    )
    operator.rows("UPDATE samplings SET due_at = now() WHERE due_at <> 'infinity'")


def metric(name: str, **labels: str) -> float:
    """Return a metric of this process."""
    return prometheus_client.REGISTRY.get_sample_value(name, labels) or 0.0


def test_what_passed_since_the_reading_before_and_its_rate_are_kept(
    operator: Operator, connect: Callable[..., str]
) -> None:
    (switch,), agents = switches(operator, 1)
    name = connect(switch.port)

    async def story(stack: AsyncExitStack) -> None:
        await sampling(operator, stack).look()

    read, swept = metric("onapi_sampled_elements_total", how="read"), metric("onapi_sampling_seconds_count")
    told(operator, story)
    rows = operator.rows("SELECT port, counted, passed FROM port_samples WHERE element = $1 ORDER BY port", name)
    assert [(row["port"], row["passed"]) for row in rows] == [("ge-0/0/3", None), ("ge-0/0/4", None)]
    assert metric("onapi_sampled_elements_total", how="read") == read + 1
    assert metric("onapi_sampling_seconds_count") == swept + 1
    five_minutes_ago(operator, octets=3_000_000)
    told(operator, story)
    passed = operator.value(
        "SELECT passed -> 'input' ->> 'bytes' FROM port_samples WHERE element = $1 AND port = 'ge-0/0/3'", name
    )
    assert passed == "3000000"
    rate = operator.value("SELECT input_rate FROM port_peaks WHERE element = $1 AND port = 'ge-0/0/3'", name)
    assert 9_900 < rate <= 10_000, "some moments are more than five minutes"
    operator.wait(agents.aclose())


def test_an_element_that_is_not_due_is_not_asked(operator: Operator, connect: Callable[..., str]) -> None:
    (switch,), agents = switches(operator, 1)
    connect(switch.port)

    async def story(stack: AsyncExitStack) -> None:
        reads = sampling(operator, stack)
        await reads.look()
        switch.asked.clear()
        for _ in range(3):
            await reads.look()

    told(operator, story)
    assert switch.asked == []
    operator.wait(agents.aclose())


def test_workers_share_the_elements_and_each_is_read_by_one(operator: Operator, connect: Callable[..., str]) -> None:
    made, agents = switches(operator, 24)
    names = [connect(switch.port) for switch in made]

    async def alone(stack: AsyncExitStack) -> None:
        await sampling(operator, stack).look()

    told(operator, alone)
    of_one = {len(switch.asked) for switch in made}
    for switch in made:
        switch.asked.clear()
    operator.rows("UPDATE samplings SET due_at = now() WHERE element = ANY ($1)", names)

    async def together(stack: AsyncExitStack) -> None:
        await asyncio.gather(*(sampling(operator, stack).look() for _ in range(4)))

    told(operator, together)
    assert {len(switch.asked) for switch in made} == of_one, "asked by two, there would be twice as many questions"
    operator.wait(agents.aclose())


def test_elements_that_are_silent_cost_little_and_the_others_are_kept_meanwhile(
    operator: Operator, connect: Callable[..., str]
) -> None:
    dead, graves = switches(operator, 40, silent=True)
    live, agents = switches(operator, 5)
    for switch in dead:
        connect(switch.port)
    names = [connect(switch.port) for switch in live]
    silent = metric("onapi_sampled_elements_total", how="silent")

    async def story(stack: AsyncExitStack) -> None:
        limits = Limits(deadline_s=3, rate=1000)
        look = asyncio.create_task(sampling(operator, stack, limits).look())
        async with asyncio.timeout(20), operator.database.connection() as tx:
            while await tx.fetchval("SELECT count(*) FROM port_samples WHERE element = ANY ($1)", names) < 10:
                assert not look.done()
                await asyncio.sleep(0.02)
        began = time.monotonic()
        await look
        # All of them were waited for side by side.
        assert time.monotonic() - began < 15

    told(operator, story)
    assert metric("onapi_sampled_elements_total", how="silent") == silent + 40
    operator.wait(agents.aclose())
    operator.wait(graves.aclose())


def test_a_driver_that_breaks_or_boasts_is_no_harm_to_others(operator: Operator, connect: Callable[..., str]) -> None:
    (switch,), agents = switches(operator, 1)
    connect(1, driver="broken")
    boaster = connect(1, driver="boastful")
    connect(1, driver="nobodys")
    name = connect(switch.port)
    failed, unable = (metric("onapi_sampled_elements_total", how=how) for how in ("failed", "unable"))

    async def story(stack: AsyncExitStack) -> None:
        await sampling(operator, stack).look()

    told(operator, story)
    assert operator.value("SELECT count(*) FROM port_samples WHERE element = $1", name) == 2
    counted = operator.value(
        "SELECT counted -> 'input' #>> '{}' FROM port_samples WHERE element = $1 LIMIT 1", boaster
    )
    assert counted == '{"packets":5}'
    assert metric("onapi_sampled_elements_total", how="failed") == failed + 1
    assert metric("onapi_sampled_elements_total", how="unable") == unable + 1
    operator.wait(agents.aclose())


def test_a_worker_that_goes_away_in_the_middle_leaves_nothing_behind_that_waits(
    operator: Operator, connect: Callable[..., str]
) -> None:
    dead, graves = switches(operator, 3, silent=True)
    for switch in dead:
        connect(switch.port)

    async def story(stack: AsyncExitStack) -> None:
        look = asyncio.create_task(sampling(operator, stack, Limits(deadline_s=1, rate=1000)).look())
        async with asyncio.timeout(10):
            while not all(switch.asked for switch in dead):
                await asyncio.sleep(0.01)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
        # The questions go on until they are over.
        await asyncio.sleep(1.2)

    told(operator, story)
    operator.wait(graves.aclose())


def test_an_engine_on_real_elements_samples_beside_its_orders_and_one_on_the_simulated_network_does_not(
    operator: Operator, connect: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (switch,), agents = switches(operator, 1)
    name = connect(switch.port)
    monkeypatch.setenv("CRED", f"snmp_community = {COMMUNITY}")
    monkeypatch.setattr(Sampling, "every_s", 0.02)

    async def work(network: str, until: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        settings = Settings(database_url=operator.url, network=network)
        async with app.engine(settings, operator.database, concurrency=5) as worker:
            running = asyncio.create_task(worker.run())
            async with asyncio.timeout(30):
                while not await until():
                    await asyncio.sleep(0.02)
            worker.stop()
            await running

    async def sampled() -> bool:
        async with operator.database.connection() as tx:
            return bool(await tx.fetchval("SELECT count(*) = 2 FROM port_samples WHERE element = $1", name))

    async def a_while() -> bool:
        await asyncio.sleep(0.3)
        return True

    operator.wait(work("simulated", a_while))
    assert switch.asked == []
    operator.wait(work("inventory", sampled))
    operator.wait(agents.aclose())


def test_chores_forget_old_peaks(operator: Operator) -> None:
    operator.rows(
        "INSERT INTO port_peaks (element, port, week, input_rate, input_at) "
        "VALUES ('gone', '1', now()::date - 60, 1, now())"
    )
    operator.do(lambda database: Chores(database).look())
    assert operator.value("SELECT count(*) FROM port_peaks WHERE element = 'gone'") == 0
