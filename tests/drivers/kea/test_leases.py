"""What is leased to whom, since when, and until when."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onapi.domain import option82
from onapi.drivers.contract import Identifiers, Unsupported
from onapi.drivers.readings import Binding
from onapi.lab import kea
from tests.drivers.kea.conftest import BROADBAND, TELEVISION, Customer, Town
from tests.drivers.kea.relay import Line, new_mac

_LIFETIME = timedelta(hours=1)


def _leases(town: Town, customer: Customer, **but: Any) -> tuple[Binding, ...]:
    return town.ask(lambda driver: driver.leases(replace(customer.identifiers, **but)))


def _printed(mac: bytes) -> str:
    return mac.hex(":").upper()


@pytest.fixture
def uncaptured(town: Town) -> Iterator[Town]:
    """Have a Kea in whose database nothing of ours is."""
    town.sql("DROP SCHEMA onapi CASCADE")
    yield town
    kea.prepare(town.database)


def test_a_lease_tells_whose_it_is_what_for_and_its_times(town: Town) -> None:
    anna = town.customer()
    assert _leases(town, anna) == ()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    (binding,) = _leases(town, anna)
    assert (binding.ip, binding.mac, binding.tech) == (address, _printed(anna.mac), "bb")
    assert binding.start is not None
    assert abs(binding.start - datetime.now(UTC)) < timedelta(seconds=30)
    assert binding.renewed_at == binding.start
    assert binding.end == binding.start + _LIFETIME


def test_a_renewal_keeps_the_beginning(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    (first,) = _leases(town, anna)
    # Kea counts in whole seconds.
    time.sleep(1.1)
    # Devices renew by themselves, and then no relay tells where they are.
    for line in (None, anna.line):
        town.bb.renew(line, anna.mac, address)
    (second,) = _leases(town, anna)
    assert second.start == first.start
    assert second.renewed_at is not None
    assert first.renewed_at is not None
    assert second.renewed_at > first.renewed_at
    assert second.end == second.renewed_at + _LIFETIME


def test_an_address_that_another_device_gets_begins_anew(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    (first,) = _leases(town, anna)
    time.sleep(1.1)
    town.bb.release(anna.line, anna.mac, address)
    other = new_mac()
    assert town.bb.lease(anna.line, other, wanting=address) == address
    (second,) = _leases(town, anna)
    assert second.mac == _printed(other)
    assert second.start is not None
    assert first.start is not None
    assert second.start > first.start


def test_a_lease_that_was_given_back_or_has_run_out_is_none(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    town.bb.release(anna.line, anna.mac, address)
    until = time.monotonic() + 5
    while _leases(town, anna) and time.monotonic() < until:
        time.sleep(0.02)
    assert _leases(town, anna) == ()
    town.bb.lease(anna.line, anna.mac)
    town.sql("UPDATE lease4 SET expire = now() - INTERVAL '1 second' WHERE hwaddr = $1", anna.mac)
    assert _leases(town, anna) == ()


def test_a_lease_without_an_end_has_none(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    # Kea writes it down so: the end is the beginning.
    town.sql("UPDATE lease4 SET expire = now(), valid_lifetime = 4294967295 WHERE hwaddr = $1", anna.mac)
    (binding,) = _leases(town, anna)
    assert binding.end is None
    assert binding.renewed_at is not None


def test_the_kinds_of_services_are_told_apart(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.provision(anna, None, TELEVISION, slot="IPTV")
    box = new_mac()
    town.bb.lease(anna.line, anna.mac)
    town.iptv.lease(anna.line, box)
    told = {(binding.tech, binding.mac) for binding in _leases(town, anna)}
    assert told == {("bb", _printed(anna.mac)), ("iptv", _printed(box))}


def test_an_ipv6_address_and_a_prefix_are_told_with_their_lengths(town: Town) -> None:
    anna = town.customer()
    leased = town.six.lease(anna.line, anna.mac)
    assert leased is not None
    address, prefix = leased
    first = {binding.ip: binding for binding in _leases(town, anna)}
    assert set(first) == {f"{address}/128", prefix}
    assert {(binding.mac, binding.tech) for binding in first.values()} == {(_printed(anna.mac), "bb")}
    time.sleep(1.1)
    assert town.six.lease(anna.line, anna.mac) == leased
    for binding in _leases(town, anna):
        assert binding.start == first[binding.ip].start
        assert binding.end is not None
        assert first[binding.ip].end is not None


def test_leases_are_those_of_the_access_only(town: Town) -> None:
    anna, bert = town.customer(), town.customer()
    for customer in (anna, bert):
        town.provision(customer, None, BROADBAND)
        town.bb.lease(customer.line, customer.mac)
        town.six.lease(customer.line, customer.mac)
    assert {binding.mac for binding in _leases(town, anna)} == {_printed(anna.mac)}
    # Somebody on another switch whose relay has given them the same circuit id is somebody else.
    assert _leases(town, anna, ipv4_remote_id=b"sw2", ipv6_remote_id=b"sw2") == ()
    # What only one side knows is not compared.
    assert len(_leases(town, anna, ipv4_remote_id=None)) == 3


def test_a_remote_id_that_relays_do_not_send_is_not_asked_for(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(Line(anna.line.circuit_id), anna.mac)
    assert len(_leases(town, anna)) == 1


def test_an_access_cannot_be_told_by_remote_ids_alone(town: Town) -> None:
    only = Identifiers(ipv4_remote_id=b"sw1", ipv6_remote_id=b"sw1")
    with pytest.raises(Unsupported, match="neither the ipv4CircuitId nor the ipv6InterfaceId"):
        town.ask(lambda driver: driver.leases(only))


def test_without_the_capture_all_is_told_but_the_beginning(uncaptured: Town) -> None:
    town, anna = uncaptured, uncaptured.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    six = town.six.lease(anna.line, anna.mac)
    assert six is not None
    told = _leases(town, anna)
    assert [binding.ip for binding in told] == [address, f"{six[0]}/128", six[1]]
    assert {binding.start for binding in told} == {None}
    assert all(binding.end and binding.renewed_at for binding in told)
    assert "1 of its leases" not in town.provision(anna, BROADBAND, replace(BROADBAND, service="BB-250"))
    assert "3 of its leases are ended" in town.provision(anna, replace(BROADBAND, service="BB-250"), None)
    assert _leases(town, anna) == ()


def test_a_lease_that_is_older_than_the_capture_is_found_without_its_beginning(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.sql("DROP SCHEMA onapi CASCADE")
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    kea.prepare(town.database)
    town.bb.renew(anna.line, anna.mac, address)
    (binding,) = _leases(town, anna)
    assert (binding.ip, binding.start) == (address, None)


def test_the_capture_may_be_installed_again_and_forgets_nothing(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    before = _leases(town, anna)
    kea.prepare(town.database)
    assert _leases(town, anna) == before


@pytest.mark.parametrize("captured", [True, False], ids=["captured", "not captured"])
def test_leases_of_newer_servers_are_understood(town: Town, captured: bool) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    six = town.six.lease(anna.line, anna.mac)
    assert six is not None
    if not captured:
        town.sql("DROP SCHEMA onapi CASCADE")
    told = town.sql("SELECT user_context FROM lease4 WHERE hwaddr = $1", anna.mac)[0]["user_context"]
    info = json.loads(told)["ISC"]["relay-agent-info"]
    nested = json.dumps({"ISC": {"relay-agent-info": {"sub-options": info, "remote-id": "0x737731"}}})
    town.sql("UPDATE lease4 SET user_context = $2 WHERE hwaddr = $1", anna.mac, nested)
    told = town.sql("SELECT user_context FROM lease6 WHERE hwaddr = $1", anna.mac)[0]["user_context"]
    relays = json.dumps({"ISC": {"relay-info": json.loads(told)["ISC"]["relays"]}})
    town.sql("UPDATE lease6 SET user_context = $2 WHERE hwaddr = $1", anna.mac, relays)
    try:
        assert {binding.ip for binding in _leases(town, anna)} == {address, f"{six[0]}/128", six[1]}
    finally:
        kea.prepare(town.database)


@pytest.mark.parametrize(
    "context",
    [
        None,
        "",
        "7",
        '{"ISC": 7}',
        '{"ISC": {"relay-agent-info": 7, "relays": 7}}',
        '{"ISC": {"relay-agent-info": "0x0", "relays": [7, {"options": "0x001"}]}}',
        '{"ISC": {"relay-agent-info": "0x01", "relays": [{"options": "0x0012"}]}}',
        '{"ISC": {"relay-agent-info": {"sub-options": ["0x01"]}, "relays": [{"options": "0x0012FFFF01"}]}}',
        '{"ISC": {"relay-agent-info": "0x01FF41", "relays": {"options": "0x"}}}',
    ],
)
def test_a_lease_that_tells_nothing_of_its_relay_is_nobodys_and_stays(town: Town, context: str | None) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert town.six.lease(anna.line, anna.mac)
    for table in ("lease4", "lease6"):
        town.sql(f"UPDATE {table} SET user_context = $2 WHERE hwaddr = $1", anna.mac, context)
        assert town.sql(f"SELECT user_context FROM {table} WHERE hwaddr = $1", anna.mac)[0]["user_context"] == context
    assert _leases(town, anna) == ()
    assert address


def test_a_capture_that_fails_lets_kea_serve(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.sql("ALTER TABLE onapi.lease4_capture RENAME COLUMN started TO begun")
    try:
        assert town.bb.lease(anna.line, anna.mac)
    finally:
        town.sql("ALTER TABLE onapi.lease4_capture RENAME COLUMN begun TO started")


def test_more_leases_than_anybody_has_are_not_all_told(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    town.sql(
        "INSERT INTO lease4 (address, hwaddr, valid_lifetime, expire, subnet_id, state, user_context)"
        " SELECT 3232235776 + n, hwaddr, valid_lifetime, expire, 10, 0, user_context"
        " FROM lease4, generate_series(1, 300) AS n WHERE hwaddr = $1",
        anna.mac,
    )
    assert len(_leases(town, anna)) == 200
    town.sql("DELETE FROM lease4 WHERE address > 3232235776 AND hwaddr = $1 AND client_id IS NULL", anna.mac)


def test_what_kea_keeps_of_the_relay_is_option_82_of_the_standard(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    (row,) = town.sql("SELECT user_context FROM lease4 WHERE hwaddr = $1", anna.mac)
    told = option82.from_kea(json.loads(row["user_context"])["ISC"]["relay-agent-info"])
    payload = anna.line.option82()
    assert option82.write(told) == (bytes([82, len(payload)]) + payload).hex().upper()
