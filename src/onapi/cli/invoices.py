"""Commands for invoices: compute a month, look at it, correct it, lock it, and hand it out."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from onapi import app as composition
from onapi import errors, ids
from onapi import settings as settings_module
from onapi.actions import invoice_entries, invoice_files, invoices
from onapi.actions.invoice_entries import Wish
from onapi.actions.invoice_files import Form
from onapi.actions.invoices import Issuer, Outcome
from onapi.cli import database, output
from onapi.domain import invoicing
from onapi.domain.invoicing import Period as Month
from onapi.storage.invoice_entries import Entry
from onapi.storage.pool import Database
from onapi.vocabulary import RowType

app = typer.Typer(
    help="Invoices: compute a month, check it, correct it, lock it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_SHOWN = 50


def _period(value: str) -> str:
    try:
        return invoicing.read(value).name
    except errors.Invalid as error:
        raise typer.BadParameter(error.cause) from error


Period = Annotated[str, typer.Argument(metavar="PERIOD", callback=_period, help="The month, such as 202611.")]
Provider = Annotated[str | None, typer.Option(help="Only this provider's.")]
Subscription = Annotated[str, typer.Argument(metavar="SUBSCRIPTION", help="The subscription's ID.")]
Amount = Annotated[str, typer.Option(metavar="AMOUNT", callback=output.amount, help="How much, such as 149.00.")]
Comment = Annotated[str | None, typer.Option(help="Why; the SP reads it.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the month's.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; the month's.")]
Ticket = Annotated[str | None, typer.Option(help="The ticket that it is for.")]


@app.command("compile")
def compile_(
    period: Period,
    provider: Provider = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compute and tell, and keep nothing.")] = False,
    as_json: output.Json = False,
) -> None:
    """Compute a month's rows, in place of those computed before."""
    month, issuer = invoicing.read(period), _issuer()
    sp = None if provider is None else ids.sp(provider)

    async def work(opened: Database) -> Outcome:
        count = await invoices.size(opened, issuer, month, provider=sp)
        with output.progress("computing", count) as told:
            return await invoices.compile_period(opened, issuer, month, provider=sp, dry_run=dry_run, progress=told)

    outcome = database.run(work)
    if as_json:
        output.print_json(outcome)
    else:
        output.print_rows(outcome.sums, as_json=False)
    for service, count in outcome.unpriced.items():
        output.say(f"{service} has no monthly price on some day for {count} of its subscriptions.")
    if dry_run:
        output.say("This was a rehearsal; nothing was kept.")
    elif not outcome.sums:
        output.say(f"The month {period} has no rows.")


@app.command("list")
def list_(as_json: output.Json = False) -> None:
    """List the months, newest first."""
    output.print_rows(database.run(invoices.listed), as_json=as_json, none="There are none.")


@app.command()
def show(period: Period, provider: Provider = None, as_json: output.Json = False) -> None:
    """Show a month by provider; or one provider's, by types of rows."""
    month = invoicing.read(period)
    if provider is None:
        rows = database.run(lambda opened: invoice_files.specifications(opened, month))
        output.print_rows(rows, as_json=as_json)
    else:
        output.print_rows(
            database.run(lambda opened: invoice_files.by_type(opened, month, provider)), as_json=as_json
        )


@app.command()
def add(
    period: Period,
    subscription: Subscription,
    amount: Amount,
    row_type: Annotated[RowType, typer.Option(help="What it is for.")],
    comment: Comment = None,
    from_: From = None,
    to: To = None,
    ticket: Ticket = None,
) -> None:
    """Charge a subscription by hand, in an open month."""
    _write(period, _wish(subscription, Decimal(amount), row_type, comment, from_, to, ticket))


@app.command()
def credit(
    period: Period,
    subscription: Subscription,
    amount: Amount,
    comment: Annotated[str, typer.Option(help="Why; the SP reads it.")],
    row_type: Annotated[RowType, typer.Option(help="What it is for.")] = RowType.OTHER,
    from_: From = None,
    to: To = None,
    ticket: Ticket = None,
) -> None:
    """Give back to a subscription by hand, in an open month."""
    if Decimal(amount) <= 0:
        raise typer.BadParameter("the amount of a credit is above zero.")
    _write(period, _wish(subscription, -Decimal(amount), row_type, comment, from_, to, ticket))


@app.command()
def entries(period: Period, as_json: output.Json = False) -> None:
    """List what was charged and given back by hand, oldest first."""
    month = invoicing.read(period)

    async def work(opened: Database) -> list[Entry]:
        return await invoice_entries.of(opened, month)

    output.print_rows(database.run(work), as_json=as_json, none="There are none.")


@app.command()
def withdraw(
    period: Period,
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The entry's ID, as `entries` has it.")],
) -> None:
    """Take back what was charged or given back by hand, in an open month."""
    month = invoicing.read(period)
    database.run(lambda opened: invoice_entries.withdraw(opened, month, entry))
    output.say(f"Entry {entry} is withdrawn; `onapi invoices compile {period}` computes the month without it.")


@app.command()
def lock(period: Period) -> None:
    """Lock a month for good: SPs can read it, and it does not change any more."""
    month, issuer = invoicing.read(period), _issuer()
    locked_at = database.run(lambda opened: invoices.lock(opened, issuer, month))
    output.say(f"The month {period} is locked since {locked_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.")


@app.command()
def export(
    period: Period,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a workbook.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write CSV.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JSON.")] = None,
    provider: Provider = None,
) -> None:
    """Write a month's rows to a file."""
    wanted = [(form, path) for form, path in zip(Form, (xlsx, csv, json), strict=True) if path is not None]
    if len(wanted) != 1:
        raise typer.BadParameter("give one of --xlsx, --csv and --json.")
    month = invoicing.read(period)
    (form, path) = wanted[0]

    async def work(opened: Database) -> int:
        sums = await invoice_files.specifications(opened, month, provider=provider)
        with output.progress("writing", sum(one.rows for one in sums)) as told:
            return await invoice_files.export(opened, month, form, path, provider=provider, progress=told)

    output.say(f"{database.run(work)} rows written to {path}.")


@app.command()
def diff(
    period: Period,
    previous: Annotated[str, typer.Argument(metavar="PREVIOUS", callback=_period, help="The month to compare with.")],
    provider: Provider = None,
    most: Annotated[int, typer.Option(min=0, max=1_000_000, help="How many changed fees to list.")] = _SHOWN,
    as_json: output.Json = False,
) -> None:
    """Show what is new, ended and changed against another month, and the sums by provider."""
    now, was = invoicing.read(period), invoicing.read(previous)
    moved, changes = database.run(lambda opened: invoice_files.diff(opened, now, was, provider=provider, most=most))
    if as_json:
        output.print_json({"sums": moved, "changes": changes})
        return
    output.print_rows(moved, as_json=False)
    if changes:
        print()
        output.print_rows(changes, as_json=False)
    more = sum(one.new + one.ended + one.changed for one in moved) - len(changes)
    if more > 0:
        output.say(f"… and {more} more; --most lists them.")


@app.command()
def reconcile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An Excel workbook with the standard's columns.")],
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="The month; if not given, that in which most rows end.")
    ] = None,
    most: Annotated[int, typer.Option(min=0, max=1_000_000, help="How many differences to list.")] = _SHOWN,
    as_json: output.Json = False,
) -> None:
    """Set somebody's workbook against the month as it is computed; exit 1 when they differ."""
    wanted = None if period is None else invoicing.read(period)
    month, differences = database.run(lambda opened: invoice_files.reconcile(opened, file, wanted=wanted))
    output.print_rows(differences[:most], as_json=as_json)
    if differences:
        raise errors.Conflict(f"{file} differs from the month {month.name} in {len(differences)} rows.")
    output.say(f"{file} is the month {month.name} as it is computed.")


def _issuer() -> Issuer:
    return composition.issuer(settings_module.read(os.environ))


def _wish(
    subscription: str,
    amount: Decimal,
    row_type: RowType,
    comment: str | None,
    from_: datetime | None,
    to: datetime | None,
    ticket: str | None,
) -> Wish:
    return Wish(
        subscription_id=ids.subscription_id(subscription),
        row_type=row_type,
        amount=amount,
        from_date=None if from_ is None else from_.date(),
        to_date=None if to is None else to.date(),
        comment=comment,
        ticket=ticket,
    )


def _write(period: str, wish: Wish) -> None:
    month: Month = invoicing.read(period)
    entry = database.run(lambda opened: invoice_entries.add(opened, month, wish))
    print(entry)
    output.say(f"`onapi invoices compile {period}` computes the month with it.")
