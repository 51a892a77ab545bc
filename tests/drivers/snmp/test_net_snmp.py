"""The driver reads a real machine, by Debian's snmpd: the loopback interface is a port like any other."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from onapi.drivers import checks
from onapi.drivers.contract import Element, Manners, Unsupported
from onapi.drivers.snmp.credentials import Community, Credentials, User
from onapi.drivers.snmp.driver import SnmpDriver
from tests.drivers.snmp import snmpd
from tests.drivers.snmp.agent import COMMUNITY
from tests.drivers.snmp.reading import AsItLikes, OnlySnmp

_USER = User(name="onapi", authentication_secret="nobody guesses this", privacy_secret="nor does anybody this")
_ELEMENT = Element(name="here", address="127.0.0.1")


@pytest.fixture(scope="module")
def running() -> Iterator[snmpd.Snmpd]:
    """Run one agent for these tests."""
    with snmpd.running(_USER) as agent:
        yield agent


def _run(agent: snmpd.Snmpd, who: Credentials, work: Callable[[OnlySnmp], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await work(OnlySnmp(AsItLikes("127.0.0.1", who, port=agent.port, manners=Manners(timeout_s=20, retries=1))))

    asyncio.run(begin())


@pytest.mark.parametrize("who", [Community(COMMUNITY), _USER], ids=["v2c", "v3"])
def test_a_machine_tells_of_its_ports(running: snmpd.Snmpd, who: Credentials) -> None:
    async def story(ways: OnlySnmp) -> None:
        driver = SnmpDriver(_ELEMENT, ways)
        facts = await driver.probe()
        assert facts.sys_object_id
        best = SnmpDriver.shelf().best(facts.sys_object_id, facts.description or "")
        assert best
        assert best.name == "net-snmp"
        hardware = await driver.hardware()
        assert hardware.up_since
        link = await driver.link("lo")
        assert link.up is True
        assert link.admin_down is False
        assert link.transceiver is None
        found = await driver.counters(["lo", "there is no such port"])
        assert list(found) == ["lo"]
        more = (await driver.counters(["lo"]))["lo"]
        assert (more.input.bytes or 0) >= (found["lo"].input.bytes or 0) > 0
        for asked in (driver.macs("lo", ()), driver.groups("lo"), driver.bindings("lo")):
            with pytest.raises(Unsupported):
                await asked

    _run(running, who, story)


def test_a_machine_is_a_network_element_to_the_contract(running: snmpd.Snmpd) -> None:
    async def story(ways: OnlySnmp) -> None:
        found = await checks.check(SnmpDriver, _ELEMENT, ways, "lo", "there is no such port")
        # Loopback is not Ethernet, so it is not among the ports that a probe lists; a machine may have no others.
        assert [complaint for complaint in found if "has ports, but not lo" not in complaint] == []

    _run(running, Community(COMMUNITY), story)
