"""Recorded switches are read as their profiles say; what a switch does not tell is absent, never another port's."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from onapi.drivers import soundness
from onapi.drivers.contract import DriverError, Unsupported
from onapi.drivers.outcomes import outcome
from onapi.drivers.readings import Binding, Group, LearntMac, Transceiver
from onapi.drivers.snmp import profile_files
from onapi.drivers.snmp.credentials import Community
from onapi.drivers.snmp.driver import SnmpDriver
from onapi.drivers.snmp.profiles import Shelf
from tests.drivers.snmp import agent, ber, golden, hostile, make_recordings
from tests.drivers.snmp.agent import RECORDINGS, Agent, Recording, values
from tests.drivers.snmp.ber import Oid
from tests.drivers.snmp.reading import NOON, PORTS, AsItLikes, OnlySnmp, element, hasten, run

_NAMES = agent.arcs("1.3.6.1.2.1.31.1.1.1.1")
_DESCRIPTIONS = agent.arcs("1.3.6.1.2.1.2.2.1.2")


def _changed(name: str, change: Callable[[dict[Oid, bytes]], None]) -> Recording:
    """Return a recorded switch after something changed in it."""
    instances = values((RECORDINGS / f"{name}.snmprec").read_text(encoding="utf-8"))
    change(instances)
    return Recording(instances)


def _without(*roots: str) -> Callable[[dict[Oid, bytes]], None]:
    """Return the change that a switch has nothing below some objects."""
    prefixes = [agent.arcs(root) for root in roots]

    def change(instances: dict[Oid, bytes]) -> None:
        for oid in [oid for oid in instances if any(oid[: len(prefix)] == prefix for prefix in prefixes)]:
            del instances[oid]

    return change


def _with(changes: Mapping[str, bytes]) -> Callable[[dict[Oid, bytes]], None]:
    return lambda instances: instances.update({agent.arcs(oid): value for oid, value in changes.items()})


@pytest.mark.parametrize("name", make_recordings.ALL)
def test_the_recordings_are_what_their_maker_writes(name: str) -> None:
    assert (RECORDINGS / f"{name}.snmprec").read_text(encoding="utf-8") == make_recordings.ALL[name]().lines()


@pytest.mark.parametrize("name", PORTS)
def test_what_is_read_of_a_recorded_switch_is_what_somebody_has_looked_at(name: str) -> None:
    assert asyncio.run(golden.readings(name)) == golden.kept(name)


@pytest.mark.parametrize("name", PORTS)
def test_the_state_of_a_port_is_one_packet_once_the_port_is_known(name: str) -> None:
    async def story(driver: SnmpDriver, agent: Agent) -> None:
        first = await driver.link(PORTS[name])
        agent.asked.clear()
        assert await driver.link(PORTS[name]) == first
        assert len(agent.asked) == 1
        assert agent.asked[0].kind == ber.GET

    run(agent.read(name), story)


def test_the_counters_of_all_ports_are_few_packets() -> None:
    async def story(driver: SnmpDriver, agent: Agent) -> None:
        ports = [f"ge-0/0/{number}" for number in range(1, 29)]
        await driver.counters(ports)
        agent.asked.clear()
        assert list(await driver.counters(ports)) == ports
        assert {question.kind for question in agent.asked} == {ber.GET}
        assert len(agent.asked) <= 12

    run(agent.read("generic"), story)


def test_a_port_is_known_by_name_description_alias_or_number() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        by_name = await driver.link("ge-0/0/3")
        assert by_name == await driver.link("Port 3") == await driver.link("A000003") == await driver.link("1003")
        assert by_name.transceiver
        assert by_name.transceiver.serial_number == "SN00000003"
        for absent in ("ge-0/0/29", "", "9999", "01003", "1003 ", "-1", "9" * 30):
            with pytest.raises(Unsupported, match="no port"):
                await driver.link(absent)

    run(agent.read("generic"), story)


def test_a_name_of_two_ports_is_nobodys() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        with pytest.raises(Unsupported, match="2 ports Uplink"):
            await driver.link("Uplink")
        assert await driver.counters(["Uplink"]) == {}
        assert (await driver.link("ge-0/0/27")).up

    uplink = ber.wrapped(ber.OCTETS, b"Uplink")
    alias = "1.3.6.1.2.1.31.1.1.1.18"
    run(_changed("generic", _with({f"{alias}.1027": uplink, f"{alias}.1028": uplink})), story)


def test_a_port_that_has_moved_to_another_row_is_found_there_and_not_taken_for_its_neighbour() -> None:
    async def story(driver: SnmpDriver, switch: Agent) -> None:
        before = await driver.counters(["ge-0/0/3", "ge-0/0/4"])
        assert (await driver.link("ge-0/0/3")).up is True
        switch.recording = _changed("generic", swap)
        after = await driver.counters(["ge-0/0/3", "ge-0/0/4"])
        assert (after["ge-0/0/3"].input, after["ge-0/0/4"].input) == (
            before["ge-0/0/4"].input,
            before["ge-0/0/3"].input,
        )
        switch.recording = agent.read("generic")
        assert (await driver.link("ge-0/0/3")).transceiver is not None
        switch.recording = _changed("generic", swap)
        assert await driver.macs("ge-0/0/3", (10,)) == (LearntMac(mac="00:11:22:04:0A:01", vlan=10),)

    def swap(instances: dict[Oid, bytes]) -> None:
        for column in (_NAMES, _DESCRIPTIONS):
            third, fourth = (*column, 1003), (*column, 1004)
            instances[third], instances[fourth] = instances[fourth], instances[third]

    run(agent.read("generic"), story)


def test_a_port_that_is_gone_is_unsupported_and_its_neighbours_are_still_there() -> None:
    async def story(driver: SnmpDriver, switch: Agent) -> None:
        await driver.counters(["ge-0/0/3", "ge-0/0/4"])
        switch.recording = _changed("generic", _without("1.3.6.1.2.1.31.1.1.1.1.1003"))
        assert list(await driver.counters(["ge-0/0/3", "ge-0/0/4"])) == ["ge-0/0/4"]
        with pytest.raises(Unsupported):
            await driver.link("ge-0/0/3")

    run(agent.read("generic"), story)


def test_what_a_switch_does_not_tell_is_none_and_never_zero() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        link = await driver.link("ge-0/0/3")
        told = {name: getattr(link, name) for name in link.__slots__}
        assert set(told.values()) == {None, ()}
        counters = (await driver.counters(["ge-0/0/3"]))["ge-0/0/3"]
        for traffic in (counters.input, counters.output):
            assert {getattr(traffic, name) for name in traffic.__slots__} == {None}
        hardware = await driver.hardware()
        assert (hardware.vendor, hardware.model) == (None, None)

    def names_only(instances: dict[Oid, bytes]) -> None:
        for oid in [oid for oid in instances if oid[: len(_NAMES)] != _NAMES]:
            del instances[oid]

    run(_changed("generic", names_only), story)


def test_a_link_that_has_not_changed_since_the_start_has_no_since() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        assert (await driver.link("ge-0/0/5")).since is None
        assert (await driver.link("ge-0/0/6")).since == NOON - timedelta(seconds=6 * 360)

    run(agent.read("generic"), story)


def test_after_497_days_a_moment_of_sysuptime_is_not_told() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        assert (await driver.hardware()).up_since == NOON - timedelta(days=600)
        assert (await driver.link("GigabitEthernet0/0/3")).since is None

    run(agent.read("huawei-s"), story)


def test_counters_that_began_anew_say_when() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        found = await driver.counters(["ge-0/0/1", "ge-0/0/2"])
        assert found["ge-0/0/1"].reset_at == (await driver.hardware()).up_since
        assert found["ge-0/0/2"].reset_at == NOON - timedelta(seconds=120)
        assert found["ge-0/0/1"].input.bytes == 2**63 + 1, "a counter of 64 bits is whole"

    run(agent.read("generic"), story)


def test_power_is_in_dbm_whatever_the_sensor_measures() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        in_dbm, in_watts = (await driver.link("ge-0/0/3")).transceiver, (await driver.link("ge-0/0/2")).transceiver
        assert in_dbm
        assert in_watts
        assert (in_dbm.rx_dbm, in_dbm.tx_dbm) == (-12.13, -5.8)
        # 71 µW are -11.49 dBm, and 223.9 µW are -6.5.
        assert (in_watts.rx_dbm, in_watts.tx_dbm) == (-11.49, -6.5)
        assert (in_dbm.temperature_c, in_dbm.bias_ma, in_dbm.supply_v) == (35.5, 15.83, 3.293)
        broken = (await driver.link("ge-0/0/4")).transceiver
        assert broken
        assert broken.rx_dbm is None, "a sensor that does not work says nothing"
        assert (await driver.link("ge-0/0/7")).transceiver is None, "the slot is empty"

    run(agent.read("generic"), story)


def test_optics_are_found_without_the_table_of_contents_and_by_name_without_the_mapping() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        link = await driver.link("Port 3")
        assert link.transceiver
        assert (link.transceiver.rx_dbm, link.transceiver.vendor) == (-12.13, "ACME OPTICS")

    run(_changed("generic", _without("1.3.6.1.2.1.47.1.3.3.1")), story)
    run(_changed("generic", _without("1.3.6.1.2.1.47.1.3")), story)


def test_parts_that_were_numbered_anew_are_not_taken_for_another_ports() -> None:
    async def story(driver: SnmpDriver, switch: Agent) -> None:
        assert (await driver.link("ge-0/0/3")).transceiver is not None
        alias = "1.3.6.1.2.1.47.1.3.2.1.2"
        moved = {f"{alias}.130.0": 1004, f"{alias}.140.0": 1003}
        index = agent.arcs("1.3.6.1.2.1.2.2.1.1")
        switch.recording = _changed(
            "generic", _with({oid: ber.identifier((*index, port)) for oid, port in moved.items()})
        )
        assert (await driver.link("ge-0/0/3")).transceiver is None
        found = (await driver.link("ge-0/0/3")).transceiver
        assert found
        assert found.serial_number == "SN00000004"

    run(agent.read("generic"), story)


def test_huaweis_microwatts_and_hundredths_are_told_apart() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        old = (await driver.link("GigabitEthernet0/0/3")).transceiver
        new = (await driver.link("GigabitEthernet0/0/13")).transceiver
        assert old == Transceiver(
            rx_dbm=-12.15,
            tx_dbm=-5.8,
            temperature_c=35,
            bias_ma=5.9,
            supply_v=3.29,
            vendor="HUAWEI",
            part_number="02310QAP",
            serial_number="HW000003",
        )
        assert new
        assert (new.rx_dbm, new.tx_dbm) == (-12.1, -5.8)
        assert (await driver.link("GigabitEthernet0/0/7")).transceiver is None

    run(agent.read("huawei-s"), story)


def test_waystreams_older_firmware_has_microwatts_and_darkness_has_no_dbm() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        new, old = (await driver.link("Gi1/3")).transceiver, (await driver.link("Gi1/14")).transceiver
        assert new
        assert old
        assert (new.rx_dbm, new.tx_dbm, new.serial_number) == (-12.147, -5.8, "WS000003")
        assert (old.rx_dbm, old.tx_dbm, old.serial_number) == (-12.15, -5.8, None)
        dark = (await driver.link("Gi1/13")).transceiver
        assert dark
        assert (dark.rx_dbm, dark.tx_dbm) == (None, -5.8)
        assert (await driver.link("Gi1/7")).transceiver is None

    run(agent.read("waystream"), story)


def test_stations_are_those_of_the_vlans_that_are_asked_for() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        ten, twenty = (LearntMac(mac=f"00:11:22:03:{vlan:02X}:01", vlan=vlan) for vlan in (10, 20))
        assert await driver.macs("ge-0/0/3", (10,)) == (ten,)
        assert await driver.macs("ge-0/0/3", (20, 10, 4000)) == (ten, twenty)
        assert await driver.macs("ge-0/0/3", ()) == (ten, twenty, LearntMac(mac="00:11:22:03:1E:01"))
        assert await driver.macs("ge-0/0/3", (4000,)) == ()
        assert await driver.macs("ge-0/0/28", (10, 20)) == ()

    run(agent.read("generic"), story)


def test_stations_of_vlans_that_share_a_table_are_not_shown_to_who_may_see_one_of_them() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        for vlan in (30, 31):
            with pytest.raises(Unsupported, match="30, 31 together"):
                await driver.macs("ge-0/0/3", (10, vlan))
        assert await driver.macs("ge-0/0/3", (30, 31)) == (LearntMac(mac="00:11:22:03:1E:01"),)

    run(agent.read("generic"), story)


def test_a_switch_that_does_not_list_its_vlans_has_a_table_for_each() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        found = (LearntMac(mac="00:17:A4:03:0A:01", vlan=10),)
        assert await driver.macs("GigabitEthernet0/0/3", (10,)) == found
        assert await driver.macs("GigabitEthernet0/0/3", ()) == found

    run(_changed("huawei-s", _without("1.3.6.1.2.1.17.7.1.4")), story)


def test_a_switch_that_knows_no_vlans_shows_stations_only_to_who_may_see_all() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        assert await driver.macs("Gi1/3", ()) == (LearntMac(mac="00:1E:50:03:00:01"),)
        with pytest.raises(Unsupported, match="in which VLAN"):
            await driver.macs("Gi1/3", (10,))

    run(agent.read("waystream"), story)


def test_a_port_outside_the_bridge_has_no_stations_to_tell_of() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        for asked in (driver.macs("lo0", ()), driver.groups("lo0")):
            with pytest.raises(Unsupported, match="behind port lo0"):
                await asked

    run(agent.read("generic"), story)


def test_groups_are_by_address_on_ethernet_where_the_switch_has_no_other() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        both = (Group(multicast="01:00:5E:01:02:03"), Group(multicast="01:00:5E:0A:0A:64"))
        assert await driver.groups("ge-0/0/3") == both
        assert await driver.groups("ge-0/0/28") == both[:1]
        assert await driver.groups("ge-0/0/2") == ()

    run(agent.read("generic"), story)


def test_groups_of_a_vendors_table_are_there_once_however_many_report() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        assert await driver.groups("Gi1/1") == (Group(multicast="239.1.1.1"), Group(multicast="239.1.1.2"))
        assert await driver.groups("Gi1/2") == (Group(multicast="239.1.1.1"),)
        assert await driver.groups("Gi1/3") == ()

    run(agent.read("waystream"), story)


def test_leases_of_a_port_are_those_that_name_it() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        lease = Binding(ip="198.51.100.1", mac="00:17:A4:01:0A:01", vlan=10)
        assert await driver.bindings("GigabitEthernet0/0/1") == (lease,), "a row without a station is none"
        assert await driver.bindings("A000001") == (lease,), "whatever the inventory calls the port"
        assert await driver.bindings("GigabitEthernet0/0/11") == ()

    run(agent.read("huawei-s"), story)


def test_what_is_not_in_the_profile_is_unsupported_in_words() -> None:
    async def story(driver: SnmpDriver, switch: Agent) -> None:
        with pytest.raises(Unsupported, match="kind generic does not tell the leases"):
            await driver.bindings("ge-0/0/3")
        switch.asked.clear()
        with pytest.raises(Unsupported):
            await driver.bindings("ge-0/0/3")
        assert switch.asked == []

    run(agent.read("generic"), story)


def test_inventory_may_name_the_profile() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        assert (await driver.hardware()).vendor == "Waystream"

    async def unknown(driver: SnmpDriver, _: Agent) -> None:
        with pytest.raises(Unsupported, match="no profile nokia for SNMP; there are generic, huawei-s"):
            await driver.hardware()

    run(agent.read("generic"), story, profile="waystream")
    run(agent.read("generic"), unknown, profile="nokia")


def test_an_element_that_does_not_say_what_it_is_is_read_as_any_other() -> None:
    async def story(driver: SnmpDriver, _: Agent) -> None:
        assert (await driver.link("ge-0/0/3")).up is True
        assert (await driver.probe()).sys_object_id is None

    run(_changed("generic", _without("1.3.6.1.2.1.1.2")), story)


def test_an_element_is_asked_as_its_profile_says() -> None:
    async def work() -> None:
        class Noting(AsItLikes):
            suited: list[object] = []  # noqa: RUF012 — one test, one session

            def suit(self, manners: object) -> None:
                self.suited.append(manners)

        async with agent.serving(Agent(agent.read("huawei-s"))) as switch:
            session = Noting("127.0.0.1", Community(agent.COMMUNITY), port=switch.port)
            await SnmpDriver(element(), OnlySnmp(session)).hardware()
            assert session.suited == [profile_files.shipped().named("huawei-s").manners]

    asyncio.run(work())


def test_a_stranger_brings_profiles_by_a_class_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(
        "extends: generic\nvendor: Acme\nmatch: 1.3.6.1.4.1.32473\noptics: null\n"
        "bindings:\n  rows: 1.3.6.1.4.1.9.9.380.1.4.1.1.5\n  holds: interface\n  index: [vlan, mac]\n"
        "  columns:\n    ip: {oid: 1.3.6.1.4.1.9.9.380.1.4.1.1.4}\n    left_s: {oid: 1.3.6.1.4.1.9.9.380.1.4.1.1.6}\n"
    )

    class AcmeDriver(SnmpDriver):
        @classmethod
        def shelf(cls) -> Shelf:
            return profile_files.shelf(profile_files.FOLDER, tmp_path)

    async def work() -> None:
        async with agent.serving(Agent(_changed("generic", _with(leases)))) as switch:
            session = AsItLikes("127.0.0.1", Community(agent.COMMUNITY), port=switch.port)
            driver = AcmeDriver(element(), OnlySnmp(session))
            assert (await driver.hardware()).vendor == "Acme"
            (lease,) = await driver.bindings("ge-0/0/3")
            assert (lease.ip, lease.mac, lease.vlan) == ("198.51.100.3", "0A:00:11:22:03:0A", 10)
            assert lease.end

    row = "10.10.0.17.34.3.10"
    leases = {
        f"1.3.6.1.4.1.9.9.380.1.4.1.1.4.{row}": ber.wrapped(ber.OCTETS, bytes((198, 51, 100, 3))),
        f"1.3.6.1.4.1.9.9.380.1.4.1.1.5.{row}": ber.integer(1003),
        f"1.3.6.1.4.1.9.9.380.1.4.1.1.6.{row}": ber.integer(3600, ber.GAUGE32),
    }
    assert AcmeDriver.match("1.3.6.1.4.1.32473.1", "") > SnmpDriver.match("1.3.6.1.4.1.32473.1", "")
    asyncio.run(work())


@pytest.mark.parametrize(
    ("object_id", "better"),
    [
        ("1.3.6.1.4.1.2011.2.23.377", "huawei-s"),
        ("1.3.6.1.4.1.9303.1.1.60", "waystream"),
        ("1.3.6.1.4.1.8072.3.2.10", "net-snmp"),
        ("1.3.6.1.4.1.2011.2.239.5", "generic"),
        ("1.3.6.1.4.1.9", "generic"),
    ],
)
def test_a_kind_is_known_by_the_longest_prefix(object_id: str, better: str) -> None:
    best = profile_files.shipped().best(object_id, "")
    assert best
    assert best.name == better
    assert SnmpDriver.match(object_id, "") == best.score(object_id, "") > 0


def test_what_is_no_network_element_is_not_the_drivers() -> None:
    assert SnmpDriver.match("", "") == SnmpDriver.match("1.3.6.1.2.1", "switch") == SnmpDriver.match("x", "") == 0


@pytest.mark.parametrize("name", hostile.ALL)
@pytest.mark.parametrize("known", [False, True], ids=["from the start", "later"])
def test_a_hostile_agent_gets_an_error_or_says_nothing(name: str, known: bool) -> None:
    async def story(driver: SnmpDriver, switch: Agent) -> None:
        port = PORTS["generic"]
        if known:
            await driver.link(port)
            await driver.macs(port, (10,))
            await driver.counters([port])
        switch.answer = hostile.ALL[name]
        hasten(driver)
        asked = {
            "probe": driver.probe(),
            "hardware": driver.hardware(),
            "link": driver.link(port),
            "counters": driver.counters([port]),
            "macs": driver.macs(port, (10,)),
            "groups": driver.groups(port),
            "bindings": driver.bindings(port),
        }
        for what, reading in asked.items():
            told = await outcome(reading)
            if told.error is not None:
                assert isinstance(told.error, DriverError), f"{what}: {told}"
            else:
                assert soundness.complaints(told.value, what) == []
                assert soundness.claims(told.value, what) == []

    run(agent.read("generic"), story, rows=2000)
