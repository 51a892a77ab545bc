"""What is ordered is what customers are leased, by a real Kea: nothing before, and nothing after."""

from dataclasses import replace

import pytest

from onapi.drivers.contract import Delivery, Rejected, Unsupported
from tests.drivers.kea.conftest import BLOCKED, BROADBAND, OPTIONS, TELEVISION, Town, fixed
from tests.drivers.kea.relay import new_mac


def test_an_access_has_addresses_from_activation_to_deactivation(town: Town) -> None:
    anna = town.customer()
    assert town.bb.lease(anna.line, anna.mac) is None
    assert town.provision(anna, None, BROADBAND) == "Addresses are leased for BB-100."
    address = town.bb.lease(anna.line, anna.mac)
    assert address is not None
    assert address.startswith("198.51.100.")
    assert town.provision(anna, BROADBAND, None) == "No addresses are leased any more. 1 of its leases is ended."
    assert town.bb.lease(anna.line, anna.mac) is None
    assert not town.bb.renew(anna.line, anna.mac, address)
    assert town.ask(lambda driver: driver.leases(anna.identifiers)) == ()
    assert town.traces(anna) == []


def test_a_neighbour_has_none(town: Town) -> None:
    anna, bert = town.customer(), town.customer()
    town.provision(anna, None, BROADBAND)
    assert town.bb.lease(bert.line, bert.mac) is None


def test_a_service_that_is_blocked_has_no_addresses_until_it_is_let_through(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    assert "blocked. 1 of its leases is ended." in town.provision(anna, BROADBAND, BLOCKED)
    assert town.bb.lease(anna.line, anna.mac) is None
    assert not town.bb.renew(anna.line, anna.mac, address)
    town.provision(anna, BLOCKED, BROADBAND)
    assert town.bb.lease(anna.line, anna.mac)


def test_an_order_is_carried_out_once_however_often_it_is_asked_for(town: Town) -> None:
    anna = town.customer()
    other = replace(BROADBAND, service="BB-250")
    for before, after in ((None, BROADBAND), (BROADBAND, other), (other, BLOCKED), (BLOCKED, None)):
        town.provision(anna, before, after)
        once = town.traces(anna)
        assert town.provision(anna, before, after) == "It was so already."
        assert town.traces(anna) == once


def test_a_change_of_service_leaves_the_customers_lease_alone(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    assert address
    said = town.provision(anna, BROADBAND, replace(BROADBAND, service="BB-250", subscription_id="s9"))
    assert said == "Addresses are leased for BB-250 instead of BB-100."
    assert town.bb.renew(anna.line, anna.mac, address)


def test_services_of_two_kinds_are_served_side_by_side(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    assert town.iptv.lease(anna.line, anna.mac) is None
    town.provision(anna, None, TELEVISION, slot="IPTV")
    box = new_mac()
    assert (town.iptv.lease(anna.line, box) or "").startswith("10.20.")
    assert town.bb.lease(anna.line, anna.mac)
    town.provision(anna, BROADBAND, None)
    assert town.bb.lease(anna.line, anna.mac) is None
    assert town.iptv.lease(anna.line, box)


def test_a_second_service_of_a_kind_is_refused_and_its_end_ends_nothing(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    address = town.bb.lease(anna.line, anna.mac)
    with pytest.raises(Unsupported, match="a service of this kind already"):
        town.provision(anna, None, BROADBAND, slot="Guests")
    assert town.provision(anna, BROADBAND, None, slot="Guests") == "It was so already."
    assert town.bb.lease(anna.line, anna.mac) == address


def test_the_address_that_was_ordered_is_the_one_that_is_leased(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, fixed(BROADBAND, "198.51.100.150"))
    assert town.bb.lease(anna.line, anna.mac) == "198.51.100.150"
    # A second device has what is left.
    assert town.bb.lease(anna.line, new_mac()) != "198.51.100.150"


def test_whoever_orders_any_fixed_address_has_one_of_the_pool_and_keeps_it(town: Town) -> None:
    customers = [town.customer() for _ in range(5)]
    said = [town.provision(customer, None, fixed(BROADBAND)) for customer in customers[:4]]
    assert said[0] == "Addresses are leased for BB-100 at 198.51.100.200."
    assert said[3] == "Addresses are leased for BB-100 at 198.51.100.203."
    with pytest.raises(Rejected, match=r"None of the addresses from 198.51.100.200 to 198.51.100.203 is free"):
        town.provision(customers[4], None, fixed(BROADBAND))
    anna = customers[1]
    assert town.bb.lease(anna.line, anna.mac) == "198.51.100.201"
    blocked = replace(fixed(BROADBAND), blocked=True)
    town.provision(anna, fixed(BROADBAND), blocked)
    with pytest.raises(Rejected):
        town.provision(customers[4], None, fixed(BROADBAND, "198.51.100.201"))
    town.provision(anna, blocked, fixed(BROADBAND))
    assert town.bb.lease(anna.line, anna.mac) == "198.51.100.201"
    for customer in customers[:4]:
        town.provision(customer, fixed(BROADBAND), None)
    town.provision(customers[4], None, fixed(BROADBAND))
    assert town.bb.lease(customers[4].line, customers[4].mac) == "198.51.100.200"


def test_a_fixed_address_changes_to_another_and_the_former_is_free_at_once(town: Town) -> None:
    anna, bert = town.customer(), town.customer()
    first, second = fixed(BROADBAND, "198.51.100.160"), fixed(BROADBAND, "198.51.100.161")
    town.provision(anna, None, first)
    assert town.bb.lease(anna.line, anna.mac) == "198.51.100.160"
    assert "1 of its leases is ended" in town.provision(anna, first, second)
    town.provision(bert, None, first)
    assert town.bb.lease(anna.line, anna.mac) == "198.51.100.161"
    assert town.bb.lease(bert.line, bert.mac) == "198.51.100.160"


def test_an_address_that_another_has_is_refused(town: Town) -> None:
    anna, bert = town.customer(), town.customer()
    town.provision(anna, None, BROADBAND)
    leased = town.bb.lease(anna.line, anna.mac)
    assert leased
    town.provision(town.customer(), None, fixed(BROADBAND, "198.51.100.170"))
    for address in (leased, "198.51.100.170"):
        with pytest.raises(Rejected, match=f"{address} is reserved for another access, or leased to one"):
            town.provision(bert, None, fixed(BROADBAND, address))
    assert town.traces(bert) == []
    # To whom it is leased already, it can be given for good.
    town.provision(anna, BROADBAND, fixed(BROADBAND, leased))
    assert town.bb.renew(anna.line, anna.mac, leased)


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (["192.0.2.7"], r"192.0.2.7 is not in the subnet 198.51.100.0/24"),
        (["198.51.100.0"], "no address for a customer"),
        (["198.51.100.255"], "no address for a customer"),
        (["198.51.100.1"], "no address for a customer"),
        (["198.51.100.7", "198.51.100.8"], "one IPv4 address for an access, and not 198.51.100.7 and 198.51.100.8"),
        (["2001:db8::/48"], "one IPv4 address for an access"),
        (["198.51.100.0/28"], "one IPv4 address for an access"),
    ],
)
def test_an_address_that_cannot_be_is_refused(town: Town, addresses: list[str], words: str) -> None:
    anna = town.customer()
    with pytest.raises(Rejected, match=words):
        town.provision(anna, None, fixed(BROADBAND, *addresses))
    assert town.traces(anna) == []
    # Whoever takes back what was never done succeeds.
    assert town.provision(anna, fixed(BROADBAND, *addresses), None) == "It was so already."


def test_a_fixed_address_needs_a_pool_or_to_be_told(town: Town) -> None:
    without = {name: value for name, value in OPTIONS.items() if name != "fixed.bb"}
    with pytest.raises(Rejected, match="no pool of fixed addresses for services of the kind bb"):
        town.provision(town.customer(), None, fixed(BROADBAND), options=without)


def test_an_access_that_the_inventory_does_not_name_for_dhcp_is_refused(town: Town) -> None:
    anna = town.customer()
    port = replace(anna.port("Broadband"), identifiers=replace(anna.identifiers, ipv4_circuit_id=None))
    with pytest.raises(Unsupported, match="no ipv4CircuitId"):
        town.ask(lambda driver: driver.provision(port, before=None, after=BROADBAND))


def test_a_circuit_id_of_the_longest_kind_works_and_a_longer_one_is_refused(town: Town) -> None:
    anna = town.customer()
    anna.line = replace(anna.line, circuit_id=anna.line.circuit_id.ljust(128, b"."))
    town.provision(anna, None, BROADBAND)
    assert town.bb.lease(anna.line, anna.mac)
    anna.line = replace(anna.line, circuit_id=anna.line.circuit_id + b".")
    with pytest.raises(Unsupported, match="128 octets"):
        town.provision(anna, None, BROADBAND)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subnet.bb": ""}, "lack subnet.bb"),
        ({"class.bb": ""}, "lack class.bb"),
        ({"class.bb": "one,two"}, "more than one class"),
        ({"subnet.bb": "ten"}, "no number of a subnet"),
        ({"subnet.bb": "20"}, "the same subnet"),
        ({"class.bb": "svc-iptv"}, "the same class"),
        ({"subnet.bb": "77"}, "no subnet with the number 77"),
        ({"fixed.bb": "198.51.100.9"}, "not of the form"),
        ({"fixed.bb": "198.51.100.9-198.51.100.8"}, "has no addresses"),
        ({"fixed.bb": "10.0.0.0-10.255.0.0"}, "more than 65536"),
    ],
)
def test_options_that_are_no_use_are_refused(town: Town, options: dict[str, str], words: str) -> None:
    with pytest.raises(Unsupported, match=words):
        town.provision(town.customer(), None, fixed(BROADBAND, "198.51.100.180"), options={**OPTIONS, **options})


def test_a_kind_of_service_without_a_subnet_is_refused(town: Town) -> None:
    voip = Delivery(subscription_id="s3", service="VOIP", tech="voip")
    with pytest.raises(Unsupported, match="no DHCP subnet for services of the kind voip"):
        town.provision(town.customer(), None, voip)


@pytest.mark.parametrize("delivery", [BROADBAND, BLOCKED], ids=["open", "blocked"])
def test_what_an_access_was_made_to_have_is_read_back(town: Town, delivery: Delivery) -> None:
    anna = town.customer()
    assert town.ask(lambda driver: driver.deliveries("", anna.identifiers)) == {}
    town.provision(anna, None, delivery)
    told = replace(delivery, down_kbps=None, up_kbps=None)
    assert town.ask(lambda driver: driver.deliveries("", anna.identifiers)) == {"Broadband": told}


def test_the_address_is_read_back_that_was_chosen(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, fixed(BROADBAND, "198.51.100.190"))
    (told,) = town.ask(lambda driver: driver.deliveries("", anna.identifiers)).values()
    assert told.characteristics == {"ipAddresses": ["198.51.100.190"]}
