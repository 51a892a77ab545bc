"""Forced takeover: where it is possible, and that the winner's beginning and the loser's end are one."""

from datetime import timedelta
from typing import Any

import pytest

from tests.town import Provider, Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


def refused(sp: Provider, **fields: Any) -> str:
    """Try to take over, and return why not."""
    answer = sp.post("ACTIVATE", **fields)
    assert answer.status_code == 409, answer.text
    return f"{answer.json()['code']}: {answer.json()['cause']}"


def test_where_nobody_holds_the_type_there_is_nothing_to_take(town: Town) -> None:
    access = town.access()
    assert town.beta.offered(access)["forcedTakeoverPossible"] is False
    assert refused(town.beta, accessId=access, service=BB, forcedTakeover=True) == (
        "conflict: forcedTakeover is not possible: no other Service Provider has a Broadband service here."
    )
    town.alfa.active(access, "IPTV-BASE")
    assert "no other Service Provider has a Broadband" in refused(
        town.beta, accessId=access, service=BB, forcedTakeover=True
    )


def test_a_takeover_is_possible_where_services_say_so_and_not_otherwise(town: Town) -> None:
    access = town.access()
    town.alfa.active(access)
    for service, possible in ((BB, True), ("BB-250-250", True), ("BB-10-10", False), ("IPTV-BASE", False)):
        assert town.beta.offered(access, service)["forcedTakeoverPossible"] is possible
    # It is another SP's that can be taken over, not one's own.
    assert town.alfa.offered(access)["forcedTakeoverPossible"] is False
    assert refused(town.beta, accessId=access, service="BB-10-10", forcedTakeover=True) == (
        "conflict: forcedTakeover is not possible with service 'BB-10-10'."
    )
    assert refused(town.beta, accessId=access, service=BB) == (
        "claimed: ServiceType is already claimed by other Service Provider."
    )
    order = town.beta.order("ACTIVATE", accessId=access, service=BB, forcedTakeover=True)
    assert order["forcedTakeover"] is True
    assert town.beta.settled(order)["state"] == "DONE_SUCCESS"


def test_what_another_sp_only_wants_cannot_be_taken(town: Town) -> None:
    access = town.access()
    town.alfa.order("ACTIVATE", accessId=access, service=BB, requestedDateTime=LATER)
    assert town.beta.offered(access)["forcedTakeoverPossible"] is False
    assert refused(town.beta, accessId=access, service=BB, forcedTakeover=True).startswith("claimed:")


@pytest.mark.parametrize("state", ["ACTIVATED", "SUSPENDED"])
def test_the_loser_loses_what_the_winner_gets_in_one_transaction(town: Town, state: str) -> None:
    access = town.access()
    lost = town.alfa.active(access)
    if state == "SUSPENDED":
        town.alfa.done("SUSPEND", subscriptionId=lost)
    won = town.beta.active(access, "BB-250-250", forcedTakeover=True)
    assert town.alfa.subscriptions(access) == []
    assert [one["subscriptionId"] for one in town.beta.subscriptions(access)] == [won]
    told = town.operator.rows(
        "SELECT sp, type, object_id, tx FROM journal WHERE object_type = 'subscriptions' AND access_id = $1 "
        "ORDER BY tx, seq",
        access,
    )
    *_, ends, begins = told
    assert {tuple(row)[:3] for row in (ends, begins)} == {("alfa", "DELETE", lost), ("beta", "CREATE", won)}
    assert ends["tx"] == begins["tx"]
    (port,) = town.operator.port(access)
    assert f'"subscription": "{won}"' in port
    assert '"blocked": false' in port
    # The port never delivered nothing: it was changed from one to the other.
    before, after = town.operator.effects(access)[-1]
    assert lost in (before or "")
    assert after == port


def test_the_loser_reads_its_end_in_events_and_in_the_deltas_of_subscriptions(town: Town) -> None:
    access = town.access()
    lost = town.alfa.active(access)
    since = town.ended()
    won = town.beta.active(access, forcedTakeover=True)
    until = town.ended()
    told = [
        (event["type"], event["objectId"])
        for event in town.alfa.delta("/events/", since, until)
        if event["objectType"] == "subscriptions"
    ]
    assert told == [("DELETE", lost)]
    assert town.alfa.delta("/subscriptions/", since, until) == [{"accessId": access, "subscriptions": []}]
    winners = {one["accessId"]: one["subscriptions"] for one in town.beta.delta("/subscriptions/", since, until)}
    assert [one["subscriptionId"] for one in winners[access]] == [won]


@pytest.mark.parametrize("kind", ["reject", "fail"])
def test_a_takeover_that_the_network_refuses_leaves_the_loser_all_it_had(town: Town, kind: str) -> None:
    access = town.access()
    kept = town.alfa.active(access)
    before, seen = town.operator.port(access), town.alfa.subscriptions(access)
    town.operator.fault(access, kind)
    order = town.beta.settled(town.beta.order("ACTIVATE", accessId=access, service=BB, forcedTakeover=True))
    assert (order["state"], order["code"]) == ("DONE_FAILED", "network")
    assert order["message"].endswith("The access is as it was before.")
    assert town.operator.port(access) == before
    assert town.alfa.subscriptions(access) == seen
    assert town.beta.subscriptions(access) == []
    told = town.operator.rows(
        "SELECT type, object_id FROM journal WHERE object_type = 'subscriptions' AND access_id = $1", access
    )
    assert [tuple(row) for row in told] == [("CREATE", kept)]
    # And alfa's service can be worked on as ever, when the network is sound again.
    town.operator.fault(access, kind, times=0)
    town.alfa.done("SUSPEND", subscriptionId=kept)


def test_a_takeover_for_another_day_is_done_on_that_day(town: Town) -> None:
    access = town.access()
    town.alfa.active(access)
    when = town.operator.value("SELECT clock_timestamp()") + timedelta(seconds=0.5)
    order = town.beta.order(
        "ACTIVATE", accessId=access, service=BB, forcedTakeover=True, requestedDateTime=when.isoformat()
    )
    assert len(town.alfa.subscriptions(access)) == 1 or town.operator.value("SELECT clock_timestamp() > $1", when)
    assert town.beta.settled(order)["state"] == "DONE_SUCCESS"
    ended = town.operator.value("SELECT ended_at FROM subscriptions WHERE access_id = $1 AND sp = 'alfa'", access)
    assert ended >= when


def test_a_takeover_finds_the_access_left_and_begins_all_the_same(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    order = town.beta.order("ACTIVATE", accessId=access, service=BB, forcedTakeover=True, requestedDateTime=LATER)
    town.alfa.done("DEACTIVATE", subscriptionId=subscription)
    town.operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", order["orderId"])
    assert town.beta.settled(order)["state"] == "DONE_SUCCESS"
    assert len(town.operator.port(access)) == 1


@pytest.mark.parametrize("operation", ["DEACTIVATE", "SUSPEND", "RESUME", "MODIFY", "CHANGE"])
def test_the_losers_order_for_another_day_comes_to_its_end_and_takes_nothing_from_the_winner(
    town: Town, operation: str
) -> None:
    access = town.access()
    lost = town.alfa.active(access)
    if operation == "RESUME":
        town.alfa.done("SUSPEND", subscriptionId=lost)
    said: dict[str, dict[str, Any]] = {
        "CHANGE": {"service": "BB-10-10"},
        "MODIFY": {"equipment": {"vendorId": "v"}},
    }
    fields = said.get(operation, {})
    order = town.alfa.order(operation, subscriptionId=lost, requestedDateTime=LATER, **fields)
    town.beta.active(access, forcedTakeover=True)
    before = town.operator.port(access)
    town.operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", order["orderId"])
    finished = town.alfa.settled(order)
    if operation == "DEACTIVATE":
        assert finished["state"] == "DONE_SUCCESS"
    else:
        assert (finished["state"], finished["code"]) == ("DONE_FAILED", "ended")
        assert finished["message"].startswith("The subscription has ended.")
    assert town.operator.port(access) == before
    town.beta.done("SUSPEND", accessId=access, service=BB)


def test_lines_of_a_type_that_is_not_exclusive_are_never_taken(town: Town) -> None:
    access = town.access()
    kept = town.alfa.active(access, "VOIP")
    assert town.beta.offered(access, "VOIP")["forcedTakeoverPossible"] is False
    assert refused(town.beta, accessId=access, service="VOIP", forcedTakeover=True).startswith("conflict:")
    town.beta.active(access, "VOIP")
    assert [one["subscriptionId"] for one in town.alfa.subscriptions(access)] == [kept]


def test_taking_back_and_forth_ends_with_one_service(town: Town) -> None:
    access = town.access()
    sps = (town.alfa, town.beta)
    town.alfa.active(access)
    for turn in range(1, 5):
        sps[turn % 2].active(access, forcedTakeover=True)
    assert [len(sp.subscriptions(access)) for sp in sps] == [1, 0]
    assert len(town.operator.port(access)) == 1
