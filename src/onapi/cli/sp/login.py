"""Commands for who one is: login and profiles."""

import dataclasses
import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from onapi import errors
from onapi.cli import output
from onapi.cli.sp import profiles
from onapi.cli.sp.profiles import Profile
from onapi.cli.sp.session import group, opened
from onapi.vocabulary import Dialect

app = group("At which servers one is who.")

Name = Annotated[str, typer.Argument(metavar="PROFILE", help="The profile's name.")]


class Keep(StrEnum):
    """Where a password is kept."""

    AUTO = "auto"
    KEYRING = "keyring"
    FILE = "file"
    ENVIRONMENT = "environment"


def login(
    url: Annotated[str | None, typer.Option(help="The version's root: https://co.example/onapi/2.6/.")] = None,
    user: Annotated[str | None, typer.Option(help="The user name that the operator gave you.")] = None,
    name: Annotated[str, typer.Option(help="How you call this profile.")] = "default",
    dialect: Annotated[Dialect, typer.Option(help="How orders are spelled.")] = Dialect.STANDARD,
    keep: Annotated[Keep, typer.Option(help="Where the password is kept.")] = Keep.AUTO,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
) -> None:
    """Log in at a server: try user and password there, and keep them as a profile."""
    keeps = _keeps(keep)
    url = url or typer.prompt("URL of the version's root", err=True)
    user = user or typer.prompt("User", err=True)
    password = (
        sys.stdin.readline().rstrip("\r\n") if password_stdin else typer.prompt("Password", hide_input=True, err=True)
    )
    profile = Profile(name=name, url=url, user=user, dialect=dialect, keeps=keeps)
    with opened(profile, password) as client:
        endpoints = client.endpoints.list()
    store = profiles.store(os.environ)
    store.keep(profile, password)
    where = {"keyring": "the keyring", "file": str(store.passwords)}.get(keeps, "your environment only")
    output.say(f"You are {user} at {url}, which has {len(endpoints)} endpoints. The password is in {where}.")
    if keeps == "file":
        output.say("Whoever can read your files, or their backups, can read it there.")


def _keeps(keep: Keep) -> str:
    """Return where the password will be kept; found out before it is asked for."""
    if keep not in (Keep.AUTO, Keep.KEYRING):
        return keep
    trouble = profiles.keyring_trouble()
    if trouble is None:
        return Keep.KEYRING
    if keep is Keep.KEYRING:
        raise errors.Unavailable(f"There is no keyring that can be used: {trouble} Try --keep file.")
    output.say(f"There is no keyring here ({trouble}). The password goes into a file that only you can read.")
    return Keep.FILE


@app.command("list")
def list_(as_json: output.Json = False) -> None:
    """List the profiles."""
    store = profiles.store(os.environ)
    current = store.current()
    rows = [dataclasses.asdict(one) | {"current": one.name == current} for one in store.all()]
    if as_json:
        output.print_json(rows)
    elif rows:
        shown = [("*" if row["current"] else "", row["name"], row["user"], row["url"], row["keeps"]) for row in rows]
        output.print_table(("", "name", "user", "url", "password in"), shown)
    else:
        output.say("There are no profiles; `onapi sp login` makes one.")


@app.command()
def use(name: Name) -> None:
    """Use a profile from now on."""
    profiles.store(os.environ).use(name)
    output.say(f"From now on you are {name}.")


@app.command()
def remove(name: Name) -> None:
    """Forget a profile and its password."""
    profiles.store(os.environ).remove(name)
    output.say(f"{name} is forgotten.")
