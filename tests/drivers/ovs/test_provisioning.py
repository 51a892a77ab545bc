"""A port of a real switch delivers what it is made to deliver, and nothing when nothing is ordered any more."""

import pytest

from onapi.drivers.contract import Delivery, Drifted, Identifiers, Port, Unsupported
from tests.drivers.ovs.conftest import BROADBAND, TELEVISION, Operator, but
from tests.drivers.ovs.switch import IPTV, OPTIONS
from tests.drivers.ovs.traffic import flows_at_about, kbps


def test_before_a_service_nobody_is_reached_and_after_it_only_the_provider(operator: Operator) -> None:
    assert not operator.customer.reaches(operator.provider)
    assert operator.provision(None, BROADBAND) == "BB-10-5 is delivered."
    assert operator.customer.reaches(operator.provider, patience_s=60)
    assert not operator.customer.reaches(operator.switch.providers[IPTV])


def test_customers_of_one_service_reach_the_provider_but_not_each_other(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    operator.provision(None, but(BROADBAND, subscription_id="s9"), port="p2")
    assert operator.switch.customers["p2"].reaches(operator.provider, patience_s=10)
    assert operator.customer.reaches(operator.provider, patience_s=60)
    assert not operator.customer.reaches(operator.switch.customers["p2"])


def test_traffic_flows_at_about_the_ordered_rate_in_both_directions(operator: Operator) -> None:
    operator.provision(None, but(BROADBAND, down_kbps=12_000, up_kbps=6_000))
    assert flows_at_about(12_000, operator.provider, operator.customer)
    assert flows_at_about(6_000, operator.customer, operator.provider)


def test_without_a_speed_nothing_is_held_back(operator: Operator) -> None:
    operator.provision(None, but(BROADBAND, down_kbps=None, up_kbps=None))
    assert kbps(operator.provider, operator.customer, measured_s=0.5) > 20_000
    assert kbps(operator.customer, operator.provider, measured_s=0.5) > 20_000


def test_another_service_changes_the_rates(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    faster = but(BROADBAND, service="BB-40-40", down_kbps=40_000, up_kbps=40_000)
    assert operator.provision(BROADBAND, faster) == "BB-40-40 is delivered instead of BB-10-5."
    assert flows_at_about(40_000, operator.provider, operator.customer)
    assert flows_at_about(40_000, operator.customer, operator.provider)


def test_a_blocked_service_lets_nothing_through_until_it_is_let_through_again(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    assert operator.customer.reaches(operator.provider, patience_s=60)
    assert operator.provision(BROADBAND, but(BROADBAND, blocked=True)) == "BB-10-5 is blocked."
    assert not operator.customer.reaches(operator.provider)
    assert not operator.provider.reaches(operator.customer)
    assert operator.provision(but(BROADBAND, blocked=True), BROADBAND) == "BB-10-5 is let through."
    assert operator.customer.reaches(operator.provider, patience_s=60)
    assert flows_at_about(10_000, operator.provider, operator.customer)


def test_a_blocked_service_stays_blocked_when_the_switch_starts_anew(operator: Operator) -> None:
    operator.provision(None, but(BROADBAND, blocked=True))
    operator.switch.kill("ovs-vswitchd")
    operator.switch.start_daemon()
    assert not operator.customer.reaches(operator.provider)


def test_the_end_of_a_service_leaves_no_trace(operator: Operator) -> None:
    untouched = operator.switch.traces()
    operator.provision(None, BROADBAND)
    assert operator.switch.traces() != untouched
    assert operator.provision(BROADBAND, None) == "Nothing is delivered any more."
    assert operator.switch.traces() == untouched
    assert not operator.customer.reaches(operator.provider)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, BROADBAND),
        (BROADBAND, but(BROADBAND, blocked=True)),
        (BROADBAND, but(BROADBAND, service="BB-20-20", down_kbps=20_000, up_kbps=20_000)),
        (BROADBAND, but(BROADBAND, subscription_id="s9", service="BB-1-1", down_kbps=None, up_kbps=None)),
        (BROADBAND, None),
    ],
    ids=["activate", "suspend", "change", "takeover", "deactivate"],
)
def test_whatever_is_asked_twice_is_done_once(
    operator: Operator, before: Delivery | None, after: Delivery | None
) -> None:
    operator.provision(None, before)
    operator.provision(before, after)
    once = operator.switch.traces()
    assert operator.provision(before, after) == "It was so already."
    assert operator.switch.traces() == once


def test_what_the_switch_does_not_keep_changes_nothing(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    said = operator.provision(BROADBAND, but(BROADBAND, characteristics={"ipAddresses": ["192.0.2.7"]}))
    assert said == "It was so already."


def test_a_tagged_service_is_delivered_beside_the_untagged_one_and_ends_alone(operator: Operator) -> None:
    television = operator.switch.providers[IPTV]
    operator.provision(None, BROADBAND)
    only_broadband = operator.switch.traces()
    assert not operator.customer.hears_of(television, vlan=IPTV)
    operator.provision(None, TELEVISION, slot="IPTV")
    assert operator.customer.hears_of(television, vlan=IPTV, patience_s=10)
    assert operator.customer.reaches(operator.provider, patience_s=60)
    assert set(operator.ask(lambda driver: driver.deliveries("p1", Identifiers()))) == {"Broadband", "IPTV"}

    operator.provision(TELEVISION, None, slot="IPTV")
    assert not operator.customer.hears_of(television, vlan=IPTV)
    assert operator.customer.reaches(operator.provider, patience_s=60)
    # New rows have new identifiers; everything else is as it was.
    assert operator.switch.traces()["flows"] == only_broadband["flows"]
    assert operator.switch.traces()["meters"] == only_broadband["meters"]


def test_a_blocked_service_leaves_the_other_of_its_port_alone(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    operator.provision(None, TELEVISION, slot="IPTV")
    operator.provision(BROADBAND, but(BROADBAND, blocked=True))
    assert not operator.customer.reaches(operator.provider)
    assert operator.customer.hears_of(operator.switch.providers[IPTV], vlan=IPTV, patience_s=10)


def test_a_second_service_of_the_same_kind_is_refused(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    before = operator.switch.traces()
    with pytest.raises(Unsupported, match="of this kind already"):
        operator.provision(None, but(BROADBAND, subscription_id="s9"), slot="Guests")
    assert operator.switch.traces() == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"bridge": "br0", "vlan.iptv": "20"}, "no VLAN for services of the kind bb"),
        ({**OPTIONS, "vlan.bb": "4095"}, "'4095' is no VLAN"),
        ({**OPTIONS, "vlan.bb": "ten"}, "'ten' is no VLAN"),
        ({**OPTIONS, "vlan.bb": "20"}, "Two of the element's VLANs"),
        ({**OPTIONS, "bridge": "br1"}, "no such port"),
    ],
)
def test_options_that_do_not_fit_are_refused(operator: Operator, options: dict[str, str], sentence: str) -> None:
    before = operator.switch.traces()
    with pytest.raises(Unsupported, match=sentence):
        operator.provision(None, BROADBAND, options=options)
    assert operator.switch.traces() == before


def test_a_port_that_is_not_there_is_unsupported(operator: Operator) -> None:
    with pytest.raises(Unsupported, match="no such port"):
        operator.provision(None, BROADBAND, port="p77")


def test_what_others_keep_at_a_port_stays(operator: Operator) -> None:
    operator.switch.vsctl("set", "Port", "p1", "external_ids:cabinet=K7")
    operator.provision(None, BROADBAND)
    operator.provision(BROADBAND, None)
    assert operator.switch.vsctl("get", "Port", "p1", "external_ids") == "{cabinet=K7}\n"


def test_a_port_is_never_what_another_access_has(operator: Operator) -> None:
    operator.provision(None, BROADBAND)
    elsewhere = Port(access_id="another", slot="Broadband", name="p1")
    with pytest.raises(Drifted):
        operator.ask(lambda driver: driver.provision(elsewhere, before=BROADBAND, after=None))
