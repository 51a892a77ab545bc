"""What an operator types about tickets: the inbox, answers and notes, and tickets of its own."""

import json
from typing import Any

import httpx2
import pytest

from tests import given
from tests.cli.command import Ran, onapi
from tests.conftest import Server

_BODY = {"createdBy": "Anna", "heading": "No link", "description": "Since\nyesterday.", "problemType": "NO_LINK"}
_BY = ("--by", "Olle at the CO")


@pytest.fixture
def alfa(server: Server) -> dict[str, str]:
    """Make a provider and two accesses; return the provider's headers."""

    async def made(database: Any) -> dict[str, str]:
        headers = await given.provider(database, "alfa")
        await given.accesses_in(database, *(given.access(f"A-{number}") for number in range(2)))
        return headers

    return server.do(made)


def _done(server: Server, *arguments: str) -> Ran:
    ran = onapi("tickets", *arguments, url=server.database_url)
    assert ran.code == 0, ran.err
    return ran


def _opened(client: httpx2.Client) -> str:
    answer = client.post("/tickets/", json=_BODY | {"accessId": "A-0", "additionalInfo": {"ip": "192.0.2.1"}})
    return str(answer.json()["coTicketReference"])


def test_what_a_provider_writes_is_shown_as_it_is_and_done_by_no_terminal(
    server: Server, alfa: dict[str, str]
) -> None:
    with server.client(alfa) as client:
        words = {"heading": "00:11:CD:22 [/b] [red]\x1b[31m", "createdBy": "Anna [/i]\x1b]0;t\x07"}
        assert client.post("/tickets/", json=_BODY | {"accessId": "A-0"} | words).status_code == 201
    heading = "00:11:CD:22 [/b] [red]\ufffd[31m"
    assert heading in _done(server, "list").out
    (row,) = json.loads(_done(server, "list", "--json").out)
    _done(server, "answer", row["ticket_id"], "--message", ":x: [/b]", "--by", "Olle [/i]")
    shown = _done(server, "show", row["ticket_id"]).out
    for text in (heading, "Anna [/i]\ufffd]0;t\ufffd\n", "Olle [/i]", ":x: [/b]"):
        assert text in shown


def test_a_ticket_from_the_inbox_to_its_end(server: Server, alfa: dict[str, str]) -> None:
    with server.client(alfa) as client:
        ticket = _opened(client)
        (row,) = json.loads(_done(server, "list", "--turn", "CO", "--provider", "alfa", "--json").out)
        assert (row["ticket_id"], row["status"], row["responsible"]) == (ticket, "CREATED", "CO")
        assert row["with_sp"] == "P0D"
        _done(server, "answer", ticket, "--message", "Please restart\nthe router.", *_BY)
        read = client.get(f"/tickets/{ticket}").json()
        assert (read["status"], read["responsible"]) == ("IN_PROGRESS_SP", "SP")
        assert [(c["createdBy"], c["message"]) for c in read["comments"]] == [
            ("Olle at the CO", "Please restart\nthe router.")
        ]
        _done(server, "answer", ticket, "--internal", "--message", "They never do.", *_BY)
        _done(server, "close", ticket, "--responsible", "CO", "--message", "A bad patch cord.", *_BY)
        closed = client.get(f"/tickets/{ticket}").json()
        assert (closed["status"], closed["responsible"], len(closed["comments"])) == ("CLOSED", "CO", 2)
    text = _done(server, "show", ticket).out
    told = "description   Since\n              yesterday."
    for words in (told, "192.0.2.1", "the router.", "note", "They never do.", "0 d 00:00"):
        assert words in text
    shown = json.loads(_done(server, "show", ticket, "--json").out)
    assert [line["said_by"] for line in shown["lines"]] == ["CO", "note", "CO"]
    assert shown["ticket"]["description"] == "Since\nyesterday."
    # It has left the inbox.
    assert json.loads(_done(server, "list", "--json").out) == []
    refused = onapi(
        *("tickets", "close", ticket, "--responsible", "SP", "--message", "x", *_BY), url=server.database_url
    )
    assert (refused.code, "stays CO" in refused.err) == (1, True)


def test_the_operator_opens_a_ticket_towards_a_provider(server: Server, alfa: dict[str, str]) -> None:
    said = ("--heading", "Maintenance", "--description", "Tonight at 2.", *_BY)
    ran = _done(server, "open", "--provider", "alfa", "--access", "A-1", "--problem", "QUALITY", *said)
    with server.client(alfa) as client:
        read = client.get(f"/tickets/{ran.out.strip()}").json()
    assert (read["status"], read["responsible"], read["problemType"]) == ("CREATED", "SP", "QUALITY")
    refused = onapi("tickets", "open", "--provider", "nobody", "--access", "A-1", *said, url=server.database_url)
    assert (refused.code, refused.err) == (1, "onapi: There is no provider nobody.\n")


def test_what_is_asked_about_a_ticket_that_is_not_there_says_so(server: Server) -> None:
    ran = onapi("tickets", "show", "nothing", url=server.database_url)
    assert (ran.code, ran.err) == (1, "onapi: There is no ticket nothing.\n")
    assert onapi("tickets", "show", "a b", url=server.database_url).code == 2
