"""Commands for tickets, until there is a console: the CO's inbox, its answers, and its own tickets."""

import dataclasses
import os
from decimal import Decimal
from typing import Annotated

import typer

from onapi import errors, ids, settings
from onapi.actions import ticket_admin
from onapi.actions.invoice_entries import TicketFee
from onapi.actions.places import SIMULATED, Places
from onapi.actions.ticket_admin import Detailed, Listed
from onapi.actions.ticket_witness import Witness
from onapi.cli import asking, database, output
from onapi.domain.tickets import Comment, Opening
from onapi.storage.pool import Database
from onapi.storage.ticket_admin import Line
from onapi.vocabulary import Party, ProblemType, TicketStatus

app = typer.Typer(
    help="Tickets: what SPs complain of, and what to say to them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


def _id(value: str) -> str:
    try:
        return ids.ticket_id(value)
    except errors.Invalid as error:
        raise typer.BadParameter(error.cause) from error


Ticket = Annotated[str, typer.Argument(metavar="ID", callback=_id, help="The ticket's coTicketReference.")]
By = Annotated[str, typer.Option(help="Who says it; the SP reads it.")]


@app.command("list")
def list_(
    status: Annotated[TicketStatus | None, typer.Option(help="Only these; not given: those not closed.")] = None,
    turn: Annotated[Party | None, typer.Option(help="Only those where it is this side's turn.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    access: Annotated[str | None, typer.Option(help="Only those of this access.")] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 100,
    as_json: output.Json = False,
) -> None:
    """List tickets, newest first, and how long each was whose turn."""

    async def work(opened: Database) -> list[Listed]:
        return await ticket_admin.listed(
            opened, status=status, turn=turn, provider=provider, access_id=access, most=most
        )

    output.print_rows(database.run(work), as_json=as_json, none="There are none.")


@app.command()
def show(ticket: Ticket, as_json: output.Json = False) -> None:
    """Show a ticket, and everything that was said on it, internal notes as well."""

    async def work(opened: Database) -> tuple[Detailed, list[Line]]:
        return await ticket_admin.one(opened, ticket_id=ids.TicketId(ticket))

    found, lines = database.run(work)
    if as_json:
        output.print_json({"ticket": found, "lines": lines})
        return
    output.print_fields(dataclasses.replace(found, network=None))
    if found.network is not None:
        print()
        said = found.network.link or {"trouble": found.network.trouble}
        output.print_table(("the network", f"at {found.network.read_at:%Y-%m-%d %H:%M:%S}"), [*said.items()])
    print()
    output.print_rows(lines, as_json=False)


@app.command()
def answer(
    ticket: Ticket,
    message: Annotated[str, typer.Option(help="What to say.")],
    by: By,
    internal: Annotated[bool, typer.Option("--internal", help="A note that the SP never sees.")] = False,
    turn: Annotated[
        Party | None,
        typer.Option(help="Whose turn it is then. Not given: the SP's after a comment, as it was after a note."),
    ] = None,
) -> None:
    """Say something on a ticket, to its SP or to yourselves, and say whose turn it is."""

    async def work(opened: Database) -> None:
        await ticket_admin.answer(
            opened, ticket_id=ids.TicketId(ticket), comment=Comment(by, message), internal=internal, turn=turn
        )

    database.run(work)
    output.say(f"{'Noted on' if internal else 'Answered'} ticket {ticket}.")


@app.command()
def close(
    ticket: Ticket,
    responsible: Annotated[Party, typer.Option(help="Whose trouble it was.")],
    by: By,
    message: Annotated[str, typer.Option(help="What to say at last.")],
    fee: Annotated[
        str | None, typer.Option(metavar="AMOUNT", callback=output.amount, help="What the SP is charged for it.")
    ] = None,
) -> None:
    """Close a ticket, for good."""
    charged = None if fee is None else TicketFee(Decimal(fee), settings.read(os.environ).time_zone)

    async def work(opened: Database) -> None:
        await ticket_admin.close(
            opened,
            ticket_id=ids.TicketId(ticket),
            responsible=responsible,
            comment=Comment(by, message),
            fee=charged,
        )

    database.run(work)
    output.say(f"Ticket {ticket} is closed.")


@app.command("open")
def open_(
    provider: Annotated[str, typer.Option(help="Whose turn it shall be.")],
    heading: Annotated[str, typer.Option(help="In a few words.")],
    description: Annotated[str, typer.Option(help="In more.")],
    by: By,
    access: Annotated[str | None, typer.Option(help="Where; not needed with --subscription.")] = None,
    subscription: Annotated[str | None, typer.Option(help="About this subscription of the provider's.")] = None,
    problem: Annotated[ProblemType, typer.Option(help="Of what kind.")] = ProblemType.OTHER,
) -> None:
    """Open a ticket towards a provider, and print its coTicketReference."""
    opening = Opening(
        access_id=None if access is None else ids.access_id(access),
        subscription_id=None if subscription is None else ids.subscription_id(subscription),
        created_by=by,
        heading=heading,
        description=description,
        problem_type=problem,
    )

    simulated = settings.read(os.environ).network == SIMULATED

    async def work(opened: Database) -> ids.TicketId:
        async with asking.network(opened) as network:
            witness = Witness(opened, Places(opened, simulated=simulated), network)
            new = await ticket_admin.open_(opened, witness, sp=ids.sp(provider), opening=opening)
            await witness.stop()
        return new

    print(database.run(work))
