"""The command that keeps a local copy of what a server has."""

import asyncio
import contextlib
import importlib
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from onapi import errors
from onapi.cli import output
from onapi.cli.sp import exits
from onapi.cli.sp.session import Session, command
from onapi.client import AsyncClient, ClientError
from onapi.client.copies import SqliteCopy, Told
from onapi.client.mirror import Kind
from onapi.vocabulary import Dialect

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@command(app, prints=False)
def sync(
    session: Session,
    to: Annotated[str, typer.Option(help="An SQLite file, or a postgresql:// URL.")] = "onapi.db",
    every: Annotated[float | None, typer.Option(min=1, help="Again and again, every so many seconds.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Read all, whatever the copy has.")] = False,
) -> None:
    """Copy accesses, services, subscriptions, orders and tickets into a local database, and keep the copy current."""
    with contextlib.suppress(*([KeyboardInterrupt] if every else [])):
        _keep(session, to, every, anew=anew)


def _keep(session: Session, to: str, every: float | None, *, anew: bool) -> None:
    """Refresh the copy once, or, with a pause, again and again."""
    while True:
        try:
            with Console(stderr=True).status("reading …") as status:

                def told(kind: Kind, count: int) -> None:
                    if count % 500 == 0:
                        status.update(f"reading … {count:,} {kind}")

                found = _refreshed(session, to, told, anew=anew)
            output.say(
                "Changed: " + (", ".join(f"{count:,} {kind}" for kind, count in found.items()) or "nothing") + "."
            )
        except ClientError as error:
            if every is None or not error.retryable:
                raise
            output.say(f"{exits.sentence(error)} The copy stays as it is, and is tried again.")
        if every is None:
            return
        anew = False
        sys.stderr.flush()
        time.sleep(every)


def _refreshed(session: Session, to: str, told: Told, *, anew: bool) -> dict[Kind, int]:
    if to.startswith(("postgresql://", "postgres://")):
        return asyncio.run(_in_postgresql(session, to, told, anew=anew))
    copy = SqliteCopy(Path(to))
    try:
        return copy.refresh(session.client, told, anew=anew)
    finally:
        copy.close()


async def _in_postgresql(session: Session, url: str, told: Told, *, anew: bool) -> dict[Kind, int]:
    try:
        copies = importlib.import_module("onapi.client.copies_postgresql")
    except ModuleNotFoundError as error:
        raise errors.Unsupported("PostgreSQL needs its driver: pip install asyncpg, or 'onapi[server]'.") from error
    who = session.profile
    client = AsyncClient(who.url, who.user, session.password, dialect=Dialect(who.dialect))
    async with client, copies.PostgresqlCopy(url) as copy:
        found: dict[Kind, int] = await copy.refresh(client, told, anew=anew)
        return found
