"""The command `onapi work`: the engine that carries orders out."""

import asyncio
import signal
from typing import Annotated

import prometheus_client
import typer

from onapi import app
from onapi.actions.places import SIMULATED
from onapi.cli import database, output
from onapi.settings import Settings
from onapi.storage import pool
from onapi.web import observe

Concurrency = Annotated[int, typer.Option(min=1, max=1000, help="Orders at once.")]


def work(concurrency: Concurrency = app.CONCURRENCY) -> None:
    """Carry out orders that are due, until SIGINT or SIGTERM; any number of hosts may."""
    observe.begin_logging()
    with database.available() as settings:
        database.check(settings)
        if settings.metrics_port:
            prometheus_client.start_http_server(settings.metrics_port, "127.0.0.1")
        if settings.network == SIMULATED:
            output.say("Orders are carried out on the simulated network: no real port is touched.")
        asyncio.run(_work(settings, concurrency))


async def _work(settings: Settings, concurrency: int) -> None:
    opened = await pool.connect(settings.database_url)
    try:
        async with app.engine(settings, opened, concurrency=concurrency) as worker:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, worker.stop)
            print("working", flush=True)
            await worker.run()
    finally:
        await opened.close()
