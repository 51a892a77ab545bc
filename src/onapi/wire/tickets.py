"""Tickets as SPs send and read them.

Source: the seed, "Create a ticket" and "Update ticket status"; ON-API 2.6.0 spec/tickets.md.
"""

from typing import Annotated

import msgspec

from onapi.vocabulary import Party, ProblemType, TicketStatus
from onapi.wire.formats import DateTime, Id, Reference, Wire

LongText = Annotated[
    str, msgspec.Meta(min_length=1, max_length=10_000, description="Lines of text, 1 to 10,000 characters.")
]
_Link = Annotated[
    bool | str | None,
    msgspec.Meta(description='Whether the customer has a link; "true" and "false" are taken, a boolean is sent.'),
]
# Read as text, so that the refusal of another word can name those there are.
_Status = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(TicketStatus)})]
_Party = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(Party)})]
_Problem = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(ProblemType)})]


class TicketInfoFields(Wire, kw_only=True):
    """What an SP knows of its customer's side."""

    ip: Annotated[Reference | None, msgspec.Meta(description="The customer's IP address.")] = None
    mac: Annotated[Reference | None, msgspec.Meta(description="The device's MAC address.")] = None
    link: _Link = None


class TicketInfo(Wire, kw_only=True):
    """What the SP knew of its customer's side."""

    ip: Reference | None = None
    mac: Reference | None = None
    link: bool | None = None


class TicketFields(Wire, kw_only=True):
    """A ticket as an SP opens it.

    createdBy, heading, description and problemType are needed. Fields of the server's are ignored, null is absent.
    """

    access_id: Annotated[Id | None, msgspec.Meta(description="May be absent when subscriptionId is there.")] = None
    created_by: Reference | None = None
    heading: Reference | None = None
    description: LongText | None = None
    problem_type: _Problem | None = None
    sp_reference: Reference | None = None
    sp_ticket_reference: Reference | None = None
    subscription_id: Id | None = None
    additional_info: TicketInfoFields | None = None
    status: Annotated[_Status | None, msgspec.Meta(description="CREATED, or absent.")] = None


class CommentFields(Wire, kw_only=True):
    """What an SP says on a ticket; when it was said, the server knows."""

    created_by: Reference | None = None
    message: LongText | None = None


class TicketPatch(Wire, kw_only=True):
    """A comment, a change of status, a change of whose turn it is, or all of them at once."""

    comment: CommentFields | None = None
    status: _Status | None = None
    responsible: Annotated[_Party | None, msgspec.Meta(description="Needed when the ticket is closed.")] = None


class Comment(Wire, kw_only=True):
    """What somebody said on a ticket."""

    created_by: Reference
    message: LongText
    created_at: DateTime


class TicketRow(Wire, kw_only=True):
    """A ticket in a list."""

    co_ticket_reference: Id
    sp_ticket_reference: Reference | None = None
    status: TicketStatus
    responsible: Party


class TicketReference(Wire, kw_only=True):
    """Which ticket was opened."""

    co_ticket_reference: Id


class Ticket(Wire, kw_only=True):
    """A ticket."""

    co_ticket_reference: Id
    sp_reference: Reference | None = None
    sp_ticket_reference: Reference | None = None
    access_id: Id
    created_by: Reference
    created_at: DateTime
    updated_at: DateTime
    heading: Reference
    description: LongText
    comments: Annotated[list[Comment], msgspec.Meta(description="In the order in which they were said.")]
    status: TicketStatus
    responsible: Annotated[Party, msgspec.Meta(description="Whose turn it is; when closed, whose trouble it was.")]
    subscription_id: Id | None = None
    problem_type: ProblemType
    additional_info: TicketInfo | None = None
