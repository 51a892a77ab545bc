"""Orders that cannot be finished: what was done for them is taken back once, whoever dies while doing so."""

import asyncio
from typing import Any

import pytest

from onapi import ids
from tests.crash import history
from tests.crash.village import Village, village
from tests.crash.workers import Nursery

pytestmark = pytest.mark.anyio

_BACK = ("order_step_recorded 1 undoing", "order_step_recorded 0 undoing", "order_failed")
_ACTIVATE: dict[str, Any] = {"operation": "ACTIVATE", "service": "BB-100"}


async def _are_final(played: Village, *order_ids: ids.OrderId) -> None:
    for order_id in order_ids:
        await played.final(order_id)


async def test_an_order_that_fails_when_the_network_has_done_it_is_taken_back(
    nursery: Nursery, database_url: str
) -> None:
    async with village(database_url, nursery.fates, accesses=3) as played:
        ward = await nursery.worker()
        await played.done("alfa", **_ACTIVATE, accessId="A-2")
        assert await ward.end() == 0
        orders = []
        for access, point in (
            ("A-0", "after delivering"),
            ("A-1", "order_step_recorded 1"),
            ("A-2", "after delivering"),
        ):
            takeover = access == "A-2"
            order_id = await played.order(
                "beta", points=[point], **_ACTIVATE, accessId=access, forcedTakeover=takeover
            )
            # Its lease lasts until everything is arranged.
            assert await (await nursery.worker(lease_s=3600)).gone() == -9
            await played.sql("UPDATE accesses SET access_state = 'DISCONNECTED' WHERE access_id = $1", access)
            verb = "delivering" if takeover else "removing"
            for who, then in [
                *((order_id, one) for one in _BACK),
                (access, f"before {verb}"),
                (access, f"after {verb}"),
            ]:
                nursery.fates.await_at(who, then)
            orders.append(order_id)
        await played.sql("UPDATE orders SET leased_until = clock_timestamp() WHERE leased_until IS NOT NULL")
        told = asyncio.create_task(_are_final(played, *orders))
        await nursery.work_until([told], [[], []])
        assert nursery.fates.unmet() == []
        rows = [await played.order_row(order_id) for order_id in orders]
        assert [(row["state"], row["code"]) for row in rows] == [("DONE_FAILED", "access_state")] * 3
        assert await history.faults(played.database, taken_back=orders) == []


@pytest.mark.parametrize(
    ("operation", "state", "points"),
    [
        ("SUSPEND", "DONE_FAILED", ("order_begun 0", *_BACK)),
        ("DEACTIVATE", "DONE_SUCCESS", ("order_begun 0", "order_step_recorded 1", "order_step_recorded 2")),
    ],
)
async def test_an_order_whose_subscription_a_takeover_ended_leaves_the_winners_port_alone(
    nursery: Nursery, database_url: str, operation: str, state: str, points: tuple[str, ...]
) -> None:
    async with village(database_url, nursery.fates, accesses=1) as played:
        ward = await nursery.worker()
        line = await played.done("alfa", **_ACTIVATE, accessId="A-0")
        assert await ward.end() == 0
        takeover = await played.order("beta", **_ACTIVATE, accessId="A-0", forcedTakeover=True)
        order_id = await played.order("alfa", points=points, operation=operation, subscriptionId=line)
        await nursery.work_until([asyncio.create_task(_are_final(played, takeover, order_id))], [[]])
        assert nursery.fates.unmet() == []
        assert (await played.order_row(order_id))["state"] == state
        assert await history.faults(played.database) == []
