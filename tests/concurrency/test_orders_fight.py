"""Two SPs fight for the same accesses, while operators change them and followers watch: one wins, no word is lost."""

import sys

import pytest

from tests.concurrency import order_fight
from tests.concurrency.order_fight import Outcome
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio


async def test_one_wins_and_everybody_learns_of_it(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = await order_fight.run(scene, seconds=20, enough=_was_a_fight)
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome.summary}\n")
    assert outcome.verdict == []
    assert min(outcome.takeovers, outcome.failed) >= 1


def _was_a_fight(outcome: Outcome) -> bool:
    statuses = outcome.statuses
    return min(statuses[201], statuses[409]) >= 200 and statuses[204] >= 20 and outcome.slow_changes_by_hand >= 5
