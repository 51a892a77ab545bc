"""Open the database that a command works on: the one of ONAPI_DATABASE_URL, or the embedded one."""

import asyncio
import dataclasses
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from onapi import settings as settings_module
from onapi.settings import Settings
from onapi.storage import embedded, migrate, pool
from onapi.storage.pool import Database

T = TypeVar("T")


@contextmanager
def available(settings: Settings | None = None) -> Iterator[Settings]:
    """Yield settings whose database URL is real; the embedded PostgreSQL runs meanwhile, if that is the one."""
    settings = settings or settings_module.read(os.environ)
    if settings.database_url:
        yield settings
        return
    with embedded.running(settings.data) as url:
        yield dataclasses.replace(settings, database_url=url)


def run(work: Callable[[Database], Awaitable[T]]) -> T:
    """Connect, see that the schema is this version's, and do one thing."""
    with available() as settings:
        return asyncio.run(_run(settings, work))


def check(settings: Settings) -> None:
    """See that the database answers, and that its schema is this version's, before anything is started on it."""

    async def nothing(_database: Database) -> None:
        pass

    asyncio.run(_run(settings, nothing))


async def _run(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    database = await pool.connect(settings.database_url)
    try:
        await migrate.refuse_other_schema(database)
        return await work(database)
    finally:
        await database.close()
