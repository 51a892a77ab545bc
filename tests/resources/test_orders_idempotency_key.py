"""Idempotency-Key: one request's for a week, whatever else happens (an extension)."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from onapi.storage import idempotency, journal
from onapi.storage.pool import Database
from tests.town import Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


def test_the_same_key_and_request_have_the_same_answer_for_good(town: Town) -> None:
    access = town.access()
    wish = {"accessId": access, "service": BB, "spReference": "r"}
    first = town.alfa.post("ACTIVATE", key="a key", **wish)
    assert first.status_code == 201
    town.alfa.settled(first.json())
    town.alfa.done("DEACTIVATE", accessId=access, service=BB)
    # Without the key this would be another order now.
    again = town.alfa.post("ACTIVATE", key="a key", **wish)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(town.alfa.get(f"/orders/?accessId={access}")) == 2


def test_an_answer_without_an_order_is_kept_too(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    first = town.alfa.post("RESUME", key="resume", subscriptionId=subscription)
    assert (first.status_code, first.json()["state"]) == (200, "DONE_SUCCESS")
    town.alfa.done("SUSPEND", subscriptionId=subscription)
    again = town.alfa.post("RESUME", key="resume", subscriptionId=subscription)
    assert (again.status_code, again.content) == (200, first.content)
    assert "Location" not in again.headers
    assert town.alfa.subscriptions(access)[0]["operationalState"] == "SUSPENDED"


def test_an_answer_with_a_standing_order_is_kept_too(town: Town) -> None:
    wish = {"accessId": town.access(), "service": BB, "requestedDateTime": LATER}
    order = town.alfa.order("ACTIVATE", **wish)
    for _ in range(2):
        answer = town.alfa.post("ACTIVATE", key="standing", **wish)
        assert (answer.status_code, answer.json()) == (200, order)


def test_a_key_is_one_requests_and_another_is_refused(town: Town) -> None:
    wish = {"accessId": town.access(), "service": BB, "requestedDateTime": LATER}
    assert town.alfa.post("ACTIVATE", key="mine", **wish).status_code == 201
    for differently in ({"service": "BB-10-10"}, {"spReference": "r"}, {"accessId": town.access()}):
        answer = town.alfa.post("ACTIVATE", key="mine", **wish | differently)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    # The same request in another spelling is the same request.
    answer = town.alfa.post("ACTIVATE", key="mine", **wish | {"requestedDateTime": "2199-01-01T01:00:00+01:00"})
    assert answer.status_code == 201


def test_a_refusal_is_not_kept(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    wish = {"accessId": access, "service": BB}
    for _ in range(2):
        assert town.beta.post("ACTIVATE", key="again", **wish).status_code == 409
    assert town.beta.post("ACTIVATE", key="again", accessId=access, service="INTERNET").status_code == 400
    town.alfa.done("DEACTIVATE", subscriptionId=subscription)
    answer = town.beta.post("ACTIVATE", key="again", **wish)
    assert answer.status_code == 201
    assert town.beta.settled(answer.json())["state"] == "DONE_SUCCESS"


def test_a_key_is_one_sps(town: Town) -> None:
    for sp in (town.alfa, town.beta):
        assert sp.post("ACTIVATE", key="everybody's", accessId=town.access(), service=BB).status_code == 201


def test_a_request_whose_key_is_in_use_at_this_moment_is_told_so(town: Town) -> None:
    wish = {"accessId": town.access(), "service": BB}

    async def hold(database: Database) -> tuple[int, str]:
        async with database.transaction() as tx:
            assert await idempotency.lock_key(tx, sp=town_sp, key="held")
            with ThreadPoolExecutor(1) as another:
                answer = another.submit(town.alfa.post, "ACTIVATE", key="held", **wish).result(30)
        return answer.status_code, answer.json()["code"]

    from onapi import ids

    town_sp = ids.Sp("alfa")
    assert town.operator.do(hold) == (409, "under_way")
    assert town.alfa.post("ACTIVATE", key="held", **wish).status_code == 201


def test_one_key_sent_many_times_at_once_makes_one_order(town: Town) -> None:
    access = town.access()
    body = json.dumps({"operation": "ACTIVATE", "accessId": access, "service": BB, "requestedDateTime": LATER})
    headers = town.alfa.headers | {"Idempotency-Key": "many", "Content-Type": "application/json"}

    def send(_: int) -> tuple[int, str]:
        with town.server.client(headers) as client:
            answer = client.post("/orders/", content=body)
        return answer.status_code, answer.json().get("orderId", answer.json().get("code"))

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(24)))
    (order,) = town.alfa.get(f"/orders/?accessId={access}")
    assert answers - {(409, "under_way")} == {(201, order["orderId"])}


@pytest.mark.parametrize("key", ["", "x" * 256, "nul\x00", "tab\t.", "å", "\x7f"], ids=ascii)
def test_a_key_that_is_none_is_refused(town: Town, key: str) -> None:
    from tests.web import raw_http

    body = json.dumps({"operation": "ACTIVATE", "accessId": town.access(), "service": BB}).encode()
    head = (
        f"POST {raw_http.ROOT}/orders/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: {town.alfa.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n"
        f"Idempotency-Key: {key}\r\n\r\n"
    )
    with raw_http.connected(town.server) as connection:
        raw_http.send(connection, head.encode("latin-1") + body)
        raw_http.received(connection).refusal(400)


@pytest.mark.parametrize("key", ["x" * 255, "a b", "'\"\\;--$1", "k"])
def test_any_printable_key_will_do(town: Town, key: str) -> None:
    wish = {"accessId": town.access(), "service": BB}
    answers = [town.alfa.post("ACTIVATE", key=key, **wish) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


def test_keys_are_forgotten_after_a_week(town: Town) -> None:
    wish = {"accessId": town.access(), "service": BB, "requestedDateTime": LATER}
    for key in ("old", "young"):
        town.alfa.post("ACTIVATE", key=key, **wish)
    town.operator.rows("UPDATE idempotency_keys SET created_at = now() - interval '169 hours' WHERE key = 'old'")
    town.operator.rows("UPDATE idempotency_keys SET created_at = now() - interval '167 hours' WHERE key = 'young'")

    async def forget(database: Database) -> None:
        async with database.connection() as tx:
            await journal.forget_keys(tx)

    town.operator.do(forget)
    kept = {row["key"] for row in town.operator.rows("SELECT key FROM idempotency_keys")}
    assert kept & {"old", "young"} == {"young"}
    assert town.alfa.post("ACTIVATE", key="old", **wish | {"service": "BB-10-10"}).status_code == 409
    assert town.alfa.post("ACTIVATE", key="young", **wish | {"service": "BB-10-10"}).status_code == 422
