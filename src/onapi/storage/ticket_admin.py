"""Tickets as the CO looks at them: everybody's, with their history, and with notes of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from onapi import ids
from onapi.domain import tickets as domain
from onapi.domain.tickets import Clock, Comment, Move, Standing
from onapi.storage import queries
from onapi.storage.tickets import Held
from onapi.storage.tx import Tx
from onapi.vocabulary import Party, ProblemType, TicketStatus

_SQL = queries.beside(__file__)
_link = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network said of a ticket's access, or why nothing is known; one of the two is None.

    `link` has what is known of the port, by the names of `drivers.readings.Link` and `Transceiver`.
    """

    read_at: datetime
    link: Mapping[str, object] | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ticket in a list, with its history: how it stood from each moment on; `now` is the database's."""

    ticket_id: str
    sp: str
    access_id: str
    problem_type: ProblemType
    heading: str
    opened_by: Party
    status: TicketStatus
    responsible: Party
    created_at: datetime
    updated_at: datetime
    at: Sequence[datetime]
    statuses: Sequence[TicketStatus]
    responsibles: Sequence[Party]
    now: datetime

    def clock(self) -> Clock:
        """Return how long it was whose turn, until now."""
        moves = map(Standing, self.statuses, self.responsibles)
        history = [Move(self.created_at, domain.opened(self.opened_by)), *map(Move, self.at, moves)]
        return domain.clock(history, max(self.now, history[-1].at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Row):
    """Everything about a ticket but what was said."""

    subscription_id: str | None
    description: str
    created_by: str
    sp_reference: str | None
    sp_ticket_reference: str | None
    ip: str | None
    mac: str | None
    link: bool | None
    read_at: datetime | None
    seen: str | None
    trouble: str | None

    def reading(self) -> Reading | None:
        """Return what the network said when it was opened; None: it was not asked, or nobody heard."""
        if self.read_at is None:
            return None
        return Reading(self.read_at, _link(self.seen) if self.seen else None, self.trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was said or done: by the SP, by the CO, or as a note, which moves nothing and which no SP sees."""

    at: datetime
    said_by: str
    author: str | None
    status: TicketStatus | None
    responsible: Party | None
    message: str | None


async def listed(
    tx: Tx,
    *,
    status: TicketStatus | None,
    provider: str | None,
    access_id: str | None,
    turn: Party | None,
    most: int,
) -> list[Row]:
    """Return tickets, newest first, at most so many; None is any, but `status` None is those not closed."""
    return await _SQL["listed"].all(
        tx, Row, status=status, provider=provider, access_id=access_id, turn=turn, most=most
    )


async def one(tx: Tx, *, ticket_id: ids.TicketId) -> tuple[Whole, list[Line]] | None:
    """Return a ticket and what was said on it, in order, or None."""
    ticket = await _SQL["one"].one(tx, Whole, ticket_id=ticket_id)
    return None if ticket is None else (ticket, await _SQL["lines"].all(tx, Line, ticket_id=ticket_id))


async def hold(tx: Tx, *, ticket_id: ids.TicketId) -> Held | None:
    """Return a ticket, locked until the transaction ends, or None."""
    return await _SQL["hold"].one(tx, Held, ticket_id=ticket_id)


async def note(tx: Tx, *, ticket_id: ids.TicketId, comment: Comment) -> None:
    """Add a note that no SP ever sees."""
    await _SQL["note"].run(tx, ticket_id=ticket_id, author=comment.author, message=comment.message)


async def keep_readings(tx: Tx, readings: Mapping[ids.TicketId, Reading]) -> None:
    """Keep what the network said of tickets' accesses; the first reading of a ticket stands."""
    links = [None if one.link is None else msgspec.json.encode(one.link).decode() for one in readings.values()]
    await _SQL["keep_readings"].run(
        tx,
        ticket_id=[*readings],
        read_at=[one.read_at for one in readings.values()],
        link=links,
        trouble=[one.trouble for one in readings.values()],
    )
