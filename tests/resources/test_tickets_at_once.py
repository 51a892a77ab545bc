"""Tickets that several write at once, or write twice: nothing is lost, and nothing comes double."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from onapi import ids
from onapi.storage import tickets as storage
from onapi.storage.pool import Database
from tests.resources.test_tickets import body, comment, opened, patched
from tests.town import Town

BB = "BB-100-100"


def test_comments_that_come_at_once_are_all_there_and_so_is_every_move(town: Town) -> None:
    ticket = opened(town.alfa, town.access())

    def send(number: int) -> int:
        status = ("IN_PROGRESS_CO", "IN_PROGRESS_SP")[number % 2]
        with town.server.client(town.alfa.headers) as client:
            fields = {"comment": comment(f"comment {number}"), "status": status}
            return client.patch(f"/tickets/{ticket}", json=fields).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(40))) == {204}
    found = town.alfa.get(f"/tickets/{ticket}")
    assert sorted(c["message"] for c in found["comments"]) == sorted(f"comment {n}" for n in range(40))
    rows = town.operator.rows(
        "SELECT number, at, status, message FROM ticket_entries WHERE ticket_id = $1 ORDER BY number", ticket
    )
    assert [row["number"] for row in rows] == list(range(1, 41))
    assert [row["message"] for row in rows] == [c["message"] for c in found["comments"]]
    assert [row["at"] for row in rows] == sorted({row["at"] for row in rows})
    # The status of each came with its comment, and the last one stands.
    for row in rows:
        assert row["status"] == ("IN_PROGRESS_CO", "IN_PROGRESS_SP")[int(row["message"].split()[1]) % 2]
    assert found["status"] == rows[-1]["status"]


def test_of_two_that_close_a_ticket_differently_one_is_told_that_it_is_closed(town: Town) -> None:
    for _ in range(5):
        ticket = opened(town.alfa, town.access())

        def close(responsible: str, ticket: str = ticket) -> int:
            with town.server.client(town.alfa.headers) as client:
                fields = {"status": "CLOSED", "responsible": responsible}
                return client.patch(f"/tickets/{ticket}", json=fields).status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(close, ("SP", "CO"))) == [204, 409]


def test_two_agents_who_read_the_same_do_not_overwrite_each_other(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    etag = town.alfa.http.get(f"/tickets/{ticket}").headers["ETag"]
    answers = [
        town.alfa.http.patch(
            f"/tickets/{ticket}", json={"status": status, "comment": comment(status)}, headers={"If-Match": etag}
        )
        for status in ("IN_PROGRESS_CO", "IN_PROGRESS_SP")
    ]
    assert [answer.status_code for answer in answers] == [204, 412]
    assert answers[1].json()["code"] == "stale"
    found = town.alfa.http.get(f"/tickets/{ticket}")
    assert found.json()["status"] == "IN_PROGRESS_CO"
    assert len(found.json()["comments"]) == 1
    # The first was told the new version, and can go on.
    assert answers[0].headers["ETag"] == found.headers["ETag"] != etag
    again = town.alfa.http.patch(
        f"/tickets/{ticket}", json={"comment": comment("x")}, headers={"If-Match": answers[0].headers["ETag"]}
    )
    assert again.status_code == 204


def test_of_many_who_read_the_same_and_write_at_once_one_is_first(town: Town) -> None:
    names = [opened(town.alfa, town.access()) for _ in range(10)]
    together = threading.Barrier(8)

    def send(agent: int) -> list[int]:
        statuses = []
        with town.server.client(town.alfa.headers) as client:
            for ticket in names:
                client.get(f"/tickets/{ticket}")
                together.wait(30)
                fields = {"comment": comment(str(agent))}
                answer = client.patch(f"/tickets/{ticket}", json=fields, headers={"If-Match": '"0"'})
                statuses.append(answer.status_code)
        return statuses

    with ThreadPoolExecutor(8) as pool:
        for statuses in zip(*pool.map(send, range(8)), strict=True):
            assert sorted(statuses) == [204] + [412] * 7
    for ticket in names:
        assert len(town.alfa.get(f"/tickets/{ticket}")["comments"]) == 1


def test_a_change_whose_answer_was_lost_is_not_done_twice_with_if_match(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    headers = {"If-Match": town.alfa.http.get(f"/tickets/{ticket}").headers["ETag"]}
    sent = [
        town.alfa.http.patch(f"/tickets/{ticket}", json={"comment": comment("x")}, headers=headers).status_code
        for _ in range(2)
    ]
    assert sent == [204, 412]
    assert len(town.alfa.get(f"/tickets/{ticket}")["comments"]) == 1


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 204),
        ('"0"', 204),
        ('"7", "0"', 204),
        ('"7" ,\t"0"', 204),
        ('"1"', 412),
        ('W/"0"', 412),
        ('"00"', 412),
        ('"another-server\'s,"', 412),
        ('""', 412),
        ('"99999999999999999999"', 412),
        ("0", 400),
        ("", 400),
        ('"0', 400),
        ('"0",', 400),
        ('"0" "1"', 400),
        ('*, "0"', 400),
        ('w/"0"', 400),
    ],
)
def test_if_match_is_read_as_http_has_it(town: Town, header: str, status: int) -> None:
    ticket = opened(town.alfa, town.access())
    answer = town.alfa.http.patch(f"/tickets/{ticket}", json={"comment": comment("x")}, headers={"If-Match": header})
    assert answer.status_code == status, answer.text
    assert len(town.alfa.get(f"/tickets/{ticket}")["comments"]) == (status == 204)


def test_if_match_on_another_sps_ticket_says_that_it_is_not_there(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    answer = town.beta.http.patch(f"/tickets/{ticket}", json={"responsible": "SP"}, headers={"If-Match": '"5"'})
    assert answer.status_code == 404


def test_the_same_key_finds_the_first_ticket(town: Town) -> None:
    fields = body(town.access(), spReference="r")
    first, again = (
        town.alfa.http.post("/tickets/", json=fields, headers={"Idempotency-Key": "ticket"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    patched(town.alfa, first.json()["coTicketReference"], status="CLOSED", responsible="SP")
    assert town.alfa.http.post("/tickets/", json=fields, headers={"Idempotency-Key": "ticket"}).json() == first.json()
    other = town.alfa.http.post(
        "/tickets/", json=fields | {"heading": "another"}, headers={"Idempotency-Key": "ticket"}
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    # Without a key it is a ticket of its own.
    assert town.alfa.http.post("/tickets/", json=fields).json() != first.json()


def test_a_key_is_one_for_orders_and_tickets_together(town: Town) -> None:
    access = town.access()
    headers = {"Idempotency-Key": "shared"}
    assert town.alfa.post("ACTIVATE", key="shared", accessId=access, service=BB).status_code == 201
    assert town.alfa.http.post("/tickets/", json=body(access), headers=headers).status_code == 422
    assert town.beta.http.post("/tickets/", json=body(access), headers=headers).status_code == 201
    assert town.beta.post("ACTIVATE", key="shared", accessId=town.access(), service=BB).status_code == 422


def test_a_refusal_is_not_kept(town: Town) -> None:
    access = town.access()
    headers = {"Idempotency-Key": "refused"}
    wrong = body("X-1", description="x")
    assert town.alfa.http.post("/tickets/", json=wrong, headers=headers).status_code == 400
    assert town.alfa.http.post("/tickets/", json=body(access), headers=headers).status_code == 201


def test_one_key_sent_many_times_at_once_opens_one_ticket(town: Town) -> None:
    access = town.access()
    raw = json.dumps(body(access, heading="only one"))
    headers = town.alfa.headers | {"Idempotency-Key": "many tickets", "Content-Type": "application/json"}

    def send(_: int) -> tuple[int, str]:
        with town.server.client(headers) as client:
            answer = client.post("/tickets/", content=raw)
        return answer.status_code, answer.json().get("coTicketReference", answer.json().get("code"))

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(24)))
    rows = town.operator.rows("SELECT ticket_id FROM tickets WHERE heading = 'only one'")
    assert answers - {(409, "under_way")} == {(201, rows[0]["ticket_id"])}
    assert len(rows) == 1


def test_what_breaks_off_in_the_middle_leaves_nothing_half(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    before = town.alfa.http.get(f"/tickets/{ticket}")

    class Broken(Exception):
        pass

    async def break_off(database: Database) -> None:
        from onapi.domain.tickets import Comment, Standing
        from onapi.vocabulary import Party, TicketStatus

        async with database.transaction() as tx:
            sp, name = ids.Sp("alfa"), ids.TicketId(ticket)
            await storage.hold(tx, sp=sp, ticket_id=name)
            await storage.enter(
                tx,
                sp=sp,
                ticket_id=name,
                party=Party.SP,
                comment=Comment("a", "b"),
                standing=Standing(TicketStatus.CLOSED, Party.SP),
            )
            raise Broken

    with pytest.raises(Broken):
        town.operator.do(break_off)
    after = town.alfa.http.get(f"/tickets/{ticket}")
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


def test_who_reads_does_not_wait_for_who_writes(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    before = town.alfa.get(f"/tickets/{ticket}")

    async def hold(database: Database) -> Any:
        async with database.transaction() as tx:
            await storage.hold(tx, sp=ids.Sp("alfa"), ticket_id=ids.TicketId(ticket))
            await tx.execute("INSERT INTO ticket_entries (ticket_id, sp, party) VALUES ($1, 'alfa', 'CO')", ticket)
            with ThreadPoolExecutor(1) as another:
                return another.submit(town.alfa.get, f"/tickets/{ticket}").result(30)

    assert town.operator.do(hold) == before
    assert town.alfa.get(f"/tickets/{ticket}") != before
