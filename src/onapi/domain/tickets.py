"""What a ticket says, whose turn it is, and how long it was whose turn.

Source: the seed, "Create a ticket" and "Update ticket status"; ON-API 2.6.0 spec/tickets.md.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from onapi import errors
from onapi.ids import AccessId, SubscriptionId
from onapi.vocabulary import Party, ProblemType, TicketStatus

SHORT, LONG = 255, 10_000
"""How many characters names, headings and references may have, and descriptions and comments."""

MOST_ENTRIES = 1_000
"""How many comments and moves a ticket has before its SP can do nothing more than close it; it is read whole."""

_TURN = {TicketStatus.IN_PROGRESS_CO: Party.CO, TicketStatus.IN_PROGRESS_SP: Party.SP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A ticket as it is asked for; None is "not said". One of the access and the subscription is there."""

    access_id: AccessId | None = None
    subscription_id: SubscriptionId | None = None
    created_by: str
    heading: str
    description: str
    problem_type: ProblemType
    sp_reference: str | None = None
    sp_ticket_reference: str | None = None
    ip: str | None = None
    mac: str | None = None
    link: bool | None = None

    @property
    def fingerprint(self) -> str:
        """What is the same for the same request, and different for another, of an order too: 64 hex digits."""
        said = json.dumps({"ticket": asdict(self)}, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody says on a ticket."""

    author: str
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a ticket is and whose turn it is; of a closed one, whose trouble it was."""

    status: TicketStatus
    responsible: Party


@dataclass(frozen=True, slots=True)
class Move:
    """From when on a ticket stood so."""

    at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Clock:
    """How long it was whose turn; while a ticket is closed it is nobody's."""

    with_sp: timedelta
    with_co: timedelta


def opened(by: Party) -> Standing:
    """Return where a ticket begins: it is the other side's turn."""
    return Standing(TicketStatus.CREATED, Party.CO if by is Party.SP else Party.SP)


def moved(now: Standing, *, status: TicketStatus | None, responsible: Party | None) -> Standing:
    """Return where a ticket stands after a change; None is "as it is". Repeating a change changes nothing more.

    A status that says who works on it says whose turn it is too, unless `responsible` says otherwise.

    Raises:
        Invalid: it is closed without saying who was responsible.
        Conflict: it is closed already and stays so, or it shall go back to CREATED.
    """
    if status is TicketStatus.CLOSED and responsible is None:
        raise errors.Invalid("responsible is missing: closing a ticket needs it, SP or CO.")
    if now.status is TicketStatus.CLOSED:
        if status not in (None, TicketStatus.CLOSED):
            raise errors.Conflict(f"The ticket is CLOSED and cannot become {status}; open a new one.")
        if responsible not in (None, now.responsible):
            raise errors.Conflict(f"The ticket is CLOSED, and its responsible stays {now.responsible}.")
        return now
    if status is TicketStatus.CREATED and now.status is not TicketStatus.CREATED:
        raise errors.Conflict(f"The ticket is {now.status} and does not become CREATED again.")
    status = status or now.status
    turn = now.responsible if status is now.status else _TURN.get(status, now.responsible)
    return Standing(status, responsible or turn)


def check_room(now: Standing, then: Standing, entries: int) -> None:
    """See that an SP may add an entry to a ticket that has so many.

    Raises:
        Conflict: it has too many, and would not be closed by this one.
    """
    closes = then.status is TicketStatus.CLOSED is not now.status
    if entries >= MOST_ENTRIES and not closes:
        raise errors.Conflict(
            f"The ticket has {MOST_ENTRIES:,} comments and moves, and takes no more; open a new one."
        )


def clock(history: Sequence[Move], now: datetime) -> Clock:
    """Return how long it was whose turn until `now`.

    Args:
        history: every move, the first being the ticket's creation, in order of time.
        now: not before the last of them.
    """
    spent = {Party.SP: timedelta(), Party.CO: timedelta()}
    ends = [*(move.at for move in history[1:]), now]
    for move, end in zip(history, ends, strict=True):
        if move.standing.status is not TicketStatus.CLOSED:
            spent[move.standing.responsible] += end - move.at
    return Clock(spent[Party.SP], spent[Party.CO])


def check_text(name: str, value: str, most: int) -> None:
    """See that a text says something, and is not too long.

    Raises:
        Invalid: it is blank, longer than `most` characters, or holds the character NUL.
    """
    if not value.strip() or len(value) > most or "\0" in value:
        raise errors.Invalid(f"The {name} must be 1 to {most:,} characters.")


def link(value: bool | str | None) -> bool | None:
    """Return whether there is a link, from a boolean or from its name, as the standard's example writes it.

    Raises:
        Invalid: it is another text.
    """
    if not isinstance(value, str):
        return value
    if value.lower() not in ("true", "false"):
        raise errors.Invalid(f"additionalInfo.link must be true or false, not {value[:40]!r}.")
    return value.lower() == "true"
