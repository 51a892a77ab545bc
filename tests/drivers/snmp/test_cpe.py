"""A CPE that speaks SNMP is read as a whole, in few packets; a switch is not taken for one."""

import asyncio

import pytest

from onapi.drivers import checks
from onapi.drivers.contract import Manners, Unsupported
from onapi.drivers.readings import CpeMac, LearntMac
from onapi.drivers.snmp.credentials import Community
from onapi.drivers.snmp.driver import SnmpDriver
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent, serving
from tests.drivers.snmp.reading import NOON, AsItLikes, OnlySnmp, element, run


def test_a_cpe_is_read_as_a_whole() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        cpe = await driver.cpe()
        assert (cpe.firmware, cpe.vendor, cpe.model) == ("2.0.7", "Example Networks", "HG-5")
        assert cpe.mac == "00:A0:DE:01:02:03"
        assert cpe.up_since is not None
        assert (NOON - cpe.up_since).days == 9
        assert cpe.read_at is None
        assert [(port.index, port.name) for port in cpe.ports] == [
            (1, "WAN"),
            (2, "LAN1"),
            (3, "LAN2"),
            (4, "LAN3"),
            (5, "LAN4"),
        ]
        assert [port.link.up for port in cpe.ports] == [True, True, True, False, True]
        wan, lan = cpe.ports[:2]
        assert (wan.description, lan.description) == ("to the network", None)
        assert wan.link.transceiver is not None
        assert wan.link.transceiver.serial_number == "SN00000001"
        assert lan.link.transceiver is None
        assert lan.counters == (await driver.counters(["LAN1"]))["LAN1"]
        assert cpe.macs == (
            CpeMac(station=LearntMac(mac="00:11:32:00:00:01"), port="LAN1"),
            CpeMac(station=LearntMac(mac="00:11:32:00:00:02"), port="LAN1"),
            CpeMac(station=LearntMac(mac="00:11:32:00:00:03"), port="LAN2"),
        )

    run(agent.read("cpe"), story)


def test_a_cpe_is_few_packets_once_it_is_known() -> None:
    async def story(driver: SnmpDriver, cpe: Agent) -> None:
        first = await driver.cpe()
        cpe.asked.clear()
        assert await driver.cpe() == first
        assert len(cpe.asked) <= 24

    run(agent.read("cpe"), story)


def test_a_switch_is_not_taken_for_a_cpe() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        with pytest.raises(Unsupported, match="28 ports; a CPE has 16 at most"):
            await driver.cpe()

    run(agent.read("generic"), story)


def test_the_driver_keeps_the_contract_with_a_cpe() -> None:
    async def work() -> list[str]:
        async with serving(Agent(agent.read("cpe"))) as served:
            patient = Manners(timeout_s=20, retries=0)
            session = AsItLikes("127.0.0.1", Community(COMMUNITY), port=served.port, manners=patient)
            return await checks.check(SnmpDriver, element(), OnlySnmp(session), "LAN1", "LAN9")

    assert asyncio.run(work()) == []
