"""Tickets as an SP's program opens, follows and closes them at our server."""

from datetime import UTC, datetime, timedelta

import pytest

from onapi.client import Client, Conflict, NotFound
from tests.town import Town


@pytest.fixture
def client(town: Town) -> Client:
    return Client(town.server.url + town.server.root, "alfa", "alfa-secret")


def test_a_ticket_is_opened_talked_about_and_closed(town: Town, client: Client) -> None:
    access = town.access()
    before = datetime.now(UTC) - timedelta(minutes=1)
    with client:
        ticket = client.tickets.open(
            access,
            "No link",
            "Since yesterday.",
            created_by="Anna",
            problem_type="NO_LINK",
            sp_ticket_reference="C-1",
        )
        client.tickets.comment(ticket, "It is your turn.", created_by="Anna", status="IN_PROGRESS_CO")
        town.operator.rows(
            "INSERT INTO ticket_entries (ticket_id, sp, party, author, message, status, responsible) "
            "VALUES ($1, 'alfa', 'CO', 'Olle', 'Is it on?', 'IN_PROGRESS_SP', 'SP')",
            ticket,
        )
        shown = client.tickets.show(ticket)
        assert (shown.access_id, shown.problem_type, shown.heading) == (access, "NO_LINK", "No link")
        assert (shown.status, shown.responsible) == ("IN_PROGRESS_SP", "SP")
        assert [(c.created_by, c.message) for c in shown.comments] == [
            ("Anna", "It is your turn."),
            ("Olle", "Is it on?"),
        ]
        (row,) = client.tickets.list(status="IN_PROGRESS_SP", created=before)
        assert (row.co_ticket_reference, row.sp_ticket_reference) == (ticket, "C-1")
        client.tickets.close(ticket, "SP", "It was off.", created_by="Anna")
        assert client.tickets.show(ticket).status == "CLOSED"
        with pytest.raises(Conflict):
            client.tickets.comment(ticket, "It is back.", created_by="Anna", status="IN_PROGRESS_CO")
        with pytest.raises(NotFound):
            client.tickets.show("nothing")
