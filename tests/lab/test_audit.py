"""The operator's audit compares every port of the city with the records, and shows what was changed by hand."""

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
        assert "4 ports compared, 0 skipped; 2 differences." in ran.err
    assert town.audit() == []


def test_it_shows_a_limit_that_is_gone(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-20-5")
    town.city.switch.ofctl("del-meters")
    assert town.audit() == ["p1: sw1 has up_kbps None, but is to have 5000."]


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
