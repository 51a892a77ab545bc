"""Commands for tickets."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from onapi.cli import output
from onapi.cli.sp.orders import as_moment
from onapi.cli.sp.session import Session, command, group
from onapi.client import TicketInfo

app = group("Tickets: trouble that you and the operator work on.")


class Status(StrEnum):
    """How far a ticket is."""

    CREATED = "CREATED"
    IN_PROGRESS_CO = "IN_PROGRESS_CO"
    IN_PROGRESS_SP = "IN_PROGRESS_SP"
    CLOSED = "CLOSED"


class Responsible(StrEnum):
    """Whose turn it is."""

    SP = "SP"
    CO = "CO"


class Problem(StrEnum):
    """What kind of trouble it is."""

    NO_LINK = "NO_LINK"
    NO_ACCESS = "NO_ACCESS"
    QUALITY = "QUALITY"
    OTHER = "OTHER"


Reference = Annotated[str, typer.Argument(metavar="TICKET", help="The operator's reference.")]
By = Annotated[str, typer.Option("--by", help="Who says it.", envvar="USER")]


@command(app, "list")
def list_(
    session: Session,
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    created: Annotated[
        datetime | None, typer.Option(parser=as_moment, metavar="MOMENT", help="Only those created after it.")
    ] = None,
) -> None:
    """List tickets."""
    columns = ("co_ticket_reference", "sp_ticket_reference", "status", "responsible")
    session.out.many(session.client.tickets.list(status=status, created=created), columns, what="tickets")


@command(app)
def show(session: Session, ticket: Reference) -> None:
    """Show a ticket, with what was said."""
    session.out.one(session.client.tickets.show(ticket))


@command(app, "open")
def open_(
    session: Session,
    access: Annotated[str, typer.Argument(metavar="ACCESS", help="The access's ID.")],
    heading: Annotated[str, typer.Argument(metavar="HEADING", help="In a few words.")],
    description: Annotated[str, typer.Argument(metavar="DESCRIPTION", help="What is wrong, and what was tried.")],
    by: By,
    problem: Annotated[Problem, typer.Option(help="What kind of trouble.")] = Problem.OTHER,
    subscription: Annotated[str | None, typer.Option(help="The subscription's ID.")] = None,
    sp_reference: Annotated[str | None, typer.Option(help="A reference of yours.")] = None,
    sp_ticket_reference: Annotated[str | None, typer.Option(help="Your name for the ticket.")] = None,
    ip: Annotated[str | None, typer.Option(help="The customer's IP address.")] = None,
    mac: Annotated[str | None, typer.Option(help="The customer's MAC address.")] = None,
    link: Annotated[bool | None, typer.Option("--link/--no-link", help="Whether the customer has a link.")] = None,
) -> None:
    """Open a ticket, and print the operator's reference."""
    told = ip is not None or mac is not None or link is not None
    reference = session.client.tickets.open(
        access,
        heading,
        description,
        created_by=by,
        problem_type=problem,
        subscription_id=subscription,
        sp_reference=sp_reference,
        sp_ticket_reference=sp_ticket_reference,
        additional_info=TicketInfo(ip=ip, mac=mac, link=link) if told else None,
    )
    session.out.one(session.client.tickets.show(reference))


@command(app, prints=False)
def comment(
    session: Session,
    ticket: Reference,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="What you say.")],
    by: By,
    status: Annotated[Status | None, typer.Option(help="What the ticket becomes.")] = None,
    responsible: Annotated[Responsible | None, typer.Option(help="Whose turn it is now.")] = None,
) -> None:
    """Say something on a ticket."""
    session.client.tickets.comment(ticket, message, created_by=by, status=status, responsible=responsible)
    output.say(f"It is said on ticket {ticket}.")


@command(app, prints=False)
def close(
    session: Session,
    ticket: Reference,
    responsible: Annotated[Responsible, typer.Argument(metavar="RESPONSIBLE", help="Whose trouble it was.")],
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="How it ended.")],
    by: By,
) -> None:
    """Close a ticket."""
    session.client.tickets.close(ticket, responsible, message, created_by=by)
    output.say(f"Ticket {ticket} is closed.")
