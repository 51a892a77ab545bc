"""What others have done to a port is found and left alone; what broke off in the middle is finished by repeating."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from onapi.drivers.contract import Delivery, Drifted, Identifiers, Ovsdb, Port, TimedOut, Unreachable
from onapi.drivers.ovs.driver import OvsDriver
from tests.drivers.ovs.conftest import BROADBAND, Operator, but
from tests.drivers.ovs.traffic import flows_at_about

_P1 = Port(access_id="access-p1", slot="Broadband", name="p1")


class _Meddled:
    """The database, with somebody who does something just before or just after a port is written."""

    def __init__(
        self, database: Ovsdb, *, just_before: Callable[[], object] = bool, just_after: Callable[[], object] = bool
    ) -> None:
        self._database = database
        self._just_before = just_before
        self._just_after = just_after

    async def transact(self, operations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        writes = any(operation["op"] == "update" for operation in operations)
        if writes:
            self._just_before()
        results = await self._database.transact(operations)
        if writes:
            self._just_after()
        return results


def _meddle(operator: Operator, after: Delivery, **moments: Callable[[], object]) -> str:
    """Have the port p1 deliver something while somebody meddles."""

    async def provisioned() -> str:
        ways = operator.switch.ways()
        driver = operator.switch.driver(replace(ways, database=_Meddled(ways.database, **moments)))
        try:
            return await driver.provision(_P1, before=None, after=after)
        finally:
            await ways.close()

    return asyncio.run(provisioned())


@pytest.mark.parametrize(
    ("commands", "what"),
    [
        (["set", "Port", "p1", "tag=77"], "VLAN"),
        (["clear", "Port", "p1", "tag"], "VLAN"),
        (["set", "Port", "p1", "trunks=30"], "tagged VLANs"),
        (["set", "Port", "p1", "vlan_mode=trunk"], "VLAN mode"),
        (["clear", "Port", "p1", "qos"], "queues"),
        (["set", "QoS", "p1", "other_config:max-rate=999000"], "queues"),
        (["set", "QoS", "p1", "type=linux-hfsc"], "queues"),
        (["remove", "QoS", "p1", "queues", "1"], "queues"),
        (["--id=@q", "create", "QoS", "type=linux-htb", "--", "set", "Port", "p1", "qos=@q"], "queues"),
        (["set", "Port", "p1", 'external_ids:"onapi:Broadband"=mine'], "what is recorded"),
        (["remove", "Port", "p1", "external_ids", '"onapi:Broadband"'], "VLAN and queues"),
    ],
)
def test_a_port_that_somebody_else_has_changed_is_refused_and_left_alone(
    operator: Operator, commands: list[str], what: str
) -> None:
    operator.provision(None, BROADBAND)
    qos = operator.switch.vsctl("get", "Port", "p1", "qos").strip()
    operator.switch.vsctl(*[qos if (word, commands[1]) == ("p1", "QoS") else word for word in commands])
    changed = operator.switch.traces()
    for after in (BROADBAND, but(BROADBAND, blocked=True), None):
        with pytest.raises(Drifted, match=f"Somebody else has changed (the port's )?{what}"):
            operator.provision(BROADBAND, after)
    assert operator.switch.traces() == changed


def test_a_port_that_was_never_made_idle_is_refused_in_both_directions(operator: Operator) -> None:
    operator.switch.vsctl("clear", "Port", "p1", "tag")
    before = operator.switch.traces()
    with pytest.raises(Drifted, match="VLAN"):
        operator.provision(None, BROADBAND)
    # Nobody can say whether it delivers something, so nobody says that it delivers nothing.
    with pytest.raises(Drifted, match="VLAN"):
        operator.provision(BROADBAND, None)
    assert operator.switch.traces() == before


def test_a_port_that_delivers_something_else_is_refused_without_saying_what(operator: Operator) -> None:
    operator.provision(None, but(BROADBAND, subscription_id="a-stranger's", service="SECRET"))
    before = operator.switch.traces()
    with pytest.raises(Drifted) as refusal:
        operator.provision(None, BROADBAND)
    assert refusal.value.sentence == "The port delivers something else."
    assert operator.switch.traces() == before


def test_a_change_between_reading_and_writing_is_not_written_over(operator: Operator) -> None:
    with pytest.raises(Drifted, match="VLAN"):
        _meddle(operator, BROADBAND, just_before=lambda: operator.switch.vsctl("set", "Port", "p1", "tag=77"))
    traces = operator.switch.traces()
    assert "p1,77,[],[],[],{}" in traces["ports"]
    assert traces["qos"] == traces["queues"] == ""


def test_what_is_none_of_ours_may_change_between_reading_and_writing(operator: Operator) -> None:
    seen: list[str] = []

    def note() -> None:
        if not seen:
            seen.append(operator.switch.vsctl("set", "Port", "p1", "external_ids:cabinet=K7"))

    assert _meddle(operator, BROADBAND, just_before=note) == "BB-10-5 is delivered."
    assert "cabinet=K7" in operator.switch.vsctl("get", "Port", "p1", "external_ids")


def test_a_port_that_never_stands_still_is_given_up(operator: Operator) -> None:
    seen: list[str] = []

    def note() -> None:
        seen.append(operator.switch.vsctl("set", "Port", "p1", f"external_ids:serial={len(seen)}"))

    with pytest.raises(Drifted, match="just changed"):
        _meddle(operator, BROADBAND, just_before=note)
    assert len(seen) == 3


def test_a_database_that_is_killed_is_unreachable_and_serves_again_when_it_is_back(operator: Operator) -> None:
    async def over_one_connection(driver: OvsDriver) -> str:
        await driver.provision(_P1, before=None, after=BROADBAND)
        operator.switch.kill("ovsdb-server")
        with pytest.raises(Unreachable):
            await driver.provision(_P1, before=BROADBAND, after=None)
        operator.switch.start_database()
        return await driver.provision(_P1, before=BROADBAND, after=None)

    assert operator.ask(over_one_connection) == "Nothing is delivered any more."


def test_a_database_that_is_killed_when_it_has_written_is_asked_again(operator: Operator) -> None:
    with pytest.raises(Unreachable):
        _meddle(operator, BROADBAND, just_after=lambda: operator.switch.kill("ovsdb-server"))
    operator.switch.start_database()
    assert operator.provision(None, BROADBAND).startswith("It was so already")
    assert operator.customer.reaches(operator.provider, patience_s=60)
    assert flows_at_about(5_000, operator.customer, operator.provider)


def test_a_switch_that_is_not_running_is_told_nothing(operator: Operator) -> None:
    operator.switch.kill("ovs-vswitchd")
    with pytest.raises(Unreachable):
        operator.provision(None, BROADBAND)
    assert operator.switch.vsctl("get", "Port", "p1", "tag", "external_ids").split() == ["4094", "{}"]
    operator.switch.start_daemon()
    assert operator.provision(None, BROADBAND) == "BB-10-5 is delivered."


@pytest.mark.parametrize("after", [BROADBAND, None], ids=["goes on", "turns back"])
def test_a_switch_that_dies_between_database_and_flows_is_finished_by_repeating(
    operator: Operator, after: Delivery | None
) -> None:
    untouched = operator.switch.traces()
    with pytest.raises((TimedOut, Unreachable)):
        _meddle(operator, BROADBAND, just_after=lambda: operator.switch.kill("ovs-vswitchd"))
    operator.switch.start_daemon()
    assert "meter" not in operator.switch.traces()["flows"], "it died before it was told of a meter"
    operator.provision(None if after else BROADBAND, after)
    if after is None:
        assert operator.switch.traces() == untouched
    else:
        assert flows_at_about(5_000, operator.customer, operator.provider)


def test_meters_that_a_restart_has_lost_are_missed_and_set_again(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    operator.switch.kill("ovs-vswitchd")
    operator.switch.start_daemon()
    delivered = operator.ask(lambda driver: driver.deliveries("p1", Identifiers()))
    assert delivered == {"Broadband": but(BROADBAND, up_kbps=None)}
    assert "the speed up, which is set again" in operator.provision(None, BROADBAND)
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers())) == {"Broadband": BROADBAND}


@pytest.mark.parametrize(
    "commands",
    [
        ["del-flows"],
        ["del-meters"],
        ["mod-meter", "meter={meter},kbps,burst,band=type=drop,rate=99000,burst_size=1000"],
        ["mod-meter", "meter={meter},pktps,band=type=drop,rate=99000"],
        ["add-flow", "cookie={cookie},priority=100,in_port=p1,vlan_tci=0,actions=NORMAL"],
        ["add-flow", "cookie={cookie},priority=900,in_port=p1,actions=NORMAL"],
    ],
    ids=" ".join,
)
def test_meters_and_flows_that_somebody_has_spoilt_are_set_again(operator: Operator, commands: list[str]) -> None:
    operator.provision(None, BROADBAND)
    right = operator.switch.traces()
    number = operator.switch.vsctl("get", "Interface", "p1", "ofport").strip()
    names = {"meter": int(number) * 4, "cookie": hex(0x6F6E6170 << 32 | int(number))}
    command, *arguments = [word.format(**names) for word in commands]
    operator.switch.ofctl(command, *arguments)
    assert operator.switch.traces() != right
    assert "set again" in operator.provision(None, BROADBAND)
    mended = operator.switch.traces()
    assert mended["meters"] == right["meters"]
    assert "meter:" in mended["flows"]
    assert "priority=900" not in mended["flows"]
