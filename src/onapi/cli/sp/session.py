"""What every command of a provider's has: a client, a printer, and the options that choose them."""

import functools
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from onapi import errors
from onapi.cli import output
from onapi.cli.sp import exits, printing, profiles
from onapi.cli.sp.printing import Printer
from onapi.cli.sp.profiles import Profile
from onapi.client import Client, ClientError
from onapi.vocabulary import Dialect

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Session:
    """One command's client and printer."""

    client: Client
    out: Printer
    profile: Profile
    password: str = field(repr=False)


def group(sentence: str) -> typer.Typer:
    """Return a group of commands."""
    return typer.Typer(help=sentence, no_args_is_help=True, rich_markup_mode=None)


def _profile_names(incomplete: str) -> list[str]:
    return [one.name for one in profiles.store(os.environ).all() if one.name.startswith(incomplete)]


ProfileName = Annotated[
    str | None,
    typer.Option("--profile", help="As whom; not given: the current profile.", autocompletion=_profile_names),
]


def command(
    app: typer.Typer, name: str | None = None, *, prints: bool = True
) -> Callable[[Callable[Concatenate[Session, P], None]], Callable[Concatenate[Session, P], None]]:
    """Make a function a command: it gets a session, and `--profile`; if it prints data, also the forms."""

    def made(work: Callable[Concatenate[Session, P], None]) -> Callable[Concatenate[Session, P], None]:
        @functools.wraps(work)
        def run(
            *,
            profile: str | None = None,
            as_json: bool = False,
            as_jsonl: bool = False,
            as_csv: bool = False,
            **given: Any,
        ) -> None:
            out = Printer(printing.form(as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv))
            who, password = profiles.resolved(profiles.store(os.environ), os.environ, profile)
            with opened(who, password) as client:
                work(Session(client, out, who, password), **given)  # type: ignore[call-arg]  # by name, as typer has it

        run.__signature__ = _signature(work, prints=prints)  # type: ignore[attr-defined]  # which typer reads
        app.command(name)(run)
        return work

    return made


@contextmanager
def opened(profile: Profile, password: str) -> Iterator[Client]:
    """Be a profile's client; what the server refuses, or does not answer, ends the command with a sentence.

    Raises:
        Invalid: the profile's URL is none.
    """
    try:
        client = Client(profile.url, profile.user, password, dialect=Dialect(profile.dialect))
    except ValueError as error:
        raise errors.Invalid(str(error)) from error
    with client:
        try:
            yield client
        except ClientError as error:
            output.complain(exits.sentence(error))
            raise typer.Exit(exits.code(error)) from error


def _signature(work: Callable[..., None], *, prints: bool) -> inspect.Signature:
    own = list(inspect.signature(work).parameters.values())[1:]
    shared: list[tuple[str, Any, object]] = [("profile", ProfileName, None)]
    if prints:
        shared += [
            ("as_json", printing.Json, False),
            ("as_jsonl", printing.Jsonl, False),
            ("as_csv", printing.Csv, False),
        ]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, annotation, default in shared
    ]
    return inspect.Signature([*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own), *added])
