"""What a real switch is, sees and has counted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from onapi.drivers import contract
from onapi.drivers.contract import Delivery, Identifiers, Rejected, Unreachable, Unsupported
from onapi.drivers.ovs.driver import OvsDriver
from onapi.drivers.readings import Group, Speed
from tests.drivers.ovs.conftest import BROADBAND, TELEVISION, Operator, but
from tests.drivers.ovs.switch import BB
from tests.drivers.ovs.traffic import eventually


def test_the_switch_tells_what_it_is_and_which_ports_it_has(operator: Operator) -> None:
    facts = operator.ask(lambda driver: driver.probe())
    assert facts.ports == ("p1", "p2", "p3", "u10", "u20")
    assert facts.vendor == "Nicira, Inc."
    assert facts.model == "Open vSwitch"
    assert facts.description is not None
    assert OvsDriver.match("", facts.description) > 0


def test_an_element_that_says_it_is_something_else_is_none_for_this_driver() -> None:
    assert OvsDriver.match("", "Linux debian 6.1") == 0
    assert OvsDriver.match("1.3.6.1.4.1.2011.2.23", "Open vSwitch look-alike") == 0


def test_the_switch_has_been_up_since_it_was_started(operator: Operator) -> None:
    hardware = operator.ask(lambda driver: driver.hardware())
    assert hardware.up_since is not None
    assert datetime.now(UTC) - timedelta(minutes=10) < hardware.up_since <= datetime.now(UTC)


def test_the_driver_has_these_capabilities_and_no_others(operator: Operator) -> None:
    async def capabilities(driver: OvsDriver) -> set[str]:
        kinds = {name: kind for name, kind in vars(contract).items() if getattr(kind, "_is_runtime_protocol", False)}
        return {name for name, kind in kinds.items() if isinstance(driver, kind)}

    reads = {"ReadsHardware", "ReadsLink", "ReadsCounters", "ReadsMacs", "ReadsGroups", "ReadsDeliveries"}
    assert operator.ask(capabilities) == {*reads, "Provisions"}


def test_a_link_goes_down_and_comes_up_with_the_customers_device(operator: Operator) -> None:
    link = operator.ask(lambda driver: driver.link("p1"))
    assert (link.up, link.admin_down, link.full_duplex, link.speed_mbps) == (True, False, True, 10_000)
    operator.customer.namespace.ip("link set eth0 down")
    eventually(lambda: operator.ask(lambda driver: driver.link("p1")).up is False)
    assert operator.ask(lambda driver: driver.link("p2")).up


def test_a_port_shows_the_speeds_that_it_is_held_to(operator: Operator) -> None:
    assert operator.ask(lambda driver: driver.link("p1")).speeds == ()
    operator.provision(None, BROADBAND)
    operator.provision(None, TELEVISION, slot="IPTV")
    assert operator.ask(lambda driver: driver.link("p1")).speeds == (
        Speed(tech="bb", queue="1", cir_kbps=10_000, pir_kbps=10_000),
        Speed(tech="iptv", queue="2", cir_kbps=20_000, pir_kbps=20_000),
    )


@pytest.mark.parametrize(
    "delivery",
    [BROADBAND, but(BROADBAND, down_kbps=None), but(BROADBAND, up_kbps=None), but(BROADBAND, blocked=True)],
    ids=["both", "no limit down", "no limit up", "blocked"],
)
def test_what_a_port_was_made_to_deliver_is_read_back(operator: Operator, delivery: Delivery) -> None:
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers())) == {}
    operator.provision(None, delivery)
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers())) == {"Broadband": delivery}


def test_a_speed_that_somebody_has_changed_is_read_as_it_is(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    find = ["--bare", "--columns=_uuid", "find", "Queue", 'external_ids:"onapi:slot"=Broadband']
    queue = operator.switch.vsctl(*find).strip()
    operator.switch.vsctl("set", "Queue", queue, "other_config:max-rate=7000000")
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers())) == {
        "Broadband": but(BROADBAND, down_kbps=7000)
    }


def test_a_port_counts_what_comes_and_goes(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    before = operator.ask(lambda driver: driver.counters(["p1", "p2", "p77"]))
    assert set(before) == {"p1", "p2"}
    for _ in range(50):
        assert operator.customer.reaches(operator.provider, patience_s=60, size=1000)
    after = operator.ask(lambda driver: driver.counters(["p1"]))["p1"]
    assert after.read_at > before["p1"].read_at
    for old, new in ((before["p1"].input, after.input), (before["p1"].output, after.output)):
        assert old.packets is not None
        assert new.packets is not None
        assert old.bytes is not None
        assert new.bytes is not None
        assert new.packets - old.packets >= 50
        assert 50 * 1000 <= new.bytes - old.bytes < 200 * 1000
    assert after.input.errors == 0
    assert after.input.unicast is None
    assert after.output.crc_errors is None
    assert after.reset_at is None


def test_the_customers_device_is_in_the_table_of_its_port_and_vlan(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    assert operator.customer.reaches(operator.provider, patience_s=60)
    mac = operator.customer.mac
    found = operator.ask(lambda driver: driver.macs("p1", [BB]))
    assert [(one.mac, one.vlan, one.learnt_at) for one in found] == [(mac, BB, None)]
    assert operator.ask(lambda driver: driver.macs("p1", [])) == found
    assert operator.ask(lambda driver: driver.macs("p1", [99])) == ()
    assert operator.ask(lambda driver: driver.macs("p2", [BB])) == ()


def test_a_group_that_the_customer_joins_is_in_the_table_of_its_port(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    with operator.customer.joins("239.1.2.3"):
        found = eventually(lambda: _groups(operator, "p1"))
    assert [group.multicast for group in found] == ["239.1.2.3"]
    assert found[0].since is not None
    assert datetime.now(UTC) - timedelta(minutes=10) < found[0].since <= datetime.now(UTC)
    assert not _groups(operator, "p2")


def _groups(operator: Operator, port: str) -> list[Group]:
    # Neighbour discovery makes groups of IPv6 whenever it likes.
    return [group for group in operator.ask(lambda driver: driver.groups(port)) if ":" not in group.multicast]


def test_a_port_that_is_not_there_is_unsupported(operator: Operator) -> None:
    with pytest.raises(Unsupported):
        operator.ask(lambda driver: driver.link("p77"))
    with pytest.raises(Unsupported):
        operator.ask(lambda driver: driver.macs("p77", []))
    with pytest.raises(Unsupported):
        operator.ask(lambda driver: driver.groups("p77"))
    with pytest.raises(Unsupported):
        operator.ask(lambda driver: driver.deliveries("p77", Identifiers()))


def test_a_switch_that_is_not_running_is_unreachable_although_its_database_answers(operator: Operator) -> None:
    operator.switch.kill("ovs-vswitchd")
    with pytest.raises(Unreachable):
        operator.ask(lambda driver: driver.hardware())
    with pytest.raises(Unreachable):
        operator.ask(lambda driver: driver.link("p1"))
    with pytest.raises(Unreachable):
        operator.ask(lambda driver: driver.counters(["p1"]))
    with pytest.raises(Unreachable):
        operator.ask(lambda driver: driver.macs("p1", []))


def test_a_command_that_the_daemon_does_not_know_is_rejected(operator: Operator) -> None:
    with pytest.raises(Rejected, match="not a valid command"):
        asyncio.run(operator.switch.ways().daemon.ask("fdb/shout"))


def test_without_a_way_to_the_flow_tables_services_without_a_speed_up_can_be_delivered(operator: Operator) -> None:
    async def provision(after: Delivery) -> str:
        ways = replace(operator.switch.ways(), flows=None)
        port = contract.Port(access_id="access-p1", slot="Broadband", name="p1")
        try:
            return await operator.switch.driver(ways).provision(port, before=None, after=after)
        finally:
            await ways.close()

    untouched = operator.switch.traces()
    with pytest.raises(Unsupported, match="speed up"):
        asyncio.run(provision(BROADBAND))
    assert operator.switch.traces() == untouched
    assert asyncio.run(provision(but(BROADBAND, up_kbps=None))) == "BB-10-5 is delivered."
