"""The proof of the delta promise: a dozen writers of every kind, followers of every kind, and nothing is lost."""

import sys

import pytest

from tests.concurrency import workload
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio


async def test_followers_that_use_only_deltas_end_with_the_full_list(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = await workload.run(scene, seconds=20)
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome.summary}\n")
    assert outcome.verdict == []
    assert outcome.tally.commits >= 300
    assert outcome.tally.rollbacks >= 10
    assert outcome.tally.imports >= 2
    assert outcome.tally.grants >= 10
    assert outcome.tally.slow_commits_across_polls >= 8
    assert outcome.deltas_while_slow >= 50
    assert all(follower.deltas >= 5 for follower in outcome.followers)
