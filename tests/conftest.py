"""Fixtures: one real PostgreSQL for the run, a database of its own for each test, and a real server over HTTP."""

import asyncio
import contextlib
import itertools
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx2
import hypothesis
import pytest
import uvicorn
from starlette.types import ASGIApp
from xdist.scheduler import LoadFileScheduling

from onapi.app import Application
from onapi.settings import Settings
from onapi.storage import embedded, migrate, pool
from onapi.storage.pool import Database
from onapi.web.protocol import GuardedProtocol

T = TypeVar("T")

# Shared machines stall; a deadline would make luck of a test.
hypothesis.settings.register_profile("onapi", deadline=None)
hypothesis.settings.load_profile("onapi")

_serial = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-skips."""
    parser.addoption("--no-skips", action="store_true", help="Fail when anything was skipped.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was not tested, loudly."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"NOT TESTED: {report.nodeid}: {report.longrepr[2]}", yellow=True, bold=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that must not skip, and did."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption("--no-skips") and skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class _Files(LoadFileScheduling):  # type: ignore[misc]  # xdist tells no types
    """Who runs which tests: those of a file are run by one worker, and so are those of the lab, which is one city."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/lab" if nodeid.startswith("tests/lab/") else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Files:
    """Let several workers run the tests."""
    return _Files(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers keep this machine busy: tests wait about as long as they compute."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """Run a PostgreSQL for the whole run, with a migrated template."""
    # In a folder of its own: PostgreSQL does not run as root, and pytest closes its folders to others in each run.
    with tempfile.TemporaryDirectory(prefix="onapi-tests-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with embedded.running(folder, durable=False) as url:
            asyncio.run(_make_template(url))
            yield url


@pytest.fixture
def database_url(cluster_url: str) -> Iterator[str]:
    """Make a migrated, empty database for one test, and drop it afterwards."""
    with made_database(cluster_url) as url:
        yield url


@pytest.fixture
def empty_url(cluster_url: str) -> Iterator[str]:
    """Make a database without a schema for one test, and drop it afterwards."""
    name = f"empty_{next(_serial)}"
    asyncio.run(_execute(cluster_url, f"CREATE DATABASE {name}"))
    yield _of(cluster_url, name)
    asyncio.run(_execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def made_database(cluster_url: str) -> Iterator[str]:
    """Make a migrated, empty database, and drop it when the block ends."""
    name = f"test_{next(_serial)}"
    asyncio.run(_execute(cluster_url, f"CREATE DATABASE {name} TEMPLATE template_onapi"))
    yield _of(cluster_url, name)
    asyncio.run(_execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)"))


@dataclass(frozen=True)
class Server:
    """A server that runs in this process, with its own loop and thread, and answers real HTTP."""

    url: str
    host: str
    port: int
    database_url: str
    root: str = "/onapi/2.6"

    def client(self, headers: dict[str, str] | None = None) -> httpx2.Client:
        """Return a client whose paths are below the version's root."""
        return httpx2.Client(base_url=self.url + self.root, headers=headers, timeout=30)

    def do(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Do something to the server's database, as the operator."""

        async def connected() -> T:
            async with opened(self.database_url) as database:
                return await work(database)

        return asyncio.run(connected())


@pytest.fixture
def server(database_url: str) -> Iterator[Server]:
    """Run a server on an empty database."""
    with serving(Settings(database_url=database_url)) as running:
        yield running


@contextlib.contextmanager
def serving(
    settings: Settings, around: Callable[[ASGIApp], ASGIApp] = lambda app: app, *, works: bool = False
) -> Iterator[Server]:
    """Run a server with these settings until the block ends.

    Args:
        settings: of the server.
        around: may stand between it and its callers.
        works: whether it has an engine beside it.

    """
    config = uvicorn.Config(
        around(Application(settings, works=works)),
        port=0,
        http=GuardedProtocol,
        lifespan="on",
        log_config=None,
        ws="none",
        loop="uvloop",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn_server = uvicorn.Server(config)
    thread = threading.Thread(target=uvicorn_server.run, daemon=True)
    thread.start()
    while not uvicorn_server.started:
        if not thread.is_alive():
            pytest.fail("The server did not start.")
        thread.join(0.01)
    host, port = uvicorn_server.servers[0].sockets[0].getsockname()
    try:
        yield Server(f"http://{host}:{port}", host, port, settings.database_url)
    finally:
        uvicorn_server.should_exit = True
        thread.join(20)


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open a database's pool for the block."""
    database = await pool.connect(url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """Name a data folder that is not there yet, in one that the account of PostgreSQL can enter."""
    # Not one of pytest's: each run of it closes the folders of all runs to others, and another may begin meanwhile.
    with tempfile.TemporaryDirectory(prefix="onapi-data-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder / "data"


async def _make_template(url: str) -> None:
    await _execute(url, "CREATE DATABASE template_onapi")
    async with opened(_of(url, "template_onapi")) as database, database.transaction() as tx:
        await migrate.apply(tx)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _of(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")
