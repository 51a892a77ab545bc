"""A worker that was stopped for longer than its lease changes nothing; one that is told to end gives back."""

import asyncio
import signal
from typing import Any

import pytest

from onapi.storage.simulated import Fault
from tests.crash import history
from tests.crash.village import Village, village
from tests.crash.workers import Nursery

pytestmark = pytest.mark.anyio

_BEGUN, _FIRST = "order_begun 0", "order_step_recorded 1"
_ACTIVATE: dict[str, Any] = {"operation": "ACTIVATE", "accessId": "A-0", "service": "BB-100"}
_DEACTIVATE = _ACTIVATE | {"operation": "DEACTIVATE"}


async def _everything(played: Village) -> list[Any]:
    """Return all that a worker could change."""
    tables = ("orders", "order_steps", "subscriptions", "journal", "simulated_ports", "simulated_effects")
    async with played.database.connection() as tx:
        return [await tx.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]


@pytest.mark.parametrize("point", [_BEGUN, "after delivering", _FIRST])
async def test_a_worker_that_lost_its_lease_changes_nothing_any_more(
    nursery: Nursery, database_url: str, point: str
) -> None:
    async with village(database_url, nursery.fates, accesses=2) as played:
        stale = await nursery.worker()
        order_id = await played.order("alfa", points=[point], number=signal.SIGSTOP, **_ACTIVATE)
        await nursery.fates.until_met(point)
        heir = await nursery.worker()
        assert await played.final(order_id) == "DONE_SUCCESS"
        # The port is as the stale worker knew it: whatever it asks now would be done.
        await played.done("alfa", **_DEACTIVATE)
        assert await heir.end() == 0
        before = await _everything(played)
        stale.signal(signal.SIGCONT)
        await nursery.until_said("lease_lost", order_id)
        await asyncio.sleep(0.5)
        assert await _everything(played) == before
        assert await history.faults(played.database) == []
        await played.done("alfa", **_ACTIVATE | {"accessId": "A-1"})
        assert await stale.end() == 0


@pytest.mark.parametrize(("point", "heirs"), [("after delivering", "before delivering"), (_FIRST, "order_begun 1")])
async def test_a_worker_that_lost_its_lease_records_nothing_while_another_is_at_work(
    nursery: Nursery, database_url: str, point: str, heirs: str
) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        stale = await nursery.worker()
        order_id = await played.order("alfa", points=[point], number=signal.SIGSTOP, **_ACTIVATE)
        await nursery.fates.until_met(point)
        nursery.fates.await_at("A-0" if heirs.startswith("before ") else order_id, heirs, signal.SIGSTOP)
        heir = await nursery.worker(lease_s=3600)
        await nursery.fates.until_met(heirs)
        before = await _everything(played)
        stale.signal(signal.SIGCONT)
        await nursery.until_said("lease_lost", order_id)
        assert await stale.end() == 0
        assert await _everything(played) == before
        heir.signal(signal.SIGCONT)
        assert await played.final(order_id) == "DONE_SUCCESS"
        assert await heir.end() == 0
        assert await history.faults(played.database) == []


async def test_a_worker_that_was_stopped_in_the_middle_of_a_question_asks_it_in_vain(
    nursery: Nursery, database_url: str
) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        stale = await nursery.worker()
        order_id = await played.order("alfa", points=["before delivering"], number=signal.SIGSTOP, **_ACTIVATE)
        await nursery.fates.until_met("before delivering")
        heir = await nursery.worker()
        assert await played.final(order_id) == "DONE_SUCCESS"
        await played.done("alfa", **_ACTIVATE | {"operation": "SUSPEND"})
        assert await heir.end() == 0
        before = await _everything(played)
        stale.signal(signal.SIGCONT)
        await nursery.until_said("lease_lost", order_id)
        assert await stale.end() == 0
        assert await _everything(played) == before
        assert await history.faults(played.database) == []


async def test_a_worker_that_nobody_replaced_goes_on_where_it_was_and_does_not_begin_the_order_twice(
    nursery: Nursery, database_url: str
) -> None:
    accesses = 8
    async with village(database_url, nursery.fates, accesses=accesses) as played:
        lone = await nursery.worker(concurrency=2 * accesses)
        for number in range(accesses):
            await played.fault(Fault(f"A-{number}", "slow", seconds=1.0))
        orders = [await played.later("alfa", **_ACTIVATE | {"accessId": f"A-{n}"}) for n in range(accesses)]
        nursery.fates.await_at(orders[-1], _BEGUN, signal.SIGSTOP)
        for number, order_id in enumerate(orders):
            await played.now("alfa", order_id, **_ACTIVATE | {"accessId": f"A-{number}"})
        await nursery.fates.until_met(_BEGUN)
        await played.until("SELECT count(*) = 0 FROM orders WHERE leased_until > clock_timestamp()")
        lone.signal(signal.SIGCONT)
        for order_id in orders:
            assert await played.final(order_id) == "DONE_SUCCESS"
        assert await lone.end() == 0
        assert await history.faults(played.database) == []
        said = nursery.log()
        assert said.count("'order_begun'") == accesses + said.count("'lease_lost'")


async def test_a_worker_that_is_told_to_end_finishes_what_it_has_begun(nursery: Nursery, database_url: str) -> None:
    accesses = 4
    async with village(database_url, nursery.fates, accesses=accesses + 1) as played:
        orders = [await played.later("alfa", **_ACTIVATE | {"accessId": f"A-{n}"}) for n in range(accesses)]
        for number in range(accesses):
            await played.fault(Fault(f"A-{number}", "slow", seconds=0.3))
        nursery.fates.await_at(orders[-1], _BEGUN, signal.SIGTERM)
        for number, order_id in enumerate(orders):
            await played.now("alfa", order_id, **_ACTIVATE | {"accessId": f"A-{number}"})
        ward = await nursery.worker(lease_s=60, concurrency=accesses)
        assert await ward.gone() == 0
        states = [(await played.order_row(order_id))["state"] for order_id in orders]
        assert states == ["DONE_SUCCESS"] * accesses
        left = await played.order("alfa", **_ACTIVATE | {"accessId": f"A-{accesses}"})
        assert (await played.order_row(left))["state"] == "RECEIVED"
        await nursery.worker()
        assert await played.final(left) == "DONE_SUCCESS"
        assert await history.faults(played.database) == []


async def test_a_worker_that_is_told_to_end_gives_back_what_takes_too_long(
    nursery: Nursery, database_url: str
) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        await played.fault(Fault("A-0", "dead"))
        order_id = await played.order("alfa", **_ACTIVATE)
        ward = await nursery.worker(lease_s=3600, deadline_s=2, tries=1)
        await nursery.until_said("order_begun", order_id)
        # It gives the step up after two seconds and begins to take it back; a second later its own patience is over.
        await asyncio.sleep(1)
        assert await ward.end() == 0
        row = await played.order_row(order_id)
        assert (row["state"], row["lease"], row["leased_until"]) == ("IN_PROGRESS", None, None)
        await played.fault(Fault("A-0", "dead", times=0))
        await played.sql("UPDATE orders SET due_at = clock_timestamp() WHERE finished_at IS NULL")
        await nursery.worker()
        # On a machine that was stopped in between, it may have ended before it took anything back.
        assert await played.final(order_id) == ("DONE_FAILED" if row["undoing"] else "DONE_SUCCESS")
        assert await history.faults(played.database) == []
