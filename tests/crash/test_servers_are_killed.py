"""API servers die in the middle of POSTs: an answered order is never lost, one that is sent again never doubles."""

import asyncio
import random
import sys
from typing import Any

import pytest

from onapi import ids
from onapi.storage.simulated import Fault
from tests.crash import history
from tests.crash.servers import Server, Sp, order_until, serving
from tests.crash.village import Village, in_the_way, village
from tests.crash.workers import Nursery

pytestmark = pytest.mark.anyio

_KILLS = 15
_STORED = "SELECT max(position) FROM orders"
_ACTIVATE: dict[str, Any] = {"operation": "ACTIVATE", "accessId": "A-0", "service": "BB-100"}


async def _serve(played: Village, url: str, servers: list[Server], *, kills: int) -> None:
    """Start one server after the other, and kill each while somebody waits for its answer.

    Every second one dies when an order has just been stored, before or after the answer is on its way.
    """
    for number in range(kills):
        async with serving(url) as server:
            servers.append(server)
            enough = random.randint(1, 20)
            while server.answered < enough or not server.posting:
                await asyncio.sleep(0.001)
            async with played.database.connection() as tx:
                before = await tx.fetchval(_STORED)
                while number % 2 and await tx.fetchval(_STORED) == before:
                    pass
            await asyncio.sleep(0 if number % 2 else random.uniform(0, 0.01))
            servers.remove(server)
            await server.killed()


async def _serve_twice(played: Village, url: str, servers: list[Server], last: Server) -> None:
    """Have two servers at a time, until so many were killed; then one that stays."""
    kills = _KILLS // 2, _KILLS - _KILLS // 2
    await asyncio.gather(*(_serve(played, url, servers, kills=share) for share in kills))
    servers.append(last)


async def test_orders_of_sps_that_do_not_give_up_are_there_once_when_servers_are_killed(
    nursery: Nursery, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    servers: list[Server] = []
    sp = Sp("alfa", servers)
    async with village(database_url, nursery.fates, accesses=8) as played, serving(database_url) as last:
        for number in range(0, 8, 2):
            await played.fault(Fault(f"A-{number}", "slow", seconds=0.2))
        worker = await nursery.worker(concurrency=20)
        killing = asyncio.create_task(_serve_twice(played, database_url, servers, last))
        ordering = [asyncio.create_task(order_until(sp, played, f"A-{n}", killing)) for n in range(8)]
        await asyncio.gather(killing, *ordering)
        assert await worker.end() == 0
        assert await history.faults(played.database) == []
        async with played.database.connection() as tx:
            rows = await tx.fetch("SELECT * FROM orders ORDER BY position")
    with capsys.disabled():
        sys.stdout.write(
            f"\n{_KILLS} servers were killed: {len(rows)} orders, {sp.unanswered} POSTs had no answer, "
            f"{sp.found} of them an order.\n"
        )
    assert sp.faults(rows) == []
    assert sp.unanswered >= _KILLS // 2


@pytest.mark.parametrize("key", [None, "a key"])
async def test_an_order_that_was_stored_without_an_answer_is_found_when_it_is_sent_again(
    nursery: Nursery, database_url: str, key: str | None
) -> None:
    servers: list[Server] = []
    sp = Sp("alfa", servers)
    async with village(database_url, nursery.fates, accesses=1) as played:
        worker = await nursery.worker()
        await played.done("alfa", **_ACTIVATE)
        assert await worker.end() == 0
        async with serving(database_url) as server:
            servers.append(server)
            async with in_the_way(database_url, "SELECT FROM subscriptions FOR UPDATE"):
                sending = asyncio.create_task(sp.order(key=key, **_ACTIVATE | {"operation": "SUSPEND"}))
                await played.until_waiting(1)
                servers.clear()
                await server.killed()
            await played.until_waiting(0)
        async with serving(database_url) as server:
            servers.append(server)
            answer = await sending
        # Without a key the order was one statement, which PostgreSQL finished; with one, a transaction that it ended.
        assert sp.statuses == ({200: 1} if key is None else {201: 1})
        await nursery.worker()
        assert await played.final(ids.OrderId(answer["orderId"])) == "DONE_SUCCESS"
        assert await history.faults(played.database) == []
        async with played.database.connection() as tx:
            assert await tx.fetchval("SELECT count(*) FROM orders WHERE operation = 'SUSPEND'") == 1


@pytest.mark.parametrize(
    ("key", "fields", "again"),
    [
        (None, {"operation": "SUSPEND"}, 200),
        ("a key", {"operation": "SUSPEND"}, 201),
        ("a key", {"operation": "MODIFY", "spReference": "another"}, 201),
    ],
)
async def test_an_order_that_is_sent_again_when_it_is_done_is_not_done_again(
    nursery: Nursery, database_url: str, key: str | None, fields: dict[str, str], again: int
) -> None:
    servers: list[Server] = []
    sp = Sp("alfa", servers)
    async with village(database_url, nursery.fates, accesses=1) as played:
        await nursery.worker()
        await played.done("alfa", **_ACTIVATE)
        async with serving(database_url) as server:
            writer = await sp.order_unheard(server, key=key, **_ACTIVATE | fields)
            await played.until("SELECT count(*) = 2 FROM orders WHERE state = 'DONE_SUCCESS'")
            await server.killed()
            writer.close()
        async with serving(database_url) as server:
            servers.append(server)
            answer = await sp.order(key=key, unheard=True, **_ACTIVATE | fields)
        assert sp.statuses == {again: 1}
        async with played.database.connection() as tx:
            rows = await tx.fetch("SELECT * FROM orders WHERE operation <> 'ACTIVATE'")
        assert [row["order_id"] for row in rows] == [answer.get("orderId", rows[0]["order_id"])]
        assert await history.faults(played.database) == []
