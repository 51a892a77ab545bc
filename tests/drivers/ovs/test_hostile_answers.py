"""A switch that answers nonsense, in the right form or in none, is answered with an error that says so."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onapi.drivers.contract import DriverError, Element, Garbled, Identifiers, Port
from onapi.drivers.ovs import messages, tables
from onapi.drivers.ovs.driver import OvsDriver
from onapi.drivers.ovs.layout import Service
from tests.drivers.ovs.conftest import BROADBAND
from tests.drivers.ovs.switch import OPTIONS, Ways

_P1 = Port(access_id="A-1", slot="Broadband", name="p1")
_RECORD = Service.of(_P1, replace(BROADBAND, up_kbps=None))
assert _RECORD is not None

_RIGHT: list[dict[str, Any]] = [
    {"rows": [{"_uuid": ["uuid", "b"], "ports": ["set", [["uuid", "p"], ["uuid", "u"]]]}]},
    {
        "rows": [
            {
                "_uuid": ["uuid", "p"],
                "tag": 10,
                "trunks": ["set", []],
                "vlan_mode": ["set", []],
                "qos": ["uuid", "q"],
                "external_ids": ["map", [["onapi:Broadband", _RECORD.written()]]],
            }
        ]
    },
    {
        "rows": [
            {
                "_uuid": ["uuid", "i"],
                "ofport": 5,
                "admin_state": "up",
                "link_state": "up",
                "duplex": "full",
                "link_speed": 1_000_000_000,
            }
        ]
    },
    {
        "rows": [
            {
                "_uuid": ["uuid", "q"],
                "type": "linux-htb",
                "queues": ["map", [[0, ["uuid", "q0"]], [1, ["uuid", "q1"]]]],
                "other_config": ["map", [["max-rate", "10000000"]]],
                "external_ids": ["map", [["onapi:port", "p1"]]],
            }
        ]
    },
    {
        "rows": [
            {
                "_uuid": ["uuid", "q0"],
                "other_config": ["map", [["max-rate", "10000000"], ["min-rate", "10000000"]]],
                "external_ids": ["map", [["onapi:port", "p1"]]],
            },
            {
                "_uuid": ["uuid", "q1"],
                "other_config": ["map", [["max-rate", "10000000"], ["min-rate", "10000000"]]],
                "external_ids": ["map", [["onapi:port", "p1"], ["onapi:slot", "Broadband"], ["onapi:tech", "bb"]]],
            },
        ]
    },
]

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["set", "map", "uuid"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class _Database:
    """Answers the questions about a port with what it was given."""

    def __init__(self, results: list[Any]) -> None:
        self._results = results

    async def transact(self, operations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        tables = [operation["table"] for operation in operations]
        if tables == ["Open_vSwitch"]:
            return [{"rows": [{"next_cfg": 1, "cur_cfg": 1}]}]
        return self._results


class _Daemon:
    """Nobody asks it here."""

    async def ask(self, command: str, *arguments: str) -> str:
        raise NotImplementedError


def _asked(results: list[Any]) -> tuple[object, ...]:
    """Ask a switch whose database answers so for everything that comes out of it."""
    element = Element(name="sw1", address="192.0.2.1", options=OPTIONS)
    driver = OvsDriver(element, Ways(_Database(results), None, _Daemon()))

    async def all_of_it() -> tuple[object, ...]:
        delivery = replace(BROADBAND, up_kbps=None)
        said = await driver.provision(_P1, before=None, after=delivery)
        return said, await driver.link("p1"), await driver.deliveries("p1", Identifiers())

    return asyncio.run(all_of_it())


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [path, *(place for key, part in below for place in _places(part, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], instead: Any) -> Any:
    if not path:
        return instead
    changed = value.copy()
    changed[path[0]] = _with(value[path[0]], path[1:], instead)
    return changed


def test_the_right_answer_is_understood() -> None:
    said, _link, delivered = _asked(_RIGHT)
    assert said == "It was so already."
    assert delivered == {"Broadband": replace(BROADBAND, up_kbps=None)}


@given(st.sampled_from([place for place in _places(_RIGHT) if len(place) > 1]), _JSON)
def test_an_answer_with_something_else_in_one_place_is_understood_or_refused(
    place: tuple[Any, ...], instead: Any
) -> None:
    with suppress(DriverError):
        _asked(_with(_RIGHT, place, instead))


_READERS = (messages.read_description, messages.read_ports, messages.read_meters, messages.read_flows)
_KINDS = st.sampled_from([0, 1, 4, 10])


@given(_KINDS, st.binary(max_size=400))
@example(1, b"\0\0" + bytes(100))
@example(10, b"\0\x08")
@example(1, b"\0\x38" + bytes(46) + b"\0\1\xff\xff" + bytes(4))
def test_bytes_that_are_no_openflow_are_read_or_garbled(kind: int, body: bytes) -> None:
    for read in _READERS:
        with suppress(Garbled):
            read([(19, kind.to_bytes(2) + bytes(6) + body)])


_FDB = """\
 port  VLAN  MAC                Age
LOCAL     0  4e:ef:8a:e5:91:41    7
    2    10  4e:90:04:eb:16:19    0
   13     0  50:54:00:00:00:05  static
"""
_MDB = """\
 port  VLAN  GROUP                Age
    2    10  ff02::1:ffeb:1619          56
    2    10  239.1.2.3          31
    1    10  querier              31
"""


def test_stations_are_read_without_the_bridges_own() -> None:
    assert tables.stations(_FDB) == (
        tables.Station(2, 10, "4E:90:04:EB:16:19"),
        tables.Station(13, None, "50:54:00:00:00:05"),
    )
    assert tables.stations(" port  VLAN  MAC                Age\n") == ()


def test_groups_are_read_without_the_ports_that_ask() -> None:
    assert tables.memberships(_MDB) == (
        tables.Membership(2, "ff02::1:ffeb:1619", 56),
        tables.Membership(2, "239.1.2.3", 31),
    )


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "hello",
        _MDB,
        _FDB.replace("    0\n", "\n", 1),
        _FDB.replace("4e:90:04", "4e:90:zz"),
        _FDB.replace("10", "x"),
    ],
    ids=range(6),
)
def test_a_table_of_stations_that_is_another_is_garbled(printed: str) -> None:
    with pytest.raises(Garbled):
        tables.stations(printed)


@pytest.mark.parametrize("printed", ["", _FDB, _MDB.replace("239.1.2.3", "239.1.2"), _MDB.replace("56", "static")])
def test_a_table_of_groups_that_is_another_is_garbled(printed: str) -> None:
    with pytest.raises(Garbled):
        tables.memberships(printed)
