"""Two servers share nothing but the database: a follower whose requests go to and fro loses nothing either."""

import asyncio

import pytest

from tests import given
from tests.concurrency import stories, writers
from tests.concurrency.followers import Manner
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio


async def test_a_change_that_commits_after_the_answer_of_one_server_is_in_the_delta_of_the_other(
    scene_of_two: Scene,
) -> None:
    assert await stories.a_change_commits_after_the_answer(scene_of_two) == []


@pytest.mark.parametrize("manner", [Manner.PAGES, Manner.LINES_ZSTD])
async def test_deltas_and_pages_may_be_asked_of_either_server(scene_of_two: Scene, manner: Manner) -> None:
    scene = scene_of_two
    await scene.city(*(given.access(f"A-{n}", population=writers.POPULATIONS[n % 5]) for n in range(5000)))
    follower = await scene.follower("alfa", manner=manner)
    hands = [await scene.by_hand() for _ in range(3)]

    async def change(worker: int) -> None:
        for turn in range(20):
            await hands[worker].execute("BEGIN")
            await hands[worker].execute(writers.OUTLET, f"A-{worker + 3 * turn}", f"turn {turn}")
            await asyncio.sleep(0.01 * worker)
            await hands[worker].execute("COMMIT")

    changing = asyncio.gather(*map(change, range(3)))
    await follower.until(changing.done)
    await changing
    await scene.ring(follower)
    assert follower.deltas >= 1
    assert await follower.verdict() == []
