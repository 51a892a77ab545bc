"""Workers die of SIGKILL at every point of every kind of order, and nobody outside can tell."""

import asyncio
import random
import signal
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from onapi.storage.simulated import Fault
from tests.crash import history
from tests.crash.village import Village, village
from tests.crash.worker_process import READY
from tests.crash.workers import Nursery, Ward

pytestmark = pytest.mark.anyio

_MAC = "AA:BB:CC:DD:EE:0"
_BEGUN, _FIRST, _LAST = "order_begun 0", "order_step_recorded 1", "order_step_recorded 2"
_DELIVERING = (_BEGUN, "before delivering", "after delivering", _FIRST, _LAST)
_REMOVING = (_BEGUN, "before removing", "after removing", _FIRST, _LAST)
_ON_PAPER = (_BEGUN, _FIRST)
_REFUSED = (
    *(_BEGUN, "before delivering", "after delivering", "order_step_recorded 1 undoing"),
    *("before removing", "after removing", "order_step_recorded 0 undoing", "order_failed"),
)
_REFUSED_AT_ONCE = ("order_step_recorded 0 undoing", "order_failed")
_STORIES = 5
_AT_THE_DOOR = 10


async def _one_of_each(village: Village, access: str, points: "_Points") -> None:
    """Place every kind of order on an access, one after the other."""
    at: dict[str, Any] = {"accessId": access}
    line = await village.done(
        "alfa", operation="ACTIVATE", service="BB-100", spReference="r1", points=points(_DELIVERING), **at
    )
    mine: dict[str, Any] = {"subscriptionId": line}
    equipment = {"macAddress": _MAC + "1", "vendorId": "dslforum.org"}
    await village.done("alfa", operation="MODIFY", equipment=[equipment], points=points(_DELIVERING), **mine)
    await village.done("alfa", operation="MODIFY", spReference="r2", points=points(_ON_PAPER), **mine)
    change = {"service": "BB-250", "characteristics": {"sla": "gold", "fixedIp": True}}
    await village.done("alfa", operation="CHANGE", points=points(_DELIVERING), **mine, **change)
    await village.done("alfa", operation="SUSPEND", externalNote="unpaid", points=points(_DELIVERING), **mine)
    takeover = {"operation": "ACTIVATE", "service": "BB-100", "forcedTakeover": True}
    theirs = await village.done("beta", points=points(_DELIVERING), **takeover, **at)
    await village.done("beta", operation="SUSPEND", points=points(()), subscriptionId=theirs)
    await village.done("beta", operation="RESUME", points=points(_DELIVERING), subscriptionId=theirs)
    await village.done("beta", operation="DEACTIVATE", points=points(_REMOVING), subscriptionId=theirs)
    await village.fault(Fault(access, "reject"))
    for refusal in (_REFUSED, _REFUSED_AT_ONCE):
        refused = await village.order("alfa", operation="ACTIVATE", service="BB-250", points=points(refusal), **at)
        assert await village.final(refused) == "DONE_FAILED"
    await village.fault(Fault(access, "fail", times=2))
    await village.done("alfa", operation="ACTIVATE", service="BB-250", points=points(("order_postponed 0",)), **at)


class _Points:
    """Hands points of death out, and counts them; without deaths it hands out none."""

    def __init__(self, *, deaths: bool) -> None:
        self._deaths = deaths
        self.count = 0

    def __call__(self, points: Sequence[str]) -> Sequence[str]:
        self.count += len(points) if self._deaths else 0
        return points if self._deaths else ()


async def _with_cancellations(village: Village, access: str, ordering: Sequence["asyncio.Task[None]"]) -> None:
    """While others order, order telephones, and cancel them at some moment, too late or not."""
    number = 0
    while not all(task.done() for task in ordering):
        number += 1
        line = f"{access}/{number}"
        order_id = await village.order(
            "beta", operation="ACTIVATE", service="PHONE", accessId=access, spSubscriptionId=line
        )
        await asyncio.sleep(random.uniform(0, 0.5))
        cancelled = await village.cancel("beta", order_id)
        assert await village.final(order_id) == ("CANCELLED" if cancelled else "DONE_SUCCESS")


async def _deaths_before_claiming(nursery: Nursery) -> None:
    """Let workers die that have not claimed anything yet."""
    for _ in range(_AT_THE_DOOR):
        nursery.fates.await_at("anyone", READY)
        while nursery.fates.unmet().count(f"anyone {READY}"):
            await asyncio.sleep(0.05)


async def test_a_worker_killed_at_any_point_of_any_order_leaves_nothing_undone_or_done_twice(
    nursery: Nursery, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    points = _Points(deaths=True)
    async with village(database_url, nursery.fates, accesses=_STORIES + 1) as played:
        ordering = [asyncio.create_task(_one_of_each(played, f"A-{n}", points)) for n in range(_STORIES)]
        others = [_deaths_before_claiming(nursery), _with_cancellations(played, f"A-{_STORIES}", ordering)]
        stories = [*ordering, *map(asyncio.create_task, others)]
        # One order at a time for each: the death of one shall not keep another from its own.
        await nursery.work_until(stories, [[] for _ in range(5)], concurrency=1)
        assert nursery.fates.unmet() == []
        assert await history.faults(played.database) == []
    with capsys.disabled():
        sys.stdout.write(f"\n{nursery.kills} workers were killed.\n")
    assert len(nursery.fates.all_met()) == points.count + _AT_THE_DOOR == nursery.kills
    assert nursery.kills >= 200


async def _at_random(posts: Sequence[list[Ward]], *, kills: int) -> None:
    """Kill so many workers, at moments that nobody has chosen."""
    killed = set[Ward]()
    while len(killed) < kills:
        await asyncio.sleep(random.uniform(0, 0.3))
        for ward in random.choice(posts):
            ward.signal(signal.SIGKILL)
            await ward.gone()
            killed.add(ward)


async def _over_and_over(village: Village, access: str, killing: "asyncio.Task[None]") -> None:
    """Place every kind of order, one after the other, until the killing is over."""
    while not killing.done():
        await _one_of_each(village, access, _Points(deaths=False))
        await village.done("alfa", operation="DEACTIVATE", accessId=access, service="BB-250")


async def test_workers_killed_at_random_leave_nothing_undone_or_done_twice(
    nursery: Nursery, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    posts: list[list[Ward]] = [[], []]
    async with village(database_url, nursery.fates, accesses=8) as played:
        killing = asyncio.create_task(_at_random(posts, kills=40))
        ordering = [asyncio.create_task(_over_and_over(played, f"A-{n}", killing)) for n in range(6)]
        cancelling = [asyncio.create_task(_with_cancellations(played, f"A-{n}", ordering)) for n in (6, 7)]
        await nursery.work_until([killing, *ordering, *cancelling], posts, concurrency=4)
        assert await history.faults(played.database) == []
    with capsys.disabled():
        sys.stdout.write(f"\n{nursery.kills} workers were killed.\n")
    assert nursery.kills >= 40
