"""A recording has what a driver needs of a switch, and nothing about people."""

import asyncio

from onapi.drivers.contract import Snmp
from onapi.drivers.readings import Counters, LearntMac, Link
from onapi.drivers.snmp import recording
from onapi.drivers.snmp.driver import SnmpDriver
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import Recording
from tests.drivers.snmp.reading import PORTS, reading

_PORT = PORTS["generic"]


def test_a_switch_that_was_recorded_is_read_like_the_switch() -> None:
    original = agent.read("generic")
    rows: dict[str, int | bytes | str] = {}

    async def told(driver: SnmpDriver) -> tuple[Link, Counters, tuple[LearntMac, ...]]:
        counted = (await driver.counters([_PORT]))[_PORT]
        return await driver.link(_PORT), counted, await driver.macs(_PORT, ())

    async def story() -> None:
        async with reading(original) as (driver, _):
            before = await told(driver)
            snmp: Snmp = driver._transports.snmp()
            for root in recording.ROOTS:
                rows.update(await snmp.walk(root))
        copy = Recording(agent.values("\n".join(recording.lines(rows))))
        async with reading(copy) as (driver, _):
            after = await told(driver)
        link, counters, stations = before
        # The module's serial number is nobody's business.
        assert link.transceiver is not None
        assert after[0].transceiver is not None
        assert after[0].transceiver.rx_dbm == link.transceiver.rx_dbm
        assert (after[0].up, after[0].since, after[0].speed_mbps) == (link.up, link.since, link.speed_mbps)
        assert after[1] == counters
        assert [station.vlan for station in after[2]] == [station.vlan for station in stations]
        assert stations
        assert not {station.mac for station in after[2]} & {station.mac for station in stations}

    asyncio.run(story())


def test_names_that_people_gave_are_left_out_and_the_same_station_stays_the_same() -> None:
    mac = "0.17.34.51.68.85"
    rows: dict[str, int | bytes | str] = {
        "1.3.6.1.2.1.1.4.0": b"Anna Andersson",
        "1.3.6.1.2.1.1.6.0": b"",
        "1.3.6.1.2.1.31.1.1.1.18.7": b"Storgatan 1, Andersson",
        f"1.3.6.1.2.1.17.4.3.1.1.{mac}": bytes([0, 17, 34, 51, 68, 85]),
        f"1.3.6.1.2.1.17.4.3.1.2.{mac}": 3,
        f"1.3.6.1.2.1.17.7.1.2.2.1.2.10.{mac}": 3,
        "1.3.6.1.2.1.2.2.1.2.7": "Fält".encode(),
    }
    lines = list(recording.lines(rows))
    assert lines == [
        "1.3.6.1.2.1.1.4.0|4|recorded",
        "1.3.6.1.2.1.1.6.0|4|",
        "1.3.6.1.2.1.31.1.1.1.18.7|4|recorded",
        "1.3.6.1.2.1.17.4.3.1.1.2.0.0.0.0.1|4x|020000000001",
        "1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.1|2|3",
        "1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.1|2|3",
        "1.3.6.1.2.1.2.2.1.2.7|4x|46c3a46c74",
    ]


def test_numbers_addresses_and_identifiers_keep_what_they_are() -> None:
    rows: dict[str, int | bytes | str] = {
        "1.1": -1,
        "1.2": 2**31,
        "1.3": 2**63,
        "1.4": "192.0.2.1",
        "1.5": "1.3.6.1.4.1.9",
        "1.6": b"a|b",
    }
    lines = list(recording.lines(rows))
    assert lines == [
        "1.1|2|-1",
        f"1.2|66|{2**31}",
        f"1.3|70|{2**63}",
        "1.4|64|192.0.2.1",
        "1.5|6|1.3.6.1.4.1.9",
        "1.6|4|a|b",
    ]
    assert len(agent.values("\n".join(lines))) == len(rows)
