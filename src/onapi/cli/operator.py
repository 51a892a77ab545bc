"""Commands of whoever runs the server: serve, migrate, doctor, settings."""

import asyncio
import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from onapi import errors
from onapi import settings as settings_module
from onapi.cli import database, output, server
from onapi.settings import Settings
from onapi.storage import doctor as examine
from onapi.storage import migrate as migrations
from onapi.storage import pool
from onapi.web import observe

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8026,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; one a core is right.")] = 1,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front ends TLS.")] = False,
) -> None:
    """Serve the ON-API."""
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together.")
    if tls_cert and behind_proxy:
        raise typer.BadParameter("either --tls-cert or --behind-proxy: who ends TLS?")
    settings = settings_module.read(os.environ)
    settings = dataclasses.replace(settings, behind_proxy=behind_proxy or settings.behind_proxy)
    if not (tls_cert or settings.behind_proxy or observe.is_loopback(host) or host == "localhost"):
        raise typer.BadParameter(
            f"{host} can be reached from outside, and passwords must not go over plain HTTP: "
            "give --tls-cert and --tls-key, or --behind-proxy when a proxy ends TLS."
        )
    observe.begin_logging()
    listening = server.Listening(host=host, port=port, workers=workers, cert=tls_cert, key=tls_key)
    with database.available(settings) as ready_settings:
        database.check(ready_settings)
        server.run(ready_settings, listening, lambda url: print(f"ready {url}", flush=True))


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only tell; exit 1 when something is pending.")] = False,
) -> None:
    """Bring the database's schema up to this version."""
    with database.available() as settings:
        names = asyncio.run(_migrate(settings, check=check))
    if check and names:
        raise errors.Conflict(f"{len(names)} migrations are pending: {', '.join(names)}; run `onapi migrate`.")
    output.say(f"applied {', '.join(names)}" if names else "The schema is up to date.")


async def _migrate(settings: Settings, *, check: bool) -> list[str]:
    opened = await pool.connect(settings.database_url)
    try:
        if check:
            async with opened.connection() as tx:
                return [migration.name for migration in await migrations.pending(tx)]
        async with opened.transaction() as tx:
            return await migrations.apply(tx)
    finally:
        await opened.close()


def doctor(as_json: output.Json = False) -> None:
    """Examine the installation; exit 1 when something is wrong."""
    with database.available() as settings:
        findings = asyncio.run(_examine(settings))
    if as_json:
        output.print_json(findings)
    else:
        output.print_table(
            ("", "what", "finding"), [("ok" if f.good else "WRONG", f.subject, f.sentence) for f in findings]
        )
    wrong = [finding for finding in findings if not finding.good]
    if wrong:
        raise errors.Conflict(f"{len(wrong)} of {len(findings)} findings are wrong; each says what to do.")


async def _examine(settings: Settings) -> list[examine.Finding]:
    opened = await pool.connect(settings.database_url)
    try:
        async with opened.connection() as tx:
            return await examine.findings(tx)
    finally:
        await opened.close()


def settings(as_json: output.Json = False) -> None:
    """List the settings: what they mean, and what they are now."""
    described = settings_module.described(settings_module.read(os.environ))
    if as_json:
        output.print_json(described)
    else:
        rows = [(row["name"], row["value"] or "(empty)", row["meaning"]) for row in described]
        output.print_table(("setting", "value", "meaning"), rows)
