"""Commands for the rows of the operator's invoices."""

from pathlib import Path
from typing import Annotated

import typer

from onapi import errors
from onapi.cli import output
from onapi.cli.sp.session import Session, command, group

app = group("Invoices: what the operator charges, row by row.")

Period = Annotated[str, typer.Argument(metavar="PERIOD", help="Its ID, such as 202611.")]

_ROW = (
    *("access.access_id", "subscription.service", "invoice.row_type", "invoice.from_date", "invoice.to_date"),
    *("invoice.invoiced_amount", "invoice.comment"),
)


@command(app, "list")
def list_(session: Session) -> None:
    """List the periods."""
    session.out.many(session.client.invoicespecification.periods(), ("id", "from_date", "to_date"))


@command(app)
def show(session: Session, period: Period) -> None:
    """Print the rows of a period."""
    session.out.many(session.client.invoicespecification.rows(period), _ROW, what="rows")


@command(app, prints=False)
def download(
    session: Session,
    period: Period,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; not given: invoice-PERIOD.xlsx.")
    ] = None,
) -> None:
    """Write a period's Excel file."""
    target = file or Path(f"invoice-{period}.xlsx")
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as stream:
            size = sum(map(stream.write, session.client.invoicespecification.excel(period)))
        part.replace(target)
    except OSError as error:
        raise errors.Invalid(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    output.say(f"{target}: {size:,} bytes.")
