"""The proof of the delta promise: a dozen writers of every kind, followers of every kind, and nothing is lost."""

import sys

import pytest

from tests.concurrency import workload
from tests.concurrency.scene import Scene
from tests.concurrency.workload import Outcome

pytestmark = pytest.mark.anyio


async def test_followers_that_use_only_deltas_end_with_the_full_list(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = await workload.run(scene, seconds=20, enough=_was_a_lot)
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome.summary}\n")
    assert outcome.verdict == []


def _was_a_lot(outcome: Outcome) -> bool:
    tally = outcome.tally
    return (
        tally.commits >= 300
        and min(tally.rollbacks, tally.grants) >= 10
        and tally.imports >= 2
        and tally.slow_commits_across_polls >= 8
        and outcome.deltas_while_slow >= 50
        and all(follower.deltas >= 5 for follower in outcome.followers)
    )
