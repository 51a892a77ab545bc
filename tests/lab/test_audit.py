"""The operator's audit compares every port of the city with the records, and shows what was changed by hand."""

import pytest

from onapi import errors
from onapi.drivers.contract import Unreachable
from tests.lab.town import Household, Town


def test_what_was_ordered_is_there_and_the_audit_is_content(town: Town, household: Household) -> None:
    assert town.audit() == []
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    assert town.audit() == []
    town.has("SUSPEND", subscriptionId=order["subscriptionId"])
    assert town.audit() == []


def test_the_command_shows_a_port_that_somebody_has_put_into_another_vlan(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    with town.changed("p1", "tag", "30"), town.changed("p2", "tag", "10"):
        ran = town.runs("network", "audit")
        assert ran.code == 1
        shown = [line for line in ran.out.splitlines() if "Somebody else has changed the port's VLAN." in line]
        assert ["p1" in line and "LAB-1" in line for line in shown] == [True, False]
        assert ["p2" in line and "LAB-2" in line for line in shown] == [False, True]
        assert "Ports compared: 4; skipped: 0; differences: 2." in ran.err
    assert town.audit() == []


def test_a_limit_that_is_gone_is_shown_and_is_set_again(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    before = town.traces()
    town.city.switch.ofctl("del-meters")
    assert town.audit() == ["p1: sw1 has up_kbps None, but is to have 5000."]
    ran = town.runs("network", "renew", "sw1")
    assert ran.code == 0
    assert "1 services set, 0 ports skipped; 0 refused." in ran.err
    assert town.traces() == before


def test_a_port_that_somebody_has_changed_is_not_set_again_and_others_are(town: Town, household: Household) -> None:
    order = town.has("ACTIVATE", accessId="LAB-2", service="BB-10-10")
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    town.city.switch.ofctl("del-meters")
    with town.changed("p1", "tag", "30"):
        renewed = town.renews()
        assert [(found.port, found.sentence) for found in renewed.findings] == [
            ("p1", "Somebody else has changed the port's VLAN.")
        ]
        assert (renewed.services, renewed.skipped) == (1, 0)
    assert town.audit() == ["p1: sw1 has up_kbps None, but is to have 5000."]
    assert town.renews().services == 2
    assert town.audit() == []
    town.has("DEACTIVATE", subscriptionId=order["subscriptionId"])


def test_a_port_with_an_order_under_way_is_left_to_the_order(town: Town, household: Household) -> None:
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    with town.kea_sleeps():
        ended = town.orders("DEACTIVATE", subscriptionId=order["subscriptionId"])
        assert town.has_failed_a_try(ended)
        assert (town.renews().services, town.renews().skipped) == (0, 1)
    town.finished(ended)


def test_a_switch_that_is_away_is_said_to_be_and_is_set_when_it_is_back(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    town.city.switch.kill("ovs-vswitchd")
    with pytest.raises(Unreachable):
        town.renews()
    town.city.switch.start_daemon()
    assert town.renews().services == 1
    assert town.audit() == []


def test_an_element_that_nothing_is_connected_to_is_not_found(town: Town) -> None:
    with pytest.raises(errors.NotFound, match="nobody"):
        town.renews("nobody")


def test_it_shows_a_reservation_that_is_gone(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    town.kea_does("DELETE FROM hosts")
    assert town.audit() == ["p1: dhcp1 delivers nothing, but is to deliver BB-20-5."]


def test_an_order_on_a_port_that_somebody_has_changed_is_refused_and_changes_nothing(
    town: Town, household: Household
) -> None:
    order = town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    with town.changed("p1", "tag", "30"):
        before = town.traces()
        refused = town.orders("CHANGE", subscriptionId=order["subscriptionId"], service="BB-100-100")
        refused = town.finished(refused)
        assert refused["state"] == "DONE_FAILED"
        assert "Somebody else has changed the port's VLAN." in refused["message"]
        assert town.traces() == before
    assert town.audit() == []
