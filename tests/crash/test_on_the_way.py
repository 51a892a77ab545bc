"""What a dead worker had sent is done without it: PostgreSQL and the network finish what they were asked."""

import signal
from typing import Any

import pytest

from tests.crash import history
from tests.crash.village import in_the_way, village
from tests.crash.workers import Nursery, Ward

pytestmark = pytest.mark.anyio

_FIRST = "order_step_recorded 1"
_ACTIVATE: dict[str, Any] = {"operation": "ACTIVATE", "accessId": "A-0", "service": "BB-100"}
_STEP = """
    INSERT INTO order_steps (order_id, number, undo, name, tries, started_at)
    VALUES ($1, $2, false, 'somebody is at it', 1, clock_timestamp())
"""
_EMPTY_PORT = "INSERT INTO simulated_ports VALUES ('A-0', 'Broadband', 'somebody is at it')"
_USED_PORT = "SELECT FROM simulated_ports FOR UPDATE"


async def _dead(ward: Ward) -> None:
    ward.signal(signal.SIGKILL)
    assert await ward.gone() == -signal.SIGKILL


async def test_a_claim_that_is_carried_out_when_its_worker_is_dead(nursery: Nursery, database_url: str) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        ward = await nursery.worker()
        order_id = await played.later("alfa", **_ACTIVATE)
        async with in_the_way(database_url, _STEP, order_id, 1):
            await played.now("alfa", order_id, **_ACTIVATE)
            await played.until_waiting(1)
            await _dead(ward)
        await played.until("SELECT state = 'IN_PROGRESS' FROM orders WHERE order_id = $1", order_id)
        await nursery.worker()
        assert await played.final(order_id) == "DONE_SUCCESS"
        assert await history.faults(played.database) == []


async def test_a_record_that_is_written_when_its_worker_is_dead(nursery: Nursery, database_url: str) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        ward = await nursery.worker()
        order_id = await played.later("alfa", **_ACTIVATE)
        async with in_the_way(database_url, _STEP, order_id, 2):
            await played.now("alfa", order_id, **_ACTIVATE)
            await played.until_waiting(1)
            await _dead(ward)
        await played.until("SELECT step = 1 FROM orders WHERE order_id = $1", order_id)
        await nursery.worker()
        assert await played.final(order_id) == "DONE_SUCCESS"
        assert await history.faults(played.database) == []


async def test_a_worker_that_dies_in_its_last_transaction_has_not_finished_the_order(
    nursery: Nursery, database_url: str
) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        ward = await nursery.worker()
        order_id = await played.order("alfa", points=[_FIRST], number=signal.SIGSTOP, **_ACTIVATE)
        await nursery.fates.until_met(_FIRST)
        async with in_the_way(database_url, "SELECT FROM order_steps WHERE order_id = $1 FOR UPDATE", order_id):
            ward.signal(signal.SIGCONT)
            await played.until_waiting(1)
            await _dead(ward)
        await played.until_waiting(0)
        assert (await played.order_row(order_id))["state"] == "IN_PROGRESS"
        await nursery.worker()
        assert await played.final(order_id) == "DONE_SUCCESS"
        assert await history.faults(played.database) == []


@pytest.mark.parametrize("operation", ["ACTIVATE", "SUSPEND", "DEACTIVATE"])
async def test_a_dead_workers_question_is_with_the_network_together_with_its_heirs(
    nursery: Nursery, database_url: str, operation: str
) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        ward = await nursery.worker()
        if operation != "ACTIVATE":
            await played.done("alfa", **_ACTIVATE)
        async with in_the_way(database_url, _EMPTY_PORT if operation == "ACTIVATE" else _USED_PORT):
            order_id = await played.order("alfa", **_ACTIVATE | {"operation": operation})
            await played.until_waiting(1)
            await _dead(ward)
            await nursery.worker()
            await played.until_waiting(2)
        assert await played.final(order_id) == "DONE_SUCCESS"
        assert await history.faults(played.database) == []
