"""Commands for the network as a whole."""

import os
from typing import Annotated

import typer

from onapi import settings
from onapi.actions.audit import Audit, Audited
from onapi.actions.places import SIMULATED, Places
from onapi.actions.renewal import Renewal, Renewed
from onapi.cli import asking, database, output
from onapi.storage.pool import Database

app = typer.Typer(help="The network as a whole.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def _network() -> None:
    """The network as a whole."""


@app.command()
def audit(
    element: Annotated[str | None, typer.Option(help="Only the ports of this element.")] = None,
    as_json: output.Json = False,
) -> None:
    """Compare what every port delivers with what it is to deliver, and change nothing; 1 when they differ."""

    async def work(opened: Database) -> Audited:
        async with asking.network(opened) as network:
            return await Audit(opened, _places(opened), network).look(element)

    audited = database.run(work)
    output.print_rows(audited.findings, as_json=as_json)
    output.say(f"Ports compared: {audited.ports}; skipped: {audited.skipped}; differences: {len(audited.findings)}.")
    if audited.findings:
        raise typer.Exit(1)


@app.command()
def renew(
    element: Annotated[str, typer.Argument(metavar="NAME", help="The element.")], as_json: output.Json = False
) -> None:
    """Set once more what the ports of an element deliver, as after it has started anew; 1 when one is refused."""

    async def work(opened: Database) -> Renewed:
        async with asking.network(opened) as network:
            return await Renewal(opened, _places(opened), network).renew(element)

    renewed = database.run(work)
    output.print_rows(renewed.findings, as_json=as_json)
    output.say(f"{renewed.services} services set, {renewed.skipped} ports skipped; {len(renewed.findings)} refused.")
    if renewed.findings:
        raise typer.Exit(1)


def _places(opened: Database) -> Places:
    return Places(opened, simulated=settings.read(os.environ).network == SIMULATED)
