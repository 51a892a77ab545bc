"""The command `onapi demo`: a whole communication operator, made up, on this machine."""

import asyncio
import dataclasses
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onapi import app as composition
from onapi import settings as settings_module
from onapi.actions import demo as action
from onapi.actions import demo_month
from onapi.actions.places import SIMULATED
from onapi.cli import database, lab, output, server
from onapi.cli.operator import Host, Port
from onapi.settings import Settings
from onapi.storage import embedded, migrate, pool
from onapi.web import observe


class Network(StrEnum):
    """What the demo's orders are carried out on."""

    SIMULATED = SIMULATED
    LAB = "lab"


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8026,
    data: Annotated[Path | None, typer.Option(help="Data folder; ONAPI_DATA, or one of yours, if not given.")] = None,
    accesses: Annotated[int, typer.Option(min=4, max=10_000_000, help="Size of the city.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another number is another city.")] = 1,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what the data folder holds.")] = False,
    network: Annotated[
        Network, typer.Option(help="lab: four houses on a real switch in network namespaces; needs root.")
    ] = Network.SIMULATED,
) -> None:
    """Run a made-up operator: a database, a city, a catalogue, three providers, the API, and the engine."""
    if not (observe.is_loopback(host) or host == "localhost"):
        raise typer.BadParameter(f"the demo's passwords are public, so it stays on this machine; {host} is outside.")
    observe.begin_logging(readable=True)
    settings = settings_module.read(os.environ)
    folder = (data or settings.data).expanduser().resolve()
    listening = server.Listening(host=host, port=port, works=True)
    if network is Network.LAB:
        lab.run(dataclasses.replace(settings, data=folder), listening)
        return
    settings = dataclasses.replace(settings, data=folder, network=SIMULATED, co_id=settings.co_id or demo_month.CO_ID)
    if fresh and not settings.database_url:
        embedded.discard(settings.data)
    with database.available(settings) as ready_settings:
        held = asyncio.run(_prepare(ready_settings, accesses, seed))
        if held != action.described(accesses, seed):
            output.say(f"The data folder holds a city of {held}; --fresh makes the one you asked for.")
        server.run(ready_settings, listening, _welcome)


async def _prepare(settings: Settings, count: int, seed: int) -> str:
    """Migrate, fill an empty database, and return which city is there."""
    opened = await pool.connect(settings.database_url)
    try:
        async with opened.transaction() as tx:
            await migrate.apply(tx)
        held = await action.city(opened)
        if held is None:
            with output.progress("making the city", count) as told:
                await action.fill(opened, count=count, seed=seed, progress=told)
            held = action.described(count, seed)
        await action.stock(opened)
        await demo_month.invoice(opened, composition.issuer(settings))
        return held
    finally:
        await opened.close()


def _welcome(url: str) -> None:
    print(f"ready {url}")
    for provider in action.PROVIDERS:
        sees = ", ".join(provider.populations) or "everything"
        print(f"  {provider.sp} / {provider.secret}  {provider.dialect}, sees {sees}")
    print("try")
    print(f"  curl -u alfa:alfa-demo {url}accesses/DEMO-1")
    print(f"  curl -u alfa:alfa-demo '{url}accesses/?limit=3'")
    print(f"  curl -u alfa:alfa-demo {url}services/DEMO-1")
    wish = '{"operation":"ACTIVATE","accessId":"DEMO-1","service":"BB-100-100"}'
    print(f"  curl -u alfa:alfa-demo --json '{wish}' {url}orders/")
    print(f"  curl -u alfa:alfa-demo {url}orderevents/")
    print(f"  curl -u alfa:alfa-demo {url}invoicespecification/")
    print(f"  curl -u alfa:alfa-demo -D - -o accesses.json --compressed {url}accesses/", flush=True)
