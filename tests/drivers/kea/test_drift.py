"""What others have done is found and left alone; what broke off in the middle is finished by repeating."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from onapi.drivers.contract import (
    Busy,
    Delivery,
    Drifted,
    DriverError,
    Rejected,
    Sql,
    Unreachable,
    Unsupported,
)
from tests.drivers.kea.conftest import BLOCKED, BROADBAND, Answering, Customer, Town, Ways, database, fixed, served

_OTHER = replace(BROADBAND, subscription_id="s7", service="BB-250")


class _Meddled:
    """The database, with somebody who does something just before or just after a reservation is written."""

    def __init__(
        self, sql: Sql, *, just_before: Callable[[], object] = bool, just_after: Callable[[], object] = bool
    ) -> None:
        self._sql = sql
        self._just_before = just_before
        self._just_after = just_after

    async def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Mapping[str, Any]]]:
        writes = len(statements) > 1
        if writes:
            await asyncio.to_thread(self._just_before)
        rows = await self._sql.execute(statements)
        if writes:
            await asyncio.to_thread(self._just_after)
        return rows


def _provision(
    town: Town,
    customer: Customer,
    before: Delivery | None,
    after: Delivery | None,
    *,
    answers: Mapping[str, Mapping[str, Any] | DriverError] | None = None,
    **moments: Callable[[], object],
) -> str:
    """Have a customer served something else while somebody meddles."""

    async def provisioned() -> str:
        ways = town.ways()
        meddled = Ways(_Meddled(ways.database, **moments), Answering(ways.server, answers or {}))
        try:
            return await town.driver(meddled).provision(customer.port("Broadband"), before=before, after=after)
        finally:
            await ways.close()

    return asyncio.run(provisioned())


@pytest.fixture
def own_town(cluster_url: str) -> Iterator[Town]:
    """Run a Kea for one test, which may kill it."""
    with database(cluster_url) as made, served(made) as town:
        yield town


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("ipv4_address = 3325256890", "address"),
        ("ipv4_address = NULL", "address"),
        ("dhcp4_client_classes = 'svc-iptv'", "class"),
        ("dhcp4_client_classes = NULL", "class"),
        ("dhcp_identifier_type = 4", "identifier"),
        ("dhcp4_subnet_id = 20", "subnet"),
        ("user_context = NULL", "made a reservation"),
        ("user_context = 'mine'", "made a reservation"),
        ("user_context = '{}'", "made a reservation"),
        ("""user_context = '{"onapi": {"slot": "Broadband"}}'""", "made a reservation"),
        ("user_context = replace(user_context, 'BB-100', 'BB-1000')", "something else"),
    ],
)
def test_a_reservation_that_somebody_else_has_changed_is_refused_and_left_alone(
    town: Town, change: str, what: str
) -> None:
    anna = town.customer()
    delivery = fixed(BROADBAND, "198.51.100.199")
    town.provision(anna, None, delivery)
    town.sql(f"UPDATE hosts SET {change} WHERE dhcp_identifier = $1", anna.line.circuit_id)
    changed = town.traces(anna)
    for after in (delivery, replace(delivery, blocked=True), None):
        with pytest.raises(Drifted, match=what):
            town.provision(anna, delivery, after)
    assert town.traces(anna) == changed
    if "something else" not in what:
        with pytest.raises(Drifted, match=what):
            town.ask(lambda driver: driver.deliveries("", anna.identifiers))
    town.sql("DELETE FROM hosts WHERE dhcp_identifier = $1", anna.line.circuit_id)


def test_a_reservation_that_is_gone_is_missed(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.sql("DELETE FROM hosts WHERE dhcp_identifier = $1", anna.line.circuit_id)
    with pytest.raises(Drifted, match="for something else"):
        town.provision(anna, BROADBAND, BLOCKED)
    assert town.provision(anna, BROADBAND, None) == "It was so already."


def test_a_reservation_that_somebody_else_has_made_is_left_to_them(town: Town) -> None:
    anna = town.customer()
    make = (
        "INSERT INTO hosts (dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, dhcp4_client_classes)"
        " VALUES ($1, 2, $2, 'svc-bb')"
    )
    # In a subnet that is none of ours it does not matter.
    town.sql(make, anna.line.circuit_id, 77)
    town.provision(anna, None, BROADBAND)
    town.provision(anna, BROADBAND, None)
    town.sql(make, anna.line.circuit_id, 10)
    before = town.traces(anna)
    with pytest.raises(Drifted, match="made a reservation"):
        town.provision(anna, None, BROADBAND)
    assert town.traces(anna) == before


def test_what_others_note_at_a_reservation_stays(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.sql(
        "UPDATE hosts SET user_context = jsonb_set(user_context::JSONB, '{cabinet}', '\"K7\"')::TEXT"
        " WHERE dhcp_identifier = $1",
        anna.line.circuit_id,
    )
    town.provision(anna, BROADBAND, _OTHER)
    (row,) = town.traces(anna)
    assert '"cabinet":"K7"' in row["user_context"]
    assert '"service":"BB-250"' in row["user_context"]


def test_a_change_between_reading_and_writing_is_found(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    change = "UPDATE hosts SET dhcp4_client_classes = 'svc-iptv' WHERE dhcp_identifier = $1"
    with pytest.raises(Drifted, match="class"):
        _provision(town, anna, BROADBAND, _OTHER, just_before=lambda: town.sql(change, anna.line.circuit_id))
    assert [row["dhcp4_client_classes"] for row in town.traces(anna)] == ["svc-iptv"]


def test_what_is_none_of_ours_may_change_between_reading_and_writing(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    seen: list[object] = []

    def note() -> None:
        if not seen:
            change = "UPDATE hosts SET hostname = 'anna' WHERE dhcp_identifier = $1"
            seen.append(town.sql(change, anna.line.circuit_id))

    assert "instead of BB-100" in _provision(town, anna, BROADBAND, _OTHER, just_before=note)
    assert town.sql("SELECT hostname FROM hosts WHERE dhcp_identifier = $1", anna.line.circuit_id) == [
        {"hostname": "anna"}
    ]


def test_a_reservation_that_never_stands_still_is_given_up(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    seen: list[object] = []

    def note() -> None:
        change = "UPDATE hosts SET hostname = 'anna' WHERE dhcp_identifier = $1"
        seen.append(town.sql(change, anna.line.circuit_id))

    with pytest.raises(Drifted, match="keeps changing"):
        _provision(town, anna, BROADBAND, None, just_before=note)
    assert len(seen) == 3


def test_of_two_who_order_at_once_one_wins(town: Town) -> None:
    anna = town.customer()

    async def both() -> list[str | BaseException]:
        ways = [town.ways() for _ in range(6)]
        orders = [replace(BROADBAND, subscription_id=f"s{number}") for number in range(6)]
        port = anna.port("Broadband")
        try:
            return await asyncio.gather(
                *(
                    town.driver(way).provision(port, before=None, after=order)
                    for way, order in zip(ways, orders, strict=True)
                ),
                return_exceptions=True,
            )
        finally:
            for way in ways:
                await way.close()

    told = asyncio.run(both())
    assert sorted(type(one).__name__ for one in told) == ["Drifted"] * 5 + ["str"]
    assert len(town.traces(anna)) == 1


def test_one_address_goes_to_one_of_those_who_order_it_at_once(town: Town) -> None:
    customers = [town.customer() for _ in range(6)]

    async def all_of_them() -> list[str | BaseException]:
        ways = [town.ways() for _ in customers]
        try:
            return await asyncio.gather(
                *(
                    town.driver(way).provision(customer.port("Broadband"), before=None, after=fixed(BROADBAND))
                    for way, customer in zip(ways, customers, strict=True)
                ),
                return_exceptions=True,
            )
        finally:
            for way in ways:
                await way.close()

    told = asyncio.run(all_of_them())
    assert sorted(type(one).__name__ for one in told) == ["Rejected"] * 2 + ["str"] * 4
    assert len({one for one in told if isinstance(one, str)}) == 4
    for customer, one in zip(customers, told, strict=True):
        if isinstance(one, str):
            town.provision(customer, fixed(BROADBAND), None)


@pytest.mark.parametrize("after", [None, BLOCKED], ids=["deactivate", "suspend"])
def test_what_dies_between_the_database_and_kea_is_finished_by_repeating(town: Town, after: Delivery | None) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    gone = {"status-get": Unreachable("It died.")}
    with pytest.raises(Unreachable):
        _provision(town, anna, BROADBAND, after, answers=gone)
    assert len(town.ask(lambda driver: driver.leases(anna.identifiers))) == 1, "it died before the lease had ended"
    assert town.provision(anna, BROADBAND, after) == "It was so already. 1 of its leases is ended."
    assert not town.bb.renew(anna.line, anna.mac, address)


def test_an_answer_of_the_database_that_is_lost_is_found_by_repeating(town: Town) -> None:
    anna = town.customer()

    def lose() -> None:
        raise Unreachable("The connection broke.")

    with pytest.raises(Unreachable):
        _provision(town, anna, None, BROADBAND, just_after=lose)
    assert town.provision(anna, None, BROADBAND) == "It was so already."
    assert town.bb.lease(anna.line, anna.mac)


def test_what_was_changed_is_not_said_to_be_untouched(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    refusal = {"lease4-del": Rejected("Kea refuses: it is Monday.")}
    with pytest.raises(Busy, match="changed, but its leases have not ended: Kea refuses: it is Monday"):
        _provision(town, anna, BROADBAND, None, answers=refusal)
    assert town.traces(anna) == []
    assert "1 of its leases is ended" in town.provision(anna, BROADBAND, None)


def test_leases_that_do_not_end_are_not_said_to_have(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    with pytest.raises(Busy, match="goes on leasing"):
        _provision(town, anna, BROADBAND, None, answers={"lease4-del": {"result": 0}})
    town.provision(anna, BROADBAND, None)


def test_a_kea_without_the_hook_for_leases_is_told_nothing(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    before = town.traces(anna)
    lacking = {"list-commands": {"result": 0, "arguments": ["status-get"]}}
    with pytest.raises(Unsupported, match="libdhcp_lease_cmds"):
        _provision(town, anna, BROADBAND, None, answers=lacking)
    assert town.traces(anna) == before


def test_a_kea_that_is_not_running_is_told_of_no_end_and_takes_new_orders(own_town: Town) -> None:
    town, anna, bert = own_town, own_town.customer(), own_town.customer()
    town.provision(anna, None, BROADBAND)
    town.running.processes["kea-dhcp4"].kill()
    town.running.processes["kea-dhcp4"].wait()
    before = town.traces(anna)
    for after in (BLOCKED, None):
        with pytest.raises(Unreachable):
            town.provision(anna, BROADBAND, after)
    assert town.traces(anna) == before
    assert town.provision(bert, None, BROADBAND) == "Addresses are leased for BB-100."


def test_a_kea_that_starts_anew_serves_what_was_ordered(cluster_url: str) -> None:
    with database(cluster_url) as made:
        with served(made) as town:
            anna = town.customer()
            town.provision(anna, None, BROADBAND)
            address = town.bb.lease(anna.line, anna.mac)
            (before,) = town.ask(lambda driver: driver.leases(anna.identifiers))
            assert address
        with served(made) as town:
            assert town.bb.renew(anna.line, anna.mac, address)
            (after,) = town.ask(lambda driver: driver.leases(anna.identifiers))
            assert after.start == before.start
