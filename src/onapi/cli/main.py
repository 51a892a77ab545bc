"""The command `onapi`."""

import errno
import os
import sys
from typing import NoReturn

import typer

from onapi import errors
from onapi.cli.groups import Commands
from onapi.cli.output import complain

app = typer.Typer(
    cls=Commands,
    name="onapi",
    help="ON-API 2.6: run a communication operator, or be a service provider at one.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _onapi() -> None:
    """ON-API 2.6: run a communication operator, or be a service provider at one."""


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
    except OSError as error:
        if error.filename is None and error.errno != errno.ENOSPC:
            raise
        complain(f"{error.filename or 'The output'} cannot be used: {error.strerror}.")
        if error.filename is None:
            # What could not be written would be tried again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)
