"""The checker can fail: planted faults make it report a lost change, in the very stories that lose none without."""

import pytest

from tests.concurrency import mutants, stories, workload
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("fault", mutants.AFTER_THE_ANSWER.values(), ids=mutants.AFTER_THE_ANSWER.keys())
async def test_a_change_that_commits_after_the_answer_is_lost_when(scene: Scene, fault: str) -> None:
    await scene.sql(fault)
    assert _has_lost("A-1", await stories.a_change_commits_after_the_answer(scene))


@pytest.mark.parametrize("fault", mutants.LONG_AFTER_THE_BEGIN.values(), ids=mutants.LONG_AFTER_THE_BEGIN.keys())
async def test_a_change_long_after_the_begin_is_lost_when(scene: Scene, fault: str) -> None:
    await scene.sql(fault)
    assert _has_lost("A-1", await stories.a_transaction_writes_long_after_it_began(scene))


@pytest.mark.parametrize("fault", mutants.BEFORE_THE_ROW.values(), ids=mutants.BEFORE_THE_ROW.keys())
async def test_an_insert_that_lingers_is_lost_when(scene: Scene, fault: str) -> None:
    await scene.sql(fault)
    assert _has_lost("A-2", await stories.an_insert_lingers_between_its_stamp_and_its_row(scene))


async def test_stamps_of_whole_seconds_alone_lose_nothing(scene: Scene) -> None:
    await scene.sql(mutants.STAMPS_OF_WHOLE_SECONDS)
    assert await stories.a_change_commits_after_the_answer(scene) == []


async def test_the_whole_workload_loses_changes_when_last_modified_is_the_clock(scene: Scene) -> None:
    await scene.sql(mutants.NAIVE)
    outcome = await workload.run(scene, seconds=3, enough=lambda now: now.tally.slow_commits_across_polls >= 1)
    assert any(sentence.startswith("lost") for sentence in outcome.verdict), outcome.summary


def _has_lost(access_id: str, verdict: list[str]) -> bool:
    return any(
        sentence.startswith("lost a change") and f'"accessId":"{access_id}"' in sentence for sentence in verdict
    )
