"""Fixtures for tests that only read: one database, one server and one small city for a whole module."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest

from onapi.settings import Settings
from onapi.storage.pool import Database
from onapi.vocabulary import Dialect
from tests import given
from tests.conftest import Server, serving

_serial = itertools.count(1)


@dataclass(frozen=True)
class City:
    """A server with accesses A-01 to A-25, and three SPs' headers; gamma speaks `standard` and sees no access."""

    server: Server
    alfa: dict[str, str]
    beta: dict[str, str]
    gamma: dict[str, str]


@pytest.fixture(scope="module")
def module_database_url(cluster_url: str) -> Iterator[str]:
    """Make a migrated, empty database for one module, and drop it afterwards."""
    name = f"web_{next(_serial)}"
    asyncio.run(_execute(cluster_url, f"CREATE DATABASE {name} TEMPLATE template_onapi"))
    yield cluster_url.replace("/postgres?", f"/{name}?")
    asyncio.run(_execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module")
def module_server(module_database_url: str) -> Iterator[Server]:
    """Run a server for one module."""
    with serving(Settings(database_url=module_database_url)) as running:
        yield running


@pytest.fixture(scope="module")
def city(module_server: Server) -> City:
    """Fill the module's server with a small city."""

    async def filled(database: Database) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        await given.accesses_in(database, *(given.access(f"A-{number:02}") for number in range(1, 26)))
        return (
            await given.provider(database, "alfa"),
            await given.provider(database, "beta"),
            await given.provider(database, "gamma", dialect=Dialect.STANDARD, populations=("Nowhere",)),
        )

    return City(module_server, *module_server.do(filled))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
