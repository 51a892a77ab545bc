"""When orders are carried out: at once, or from their moment on and never before it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.town import Provider, Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


def activate(sp: Provider, access: str, when: str | None, **fields: Any) -> dict[str, Any]:
    """Place an ACTIVATE for a moment."""
    return sp.order("ACTIVATE", accessId=access, service=BB, requestedDateTime=when, **fields)


def path(order: dict[str, Any]) -> str:
    """Return an order's path below the version's root."""
    return f"/orders/{order['orderId']}"


def moment(text: str) -> datetime:
    """Return a moment that the server wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.mark.parametrize("when", [None, "2019-03-28T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_without_a_moment_and_with_one_that_has_passed_it_is_done_at_once(town: Town, when: str | None) -> None:
    order = activate(town.alfa, town.access(), when)
    assert order.get("requestedDateTime") == when
    assert town.alfa.settled(order)["state"] == "DONE_SUCCESS"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2199-01-01T00:00:00Z", "2199-01-01T00:00:00Z"),
        ("2199-01-01t00:00:00z", "2199-01-01T00:00:00Z"),
        ("2199-01-01 00:00:00Z", "2199-01-01T00:00:00Z"),
        ("2199-01-01T00:00Z", "2199-01-01T00:00:00Z"),
        ("2199-01-01T02:30:00+02:30", "2199-01-01T00:00:00Z"),
        ("2198-12-31T19:00:00-0500", "2199-01-01T00:00:00Z"),
        ("2199-01-01T00:00:00.5Z", "2199-01-01T00:00:00.500Z"),
        ("2199-01-01T00:00:00.0053Z", "2199-01-01T00:00:00.005Z"),
        ("2199-01-01T00:00:00.123456789Z", "2199-01-01T00:00:00.123Z"),
        ("2199-01-01T00:00:59.999999999Z", "2199-01-01T00:00:59.999Z"),
        ("2199-12-31T23:59:60Z", "2200-01-01T00:00:00Z"),
        ("9998-12-31T23:59:59Z", "9998-12-31T23:59:59Z"),
    ],
)
def test_moments_are_taken_in_many_forms_and_sent_in_one(town: Town, sent: str, kept: str) -> None:
    order = activate(town.alfa, town.access(), sent)
    assert order["requestedDateTime"] == kept
    assert moment(order["expectedCompletionDate"]) >= moment(kept)
    assert town.alfa.get(path(order)) == order


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("2199-01-01T00:00:00", "has no offset from UTC"),
        ("2199-01-01T00:00", "has no offset from UTC"),
        ("2199-02-29T00:00:00Z", "is no moment of the calendar"),
        ("2199-01-01T25:00:00Z", "is no moment of the calendar"),
        ("2199-01-01T00:00:61Z", "is no moment of the calendar"),
        ("2199-01-01T00:00:00+25:00", "is no moment of the calendar"),
        ("9999-01-01T00:00:00Z", "is no moment of the calendar"),
        ("0000-01-01T00:00:00Z", "is no moment of the calendar"),
        ("0001-01-01T00:00:00+01:00", "is no moment of the calendar"),
        ("2199-01-01T00:00:00.1234567890Z", "is not a date and time"),
        ("2199-01-01T00:00:00Z\n", "is not a date and time"),
        ("2199-01-01", "is not a date and time"),
        ("tomorrow", "is not a date and time"),
        ("", "is not a date and time"),
        ("２１９９-01-01T00:00:00Z", "is not a date and time"),
        ("9" * 5000, "is not a date and time"),
        (1_900_000_000, "Expected `str | null`, got `int` - at `$.requestedDateTime`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_moment_is_refused_with_the_field_and_the_value(town: Town, sent: object, says: str) -> None:
    answer = town.alfa.post("ACTIVATE", accessId=town.access(), service=BB, requestedDateTime=sent)
    assert answer.status_code == 400
    cause = answer.json()["cause"]
    assert says in cause
    assert "requestedDateTime" in cause
    assert len(cause) < 300
    if isinstance(sent, str):
        assert repr(sent)[:60] in cause


def test_an_order_is_never_begun_before_its_moment(town: Town) -> None:
    now = town.operator.value("SELECT clock_timestamp()")
    orders = [
        activate(town.alfa, town.access(), (now + timedelta(milliseconds=wait)).isoformat())
        for wait in (150, 300, 450, 450, 300)
    ]
    for order in orders:
        town.alfa.settled(order)
    rows = town.operator.rows(
        "SELECT o.requested_at, min(s.started_at) AS began, min(e.at) AS changed FROM orders o "
        "JOIN order_steps s USING (order_id) JOIN simulated_effects e USING (access_id) "
        "WHERE o.order_id = ANY ($1) GROUP BY o.order_id",
        [order["orderId"] for order in orders],
    )
    assert len(rows) == len(orders)
    assert not [row for row in rows if min(row["began"], row["changed"]) < row["requested_at"]]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("when", [None, "2019-03-28T00:00:00Z"], ids=["no moment", "one that has passed"])
def test_a_new_moment_takes_effect_at_once(town: Town, method: str, when: str | None) -> None:
    access = town.access()
    order = activate(town.alfa, access, LATER)
    body = {"requestedDateTime": when} | ({"service": BB} if method == "PUT" else {})
    assert town.alfa.http.request(method, path(order), json=body).status_code == 204
    finished = town.alfa.settled(order)
    assert (finished["state"], finished.get("requestedDateTime")) == ("DONE_SUCCESS", when)


def held_back(town: Town) -> tuple[dict[str, Any], datetime]:
    """Place an order for soon, move it to another day in time, and return it and its first moment."""
    wait = 0.4
    while True:
        soon = town.operator.value("SELECT clock_timestamp()") + timedelta(seconds=wait)
        order = activate(town.alfa, town.access(), soon.isoformat())
        if town.alfa.http.patch(path(order), json={"requestedDateTime": LATER}).status_code == 204:
            return order, soon
        # The machine was too slow, and the order was begun.
        wait *= 4


def test_a_later_moment_holds_an_order_back(town: Town) -> None:
    order, soon = held_back(town)
    # The first moment comes now, and an order that is placed then is done, but this one waits.
    town.operator.until("SELECT clock_timestamp() > $1", soon)
    town.alfa.active(town.access())
    assert town.alfa.get(path(order))["state"] == "RECEIVED"


def test_a_dated_end_is_told_to_both_sps_and_the_other_may_order_from_then_on(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    assert "disconnectionDate" not in town.alfa.subscriptions(access)[0]
    assert town.beta.offered(access)["availableDateTime"] == ""
    assert town.beta.offered(access, "IPTV-BASE")["availableDateTime"] == "1990-01-01T00:00:01Z"

    end = town.alfa.order("DEACTIVATE", subscriptionId=subscription, requestedDateTime=LATER)
    assert town.alfa.subscriptions(access)[0]["disconnectionDate"] == LATER
    assert town.beta.offered(access)["availableDateTime"] == LATER
    assert town.alfa.offered(access)["availableDateTime"] == "1990-01-01T00:00:01Z"

    for when in (None, "2198-12-31T23:59:59.999Z"):
        answer = town.beta.post("ACTIVATE", accessId=access, service=BB, requestedDateTime=when)
        assert (answer.status_code, answer.json()["code"]) == (409, "claimed")
    activate(town.beta, access, LATER)
    # What beta wants is nobody else's any more.
    assert town.alfa.offered(access)["availableDateTime"] == ""

    town.alfa.http.patch(path(end), json={"requestedDateTime": "2150-01-01T00:00:00Z"})
    assert town.alfa.subscriptions(access)[0]["disconnectionDate"] == "2150-01-01T00:00:00Z"
    assert town.alfa.http.delete(path(end)).status_code == 204
    assert "disconnectionDate" not in town.alfa.subscriptions(access)[0]


def test_a_dated_end_is_a_date_in_the_standards_dialect(town: Town) -> None:
    access = town.access()
    subscription = town.beta.active(access)
    today = town.operator.value(
        "SELECT to_char(connected_at, 'YYYY-MM-DD') FROM subscriptions WHERE access_id = $1", access
    )
    town.beta.order("DEACTIVATE", subscriptionId=subscription, requestedDateTime="2199-01-01T01:00:00+02:00")
    (now,) = town.beta.subscriptions(access)
    assert (now["connectionDate"], now["disconnectionDate"]) == (today, "2198-12-31")


def test_one_sp_follows_the_other_on_the_day(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    when = (town.operator.value("SELECT clock_timestamp()") + timedelta(seconds=0.5)).isoformat()
    ends = town.alfa.order("DEACTIVATE", subscriptionId=subscription, requestedDateTime=when)
    begins = activate(town.beta, access, when)
    assert town.beta.settled(begins)["state"] == "DONE_SUCCESS"
    assert town.alfa.settled(ends)["state"] == "DONE_SUCCESS"
    assert (town.alfa.subscriptions(access), len(town.beta.subscriptions(access))) == ([], 1)
    assert len(town.operator.port(access)) == 1


def test_an_end_that_is_taken_back_leaves_the_other_with_a_failure_and_the_first_with_service(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    ends = town.alfa.order("DEACTIVATE", subscriptionId=subscription, requestedDateTime=LATER)
    begins = activate(town.beta, access, LATER)
    assert town.alfa.http.delete(path(ends)).status_code == 204
    before = town.operator.port(access)
    town.operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", begins["orderId"])
    finished = town.beta.settled(begins)
    assert (finished["state"], finished["code"]) == ("DONE_FAILED", "claimed")
    assert finished["message"].startswith("ServiceType is already claimed by other Service Provider.")
    assert town.operator.port(access) == before
    assert len(town.alfa.subscriptions(access)) == 1


def test_dates_are_in_the_order_of_things(town: Town) -> None:
    before = town.operator.value("SELECT clock_timestamp()")
    access = town.access()
    town.alfa.active(access)
    connected = moment(town.alfa.subscriptions(access)[0]["connectionDate"])
    # Milliseconds are cut off, not rounded.
    assert before - timedelta(milliseconds=1) <= connected <= datetime.now(UTC)
