"""The CO's side of tickets: look at them, answer them, note something, close them, and open some itself."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from onapi import errors, ids
from onapi.actions import invoice_entries, tickets
from onapi.actions.invoice_entries import TicketFee
from onapi.actions.ticket_witness import Witness
from onapi.actions.tickets import Answer
from onapi.domain import tickets as domain
from onapi.domain.tickets import Comment, Opening
from onapi.storage import providers
from onapi.storage import ticket_admin as storage
from onapi.storage.pool import Database
from onapi.storage.ticket_admin import Line, Reading, Row
from onapi.vocabulary import Party, ProblemType, TicketStatus

Kind = TypeVar("Kind", bound="Listed")

_WORKS = {Party.CO: TicketStatus.IN_PROGRESS_CO, Party.SP: TicketStatus.IN_PROGRESS_SP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket in a list, and how long it was whose turn."""

    ticket_id: str
    sp: str
    access_id: str
    problem_type: ProblemType
    heading: str
    status: TicketStatus
    responsible: Party
    created_at: datetime
    updated_at: datetime
    with_sp: timedelta
    with_co: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Detailed(Listed):
    """Everything about a ticket but what was said.

    `ip`, `mac` and `link` are what its SP knew; `network` is what the network said when it was opened, None if it was
    not asked.
    """

    subscription_id: str | None
    description: str
    opened_by: Party
    created_by: str
    sp_reference: str | None
    sp_ticket_reference: str | None
    ip: str | None
    mac: str | None
    link: bool | None
    network: Reading | None


async def listed(
    database: Database,
    *,
    status: TicketStatus | None,
    provider: str | None,
    access_id: str | None,
    turn: Party | None,
    most: int,
) -> list[Listed]:
    """Return tickets, newest first; see `storage.ticket_admin.listed`."""
    async with database.connection() as tx:
        rows = await storage.listed(tx, status=status, provider=provider, access_id=access_id, turn=turn, most=most)
    return [_timed(row, Listed) for row in rows]


async def one(database: Database, *, ticket_id: ids.TicketId) -> tuple[Detailed, list[Line]]:
    """Return a ticket and what was said on it, or raise NotFound."""
    async with database.transaction() as tx:
        found = await storage.one(tx, ticket_id=ticket_id)
    if found is None:
        raise _unknown(ticket_id)
    ticket, lines = found
    return _timed(ticket, Detailed, network=ticket.reading()), lines


async def answer(
    database: Database, *, ticket_id: ids.TicketId, comment: Comment, internal: bool, turn: Party | None
) -> None:
    """Say something on a ticket, and say whose turn it is.

    Args:
        database: opened for the operator.
        ticket_id: which.
        comment: what.
        internal: whether the SP never sees it.
        turn: whose it is then, and who works on it. None: the SP's after a comment, unless the ticket is closed; as
            it is after a note.

    Raises:
        NotFound: there is no such ticket.
        Invalid: the comment or its author is empty, or too long.
        Conflict: it is closed, and would be somebody's turn.
    """
    comment = _checked(comment)
    async with database.transaction() as tx:
        held = await storage.hold(tx, ticket_id=ticket_id)
        if held is None:
            raise _unknown(ticket_id)
        if turn is None and not internal and held.status is not TicketStatus.CLOSED:
            turn = Party.SP
        if internal:
            await storage.note(tx, ticket_id=ticket_id, comment=comment)
        status = None if turn is None else _WORKS[turn]
        told = Answer(comment=None if internal else comment, status=status, responsible=turn)
        await tickets.answered(tx, ticket_id, held, Party.CO, told)


async def close(
    database: Database,
    *,
    ticket_id: ids.TicketId,
    responsible: Party,
    comment: Comment,
    fee: TicketFee | None = None,
) -> None:
    """Close a ticket, and say whose trouble it was; done again, it only adds the comment.

    Args:
        database: opened for the operator.
        ticket_id: which.
        responsible: whose trouble it was.
        comment: what to say at last.
        fee: what the SP is charged for it.

    Raises:
        NotFound: there is no such ticket.
        Invalid: the comment or its author is empty, or too long; or the fee cannot be charged.
        Conflict: it was closed with another responsible, or has its fee already.
    """
    if fee is not None and responsible is not Party.SP:
        raise errors.Invalid("A fee is for trouble of which the SP is responsible.")
    told = Answer(comment=_checked(comment), status=TicketStatus.CLOSED, responsible=responsible)
    async with database.transaction() as tx:
        held = await storage.hold(tx, ticket_id=ticket_id)
        if held is None:
            raise _unknown(ticket_id)
        await tickets.answered(tx, ticket_id, held, Party.CO, told)
        if fee is not None:
            await invoice_entries.charge_ticket(tx, fee, ticket_id=ticket_id)


async def open_(database: Database, witness: Witness, *, sp: ids.Sp, opening: Opening) -> ids.TicketId:
    """Open a ticket towards an SP, whose turn it is then, and return its name; the witness begins to look.

    Raises:
        NotFound: there is no such SP, or it has no such subscription.
        Invalid: the SP neither sees the access nor delivers there, or a text is empty or too long.
    """
    for name in ("created_by", "heading", "description"):
        most = domain.LONG if name == "description" else domain.SHORT
        domain.check_text(name.replace("_", " "), getattr(opening, name), most)
    async with database.transaction() as tx:
        if await providers.by_sp(tx, sp=sp) is None:
            raise errors.NotFound(f"There is no provider {sp}.")
        new = await tickets.opened(tx, sp, Party.CO, opening)
    witness.look(new.ticket_id, new.access_id)
    return new.ticket_id


def _timed(row: Row, kind: type[Kind], **more: Any) -> Kind:
    clock = row.clock()
    known: dict[str, Any] = more | {"with_sp": clock.with_sp, "with_co": clock.with_co}
    return kind(**known, **{f.name: getattr(row, f.name) for f in fields(kind) if f.name not in known})


def _checked(comment: Comment) -> Comment:
    domain.check_text("author", comment.author, domain.SHORT)
    domain.check_text("message", comment.message, domain.LONG)
    return comment


def _unknown(ticket_id: ids.TicketId) -> errors.NotFound:
    return errors.NotFound(f"There is no ticket {ticket_id}.")
