"""A real ON-API server in the process of a test: PostgreSQL, API and engine, on a simulated network.

The fixture `onapi_network` (`pytest_plugin.py`) gives a `Network` of a test's own; without pytest:

    with cluster() as running, running.network() as network, network.client() as client: …

It needs the extra `server`, and nothing else: no network, no container, no root.
"""

import asyncio
import contextlib
import itertools
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from onapi.actions import demo
from onapi.actions.places import SIMULATED
from onapi.app import Application
from onapi.client import AsyncClient, Client
from onapi.domain.demo_city import DEMO_IDS
from onapi.settings import Settings
from onapi.storage import embedded, migrate, pool, simulated
from onapi.storage.pool import Database
from onapi.storage.simulated import Fault
from onapi.web.protocol import GuardedProtocol

T = TypeVar("T")

ACCESSES = 40
_TEMPLATE = "onapi_template"
_START_S = 60


@dataclass(frozen=True, slots=True)
class Network:
    """An operator with a small city, of one test.

    Its accesses are `DEMO-1` and `DEMO-2`, where all goes well, `DEMO-FAIL-1`, where orders fail, `DEMO-SLOW-1`,
    where they take five seconds, and some more. Its providers are alfa, beta and gamma; each password is the name and
    `-demo`.
    """

    url: str
    database_url: str
    accesses: tuple[str, ...] = DEMO_IDS

    def client(self, user: str = "alfa") -> Client:
        """Return a provider's client; close it, or use it in a `with`."""
        return Client(self.url, user, f"{user}-demo")

    def async_client(self, user: str = "alfa") -> AsyncClient:
        """Return a provider's client for a loop; use it in an `async with`."""
        return AsyncClient(self.url, user, f"{user}-demo")

    def fault(self, access_id: str, kind: str, *, times: int | None = None, seconds: float = 0.0) -> None:
        """Make an access's element fail from now on.

        Args:
            access_id: the access.
            kind: fail (not now), reject (never), slow, dead, or garbage.
            times: for how many questions; None: for all.
            seconds: how slow it is.

        """
        self._put(Fault(access_id, kind, times, seconds))

    def mend(self, access_id: str) -> None:
        """Make an access's element sound again."""
        self._put(Fault(access_id, "fail", times=0))

    def _put(self, fault: Fault) -> None:
        async def put(database: Database) -> None:
            async with database.transaction() as tx:
                await simulated.put_fault(tx, fault)

        _done(_opened(self.database_url, put))


@dataclass(slots=True)
class Cluster:
    """A PostgreSQL with the operator that networks are copies of."""

    url: str
    _serial: Iterator[int]

    @contextlib.contextmanager
    def network(self) -> Iterator[Network]:
        """Run an operator of its own until the block ends."""
        name = f"onapi_network_{next(self._serial)}"
        _done(_statement(self.url, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}"))
        try:
            with _serving(_named(self.url, name)) as url:
                yield Network(url, _named(self.url, name))
        finally:
            _done(_statement(self.url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL until the block ends; it keeps nothing."""
    # In a folder of its own, which the account can enter that PostgreSQL runs as where the tests run as root.
    with tempfile.TemporaryDirectory(prefix="onapi-testing-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with embedded.running(folder, durable=False) as url:
            _done(_statement(url, f"CREATE DATABASE {_TEMPLATE}"))
            _done(_opened(_named(url, _TEMPLATE), _filled))
            yield Cluster(url, itertools.count(1))


async def _filled(database: Database) -> None:
    async with database.transaction() as tx:
        await migrate.apply(tx)
    await demo.fill(database, count=ACCESSES, seed=1, progress=lambda _: None)
    await demo.stock(database)


@contextlib.contextmanager
def _serving(database_url: str) -> Iterator[str]:
    """Serve the API, and carry orders out, in a thread with a loop of its own; yields the version's root."""
    config = uvicorn.Config(
        Application(Settings(database_url=database_url, network=SIMULATED), works=True),
        port=0,
        http=GuardedProtocol,
        lifespan="on",
        log_config=None,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="onapi", daemon=True)
    thread.start()
    end = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("The operator did not start.")
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}/onapi/2.6/"
    finally:
        server.should_exit = True
        thread.join(20)


async def _opened(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = await pool.connect(url)
    try:
        return await work(database)
    finally:
        await database.close()


async def _statement(url: str, text: str) -> None:
    async def execute(database: Database) -> None:
        async with database.connection() as connection:
            await connection.execute(text)

    await _opened(url, execute)


def _done(work: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns, also where the caller is in a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _named(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")
