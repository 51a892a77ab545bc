"""The command `onapi`."""

import os
import sys
from typing import NoReturn

import typer

from onapi import errors
from onapi.cli import accesses, catalogue, demo, elements, operator, orders, provider, simulated, work
from onapi.cli.output import complain

app = typer.Typer(
    name="onapi",
    help="An ON-API 2.6 platform: run a communication operator, and let service providers in.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(operator.serve)
app.command()(work.work)
app.command()(operator.migrate)
app.command()(operator.doctor)
app.command()(operator.settings)
app.add_typer(provider.app, name="provider")
app.add_typer(accesses.app, name="accesses")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(elements.app, name="elements")
app.add_typer(orders.app, name="orders")
app.add_typer(simulated.app, name="simulated")


def main() -> NoReturn:
    """Run the command; an error that has a sentence shows the sentence, and no trace."""
    try:
        app()
    except errors.OnapiError as error:
        complain(error.cause)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)
