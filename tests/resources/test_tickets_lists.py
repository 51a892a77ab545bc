"""Lists of tickets: short rows, filters, deltas and pages, and all of them together."""

from typing import Any

import pytest

from tests.resources.test_tickets import body, comment, opened, patched
from tests.town import GMT, Provider, Town


def listed(sp: Provider, query: str = "") -> list[str]:
    """Return the references in a list."""
    return [row["coTicketReference"] for row in sp.get(f"/tickets/{query}")]


def test_a_row_has_whose_turn_it_is_and_no_more(town: Town) -> None:
    ticket = opened(town.alfa, town.access(), spTicketReference="CASE#1")
    without = opened(town.alfa, town.access())
    rows = {row["coTicketReference"]: row for row in town.alfa.get("/tickets/")}
    row = {"coTicketReference": ticket, "spTicketReference": "CASE#1", "status": "CREATED", "responsible": "CO"}
    assert rows[ticket] == row
    assert rows[without] == {"coTicketReference": without, "status": "CREATED", "responsible": "CO"}
    # Oldest first.
    assert list(rows)[-2:] == [ticket, without]


@pytest.fixture
def four(town: Town) -> dict[str, str]:
    """Open a ticket of each status, and return them."""
    tickets = {}
    for status in ("CREATED", "IN_PROGRESS_CO", "IN_PROGRESS_SP", "CLOSED"):
        tickets[status] = opened(town.alfa, town.access())
        patched(town.alfa, tickets[status], status=status, responsible="CO")
    return tickets


def test_tickets_are_found_by_status(town: Town, four: dict[str, str]) -> None:
    for status, ticket in four.items():
        found = listed(town.alfa, f"?status={status}")
        assert found[-1] == ticket
        assert not {*found} & ({*four.values()} - {ticket})
    assert {*four.values()} <= {*listed(town.alfa)}


@pytest.mark.parametrize("path", ["/tickets?status=NEW", "/tickets?status=", "/tickets/?status=created"])
def test_a_status_that_is_none_is_refused_by_name(town: Town, path: str) -> None:
    answer = town.alfa.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    for word in ("status", "CREATED", "IN_PROGRESS_CO", "IN_PROGRESS_SP", "CLOSED"):
        assert word in answer.json()["cause"]


def test_created_means_strictly_after(town: Town) -> None:
    first = opened(town.alfa, town.access())
    shown = town.alfa.get(f"/tickets/{first}")["createdAt"]
    second = opened(town.alfa, town.access())
    # As it was told, it is not after itself, though the database knows microseconds.
    assert listed(town.alfa, f"?created={shown}") in ([second], [])
    before = town.operator.value(
        "SELECT moment_text(created_at - interval '1 millisecond') FROM tickets WHERE ticket_id = $1", first
    )
    assert listed(town.alfa, f"?created={before}")[-2:] == [first, second]
    assert listed(town.alfa, "?created=3000-01-01") == []
    # A day is its beginning, in UTC.
    assert listed(town.alfa, f"?created={shown[:10]}")[-2:] == [first, second]
    assert {first, second} <= {*listed(town.alfa, "?created=2026-01-01T00:00:00%2B01:00")}
    patched(town.alfa, first, comment=comment("x"))
    assert first not in listed(town.alfa, f"?created={shown}")


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-13-01", "2026-12-01T00:00:00", "2026-12-01T00:00:00%0A"])
def test_a_moment_that_is_none_is_refused_by_name(town: Town, wrong: str) -> None:
    answer = town.alfa.http.get(f"/tickets/?created={wrong}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "created" in answer.json()["cause"]


def test_filters_are_joined_by_and_with_each_other(town: Town, four: dict[str, str]) -> None:
    shown = town.alfa.get(f"/tickets/{four['CREATED']}")["createdAt"]
    after = f"&created={shown}"
    assert listed(town.alfa, f"?status=CLOSED{after}") == [four["CLOSED"]]
    assert listed(town.alfa, f"?status=CREATED{after}") == []
    assert listed(town.alfa, "?status=CLOSED&created=3000-01-01") == []


def test_a_delta_has_what_changed_and_nothing_else(town: Town) -> None:
    old, moved, told = (opened(town.alfa, town.access()) for _ in range(3))
    since = town.ended()
    patched(town.alfa, moved, status="IN_PROGRESS_CO")
    patched(town.alfa, told, comment=comment("x"))
    new = opened(town.alfa, town.access())
    until = town.ended()
    rows = {row["coTicketReference"]: row["status"] for row in town.alfa.delta("/tickets/", since, until)}
    assert rows == {moved: "IN_PROGRESS_CO", told: "CREATED", new: "CREATED"}
    assert old not in rows
    assert town.beta.delta("/tickets/", since, until) == []
    assert town.alfa.delta("/tickets/", until, until) == []


def test_a_delta_can_be_filtered(town: Town, four: dict[str, str]) -> None:
    since = town.ended()
    for ticket in four.values():
        patched(town.alfa, ticket, comment=comment("x"))
    until = town.ended()
    found = town.alfa.delta("/tickets/?status=IN_PROGRESS_SP", since, until)
    assert [row["coTicketReference"] for row in found] == [four["IN_PROGRESS_SP"]]
    created = town.alfa.get(f"/tickets/{four['IN_PROGRESS_CO']}")["createdAt"]
    found = town.alfa.delta(f"/tickets/?created={created}&status=CLOSED", since, until)
    assert [row["coTicketReference"] for row in found] == [four["CLOSED"]]
    assert town.alfa.delta(f"/tickets/?created={created}&status=CREATED", since, until) == []


def test_a_poll_with_nothing_new_is_304_and_goes_on_from_its_date(town: Town) -> None:
    opened(town.alfa, town.access())
    town.ended()
    town.ended()
    first = town.alfa.http.get("/tickets/")
    assert first.status_code == 200
    # The boundary second may come again.
    again = town.alfa.http.get("/tickets", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    poll = town.alfa.http.get("/tickets", headers={"If-Modified-Since": again.headers["Last-Modified"]})
    assert (poll.status_code, poll.content) == (304, b"")
    assert "Last-Modified" in poll.headers
    head = town.alfa.http.head("/tickets/", headers={"If-Modified-Since": poll.headers["Last-Modified"]})
    assert head.status_code in (200, 304)


def test_an_sp_without_tickets_has_an_empty_list_in_either_dialect(town: Town) -> None:
    ticket = opened(town.beta, town.access())
    for sp in (town.alfa, town.beta):
        answer = sp.http.get("/tickets/?created=3000-01-01")
        assert (answer.status_code, answer.json()) == (200, [])
        assert "Last-Modified" in answer.headers
    assert ticket in listed(town.beta)


def _paged(sp: Provider, path: str) -> tuple[list[str], list[str]]:
    found, links = [], []
    while path:
        answer = sp.http.get(path)
        assert answer.status_code == 200, answer.text
        found += [row["coTicketReference"] for row in answer.json()]
        path = answer.links.get("next", {}).get("url", "").removeprefix("/onapi/2.6")
        links.append(path)
    return found, links[:-1]


def test_pages_keep_their_filters(town: Town, four: dict[str, str]) -> None:
    for _ in range(4):
        ticket = opened(town.alfa, town.access())
        patched(town.alfa, ticket, status="CLOSED", responsible="SP")
    whole = listed(town.alfa, "?status=CLOSED")
    found, links = _paged(town.alfa, "/tickets/?status=CLOSED&limit=2")
    assert found == whole
    assert len(links) >= 2
    assert all("status=CLOSED" in link for link in links)
    # A page of one list is no page of another.
    cursor = links[0].partition("cursor=")[2]
    for other in (f"/tickets/?cursor={cursor}", f"/tickets/?status=CREATED&cursor={cursor}"):
        answer = town.alfa.http.get(other)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert town.alfa.http.get(f"/tickets/?status=CLOSED&cursor={cursor}").status_code == 200
    moment = town.alfa.get(f"/tickets/{four['CREATED']}")["createdAt"].replace("Z", "%2B00:00")
    found, links = _paged(town.alfa, f"/tickets/?created={moment}&limit=1")
    assert found == listed(town.alfa, f"?created={moment}")
    assert len(found) == 7


def test_pages_of_a_delta_have_what_changed(town: Town) -> None:
    since = town.ended()
    changed = [opened(town.alfa, town.access()) for _ in range(3)]
    # Once the server has heard of them.
    assert len(town.alfa.delta("/tickets/", since, town.ended())) == 3
    answer = town.alfa.http.get("/tickets/?limit=2", headers={"If-Modified-Since": since.strftime(GMT)})
    rest = town.alfa.http.get(answer.links["next"]["url"].removeprefix("/onapi/2.6"))
    assert [row["coTicketReference"] for row in answer.json() + rest.json()] == changed


def test_the_list_is_ndjson_for_those_who_ask(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    answer = town.alfa.http.get("/tickets/", headers={"Accept": "application/x-ndjson"})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    last = answer.text.strip().splitlines()[-1]
    assert ticket in last
    assert last.startswith("{")


def test_a_body_with_everything_is_what_the_list_and_the_filters_see(town: Town) -> None:
    fields: dict[str, Any] = body(town.access(), spTicketReference="å🏠\n\x01")
    answer = town.alfa.http.post("/tickets/", json=fields)
    assert answer.status_code == 201
    row = town.alfa.get("/tickets/")[-1]
    assert row["spTicketReference"] == "å🏠\n\x01"
