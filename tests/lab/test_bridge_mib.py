"""What the lab's switch tells of itself by SNMP, as snmpd asks for it."""

import io
from pathlib import Path

from onapi.drivers.ovs.tables import Station
from onapi.lab import bridge_mib

OBJECTS = bridge_mib.objects({1: 7, 2: 8}, {10: [1], 4094: [2, 9]}, [Station(1, 10, "02:00:00:00:00:FF")])


def asked(question: str, oid: str) -> list[str]:
    return list(bridge_mib.answer(question, oid, OBJECTS))


def test_ports_have_their_interfaces() -> None:
    assert asked("get", ".1.3.6.1.2.1.17.1.4.1.2.2") == [".1.3.6.1.2.1.17.1.4.1.2.2", "integer", "8"]


def test_a_station_is_at_its_port_in_its_vlan() -> None:
    oid = ".1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.255"
    assert asked("get", oid) == [oid, "integer", "1"]


def test_a_vlan_has_its_ports_as_bits() -> None:
    assert asked("get", ".1.3.6.1.2.1.17.7.1.4.2.1.5.0.4094")[1:] == ["octet", "40 80 00 00 00 00 00 00"]


def test_what_is_not_there_is_none() -> None:
    assert asked("get", ".1.3.6.1.2.1.17.1.4.1.2.3") == ["NONE"]
    assert asked("getnext", ".1.3.6.1.2.1.18") == ["NONE"]


def test_a_walk_meets_everything_in_order() -> None:
    met, oid = [], ".1.3.6.1.2.1.17"
    while (lines := asked("getnext", oid)) != ["NONE"]:
        oid = lines[0]
        met.append(tuple(map(int, oid.strip(".").split("."))))
    assert met == sorted(OBJECTS)


def test_snmpd_gets_one_answer_to_each_question(tmp_path: Path) -> None:
    questions = "PING\nget\n.1.3.6.1.2.1.17.1\nset\n.1.3.6.1.2.1.17.1\ninteger 1\ngetnext\n.1.3.6.1.2.1.17\n"
    answers = io.StringIO()
    bridge_mib.serve(tmp_path, io.StringIO(questions), answers)
    assert answers.getvalue() == "PONG\nNONE\nnot-writable\nNONE\n", "a switch that does not answer has no objects"
