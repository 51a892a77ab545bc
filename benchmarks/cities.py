"""The databases that are measured: one PostgreSQL in a cache folder, with one city for each size."""

import asyncio
import base64
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks import history
from onapi import errors
from onapi.actions import demo
from onapi.storage import embedded, migrate, pool
from onapi.storage.pool import Database

CACHE = Path(__file__).resolve().parent.parent / "bench-data"
"""Where the databases stay from one run to the next; nothing else is kept."""

PROVIDER = demo.PROVIDERS[0]
"""The SP that asks; it sees everything."""

_SEED = 1
_SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class City:
    """A database with a demo city of `rows` accesses."""

    rows: int
    url: str


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Run the durable PostgreSQL of the cache folder, and yield its URL."""
    CACHE.mkdir(exist_ok=True)
    with embedded.running(CACHE) as url:
        yield url


def programs() -> Path:
    """Return the folder of the same PostgreSQL's programs, such as psql."""
    return embedded.installed() / "pginstall18" / "bin"


def authorization() -> str:
    """Return the header value by which the SP proves itself."""
    return "Basic " + base64.b64encode(f"{PROVIDER.sp}:{PROVIDER.secret}".encode()).decode()


def prepare(cluster_url: str, rows: int) -> City:
    """Return the city of so many accesses; it is made only when the cache does not have it."""
    city = City(rows, _of(cluster_url, f"city_{rows}"))
    asyncio.run(_prepare(cluster_url, city))
    return city


@contextlib.contextmanager
def scratch(cluster_url: str) -> Iterator[str]:
    """Yield the URL of an empty, migrated database that is dropped afterwards."""
    name = f"scratch_{secrets.token_hex(4)}"
    url = _of(cluster_url, name)
    asyncio.run(_make(cluster_url, name))
    try:
        asyncio.run(_migrate(url))
        yield url
    finally:
        asyncio.run(_execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)"))


def documents(city: City, count: int) -> dict[str, str]:
    """Return about so many of the city's documents by access ID, from all over it."""
    step = max(1, city.rows // count)
    query = """
        SELECT access_id, doc
          FROM (SELECT access_id, doc, row_number() OVER () AS n FROM accesses) a WHERE n % $1 = 0"""

    async def fetched() -> dict[str, str]:
        async with _opened(city.url) as database, database.connection() as tx:
            return {row["access_id"]: row["doc"] for row in await tx.fetch(query, step)}

    return asyncio.run(fetched())


def connected(city: City, count: int) -> list[str]:
    """Return about so many accesses that orders are taken on, from all over the city."""
    query = """
        SELECT access_id
          FROM (SELECT access_id, row_number() OVER () AS n, count(*) OVER () AS total FROM accesses
                 WHERE access_state = 'CONNECTED' AND access_id NOT LIKE 'DEMO%') a
         WHERE n % GREATEST(total / $1, 1) = 0 LIMIT $1"""

    async def fetched() -> list[str]:
        async with _opened(city.url) as database, database.connection() as tx:
            return [row["access_id"] for row in await tx.fetch(query, count)]

    return asyncio.run(fetched())


def fill(url: str, rows: int) -> float:
    """Make a city in an empty, migrated database, and return how many seconds it took."""

    async def filled() -> float:
        async with _opened(url) as database:
            began = time.perf_counter()
            await demo.fill(database, count=rows, seed=_SEED, progress=lambda _: None)
            return time.perf_counter() - began

    return asyncio.run(filled())


async def _prepare(cluster_url: str, city: City) -> None:
    name = f"city_{city.rows}"
    with contextlib.suppress(asyncpg.DuplicateDatabaseError):
        await _make(cluster_url, name)
    try:
        await _migrate(city.url)
    except errors.Conflict:
        # It was kept from a version whose schema was another.
        await _execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)")
        await _make(cluster_url, name)
        await _migrate(city.url)
    async with _opened(city.url) as database:
        if await demo.city(database) == demo.described(city.rows, _SEED):
            await history.give(city.url)
            return
        await demo.fill(database, count=city.rows, seed=_SEED, progress=lambda _: None)
        await demo.stock(database)
    # This also vacuums: a table that was just filled is read at a different speed until then.
    await history.give(city.url)
    # The newest change must be older than the whole second that a poll names.
    await asyncio.sleep(_SETTLE_S)


async def _make(cluster_url: str, name: str) -> None:
    await _execute(cluster_url, f"CREATE DATABASE {name}")


async def _migrate(url: str) -> None:
    async with _opened(url) as database, database.transaction() as tx:
        await migrate.apply(tx)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement, timeout=3600)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await pool.connect(url)
    try:
        yield database
    finally:
        await database.close()


def _of(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")
