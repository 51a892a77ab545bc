"""What VRP prints is read as somebody has looked at it; what it does not say is absent, and nonsense is refused."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.drivers import checks, soundness
from onapi.drivers.contract import Delivery, DriverError, Element, Garbled, Identifiers, Unsupported
from onapi.drivers.readings import Binding, Group, LearntMac, Speed, Traffic, Transceiver
from onapi.drivers.ssh import vrp_layout, vrp_printed
from onapi.drivers.ssh.dialogue import Dialogue
from onapi.drivers.ssh.shell import ShellClient
from onapi.drivers.ssh.vrp import VrpDriver
from onapi.drivers.ssh.vrp_printed import Clock
from tests.drivers.ssh.operating import NOON, OPTIONS, OnlyShell, drive, talk
from tests.drivers.ssh.vrp_switch import ABSENT, PORT, TRANSCRIPTS, Vrp, play, transcript

_SHUT = "GigabitEthernet0/0/2"
_ONE = Delivery(subscription_id="S-1", service="BB-100-100", tech="bb", down_kbps=100_000, up_kbps=100_000)
_OTHER = Delivery(subscription_id="S-1", service="BB-250-250", tech="bb", down_kbps=250_000, up_kbps=100_000)


def test_the_driver_keeps_the_contract() -> None:
    async def check(shell: ShellClient) -> list[str]:
        element = Element(name="sw-1", address="127.0.0.1", options=OPTIONS)
        return await checks.check(VrpDriver, element, OnlyShell(shell), PORT, ABSENT, deliveries=(_ONE, _OTHER))

    switch = Vrp()
    assert talk(lambda process: play(switch, process), check) == []


def test_a_switch_says_what_it_is() -> None:
    facts = drive(Vrp(), lambda driver: driver.probe())
    assert (facts.vendor, facts.model) == ("Huawei", "S5720-28X-SI-AC")
    assert facts.ports == (
        "GigabitEthernet0/0/1",
        "GigabitEthernet0/0/2",
        "GigabitEthernet0/0/3",
        "MEth0/0/1",
        "XGigabitEthernet0/0/1",
    )
    hardware = drive(Vrp(), lambda driver: driver.hardware())
    assert hardware.up_since == NOON - timedelta(weeks=12, days=3, hours=4, minutes=5)
    assert VrpDriver.match("", facts.description or "") > 0
    assert VrpDriver.match("1.3.6.1.4.1.2011.2.23.291", facts.description or "") == 0


def test_a_port_that_is_up_tells_its_state_and_its_optics() -> None:
    link = drive(Vrp(), lambda driver: driver.link(PORT))
    assert (link.up, link.admin_down, link.full_duplex) == (True, False, True)
    assert (link.speed_mbps, link.configured) == (1000, "auto")
    # The switch's clock is an hour ahead of ours, which makes no difference.
    assert link.since == NOON - timedelta(days=4, hours=4, minutes=29, seconds=55)
    assert link.transceiver == Transceiver(
        rx_dbm=-11.87,
        tx_dbm=-6.04,
        temperature_c=37.31,
        bias_ma=15.24,
        supply_v=3.29,
        vendor="HUAWEI",
        part_number="02312170",
        serial_number="AB12345678",
    )
    assert link.speeds == ()


def test_a_port_that_is_shut_has_neither_speed_nor_optics() -> None:
    link = drive(Vrp(), lambda driver: driver.link(_SHUT))
    assert (link.up, link.admin_down, link.full_duplex, link.speed_mbps) == (False, True, None, None)
    assert (link.configured, link.transceiver) == ("1000", None)
    assert link.since == datetime(2026, 8, 29, 7, 55, tzinfo=UTC) + timedelta(hours=1)


def test_a_port_without_a_place_for_optics_has_none_however_the_switch_says_so() -> None:
    for said in ("Error: The port does not support it.", "Error: Wrong parameter found at '^' position."):
        switch = Vrp(refused="display transceiver", refusal=said)
        link = drive(switch, lambda driver: driver.link(PORT))
        assert (link.up, link.transceiver) == (True, None)


def test_a_port_with_a_service_tells_what_it_is_held_to() -> None:
    switch = Vrp()
    switch.lines().append('description Storgatan 1 onapi:["A-1","Broadband","s1","BB-10-5","bb",10000,5000,false]')
    switch.lines().append("qos lr outbound cir 10000 cbs 1250000")
    link = drive(switch, lambda driver: driver.link(PORT))
    assert link.speeds == (Speed(tech="bb", cir_kbps=10_000, pir_kbps=10_000),)


def test_counters_of_all_ports_are_one_question() -> None:
    switch = Vrp()
    counters = drive(switch, lambda driver: driver.counters([PORT, _SHUT, ABSENT, "no port"]))
    assert switch.asked == ["screen-length 0 temporary", "display interface"]
    assert set(counters) == {PORT, _SHUT}
    assert counters[PORT].read_at == NOON
    assert counters[PORT].reset_at is None
    assert counters[PORT].input == Traffic(
        bytes=1734567890,
        packets=12470340,
        unicast=12345678,
        multicast=1206,
        broadcast=123456,
        pauses=3,
        errors=7,
        crc_errors=5,
    )
    assert counters[PORT].output == Traffic(
        bytes=155470388604,
        packets=121403844,
        unicast=38367393,
        multicast=53923177,
        broadcast=29113274,
        pauses=0,
        errors=0,
    )
    # What is printed as - is not counted.
    assert counters[_SHUT].input.pauses is None
    assert counters[_SHUT].input.packets == 0


def test_a_switch_that_goes_on_printing_pages_is_read_all_the_same() -> None:
    switch = Vrp(refused="screen-length")
    assert set(drive(switch, lambda driver: driver.counters([PORT, _SHUT]))) == {PORT, _SHUT}
    assert switch.page < 100


def test_counters_of_one_port_are_asked_for_alone() -> None:
    switch = Vrp()
    assert set(drive(switch, lambda driver: driver.counters([PORT]))) == {PORT}
    assert switch.asked == [f"display interface {PORT}"]


def test_version_8_counts_in_other_words() -> None:
    port = vrp_printed.ports(transcript("display_interface_vrp8"), NOON)["GigabitEthernet0/1/0"]
    assert port.input == Traffic(
        bytes=293740, packets=895, unicast=0, multicast=895, broadcast=0, pauses=4, crc_errors=2
    )
    assert port.output == Traffic(bytes=293741, packets=896, unicast=1, multicast=895, broadcast=0, pauses=5)
    assert port.link.since == NOON - timedelta(hours=7, minutes=26, seconds=37)


def test_of_several_lanes_the_first_counts_and_no_light_is_no_power() -> None:
    optics = vrp_printed.transceiver(transcript("display_transceiver_lanes"))
    assert optics == Transceiver(
        tx_dbm=2.85, temperature_c=37.31, bias_ma=70.24, supply_v=3.39, vendor="OPTLASER", serial_number="2243A00025"
    )


def test_stations_are_those_of_the_port_and_its_vlans() -> None:
    both = (LearntMac(mac="08:48:2C:20:15:A1", vlan=10), LearntMac(mac="9C:7D:A3:60:93:C5", vlan=20))
    assert drive(Vrp(), lambda driver: driver.macs(PORT, ())) == both
    assert drive(Vrp(), lambda driver: driver.macs(PORT, (20, 30))) == both[1:]
    assert drive(Vrp(), lambda driver: driver.macs(_SHUT, ())) == ()


def test_groups_are_those_of_the_port_and_not_of_one_whose_name_begins_alike() -> None:
    assert drive(Vrp(), lambda driver: driver.groups(PORT)) == (Group(multicast="239.1.1.7"),)
    assert len(drive(Vrp(), lambda driver: driver.groups("GigabitEthernet0/0/11"))) == 2


def test_leases_end_by_our_clock() -> None:
    assert drive(Vrp(), lambda driver: driver.bindings(PORT)) == (
        Binding(ip="192.168.112.19", mac="08:48:2C:20:15:99", vlan=10, end=NOON + timedelta(hours=1, minutes=27)),
        Binding(ip="172.23.0.25", mac="00:16:3E:65:7E:C6", vlan=20, end=NOON + timedelta(minutes=12)),
    )


@pytest.mark.parametrize("port", [ABSENT, "", "GigabitEthernet0/0/1 verbose", "Gi\nreboot", "?", "GE0/0/1|include x"])
def test_a_port_that_is_not_there_is_unsupported(port: str) -> None:
    switch = Vrp()
    for ask in (
        lambda driver: driver.link(port),
        lambda driver: driver.macs(port, ()),
        lambda driver: driver.bindings(port),
        lambda driver: driver.deliveries(port, Identifiers()),
    ):
        with pytest.raises(Unsupported, match="no port"):
            drive(switch, ask)
    assert drive(switch, lambda driver: driver.counters([port])) == {}
    assert not any("verbose" in line and ABSENT not in line for line in switch.asked)


_READERS: dict[str, Callable[[str], Any]] = {
    "version": vrp_printed.version,
    "names": vrp_printed.names,
    "ports": lambda text: vrp_printed.ports(text, NOON),
    "transceiver": vrp_printed.transceiver,
    "macs": lambda text: vrp_printed.macs(text, PORT),
    "groups": lambda text: vrp_printed.groups(text, PORT),
    "bindings": lambda text: vrp_printed.bindings(text, PORT, Clock.read("2026-11-24 13:00:00", NOON)),
}


@pytest.mark.parametrize("reader", _READERS)
@given(data=st.data())
def test_nonsense_is_read_as_something_believable_or_refused(reader: str, data: st.DataObject) -> None:
    # Lines of all that a switch prints, in any order, with something else in them.
    lines = [line for path in sorted(TRANSCRIPTS.iterdir()) for line in path.read_text(encoding="utf-8").splitlines()]
    some = st.lists(st.sampled_from(lines) | st.text(max_size=30), max_size=12)
    printed = list("\n".join(data.draw(some)))
    for place, letter in data.draw(st.lists(st.tuples(st.integers(0, 400), st.characters()), max_size=5)):
        printed[place : place + 1] = [letter]
    try:
        told = _READERS[reader]("".join(printed))
    except DriverError:
        return
    for reading in told.values() if isinstance(told, dict) else [told]:
        if isinstance(reading, vrp_printed.Port):
            assert not soundness.complaints(reading.link, "link")
            assert not soundness.complaints(reading.input, "input")
            assert not soundness.complaints(reading.output, "output")
        elif reader not in ("version", "names"):
            assert not soundness.complaints(reading, reader)


def test_a_switch_that_prints_something_else_is_garbled() -> None:
    class Elsewhere:
        async def ask(self, command: str) -> str:
            return "login incorrect"

    driver = VrpDriver(Element(name="sw-1", address="127.0.0.1"), OnlyShell(Elsewhere()))
    for asked in (driver.probe(), driver.hardware(), driver.link(PORT), driver.macs(PORT, ())):
        with pytest.raises(Garbled):
            asyncio.run(asked)


_HOSTILE = {
    "blanks": " ",
    "lines": "\n",
    "dashes": "-",
    "pages": "-- More ",
    "escapes": "\x1b[1",
    "returns": "\r ",
    "refusals": " \nError",
    "states": "GE0/0/1 current state : ",
    "uptimes": "HUAWEI uptime is ",
    "leases": "10.0.0.1 0848-2c20-15a1 10 / ",
    "half lines": "HUAWEI x uptime \n",
    "slashes": "0/",
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_whoever_prints_the_same_for_ever_costs_no_more_than_the_reading(name: str) -> None:
    text = _HOSTILE[name] * (300_000 // len(_HOSTILE[name]))
    started = time.process_time()
    dialogue = Dialogue()
    dialogue.feed(b"<sw-1>")
    dialogue.ask("display version")
    dialogue.feed(b"display version\r\n")
    for place in range(0, len(text), 1 << 14):
        dialogue.feed(text[place : place + (1 << 14)].encode())
    dialogue.feed(b"\r\n<sw-1>")
    for read in _READERS.values():
        with suppress(DriverError):
            read(vrp_printed.accepted(dialogue.answer() or text))
    with suppress(DriverError):
        vrp_layout.read(vrp_printed.accepted(text), PORT)
    assert time.process_time() - started < 5
