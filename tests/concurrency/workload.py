"""Many writers and several followers at once, for a while; then the writers stop, and the followers are judged."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.concurrency import writers
from tests.concurrency.followers import Follower, Manner
from tests.concurrency.scene import Scene, lasting
from tests.concurrency.writers import Tally, Work, Writer

_PAUSE_S = 0.05


@dataclass(slots=True)
class Outcome:
    """What came of it: the checker's sentences, none if all is well, and the numbers."""

    tally: Tally
    followers: list[Follower]
    deltas_while_slow: int = 0
    verdict: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """The numbers, for people."""
        tally = self.tally
        lines = [
            f"{len(writers.EVERYONE)} writers in {self.seconds:.0f} s: {tally.commits} commits,"
            f" {tally.rollbacks} rollbacks, {tally.imports} imports of {writers.IMPORTED} rows,"
            f" {tally.grants} grants and revocations",
            f"  {tally.slow_commits} slow commits, {tally.slow_commits_across_polls} of them over a second and across"
            f" polls; {self.deltas_while_slow} deltas within a slow transaction",
            *(
                f"  {follower.sp:<6} by {follower.manner.value:<23}: {follower.deltas:4} deltas,"
                f" {follower.not_modified:4} times 304, {follower.documents:7} documents, keeps {len(follower.copy)}"
                for follower in self.followers
            ),
            f"  complaints: {len(self.verdict)}",
        ]
        return "\n".join(lines)


async def run(scene: Scene, seconds: float, enough: Callable[[Outcome], bool] = lambda _: True) -> Outcome:
    """Let everybody write and follow for so long, and until that is enough, by different views and manners."""
    await scene.city(*writers.standing_accesses())
    changing = await scene.follower("gamma", "Nowhere", manner=Manner.WHOLE)
    followers = [
        changing,
        await scene.follower("alfa", manner=Manner.LINES_ZSTD),
        await scene.follower("beta", "Norr", manner=Manner.PAGES),
        await scene.follower("delta", "Norr", "Öster", manner=Manner.LINES_GZIP),
        await scene.follower("omega", manner=Manner.PAGES),
    ]
    work = Work(scene, changing)
    outcome = Outcome(work.tally, followers)
    began = time.monotonic()
    async with asyncio.TaskGroup() as everybody:
        writing = [everybody.create_task(_write(work, writer)) for writer in writers.EVERYONE]
        for follower in followers:
            everybody.create_task(_follow(work, follower, outcome))
        await lasting(seconds, lambda: enough(outcome))
        work.stop.set()
        await asyncio.wait(writing)
    last_write = await scene.now()
    await asyncio.gather(*(follower.catch_up(last_write) for follower in followers))
    outcome.verdict += [sentence for follower in followers for sentence in await follower.verdict()]
    outcome.seconds = time.monotonic() - began
    return outcome


async def _write(work: Work, writer: Writer) -> None:
    hand = await work.scene.by_hand()
    while not work.stop.is_set():
        await writer(work, hand)


async def _follow(work: Work, follower: Follower, outcome: Outcome) -> None:
    """Poll until the work ends; count how many deltas were asked for and answered within one slow transaction."""
    while not work.stop.is_set():
        open_before, deltas = set(work.tally.slow_open), follower.deltas
        await follower.poll()
        work.tally.polls += 1
        outcome.deltas_while_slow += follower.deltas > deltas and bool(open_before & work.tally.slow_open)
        await asyncio.sleep(_PAUSE_S)
