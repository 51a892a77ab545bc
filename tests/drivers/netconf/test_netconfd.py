"""A real NETCONF server is asked and provisioned, and nobody's changes are overwritten."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from onapi.drivers import checks, contract
from onapi.drivers.contract import (
    AuthFailed,
    Busy,
    Delivery,
    Drifted,
    DriverError,
    Identifiers,
    Port,
    Rejected,
    Unsupported,
)
from onapi.drivers.netconf import deliveries
from onapi.drivers.netconf.client import NetconfClient
from onapi.drivers.netconf.driver import NetconfDriver
from onapi.drivers.readings import Link
from tests.drivers.netconf.conftest import OnlyNetconf, Operator, driver, operating, provision
from tests.drivers.netconf.netconfd import Element
from tests.drivers.ssh.server import private, public

_BB = Delivery(subscription_id="s1", service="BB-10-5", tech="bb", down_kbps=10_000, up_kbps=5_000)
_TV = Delivery(subscription_id="s2", service="TV <&> film", tech="iptv")
_LOCK = "<lock><target><{}/></target></lock>"


def test_the_driver_keeps_the_contract(operator: Operator) -> None:
    async def check(client: NetconfClient) -> list[str]:
        element = contract.Element(name="nc-1", address="127.0.0.1")
        other = replace(_BB, service="BB-100-100", down_kbps=100_000)
        return await checks.check(NetconfDriver, element, OnlyNetconf(client), "p1", "p9", deliveries=(_BB, other))

    # This server tells no state of interfaces, only how they are configured.
    assert operator.apart(check) == []


def test_ports_are_read_as_they_are_configured(operator: Operator) -> None:
    assert operator.ask(lambda driver: driver.probe()).ports == ("p1", "p2", "p3")
    assert operator.ask(lambda driver: driver.link("p1")) == Link(admin_down=False)
    assert operator.ask(lambda driver: driver.link("p2")) == Link(admin_down=True)
    with pytest.raises(Unsupported, match="no port p9"):
        operator.ask(lambda driver: driver.link("p9"))


def test_a_service_begins_changes_is_blocked_and_ends_without_a_trace(operator: Operator) -> None:
    idle = operator.leaves()
    assert operator.provision(None, _BB) == "BB-10-5 is delivered."
    assert operator.provision(None, _TV, slot="IPTV") == "TV <&> film is delivered."
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers())) == {"Broadband": _BB, "IPTV": _TV}
    assert operator.ask(lambda driver: driver.deliveries("p3", Identifiers())) == {}
    faster = replace(_BB, down_kbps=None, up_kbps=100_000)
    operator.provision(_BB, faster)
    blocked = replace(faster, blocked=True)
    operator.provision(faster, blocked)
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers()))["Broadband"] == replace(
        faster, blocked=True
    )
    assert operator.provision(blocked, None) == "Nothing is delivered any more."
    assert operator.ask(lambda driver: driver.deliveries("p1", Identifiers())) == {"IPTV": _TV}
    operator.provision(_TV, None, slot="IPTV")
    assert operator.leaves() == idle


def test_whatever_is_asked_twice_is_done_once(operator: Operator) -> None:
    operator.provision(None, _BB)
    once = operator.leaves()
    assert operator.provision(None, _BB) == "It was so already."
    assert operator.leaves() == once


@pytest.mark.parametrize("apart", [False, True], ids=["one configuration", "another to start with"])
def test_what_is_delivered_is_delivered_after_a_restart(tmp_path: Path, apart: bool) -> None:
    with operating(Element(tmp_path, apart=apart)) as operator:
        operator.provision(None, _BB)
        operator.element.restart()
        assert operator.apart(lambda client: driver(client).deliveries("p1", Identifiers())) == {"Broadband": _BB}


def test_a_change_that_broke_off_before_it_was_kept_is_kept_by_whoever_repeats_it(tmp_path: Path) -> None:
    with operating(Element(tmp_path, apart=True)) as operator:
        operator.call("<copy-config><target><startup/></target><source><running/></source></copy-config>")
        operator.call(_edit(Port(access_id="access-p1", slot="Broadband", name="p1"), _BB))
        operator.call("<commit/>")
        assert "BB-10-5" not in operator.call("<get-config><source><startup/></source></get-config>")
        assert operator.provision(None, _BB) == "It was so already."
        assert "BB-10-5" in operator.call("<get-config><source><startup/></source></get-config>")


def _edit(port: Port, delivery: Delivery) -> str:
    return deliveries._edit(port, deliveries._held(port, delivery), is_last=True)


def test_what_somebody_else_has_changed_is_left_alone(operator: Operator) -> None:
    operator.provision(None, _BB)
    theirs = replace(_BB, subscription_id="s9")
    operator.provision(_BB, theirs)
    left = operator.leaves()
    for after in (replace(_BB, blocked=True), None):
        with pytest.raises(Drifted):
            operator.provision(_BB, after)
    with pytest.raises(Drifted):
        operator.provision(None, replace(_BB, subscription_id="s8"))
    assert operator.leaves() == left


def test_a_refusal_leaves_nothing_behind(operator: Operator) -> None:
    idle = operator.leaves()
    for wrong in (replace(_BB, tech="radio"), replace(_BB, down_kbps=0)):
        with pytest.raises(DriverError) as refused:
            operator.provision(None, wrong)
        assert refused.value.permanent
    with pytest.raises(Rejected, match="instance not found"):
        operator.provision(None, _BB, port="p9")
    assert operator.leaves() == operator.leaves("candidate") == idle


@pytest.mark.parametrize("store", ["running", "candidate"])
def test_an_element_that_somebody_else_configures_is_busy(operator: Operator, store: str) -> None:
    async def configure(client: NetconfClient) -> None:
        await client.call(_LOCK.format(store))
        with pytest.raises(Busy):
            await provision(driver(operator.client), None, _BB)
        await client.call(_LOCK.format(store).replace("lock>", "unlock>"))
        await provision(driver(operator.client), None, _BB)

    operator.apart(configure)


def test_two_at_once_are_not_both_first(operator: Operator) -> None:
    async def both(client: NetconfClient) -> list[object]:
        asked = [
            provision(driver(way), None, replace(_BB, subscription_id=name))
            for way, name in ((client, "s8"), (operator.client, "s9"))
        ]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    told = operator.apart(both)
    assert [type(one) for one in told if not isinstance(one, str)] in ([Busy], [Drifted])
    assert sum(isinstance(one, str) for one in told) == 1


def test_an_element_where_somebody_has_left_a_draft_is_busy_and_the_draft_stays(operator: Operator) -> None:
    async def leave(client: NetconfClient) -> None:
        await client.call(
            "<edit-config><target><candidate/></target><config>"
            '<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">'
            "<interface><name>p2</name><enabled>true</enabled></interface></interfaces></config></edit-config>"
        )

    operator.apart(leave)
    draft = operator.leaves("candidate")
    with pytest.raises(Busy, match="discard-changes needed"):
        operator.provision(None, _BB)
    assert operator.leaves("candidate") == draft


def test_a_change_that_breaks_off_frees_the_element(operator: Operator) -> None:
    idle = operator.leaves()

    async def break_off(client: NetconfClient) -> None:
        await client.call(_LOCK.format("running"))
        await client.call(_LOCK.format("candidate"))

    operator.apart(break_off)
    assert operator.leaves() == idle
    operator.provision(None, _BB)


def test_who_has_no_right_is_told(operator: Operator) -> None:
    for change in ({"private_key": private("stranger")}, {"host_key": public("another")}):
        stranger = NetconfClient("127.0.0.1", replace(operator.element.login, **change), port=operator.element.port)
        with pytest.raises(AuthFailed):
            operator.runner.run(stranger.call("<get/>"))


def test_an_error_leaves_the_connection_and_its_locks(operator: Operator) -> None:
    operator.call(_LOCK.format("running"))
    with pytest.raises(Unsupported):
        operator.call("<no-such-operation/>")
    operator.call(_LOCK.format("running").replace("lock>", "unlock>"))
