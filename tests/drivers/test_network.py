"""The network: each element by its driver, behind its guard, with the credentials that it has at the moment."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from onapi.drivers import elements
from onapi.drivers.contract import AuthFailed, Delivery, DriverError, Element, Port, Unsupported
from onapi.drivers.elements import AUTO, Known
from onapi.drivers.guard import LeftAlone, Limits
from onapi.drivers.network import Network
from onapi.drivers.registry import Registry
from onapi.drivers.snmp.driver import SnmpDriver
from tests.drivers.genieacs import webserver
from tests.drivers.genieacs.webserver import Web
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent, serving

_PORT = "ge-0/0/3"
_ENVIRONMENT = {"CRED": f"snmp_community = {COMMUNITY}"}
_DRIVERS = Registry({"snmp": SnmpDriver}, {})
_FREE = Limits(rate=1e6, burst=1000, deadline_s=60)

Story = Callable[[Network, Agent, Known], Coroutine[Any, Any, None]]


def _known(switch: Agent, **fields: Any) -> Known:
    element = Element(name="sw-1", address="127.0.0.1", options={"snmp_port": str(switch.port)})
    plain: dict[str, Any] = {"element": element, "driver": "snmp", "credentials": "env:CRED"}
    return Known(**(plain | fields))


def _run(story: Story, *, environment: dict[str, str] | None = None, limits: Limits = _FREE) -> None:
    async def begin() -> None:
        async with AsyncExitStack() as stack:
            switch = await stack.enter_async_context(serving(Agent(agent.read("generic"))))
            network = Network(drivers=_DRIVERS, environment=environment or _ENVIRONMENT, limits=limits)
            stack.push_async_callback(network.close)
            await story(network, switch, _known(switch))

    asyncio.run(begin())


def test_an_element_is_read_by_the_driver_that_inventory_names() -> None:
    async def story(network: Network, _switch: Agent, known: Known) -> None:
        link = await network.link(known, _PORT)
        assert (link.value.up, link.age_s) == (True, 0.0)
        assert (await network.hardware(known)).value.up_since
        assert list((await network.counters(known, [_PORT])).value) == [_PORT]
        assert (await network.probe(known)).facts.sys_object_id

    _run(story)


def test_an_element_is_asked_what_it_is_when_inventory_does_not_say() -> None:
    async def story(network: Network, switch: Agent, _known_: Known) -> None:
        assert (await network.link(_known(switch, driver=AUTO), _PORT)).value.up is True

    _run(story)


def test_an_element_that_no_driver_suits_is_told() -> None:
    async def story(_: Network, switch: Agent, _known_: Known) -> None:
        nobody = Network(drivers=Registry({}, {}), environment=_ENVIRONMENT)
        with pytest.raises(Unsupported, match="No driver suits"):
            await nobody.link(_known(switch, driver=AUTO), _PORT)
        with pytest.raises(Unsupported, match="There is no driver acme"):
            await nobody.link(_known(switch, driver="acme"), _PORT)
        await nobody.close()

    _run(story)


def test_fifty_who_ask_for_the_same_link_are_one_question_and_then_it_is_known() -> None:
    async def story(network: Network, switch: Agent, known: Known) -> None:
        await network.link(known, _PORT)
        await network.counters(known, [_PORT])
        before = len(switch.asked)
        answers = await asyncio.gather(*(network.hardware(known) for _ in range(50)))
        first = len(switch.asked) - before
        assert len({answer.value for answer in answers}) == 1
        await network.hardware(known)
        assert len(switch.asked) - before == first <= 2

    _run(story)


def test_what_an_element_said_is_forgotten_when_it_has_not_been_asked_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(network: Network, switch: Agent, known: Known) -> None:
        monkeypatch.setattr(elements, "_REST_AFTER_S", 0.05)
        await network.link(known, _PORT)
        asked = len(switch.asked)
        await asyncio.sleep(0.1)
        await network.link(known, _PORT)
        assert len(switch.asked) > asked

    _run(story)


def test_a_driver_that_cannot_is_unsupported_and_nothing_is_asked() -> None:
    async def story(network: Network, switch: Agent, known: Known) -> None:
        delivery = Delivery(subscription_id="s", service="BB", tech="bb")
        port = Port(access_id="A-1", slot="Broadband", name=_PORT)
        questions: list[Callable[[], Awaitable[object]]] = [
            lambda: network.provision(known, port, before=None, after=delivery),
            lambda: network.deliveries(known, port),
            lambda: network.leases(known, port.identifiers),
        ]
        for question in questions:
            with pytest.raises(Unsupported):
                await question()
        assert switch.asked == []

    _run(story)


def test_credentials_that_are_wrong_are_no_way_in_and_changed_ones_are_taken_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cred"
    path.write_text("nonsense")
    path.chmod(0o600)

    async def story(network: Network, switch: Agent, _: Known) -> None:
        known = _known(switch, credentials=f"file:{path}")
        for _attempt in range(3):
            with pytest.raises(AuthFailed) as refused:
                await network.link(known, _PORT)
            assert str(path) not in refused.value.sentence, "an order's message is for an SP"
        path.write_text(_ENVIRONMENT["CRED"])
        assert (await network.link(known, _PORT)).value.up is True

    _run(story)


def test_who_is_not_let_in_leaves_no_connection_open() -> None:
    async def story() -> None:
        network = Network(environment={"CRED": "http_token = old"})
        async with webserver.serving(Web(answer=lambda _: (401, b""))) as web:
            element = Element(name="acs", address="127.0.0.1", options={"url": web.base, "serial": "S"})
            for _attempt in range(3):
                with pytest.raises(AuthFailed):
                    await network.cpe(Known(element=element, driver="genieacs", credentials="env:CRED"))
            assert len(web.asked) == 3
            async with asyncio.timeout(5):
                while web.connected:
                    await asyncio.sleep(0.01)
        await network.close()

    asyncio.run(story())


def test_an_element_that_inventory_describes_otherwise_is_another() -> None:
    async def story(network: Network, switch: Agent, known: Known) -> None:
        await network.link(known, _PORT)
        async with serving(Agent(agent.read("waystream"))) as other:
            element = Element(name="sw-1", address="127.0.0.1", options={"snmp_port": str(other.port)})
            moved = _known(switch, element=element)
            assert (await network.link(moved, "Gi1/3")).value.up is not None
            assert other.asked

    _run(story)


def test_an_element_that_does_not_answer_is_left_alone_after_a_while() -> None:
    async def story(network: Network, switch: Agent, known: Known) -> None:
        switch.close()
        errors: list[DriverError] = []
        for _ in range(4):
            with pytest.raises(DriverError) as failed:
                await network.link(known, _PORT)
            errors.append(failed.value)
        assert [isinstance(error, LeftAlone) for error in errors] == [False, False, True, True]

    _run(story, limits=Limits(rate=1e6, burst=1000, deadline_s=0.3, failures=2))


def test_a_switch_can_be_walked_for_a_recording() -> None:
    async def story(network: Network, _switch: Agent, known: Known) -> None:
        rows = await network.walk(known, "1.3.6.1.2.1.1")
        assert rows["1.3.6.1.2.1.1.2.0"]
        assert all(oid.startswith("1.3.6.1.2.1.1.") for oid in rows)

    _run(story)
