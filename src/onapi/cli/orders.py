"""Commands for orders: what is under way, and what to do with an order that is stuck."""

from typing import Annotated

import typer

from onapi import errors, ids
from onapi.actions import order_admin
from onapi.cli import database, output
from onapi.storage.order_admin import Detailed, Listed, Step
from onapi.storage.pool import Database
from onapi.vocabulary import OrderState

app = typer.Typer(
    help="Orders: what is under way, and ways out for what is stuck.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


def _id(value: str) -> str:
    try:
        return ids.order_id(value)
    except errors.Invalid as error:
        raise typer.BadParameter(error.cause) from error


Order = Annotated[str, typer.Argument(metavar="ID", callback=_id, help="The order's ID.")]


@app.command("list")
def list_(
    state: Annotated[OrderState | None, typer.Option(help="Only these; not given: those not finished.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    access: Annotated[str | None, typer.Option(help="Only those of this access.")] = None,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only those that wait for you.")] = False,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 100,
    as_json: output.Json = False,
) -> None:
    """List orders, newest first."""

    async def work(opened: Database) -> list[Listed]:
        return await order_admin.listed(
            opened, state=state, provider=provider, access_id=access, stuck=stuck, most=most
        )

    none = "No order is stuck." if stuck else output.no_orders(state)
    output.print_rows(database.run(work), as_json=as_json, none=none)


@app.command()
def show(order: Order, as_json: output.Json = False) -> None:
    """Show an order, and every step that was taken for it."""

    async def work(opened: Database) -> tuple[Detailed, list[Step]]:
        return await order_admin.one(opened, order_id=ids.OrderId(order))

    found, steps = database.run(work)
    if as_json:
        output.print_json({"order": found, "steps": steps})
        return
    output.print_fields(found)
    print()
    output.print_rows(steps, as_json=False)


@app.command()
def retry(
    order: Order,
    step: Annotated[str | None, typer.Option("--from", help="Go forward from this step of its plan.")] = None,
) -> None:
    """Have an order tried again at once."""

    async def work(opened: Database) -> None:
        await order_admin.retry(opened, order_id=ids.OrderId(order), from_step=step)

    database.run(work)
    output.say(f"Order {order} is tried again; `onapi orders show {order}` tells how it goes.")


@app.command()
def abandon(order: Order, reason: Annotated[str, typer.Option(help="Why; the SP reads it.")]) -> None:
    """Give an order up: what was done for it is taken back, and it fails."""

    async def work(opened: Database) -> None:
        await order_admin.abandon(opened, order_id=ids.OrderId(order), reason=reason)

    database.run(work)
    output.say(f"Order {order} is being taken back; `onapi orders show {order}` tells how it goes.")
