"""A port of a switch with VRP delivers what was ordered, and is never taken from somebody else."""

from dataclasses import replace

import pytest

from onapi.drivers.contract import Delivery, Drifted, Garbled, Identifiers, Port, Rejected, Unreachable, Unsupported
from onapi.drivers.ssh.vrp_layout import Service, described
from tests.drivers.ssh.operating import OPTIONS, drive
from tests.drivers.ssh.vrp_switch import PORT, Vrp

_BB = Delivery(subscription_id="s1", service="BB-10-5", tech="bb", down_kbps=10_000, up_kbps=5_000)
_FAST = replace(_BB, service="BB-100-100", down_kbps=100_000, up_kbps=100_000)
_BLOCKED = replace(_BB, blocked=True)
_RECORD = 'onapi:["A-1","Broadband","s1","BB-10-5","bb",10000,5000,false]'


def _provision(
    switch: Vrp,
    before: Delivery | None,
    after: Delivery | None,
    *,
    access: str = "A-1",
    slot: str = "Broadband",
    port: str = PORT,
    options: dict[str, str] | None = None,
) -> str:
    where = Port(access_id=access, slot=slot, name=port)
    return drive(switch, lambda driver: driver.provision(where, before=before, after=after), options)


def test_an_order_is_in_the_configuration_and_is_saved() -> None:
    switch = Vrp()
    assert _provision(switch, None, _BB) == "BB-10-5 is delivered."
    assert sorted(switch.lines()) == sorted(
        [
            "port link-type access",
            "stp edged-port enable",
            "qos lr outbound cir 10000 cbs 1250000",
            "qos lr inbound cir 5000 cbs 625000",
            "port default vlan 10",
            f"description {_RECORD}",
        ]
    )
    assert switch.saved == switch.ports
    assert drive(switch, lambda driver: driver.deliveries(PORT, Identifiers())) == {"Broadband": _BB}


def test_a_service_is_blocked_let_through_changed_and_ended_without_a_trace() -> None:
    switch = Vrp()
    idle = sorted(switch.lines())
    _provision(switch, None, _BB)
    assert _provision(switch, _BB, _BLOCKED) == "BB-10-5 is blocked."
    assert "port default vlan 4094" in switch.lines()
    assert not any("qos" in line for line in switch.lines())
    assert drive(switch, lambda driver: driver.deliveries(PORT, Identifiers())) == {"Broadband": _BLOCKED}
    assert _provision(switch, _BLOCKED, _BB) == "BB-10-5 is let through."
    assert _provision(switch, _BB, _FAST) == "BB-100-100 is delivered instead of BB-10-5."
    assert "qos lr outbound cir 100000 cbs 12500000" in switch.lines()
    assert _provision(switch, _FAST, None) == "Nothing is delivered any more."
    assert sorted(switch.lines()) == idle
    assert drive(switch, lambda driver: driver.deliveries(PORT, Identifiers())) == {}


def test_a_port_is_closed_before_its_rates_go_and_opened_after_they_are_there() -> None:
    switch = Vrp()
    _provision(switch, None, _BB)
    _provision(switch, _BB, None)
    typed = [line for line in switch.asked if not line.startswith(("display", "system", "interface", "return"))]
    assert typed == [
        "qos lr outbound cir 10000",
        "qos lr inbound cir 5000",
        "port default vlan 10",
        f"description {_RECORD}",
        "save",
        "port default vlan 4094",
        "undo qos lr outbound",
        "undo qos lr inbound",
        "undo description",
        "save",
    ]


def test_what_the_operator_wrote_on_a_port_stays() -> None:
    switch = Vrp()
    switch.lines().append("description Storgatan 1 lgh 1001")
    _provision(switch, None, _BB)
    assert f"description Storgatan 1 lgh 1001 {_RECORD}" in switch.lines()
    _provision(switch, _BB, None)
    assert "description Storgatan 1 lgh 1001" in switch.lines()


@pytest.mark.parametrize(("before", "after"), [(None, _BB), (_BB, _BLOCKED), (_BB, _FAST), (_BB, None)])
def test_whatever_is_asked_twice_is_done_once_and_saved_twice(
    before: Delivery | None, after: Delivery | None
) -> None:
    switch = Vrp()
    _provision(switch, None, before)
    _provision(switch, before, after)
    switch.saved = {}
    switch.asked.clear()
    assert _provision(switch, before, after) == "It was so already."
    assert "system-view" not in switch.asked
    assert switch.saved == switch.ports


@pytest.mark.parametrize("dies_after", ["qos lr outbound", "qos lr inbound", "port default", "description", "undo"])
@pytest.mark.parametrize(
    ("before", "after"), [(None, _BB), (_BB, None), (_BB, _FAST), (_BB, _BLOCKED), (_BLOCKED, _FAST)]
)
def test_a_change_that_broke_off_is_finished_by_whoever_repeats_it_and_undone_by_whoever_takes_it_back(
    before: Delivery | None, after: Delivery | None, dies_after: str
) -> None:
    for first, then in ((before, after), (after, before)):
        switch = Vrp()
        _provision(switch, None, before)
        switch.dies_after = dies_after
        try:
            _provision(switch, before, after)
        except Unreachable:
            switch.dies_after = None
            _provision(switch, first, then)
            wanted = {"Broadband": then} if then else {}
            assert drive(switch, lambda driver: driver.deliveries(PORT, Identifiers())) == wanted
            assert switch.saved == switch.ports
        else:
            # This change has no such line.
            assert not any(line.startswith(dies_after) for line in switch.asked[-8:])


@pytest.mark.parametrize(
    "change",
    [
        ("port default vlan 10", "port default vlan 20"),
        ("qos lr outbound cir 10000 cbs 1250000", "qos lr outbound cir 20000 cbs 2500000"),
        ("qos lr inbound cir 5000 cbs 625000", "port-security enable"),
        ("port link-type access", "port link-type trunk"),
        (f"description {_RECORD}", f"description {_RECORD.replace('5000', '6000')}"),
        (f"description {_RECORD}", f"description {_RECORD.replace('5000', '5 000')}"),
        (f"description {_RECORD}", f"description {_RECORD} Storgatan 1"),
        (f"description {_RECORD}", "description Storgatan 1"),
    ],
)
def test_a_port_that_somebody_else_has_changed_is_left_alone(change: tuple[str, str]) -> None:
    switch = Vrp()
    _provision(switch, None, _BB)
    lines = switch.lines()
    lines[lines.index(change[0])] = change[1]
    left = list(lines)
    with pytest.raises(Drifted):
        _provision(switch, _BB, _FAST)
    with pytest.raises(Drifted):
        drive(switch, lambda driver: driver.deliveries(PORT, Identifiers()))
    assert switch.lines() == left


def test_a_port_of_another_access_is_not_taken() -> None:
    switch = Vrp()
    _provision(switch, None, _BB)
    left = list(switch.lines())
    with pytest.raises(Unsupported, match="another service"):
        _provision(switch, None, _FAST, access="A-2")
    with pytest.raises(Unsupported, match="another service"):
        _provision(switch, None, replace(_BB, tech="iptv", subscription_id="s2"), slot="IPTV")
    with pytest.raises(Drifted):
        _provision(switch, _BB, None, access="A-2")
    assert switch.lines() == left


@pytest.mark.parametrize("refused", ["qos lr outbound", "qos lr inbound", "port default", "description"])
def test_a_command_that_is_refused_leaves_the_port_as_it_was(refused: str) -> None:
    switch = Vrp()
    before = sorted(switch.lines())
    switch.refused = refused
    with pytest.raises(Rejected, match=f"{refused} cannot be done now"):
        _provision(switch, None, _BB)
    assert sorted(switch.lines()) == before


def test_a_port_that_can_be_neither_changed_nor_set_back_is_told_as_such() -> None:
    switch = Vrp()
    _provision(switch, None, _BB)
    switch.refused = "port default"

    original = switch.answer

    def stubborn(command: str) -> str:
        if command.startswith("undo qos lr inbound"):
            switch.refused = "qos lr"
            return "Error: no."
        return original(command)

    switch.refused = None
    switch.answer = stubborn  # type: ignore[method-assign]
    with pytest.raises(Garbled, match="neither the change nor"):
        _provision(switch, _BB, replace(_BB, down_kbps=None, up_kbps=None))


def test_a_vlan_that_is_not_there_is_told() -> None:
    switch = Vrp()
    switch.vlans.remove(10)
    before = sorted(switch.lines())
    with pytest.raises(Unsupported, match="The VLAN does not exist"):
        _provision(switch, None, _BB)
    assert sorted(switch.lines()) == before


def test_a_switch_that_rounds_a_rate_is_set_back() -> None:
    switch = Vrp(rate_step=64)
    before = sorted(switch.lines())
    with pytest.raises(Rejected, match="outbound_kbps=10000"):
        _provision(switch, None, _BB)
    assert sorted(switch.lines()) == before
    assert _provision(switch, None, replace(_BB, down_kbps=10_240, up_kbps=5_120)) == "BB-10-5 is delivered."


def test_a_save_that_is_refused_is_told_and_done_when_the_order_is_repeated() -> None:
    switch = Vrp(refused="save")
    with pytest.raises(Rejected, match="save cannot be done now"):
        _provision(switch, None, _BB)
    switch.refused = None
    assert _provision(switch, None, _BB) == "It was so already."
    assert switch.saved == switch.ports


@pytest.mark.parametrize(
    ("options", "delivery", "sentence"),
    [
        ({}, _BB, "no VLAN for services of the kind bb"),
        ({"vlan.bb": "4095"}, _BB, "'4095' is no VLAN"),
        ({"vlan.bb": "ten"}, _BB, "'ten' is no VLAN"),
        ({"vlan.bb": "4094"}, _BB, "idle VLAN is that of a service"),
        (OPTIONS, replace(_BB, down_kbps=32), "64 to 10000000"),
        (OPTIONS, replace(_BB, service="x" * 200), "242 characters"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(
    options: dict[str, str], delivery: Delivery, sentence: str
) -> None:
    switch = Vrp()
    with pytest.raises(Unsupported, match=sentence):
        _provision(switch, None, delivery, options=options)
    assert "system-view" not in switch.asked


def test_another_vrp_is_not_provisioned() -> None:
    switch = Vrp()
    switch.version = switch.version.replace("Version 5.170", "Version 8.180")
    with pytest.raises(Unsupported, match=r"VRP 8.180"):
        _provision(switch, None, _BB)
    assert "system-view" not in switch.asked


def test_a_record_is_written_in_what_a_command_line_takes() -> None:
    odd = replace(_BB, service='Bredband 100/10 "större" ?')
    switch = Vrp()
    _provision(switch, None, odd)
    assert drive(switch, lambda driver: driver.deliveries(PORT, Identifiers())) == {"Broadband": odd}


@pytest.mark.parametrize("text", ["onapi:[]", "onapi:[1,2,3,4,5,6,7,8]", "onapi:", "onapi:[", 'onapi:["a"] b'])
def test_what_was_not_written_here_is_no_record(text: str) -> None:
    with pytest.raises(Drifted):
        described(text)


def test_records_are_read_as_they_were_written() -> None:
    service = Service.of(Port(access_id="A", slot="B"), replace(_BB, down_kbps=None))
    assert service is not None
    assert described(f"own text onapi:{service.written()}") == ("own text", service)
    assert described("") == ("", None)
