"""Events: what became of everything that an SP may see, up to the second before this one, and each once."""

import time
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from tests.town import GMT, Provider, Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


@pytest.fixture(scope="module", autouse=True)
def _a_second_later(town: Town) -> None:
    """Let the second pass in which the town was made."""
    town.ended()


def told(events: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return what became of what."""
    return [(event["type"], event["objectType"], event["objectId"]) for event in events]


def test_everything_that_becomes_of_an_order_and_its_subscription_is_told(town: Town) -> None:
    access = town.access()
    since = town.ended()
    order = town.alfa.order("ACTIVATE", accessId=access, service=BB, requestedDateTime=LATER)
    town.alfa.http.patch(f"/orders/{order['orderId']}", json={"requestedDateTime": None})
    town.alfa.settled(order)
    subscription = order["subscriptionId"]
    suspends = town.alfa.done("SUSPEND", subscriptionId=subscription)
    cancelled = town.alfa.order("RESUME", subscriptionId=subscription, requestedDateTime=LATER)
    town.alfa.http.delete(f"/orders/{cancelled['orderId']}")
    ends = town.alfa.done("DEACTIVATE", subscriptionId=subscription)
    until = town.ended()
    events = town.alfa.delta("/events/", since, until)
    # What is of one moment is in any order; of one object, in the order in which it was.
    orders = [event for event in told(events) if event[1] == "orders"]
    for which, types in (
        (order, ["CREATE", "UPDATE", "UPDATE", "UPDATE"]),
        (suspends, ["CREATE", "UPDATE", "UPDATE"]),
        (cancelled, ["CREATE", "DELETE"]),
        (ends, ["CREATE", "UPDATE", "UPDATE"]),
    ):
        assert [kind for kind, _, name in orders if name == which["orderId"]] == types
    others = [event for event in told(events) if event[1] != "orders"]
    assert others == [(kind, "subscriptions", subscription) for kind in ("CREATE", "UPDATE", "DELETE")]
    for event in events:
        path = f"/onapi/2.6/{event['objectType']}/" + (
            access if event["objectType"] == "subscriptions" else event["objectId"]
        )
        assert event.get("path") == (None if event["type"] == "DELETE" else path)
        assert since <= datetime.fromisoformat(event["time"].replace("Z", "+00:00")) < until
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    # beta is told of nothing.
    assert town.beta.delta("/events/", since, until) == []


def test_what_becomes_of_accesses_is_told_to_those_who_see_them(town: Town) -> None:
    since = town.ended()
    by_hand = town.operator.rows
    by_hand("UPDATE accesses SET outlet = 'x' WHERE access_id IN ('E-1', 'H-1')")
    # An agreement brings what it is about, and its end takes that away; to others it is nothing.
    by_hand("INSERT INTO agreements (sp, population) VALUES ('gamma', 'Hemsö')")
    by_hand("UPDATE agreements SET revoked_at = now() WHERE sp = 'gamma' AND population = 'Hemsö'")
    until = town.ended()
    seen = sorted(told(town.alfa.delta("/events/", since, until)))
    assert seen == [("UPDATE", "accesses", access) for access in ("E-1", "H-1")]
    assert told(town.gamma.delta("/events/", since, until)) == [
        ("UPDATE", "accesses", "E-1"),
        ("CREATE", "accesses", "H-1"),
        ("DELETE", "accesses", "H-1"),
    ]

    since = until
    by_hand("UPDATE accesses SET population = 'Elsewhere' WHERE access_id = 'H-1'")
    by_hand("UPDATE accesses SET population = 'Hemsö' WHERE access_id = 'E-1'")
    until = town.ended()
    events = town.gamma.delta("/events/", since, until)
    assert told(events) == [("CREATE", "accesses", "H-1"), ("DELETE", "accesses", "E-1")]
    assert [event.get("path") for event in events] == ["/onapi/2.6/accesses/H-1", None]
    assert {kind for kind, *_ in told(town.alfa.delta("/events/", since, until))} == {"UPDATE"}
    by_hand("UPDATE accesses SET population = 'Elsewhere' WHERE access_id = 'E-1'")
    by_hand("UPDATE accesses SET population = 'Hemsö' WHERE access_id = 'H-1'")


class Follower:
    """An SP that asks again and again with the date of the answer before."""

    def __init__(self, sp: Provider) -> None:
        self._sp = sp
        self.headers = sp.headers
        self._last: str | None = None
        self.events: list[dict[str, Any]] = []
        self.reached = datetime.min.replace(tzinfo=UTC)

    def poll(self) -> None:
        """Ask once."""
        headers = {} if self._last is None else {"If-Modified-Since": self._last}
        answer = self._sp.http.get("/events/", headers=headers)
        assert answer.status_code in (200, 304)
        assert answer.status_code == 304 or self._last is None or answer.json()
        self._last = answer.headers["Last-Modified"]
        reached = datetime.strptime(self._last, GMT).replace(tzinfo=UTC)
        assert reached >= self.reached
        self.reached = reached
        if answer.status_code == 200:
            self.events += answer.json()


def test_a_follower_gets_each_event_once_however_often_it_asks(town: Town) -> None:
    followers = [Follower(town.alfa), Follower(town.beta)]
    began = town.operator.value("SELECT clock_timestamp()")
    while town.operator.value("SELECT clock_timestamp() - $1 < interval '1.5 seconds'", began):
        town.alfa.active(town.access())
        town.beta.active(town.access())
        for follower in followers:
            follower.poll()
    until = town.ended()
    for follower, sp in zip(followers, ("alfa", "beta"), strict=True):
        while follower.reached < until:
            follower.poll()
            time.sleep(0.02)
        journal = town.operator.rows(
            "SELECT type, object_type, object_id, moment_text(at) AS time FROM journal WHERE sp = $1 AND at < $2",
            sp,
            follower.reached,
        )
        paths = {event["path"] for event in follower.events if "path" in event}
        assert len(paths) > 10
        for path in sorted(paths)[:5] + sorted(paths)[-5:]:
            assert town.alfa.http.get(f"{town.server.url}{path}", headers=follower.headers).status_code == 200
        assert sorted(tuple(row) for row in journal) == sorted(
            (event["type"], event["objectType"], event["objectId"], event["time"])
            for event in follower.events
            if event["objectType"] != "accesses"
        )


def test_this_second_is_held_back(town: Town) -> None:
    town.alfa.active(town.access())
    answer = town.alfa.http.get("/events/")
    reached = datetime.strptime(answer.headers["Last-Modified"], GMT).replace(tzinfo=UTC)
    assert reached <= town.operator.value("SELECT date_trunc('second', clock_timestamp())")
    times = [datetime.fromisoformat(event["time"].replace("Z", "+00:00")) for event in answer.json()]
    assert max(times) < reached


@pytest.mark.parametrize("since", ["yesterday", "", "Tue, 05 Feb 2199 14:03:15 GMT", "2019-02-05T14:03:15Z"])
def test_a_date_that_is_none_or_of_the_future_is_as_if_it_were_not_sent(town: Town, since: str) -> None:
    answer = town.alfa.http.get("/events/", headers={"If-Modified-Since": since})
    assert answer.status_code == 200
    assert ("CREATE", "accesses", "T-1") in told(answer.json())


def test_what_is_older_than_it_is_kept_is_not_told(town: Town) -> None:
    events = town.alfa.http.get("/events/", headers={"If-Modified-Since": "Tue, 05 Feb 2019 14:03:15 GMT"})
    assert events.status_code == 200
    assert ("CREATE", "accesses", "T-1") in told(events.json())
    assert town.alfa.http.get("/events").headers["Last-Modified"]


def test_the_answers_are_as_the_interface_says(town: Town) -> None:
    document = town.alfa.get("/openapi.json")
    schema = document["paths"]["/events/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for sp in (town.alfa, town.beta, town.gamma):
        jsonschema.validate(sp.get("/events/"), {**schema, "components": document["components"]})
