"""Order events: each change of an order's state once, in order, and none missed by asking for what follows."""

import jsonschema
import pytest

from onapi import ids
from onapi.wire import orderevents as wire
from tests.town import Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


def test_each_change_of_a_state_is_told_with_the_order_as_it_was_then(town: Town) -> None:
    access = town.access()
    order = town.alfa.done("ACTIVATE", accessId=access, service=BB, spReference="r")
    told = [event for event in town.alfa.orderevents() if event["order"]["path"] == order["path"]]
    assert [set(event) for event in told] == [{"event", "order"}] * 3
    common = {"path": order["path"], "accessId": access, "service": BB, "operation": "ACTIVATE", "message": ""}
    assert [event["order"] for event in told] == [
        common | {"state": state} for state in ("RECEIVED", "IN_PROGRESS", "DONE_SUCCESS")
    ]
    assert all(ids.check("event", event["event"]) for event in told)
    assert len({event["event"] for event in told}) == 3


def test_a_failure_is_told_with_its_reason_and_a_cancellation_too(town: Town) -> None:
    access = town.access()
    town.operator.fault(access, "reject")
    failed = town.alfa.settled(town.alfa.order("ACTIVATE", accessId=access, service=BB))
    cancelled = town.alfa.order("ACTIVATE", accessId=town.access(), service=BB, requestedDateTime=LATER)
    town.alfa.http.delete(f"/orders/{cancelled['orderId']}")
    orders = [event["order"] for event in town.alfa.orderevents()]
    told = {order["path"]: order for order in orders}
    assert told[failed["path"]]["state"] == told[cancelled["path"]]["state"] == "DONE_FAILED"
    assert (told[failed["path"]]["message"], told[failed["path"]]["code"]) == (failed["message"], "network")
    last = told[cancelled["path"]]
    assert (last["message"], last["code"]) == ("Cancelled by service provider", "cancelled")
    assert [order["state"] for order in orders if order["path"] == cancelled["path"]] == ["RECEIVED", "DONE_FAILED"]


def test_a_change_that_leaves_the_state_is_not_told(town: Town) -> None:
    order = town.alfa.order("ACTIVATE", accessId=town.access(), service=BB, requestedDateTime=LATER)
    town.alfa.http.patch(f"/orders/{order['orderId']}", json={"spReference": "r"})
    told = [event["order"]["state"] for event in town.alfa.orderevents()
            if event["order"]["path"] == order["path"]]  # fmt: skip
    assert told == ["RECEIVED"]


def test_asking_for_what_follows_gets_the_rest_whatever_was_read_last(town: Town) -> None:
    for _ in range(3):
        town.alfa.active(town.access())
    events = town.alfa.orderevents()
    for number, event in enumerate(events):
        assert town.alfa.orderevents(event["event"]) == events[number + 1 :]
    # What was told does not change when more comes.
    town.alfa.active(town.access())
    assert town.alfa.orderevents()[: len(events)] == events
    last = events[-1]["event"]
    following = town.alfa.orderevents(last)
    assert [event["order"]["state"] for event in following] == ["RECEIVED", "IN_PROGRESS", "DONE_SUCCESS"]


def test_a_follower_gets_everything_once_while_orders_are_placed(town: Town) -> None:
    last = town.alfa.orderevents()[-1]["event"]
    orders, told = [], []
    for _ in range(20):
        orders.append(town.alfa.order("ACTIVATE", accessId=town.access(), service=BB)["path"])
        news = town.alfa.get(f"/orderevents/?since={last}")
        told += news
        last = news[-1]["event"] if news else last
    town.operator.drained()
    told += town.alfa.orderevents(last)
    assert len({event["event"] for event in told}) == len(told) == 3 * len(orders)
    # With nothing new, the same question has the same answer, from memory.
    for _ in range(3):
        assert town.alfa.orderevents(told[-1]["event"]) == []
    for path in orders:
        states = [event["order"]["state"] for event in told if event["order"]["path"] == path]
        assert states == ["RECEIVED", "IN_PROGRESS", "DONE_SUCCESS"]


def test_the_oldest_of_a_time_is_what_was_accepted_first(town: Town) -> None:
    placed = [
        town.alfa.order("ACTIVATE", accessId=town.access(), service=BB, requestedDateTime=LATER)["path"]
        for _ in range(10)
    ]
    told = [event["order"]["path"] for event in town.alfa.orderevents()]
    assert [path for path in told if path in placed] == placed


@pytest.mark.parametrize(
    "since",
    ["", "x", "1", "1-", "-1", "1-1-1", "01-1", "1-1%0A", "%20", "-1-0", "9" * 18 + "-1", "9" * 40, "%00", "１-1"],
)
def test_an_event_that_there_is_not_is_not_found(town: Town, since: str) -> None:
    answer = town.alfa.http.get(f"/orderevents/?since={since}")
    assert answer.status_code == 404, answer.text
    assert answer.json()["cause"].startswith("There is no event ")
    assert len(answer.json()["cause"]) < 200


def test_another_sps_event_is_as_unknown_as_any(town: Town) -> None:
    town.alfa.active(town.access())
    event = town.alfa.orderevents()[-1]["event"]
    answer = town.beta.http.get(f"/orderevents/?since={event}")
    unknown = town.beta.http.get("/orderevents/?since=1-1")
    assert answer.status_code == unknown.status_code == 404
    assert answer.json()["cause"].replace(event, "1-1") == unknown.json()["cause"]
    assert town.gamma.orderevents() == []


def test_a_row_of_the_journal_that_is_no_order_event_is_none(town: Town) -> None:
    town.alfa.active(town.access())
    row = town.operator.rows(
        "SELECT tx, seq FROM journal WHERE sp = 'alfa' AND object_type = 'subscriptions' ORDER BY seq DESC LIMIT 1"
    )[0]
    assert town.alfa.http.get(f"/orderevents/?since={row['tx']}-{row['seq']}").status_code == 404


def test_each_sp_reads_its_own_and_the_answers_are_as_the_interface_says(town: Town) -> None:
    town.beta.active(town.access())
    alfa, beta = town.alfa.orderevents(), town.beta.orderevents()
    assert not {event["event"] for event in alfa} & {event["event"] for event in beta}
    document = town.alfa.get("/openapi.json")
    schema = document["paths"]["/orderevents/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for events in (alfa, beta):
        jsonschema.validate(events, {**schema, "components": document["components"]})
    assert set(wire.EventOrder.__struct_fields__) == {
        *("path", "access_id", "service", "operation", "state", "message", "code")
    }


def test_the_list_comes_as_lines_and_head_has_no_body(town: Town) -> None:
    town.alfa.active(town.access())
    events = town.alfa.orderevents()
    lines = town.alfa.http.get("/orderevents/", headers={"Accept": "application/x-ndjson"})
    assert len(lines.text.splitlines()) >= len(events)
    head = town.alfa.http.head("/orderevents")
    assert (head.status_code, head.content) == (200, b"")
    assert town.alfa.http.post("/orderevents/", json={}).status_code == 501
