"""From the bodies of tickets to what is asked for.

Source: the seed, "Create a ticket" and "Update ticket status"; ON-API 2.6.0 spec/tickets.md.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from onapi import errors, ids
from onapi.actions.tickets import Answer
from onapi.domain import tickets as domain
from onapi.domain.tickets import Comment, Opening
from onapi.vocabulary import Party, ProblemType, TicketStatus
from onapi.wire import tickets as wire

Word = TypeVar("Word", bound=StrEnum)


def opening_of(fields: wire.TicketFields) -> Opening:
    """Return the ticket that a body asks for.

    Raises:
        Invalid: a value is missing, or is not what its field takes.
    """
    status = word("status", fields.status, TicketStatus)
    if status not in (None, TicketStatus.CREATED):
        raise errors.Invalid(f"status {status} is not how a ticket begins; that is CREATED.")
    info = fields.additional_info or wire.TicketInfoFields()
    return Opening(
        access_id=None if fields.access_id is None else ids.access_id(fields.access_id),
        subscription_id=None if fields.subscription_id is None else ids.subscription_id(fields.subscription_id),
        created_by=_needed("createdBy", fields.created_by),
        heading=_needed("heading", fields.heading),
        description=_needed("description", fields.description),
        problem_type=_needed("problemType", word("problemType", fields.problem_type, ProblemType)),
        sp_reference=_storable("spReference", fields.sp_reference),
        sp_ticket_reference=_storable("spTicketReference", fields.sp_ticket_reference),
        ip=_storable("additionalInfo.ip", info.ip),
        mac=_storable("additionalInfo.mac", info.mac),
        link=domain.link(info.link),
    )


def answer_of(patch: wire.TicketPatch, versions: Sequence[int] | None) -> Answer:
    """Return what a body wants done to a ticket that has one of these versions; None is any.

    Raises:
        Invalid: a value is missing, or is not what its field takes, or nothing is wanted.
    """
    status = word("status", patch.status, TicketStatus)
    responsible = word("responsible", patch.responsible, Party)
    comment = None
    if patch.comment is not None:
        comment = Comment(
            author=_needed("comment.createdBy", patch.comment.created_by),
            message=_needed("comment.message", patch.comment.message),
        )
    if comment is None and status is None and responsible is None:
        raise errors.Invalid("There is nothing to change: comment, status and responsible can be sent.")
    return Answer(comment=comment, status=status, responsible=responsible, versions=versions)


def word(name: str, value: str | None, words: type[Word]) -> Word | None:
    """Return one of the words there are, or None.

    Raises:
        Invalid: it is none of them; the cause names the field and the words.
    """
    if value is None:
        return None
    if value not in words.__members__:
        raise errors.Invalid(f"{name} {value[:60]!r} is none of {', '.join(words)}.")
    return words(value)


Value = TypeVar("Value", bound=str)


def _needed(name: str, value: Value | None) -> Value:
    found = _storable(name, value)
    if found is None:
        raise errors.Invalid(f"{name} is missing: a {'comment' if '.' in name else 'ticket'} needs it.")
    return found


def _storable(name: str, value: Value | None) -> Value | None:
    if value is not None and "\0" in value:
        raise errors.Invalid(f"{name} holds the character NUL, which cannot be stored.")
    return value
