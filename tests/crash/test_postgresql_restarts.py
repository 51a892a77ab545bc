"""PostgreSQL goes away and comes back: requests wait or are told to, workers go on, and nothing is lost."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from onapi.storage import embedded, migrate
from tests.conftest import opened
from tests.crash import history
from tests.crash.servers import Sp, order_until, serving
from tests.crash.village import village
from tests.crash.workers import nursery

pytestmark = pytest.mark.anyio

_MODES = ("immediate", "fast", "immediate", "fast", "immediate")
"""How it ends: as when it crashes, or as when somebody restarts it."""


async def _restarted(folder: Path) -> None:
    """Restart the PostgreSQL of a folder, several times, while everybody is at work."""
    cluster = embedded._cluster(folder, embedded.installed() / "pginstall18" / "bin")
    for mode in _MODES:
        await asyncio.sleep(random.uniform(0.5, 1.5))
        log = str(cluster.data / "server.log")
        ran = await asyncio.to_thread(cluster._run, "pg_ctl", "restart", "-w", "-t", "60", "-m", mode, "-l", log)
        assert ran.returncode == 0, ran.stderr


async def test_orders_survive_restarts_of_postgresql(
    data_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with embedded.running(data_folder) as url:
        async with opened(url) as database, database.transaction() as tx:
            await migrate.apply(tx)
        async with (
            nursery(url, tmp_path) as nursed,
            village(url, nursed.fates, accesses=6) as played,
            serving(url) as server,
        ):
            sp = Sp("alfa", [server])
            workers = [await nursed.worker() for _ in range(2)]
            restarting = asyncio.create_task(_restarted(data_folder))
            ordering = [asyncio.create_task(order_until(sp, played, f"A-{n}", restarting)) for n in range(6)]
            await asyncio.gather(restarting, *ordering)
            assert server.process.returncode is None
            assert [await worker.end() for worker in workers] == [0, 0], nursed.log()
            assert "order_broke" not in nursed.log()
            assert await history.faults(played.database) == []
            async with played.database.connection() as tx:
                rows = await tx.fetch("SELECT * FROM orders ORDER BY position")
    with capsys.disabled():
        sys.stdout.write(
            f"\nPostgreSQL was restarted {len(_MODES)} times: {len(rows)} orders, {dict(sp.statuses)}.\n"
        )
    assert sp.faults(rows) == []
    assert sp.statuses[503] > 0
    assert sp.unanswered == 0
