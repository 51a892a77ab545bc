"""A real city: what is ordered over HTTP is what customers get, and what is ended leaves no trace."""

import pytest

from onapi.lab.customers import DEVICE
from tests.drivers.ovs.traffic import Host, kbps
from tests.lab.town import Household, Town


def flows_at(rate_kbps: int, sender: Host, receiver: Host) -> bool:
    """Return whether one sends to the other at a rate; on a machine that has stalled, it is measured again."""
    return any(0.6 < kbps(sender, receiver) / rate_kbps < 1.1 for _ in range(3))


def test_before_an_order_there_is_no_address_and_no_traffic(town: Town, household: Household) -> None:
    assert household.asks_for_an_address() is None
    household.customer.namespace.ip(f"addr add 198.51.100.99/24 dev {DEVICE}")
    household.address = "198.51.100.99"
    assert not household.host.reaches(town.provider)


@pytest.mark.parametrize(
    ("service", "down_kbps", "up_kbps"), [("BB-20-5", 20_000, 5_000), ("BB-100-100", 100_000, 100_000)]
)
def test_after_an_order_there_is_an_address_and_traffic_at_the_rates_that_were_ordered(
    town: Town, household: Household, service: str, down_kbps: int, up_kbps: int
) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service=service)
    address = household.asks_for_an_address()
    assert address is not None
    assert address.startswith("198.51.100.1")
    assert household.host.reaches(town.provider, patience_s=5)
    assert flows_at(down_kbps, town.provider, household.host)
    assert flows_at(up_kbps, household.host, town.provider)


def test_the_address_that_was_ordered_is_the_one_that_the_customer_gets(town: Town, household: Household) -> None:
    wish = {"fixedIp": True, "ipAddresses": ["198.51.100.77"]}
    town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10", characteristics=wish)
    assert household.asks_for_an_address() == "198.51.100.77"
    assert household.host.reaches(town.provider, patience_s=5)


def test_suspended_nothing_passes_and_resumed_it_does(town: Town, household: Household) -> None:
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    assert household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    town.has("SUSPEND", subscriptionId=order["subscriptionId"])
    assert not household.host.reaches(town.provider)
    assert household.asks_for_an_address() is None
    town.has("RESUME", subscriptionId=order["subscriptionId"])
    assert household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    assert flows_at(10_000, household.host, town.provider)


def test_a_change_changes_the_rates_under_a_running_service(town: Town, household: Household) -> None:
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    address = household.asks_for_an_address()
    assert address
    assert flows_at(10_000, town.provider, household.host)
    town.has("CHANGE", subscriptionId=order["subscriptionId"], service="BB-20-5")
    assert flows_at(20_000, town.provider, household.host)
    assert flows_at(5_000, household.host, town.provider)
    assert household.asks_for_an_address() == address, "the customer keeps the address"


def test_ended_nothing_is_left_on_the_switch_or_in_kea(town: Town, household: Household) -> None:
    before = town.traces()
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-100-100")
    assert household.asks_for_an_address()
    during = town.traces()
    changed = [what for what in before if during[what] != before[what]]
    assert changed == ["ports", "qos", "queues", "meters", "flows", "kea"], "a test that sees nothing proves nothing"
    town.has("DEACTIVATE", subscriptionId=order["subscriptionId"])
    assert town.traces() == before
    assert not household.host.reaches(town.provider)
    assert household.asks_for_an_address() is None


def test_customers_do_not_reach_each_other(town: Town, household: Household) -> None:
    neighbour = town.household("LAB-2")
    order = town.has("ACTIVATE", accessId="LAB-2", service="BB-10-10")
    town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    assert neighbour.asks_for_an_address()
    assert household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    assert neighbour.host.reaches(town.provider, patience_s=5)
    assert not household.host.reaches(neighbour.host)
    neighbour.forgets_its_address()
    town.has("DEACTIVATE", subscriptionId=order["subscriptionId"])


# Answers may be half a minute old: at LAB-1 the next test would read of this customer's lease.
@pytest.mark.parametrize("household", ["LAB-3"], indirect=True)
def test_another_provider_takes_the_customer_over_and_knows_it_alone(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-3", service="BB-10-10")
    assert household.asks_for_an_address()
    town.has("ACTIVATE", "beta", accessId="LAB-3", service="BB-20-5", forcedTakeover=True)
    address = household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    assert flows_at(5_000, household.host, town.provider)
    with town.client("alfa") as client:
        assert client.get("/tech/access/LAB-3/link/leaseinfo").status_code == 403
    (lease,) = town.reads("/tech/access/LAB-3/link/leaseinfo", "beta")
    assert lease["lease"] == address
    assert town.audit() == []


def test_while_the_dhcp_server_is_away_a_service_ends_at_the_switch_and_later_in_kea(
    town: Town, household: Household
) -> None:
    idle = town.city.switch.traces()
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    assert household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    assert len(town.kea()["lease4"]) == 1
    with town.kea_sleeps():
        ended = town.orders("DEACTIVATE", subscriptionId=order["subscriptionId"])
        assert town.has_failed_a_try(ended)
        assert not household.host.reaches(town.provider)
        assert town.city.switch.traces() == idle
    assert town.finished(ended)["state"] == "DONE_SUCCESS"
    assert town.kea()["lease4"] == []


def test_what_the_provider_reads_is_this_customer(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    address = household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    (lease,) = town.reads("/tech/access/LAB-1/link/leaseinfo")
    assert (lease["lease"], lease["mac"], lease["serviceType"]) == (address, household.customer.mac.upper(), "bb")
    assert lease["start"] <= lease["lastRenew"] < lease["end"]
    (station,) = town.reads("/tech/access/LAB-1/link/macaddresstable")
    assert (station["mac"], station["vlan"], station["serviceType"]) == (household.customer.mac.upper(), 10, "bb")
    link = town.reads("/tech/access/LAB-1/link/status")
    assert (link["link"], link["adminDown"]) == (True, False)
    assert link["statistics"]["input"]["packets"] > 0
    (speed,) = link["configuredSpeeds"]
    assert (speed["serviceType"], speed["pir"]) == ("bb", "20000")


def test_the_option_82_that_kea_has_seen_finds_the_access(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    assert household.asks_for_an_address()
    (lease,) = town.kea()["lease4"]
    option = _option82(lease)
    assert town.reads(f"/option82/{option}") == {"accessId": "LAB-1"}
    assert town.reads(f"/dhcplookup/?ipv4option82={option}") == {"accessId": "LAB-1"}
    (subscription,) = town.reads("/subscriptions/LAB-1")["subscriptions"]
    assert subscription["option82"] == option


def _option82(lease: str) -> str:
    """Return the whole option from what Kea keeps with a lease."""
    payload = lease.split("relay-agent-info")[1].split("0x")[1]
    digits = payload[: next(place for place, digit in enumerate(payload) if digit not in "0123456789ABCDEF")]
    return f"52{len(digits) // 2:02X}{digits}"
