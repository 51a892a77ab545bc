"""Orders reach the element where the access is connected, and the DHCP server that belongs to it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from onapi.actions import inventory
from onapi.actions.places import Places
from onapi.domain import inventory_lists
from onapi.drivers.contract import (
    Delivery,
    Element,
    Facts,
    Garbled,
    Identifiers,
    Port,
    Rejected,
    Transports,
    Unreachable,
)
from onapi.drivers.network import Network
from onapi.drivers.registry import Registry
from onapi.engine.ports import Ports
from onapi.vocabulary import Operation
from tests.operators import Operator
from tests.storage.stored_orders import activate, later, new_order, place

_SWITCHES = "element,address,driver,options\nsw-1,192.0.2.1,ledger,dhcp=kea-1\nkea-1,192.0.2.2,ledger,\n"


@dataclass
class Ledger:
    """What stands in the books of all elements of a stranger's kind, which are kept in memory."""

    asked: list[tuple[str, Port, Delivery | None, Delivery | None]] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    refusing_to_end: set[str] = field(default_factory=set)
    away_once: set[str] = field(default_factory=set)
    garbling: set[str] = field(default_factory=set)


_LEDGER = Ledger()


class LedgerDriver:
    """A stranger's driver, of elements that note what they are asked."""

    contract: ClassVar[int] = 1

    def __init__(self, element: Element, _transports: Transports) -> None:
        self._name = element.name

    @classmethod
    def match(cls, _sys_object_id: str, _description: str) -> int:
        return 0

    async def probe(self) -> Facts:
        return Facts()

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        _LEDGER.asked.append((self._name, port, before, after))
        if self._name in _LEDGER.away_once:
            _LEDGER.away_once.remove(self._name)
            raise Unreachable("Nobody is there.")
        if self._name in _LEDGER.garbling and after is not None:
            raise Garbled("%%")
        if self._name in _LEDGER.refusing_to_end and after is None:
            raise Rejected("It is locked.")
        if self._name in _LEDGER.refusing and after is not None:
            raise Rejected("No room.")
        return f"{self._name} knows."


_DRIVERS = Registry({"ledger": LedgerDriver}, {})


def _imported(operator: Operator, text: str) -> None:
    async def work(database: Any) -> None:
        reading = inventory_lists.open_list(io.BytesIO(text.encode()), {})
        outcome = await inventory.import_list(
            database, reading, drivers=_DRIVERS, dry_run=False, progress=lambda _: None
        )
        assert outcome.comparison is not None, outcome.row_errors

    operator.do(work)


def _done(operator: Operator, order: Any) -> tuple[str, str]:
    """Have an order carried out on the network of the inventory; return its state and message."""
    _LEDGER.asked.clear()
    place(operator, order)
    network = Network(drivers=_DRIVERS, environment={})
    with operator.working(driver=Ports(Places(operator.database, simulated=False), network)):
        operator.drained()
    operator.wait(network.close())
    row = operator.rows("SELECT state, message FROM orders WHERE order_id = $1", order.order_id)[0]
    return row["state"], row["message"]


def test_an_order_is_done_by_the_switch_and_then_by_its_dhcp_server(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port,ipv4CircuitId\n{access},sw-1,p7,sw-1 p7\n")
    order = new_order(access)
    assert _done(operator, order) == ("DONE_SUCCESS", "")
    there = Port(
        access_id=access,
        slot="Broadband",
        name="p7",
        identifiers=Identifiers(ipv4_circuit_id=b"sw-1 p7"),
    )
    assert [(name, port) for name, port, _, _ in _LEDGER.asked] == [("sw-1", there), ("kea-1", there)]
    did = operator.value("SELECT did FROM order_steps WHERE order_id = $1 ORDER BY number LIMIT 1", order.order_id)
    assert did == "sw-1 knows. kea-1 knows."


def test_what_ends_loses_its_address_first(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port\n{access},sw-1,p8\n")
    begun = activate(operator, access)
    assert _done(operator, later(operator, begun, Operation.DEACTIVATE))[0] == "DONE_SUCCESS"
    assert [name for name, *_ in _LEDGER.asked] == ["kea-1", "sw-1"]


def test_what_ends_is_ended_at_the_switch_also_while_the_dhcp_server_is_away(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port\n{access},sw-1,p6\n")
    begun = activate(operator, access)
    _LEDGER.away_once.add("kea-1")
    assert _done(operator, later(operator, begun, Operation.DEACTIVATE))[0] == "DONE_SUCCESS"
    assert [name for name, *_ in _LEDGER.asked] == ["kea-1", "sw-1", "kea-1", "sw-1"]


def test_what_ends_goes_on_everywhere_when_the_dhcp_server_refuses_to_end_it(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port\n{access},sw-1,p4\n")
    begun = activate(operator, access)
    _LEDGER.refusing_to_end.add("kea-1")
    try:
        state, message = _done(operator, later(operator, begun, Operation.DEACTIVATE))
    finally:
        _LEDGER.refusing_to_end.clear()
    assert (state, message) == ("DONE_FAILED", "It is locked. The access is as it was before.")
    assert [name for name, *_ in _LEDGER.asked] == ["kea-1"]


def test_what_begins_waits_for_the_switch_before_it_gets_an_address(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port\n{access},sw-1,p5\n")
    _LEDGER.away_once.add("sw-1")
    assert _done(operator, new_order(access))[0] == "DONE_SUCCESS"
    assert [name for name, *_ in _LEDGER.asked] == ["sw-1", "sw-1", "kea-1"]


def test_when_the_dhcp_server_refuses_the_switch_is_as_before(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port\n{access},sw-1,p9\n")
    _LEDGER.refusing.add("kea-1")
    try:
        state, message = _done(operator, new_order(access))
    finally:
        _LEDGER.refusing.clear()
    assert (state, message) == ("DONE_FAILED", "No room. The access is as it was before.")
    asked = [(name, before is None, after is None) for name, _, before, after in _LEDGER.asked]
    assert asked == [("sw-1", True, False), ("kea-1", True, False), ("sw-1", False, True)]


def _refused(operator: Operator, access: str, port: str, *ways: str) -> tuple[str, list[tuple[str, bool]]]:
    """Order when kea-1 fails in some ways; return the order's state, and who was asked, and whether to end it."""
    _imported(operator, _SWITCHES)
    _imported(operator, f"accessId,element,port\n{access},sw-1,{port}\n")
    for name in ways:
        getattr(_LEDGER, name).add("kea-1")
    try:
        state, _ = _done(operator, new_order(access))
    finally:
        for name in ways:
            getattr(_LEDGER, name).clear()
    return state, [(name, after is None) for name, _, _, after in _LEDGER.asked]


def test_a_dhcp_server_that_refuses_all_keeps_no_order_from_being_taken_back(
    operator: Operator, accesses: Iterator[str]
) -> None:
    state, asked = _refused(operator, next(accesses), "p2", "refusing", "refusing_to_end")
    assert (state, asked) == ("DONE_FAILED", [("sw-1", False), ("kea-1", False), ("sw-1", True)])


def test_what_a_try_before_may_have_done_is_taken_back_too(operator: Operator, accesses: Iterator[str]) -> None:
    state, asked = _refused(operator, next(accesses), "p3", "refusing", "away_once")
    assert state == "DONE_FAILED"
    assert asked[-2:] == [("kea-1", True), ("sw-1", True)]


@pytest.mark.parametrize(("port", "ways"), [("p0", ("refusing", "away_once")), ("p1", ("garbling",))])
def test_what_is_not_known_of_a_dhcp_server_keeps_no_switch_delivering(
    operator: Operator, accesses: Iterator[str], port: str, ways: tuple[str, ...]
) -> None:
    state, asked = _refused(operator, next(accesses), port, "refusing_to_end", *ways)
    assert (state, asked[-2:]) == ("IN_PROGRESS", [("kea-1", True), ("sw-1", True)])


def test_an_access_that_is_connected_to_nothing_cannot_be_delivered_to(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access = next(accesses)
    state, message = _done(operator, new_order(access))
    assert state == "DONE_FAILED"
    assert message == f"Access {access} is connected to no network element. The access is as it was before."
    assert _LEDGER.asked == []
