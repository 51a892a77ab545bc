"""What the database itself keeps of tickets, whoever writes: they begin rightly, move by entries, and stay."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from onapi import ids
from onapi.storage.pool import Database
from tests.operators import Operator

_INSERT = (
    "INSERT INTO tickets (ticket_id, sp, access_id, subscription_id, opened_by, created_by, heading, description, "
    "problem_type) VALUES ($1, $2, $3, $4, $5, 'a', 'b', 'c', 'OTHER')"
)
_ENTER = "INSERT INTO ticket_entries (ticket_id, sp, party, author, message, status, responsible) VALUES "


@pytest.fixture
def ticket(operator: Operator, accesses: Iterator[str]) -> str:
    """Have a ticket of alfa's."""
    name = ids.new()
    operator.rows(_INSERT, name, "alfa", next(accesses), None, "SP")
    return name


def row(operator: Operator, ticket: str) -> dict[str, Any]:
    """Return a ticket as it is stored."""
    return dict(operator.rows("SELECT * FROM tickets WHERE ticket_id = $1", ticket)[0].items())


def enter(operator: Operator, ticket: str, **values: str | None) -> dict[str, Any]:
    """Add an entry, and return it as it is stored."""
    entry = {"sp": "alfa", "party": "CO", "author": None, "message": None, "status": None, "responsible": None}
    entry |= values
    rows = operator.rows(_ENTER + "($1, $2, $3, $4, $5, $6, $7) RETURNING *", ticket, *entry.values())
    return dict(rows[0].items())


@pytest.mark.parametrize(("by", "responsible"), [("SP", "CO"), ("CO", "SP")])
def test_a_ticket_begins_as_it_must_whatever_was_said(
    operator: Operator, accesses: Iterator[str], by: str, responsible: str
) -> None:
    name = ids.new()
    operator.rows(
        "INSERT INTO tickets (ticket_id, sp, access_id, opened_by, created_by, heading, description, problem_type, "
        "status, responsible, entries, created_at, updated_at) "
        "VALUES ($1, 'alfa', $2, $3, 'a', 'b', 'c', 'OTHER', 'CLOSED', $3, 7, 'epoch', 'epoch')",
        *(name, next(accesses), by),
    )
    stored = row(operator, name)
    assert (stored["status"], stored["responsible"], stored["entries"]) == ("CREATED", responsible, 0)
    assert stored["created_at"].microsecond % 1000 == 0
    assert timedelta() <= stored["updated_at"] - stored["created_at"] < timedelta(milliseconds=1)


def test_an_entry_moves_its_ticket_and_knows_how_it_stood_from_then_on(operator: Operator, ticket: str) -> None:
    first = enter(operator, ticket, author="Olle", message="x")
    assert (first["number"], first["status"], first["responsible"]) == (1, "CREATED", "CO")
    second = enter(operator, ticket, party="SP", status="IN_PROGRESS_SP", responsible="SP")
    assert (second["number"], second["status"], second["responsible"]) == (2, "IN_PROGRESS_SP", "SP")
    third = enter(operator, ticket, responsible="CO")
    stored = row(operator, ticket)
    assert (stored["status"], stored["responsible"], stored["entries"]) == ("IN_PROGRESS_SP", "CO", 3)
    assert stored["updated_at"] == third["at"] > second["at"] > first["at"] > stored["created_at"]


def test_every_change_is_told_once_at_the_moment_that_deltas_go_by(operator: Operator, ticket: str) -> None:
    entries = [enter(operator, ticket, author="Olle", message="x", status="IN_PROGRESS_CO") for _ in range(2)]
    told = operator.rows("SELECT type, at, sp FROM journal WHERE object_id = $1 ORDER BY seq", ticket)
    assert [(one["type"], one["sp"]) for one in told] == [(kind, "alfa") for kind in ("CREATE", "UPDATE", "UPDATE")]
    assert [one["at"] for one in told[1:]] == [entry["at"] for entry in entries]


def test_a_clock_that_was_set_back_does_not_turn_the_history_round(operator: Operator, ticket: str) -> None:
    # As if the clock had been an hour ahead until now.
    async def put_ahead(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            await tx.execute("UPDATE tickets SET updated_at = now() + interval '1 hour' WHERE ticket_id = $1", ticket)

    operator.do(put_ahead)
    ahead = row(operator, ticket)["updated_at"]
    assert enter(operator, ticket, responsible="SP")["at"] == ahead


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tickets SET status = 'CLOSED' WHERE ticket_id = $1",
        "UPDATE tickets SET heading = 'x' WHERE ticket_id = $1",
        "UPDATE tickets SET updated_at = now() WHERE ticket_id = $1",
        "DELETE FROM tickets WHERE ticket_id = $1",
        "UPDATE ticket_entries SET message = 'x' WHERE ticket_id = $1",
        "DELETE FROM ticket_entries WHERE ticket_id = $1",
        "UPDATE ticket_notes SET message = 'x' WHERE ticket_id = $1",
        "DELETE FROM ticket_notes WHERE ticket_id = $1",
    ],
)
def test_what_is_written_stays_whoever_would_change_it(operator: Operator, ticket: str, statement: str) -> None:
    enter(operator, ticket, author="Olle", message="x")
    operator.rows("INSERT INTO ticket_notes (ticket_id, author, message) VALUES ($1, 'a', 'b')", ticket)
    with pytest.raises(asyncpg.RaiseError):
        operator.rows(statement, ticket)


@pytest.mark.parametrize("values", [{"status": "IN_PROGRESS_CO"}, {"status": "CREATED"}, {"responsible": "SP"}])
def test_a_closed_ticket_stays_closed_whoever_would_open_it(
    operator: Operator, ticket: str, values: dict[str, str]
) -> None:
    enter(operator, ticket, status="CLOSED", responsible="CO")
    with pytest.raises(asyncpg.RaiseError, match="closed and stays so"):
        enter(operator, ticket, **values)
    assert enter(operator, ticket, author="Olle", message="x")["status"] == "CLOSED"


def test_a_ticket_does_not_go_back_to_its_beginning(operator: Operator, ticket: str) -> None:
    enter(operator, ticket, status="IN_PROGRESS_CO")
    with pytest.raises(asyncpg.RaiseError, match="back to CREATED"):
        enter(operator, ticket, status="CREATED")


@pytest.mark.parametrize(
    "values",
    [{"status": "OPEN"}, {"responsible": "ME"}, {"party": "ME"}, {"message": "x"}, {"author": "a", "message": ""}],
)
def test_an_entry_that_says_nonsense_is_refused(operator: Operator, ticket: str, values: dict[str, str]) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        enter(operator, ticket, **values)
    assert row(operator, ticket)["entries"] == 0


def test_an_entry_to_a_ticket_that_is_not_there_or_another_sps_is_refused(operator: Operator, ticket: str) -> None:
    for name, sp in (("nothing", "alfa"), (ticket, "beta")):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            enter(operator, name, sp=sp)


@pytest.mark.parametrize(
    ("sp", "access", "subscription"),
    [("nobody", "T-1", None), ("alfa", "X-1", None), ("alfa", "T-1", "nothing")],
)
def test_a_ticket_about_what_is_not_there_is_refused(
    operator: Operator, sp: str, access: str, subscription: str | None
) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        operator.rows(_INSERT, ids.new(), sp, access, subscription, "SP")
