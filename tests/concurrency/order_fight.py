"""A fight: clients of two SPs, two workers, operators who change things by hand, and followers of every kind."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field

import asyncpg

from onapi.domain.characteristics import Rule
from onapi.vocabulary import Dialect
from tests import given
from tests.concurrency import order_histories
from tests.concurrency.followers import Follower, Manner
from tests.concurrency.order_fighters import FOUGHT_FOR, Fighter, Side
from tests.concurrency.order_followers import Events, OrderEvents, Services, Subscriptions
from tests.concurrency.scene import Scene, lasting
from tests.operators import Operator

FIGHTERS_A_SIDE = 8
WORKERS = 2
_PATIENCE_S = 60.0
_PAUSE_S = 0.05
_MOST_TOLD = 20

_BROADBAND_SETTINGS = {"sla": Rule()}
CATALOGUE = (
    given.service(
        "BB-100-100", down_kbps=100_000, up_kbps=100_000, takeover=True, characteristics=_BROADBAND_SETTINGS
    ),
    given.service(
        "BB-250-250", down_kbps=250_000, up_kbps=250_000, takeover=True, characteristics=_BROADBAND_SETTINGS
    ),
    given.service("VOIP", "VOIP"),
)

_GOES_ON = """
SELECT EXISTS (SELECT FROM orders o
                WHERE o.state IN ('RECEIVED', 'IN_PROGRESS')
                  AND NOT EXISTS (SELECT FROM orders e WHERE e.access_id = o.access_id
                                     AND e.state = 'IN_PROGRESS' AND e.due_at = 'infinity'))
"""

_BY_HAND = (
    "UPDATE accesses SET access_state = 'CONNECTED' WHERE access_state <> 'CONNECTED'",
    "UPDATE accesses SET access_state = 'INMIGRATION' WHERE access_id = '{access}'",
    "UPDATE accesses SET access_state = 'OUTMIGRATION' WHERE access_id = '{access}'",
    "UPDATE accesses SET access_state = 'DISCONNECTED' WHERE access_id = '{access}'",
    "UPDATE accesses SET population = 'Hemsö' WHERE access_id = '{access}'",
    "UPDATE accesses SET population = 'Centrum' WHERE access_id = '{access}'",
    "UPDATE accesses SET population = 'Centrum' WHERE population <> 'Centrum'",
    "UPDATE services SET takeover = NOT takeover WHERE service = 'BB-250-250'",
    "UPDATE services SET withdrawn = NOT withdrawn WHERE service = 'BB-250-250'",
    "UPDATE services SET withdrawn = false, takeover = true WHERE withdrawn OR NOT takeover",
    "UPDATE services SET comments = '{{comment {number}}}' WHERE service = 'VOIP'",
    "INSERT INTO simulated_faults VALUES ('{access}', 'fail', 1, 0) ON CONFLICT (access_id) DO UPDATE SET times = 1",
    "INSERT INTO simulated_faults VALUES ('{access}', 'reject', 1, 0) ON CONFLICT DO NOTHING",
    "INSERT INTO simulated_faults VALUES ('{access}', 'slow', NULL, 0.1) ON CONFLICT DO NOTHING",
    "DELETE FROM simulated_faults",
)


@dataclass
class Outcome:
    """What came of it: sentences, none if all is well, and the numbers."""

    sides: list[Side]
    followers: list[Follower | Events | OrderEvents] = field(default_factory=list)
    verdict: list[str] = field(default_factory=list)
    seconds: float = 0.0
    changes_by_hand: int = 0
    slow_changes_by_hand: int = 0
    looks: int = 0
    takeovers: int = 0
    failed: int = 0

    @property
    def answers(self) -> Counter[tuple[str, int, str]]:
        """How often which act had which status and code."""
        return sum((side.answers for side in self.sides), Counter())

    @property
    def statuses(self) -> Counter[int]:
        """How often an answer had which status."""
        return Counter(status for _, status, _ in self.answers.elements())

    @property
    def summary(self) -> str:
        """The numbers, for people."""
        lines = [f"{len(self.sides) * FIGHTERS_A_SIDE} clients in {self.seconds:.0f} s: {dict(self.statuses)}"]
        for act in sorted({act for act, _, _ in self.answers}):
            found = [f"{code or status} {n}" for (one, status, code), n in self.answers.items() if one == act]
            lines.append(f"  {act:<10} {', '.join(sorted(found))}")
        lines.append(
            f"  {sum(len(side.placed) for side in self.sides)} orders, "
            f"{sum(len(side.cancelled) for side in self.sides)} of them cancelled, {self.failed} failed, "
            f"{self.takeovers} takeovers; "
            f"{self.changes_by_hand} changes by hand and {self.slow_changes_by_hand} slow ones; "
            f"{self.looks} looks at the claims"
        )
        lines.extend(f"  {_described(follower)}" for follower in self.followers)
        complaints = [f"  complaints: {len(self.verdict)}", *(f"    {one:.400}" for one in self.verdict[:_MOST_TOLD])]
        return "\n".join([*lines, *complaints])


async def run(scene: Scene, seconds: float, enough: Callable[[Outcome], bool] = lambda _: True) -> Outcome:
    """Let everybody fight for so long, and until that is enough, and judge when all is quiet."""
    await scene.city(*(given.access(access_id) for access_id in FOUGHT_FOR))
    await given.catalogue_in(scene.database, *CATALOGUE)
    clients = {
        "alfa": await scene.client("alfa"),
        "beta": await scene.client("beta", "Centrum", dialect=Dialect.STANDARD),
    }
    outcome = Outcome([Side(sp) for sp in clients])
    fighters = []
    for number in range(FIGHTERS_A_SIDE * len(clients)):
        side = outcome.sides[number % len(clients)]
        headers = {"Authorization": clients[side.sp].headers["Authorization"]}
        urls = scene.urls
        fighters.append(Fighter(side, await scene.another_client(headers), urls[number % len(urls)], number))
    for sp, client in clients.items():
        outcome.followers += [
            await scene.following(Services, client, sp, manner=Manner.WHOLE),
            await scene.following(Services, client, sp, manner=Manner.PAGES),
            await scene.following(Subscriptions, client, sp, manner=Manner.LINES_ZSTD),
            Events(client, scene.urls, scene.now, sp=sp),
            OrderEvents(client, scene.urls, sp=sp),
        ]
    began, stop, quiet = time.monotonic(), asyncio.Event(), asyncio.Event()
    with ExitStack() as stack:
        for _ in range(WORKERS):
            operator = stack.enter_context(closing(Operator(scene.servers[0].database_url)))
            stack.enter_context(operator.working())
        async with asyncio.TaskGroup() as everybody:
            fighting = [everybody.create_task(fighter.fight(stop)) for fighter in fighters]
            fighting += [everybody.create_task(_change_by_hand(scene, outcome, stop))]
            fighting += [everybody.create_task(_change_slowly(scene, outcome, stop)) for _ in range(2)]
            for follower in outcome.followers:
                everybody.create_task(_follow(follower, quiet))
            everybody.create_task(_watch(scene, outcome, quiet))
            await lasting(seconds, lambda: enough(outcome))
            stop.set()
            await asyncio.wait(fighting)
            await _be_quiet(scene)
            quiet.set()
    outcome.verdict += await _judge(scene, outcome)
    outcome.seconds = time.monotonic() - began
    return outcome


async def _change_by_hand(scene: Scene, outcome: Outcome, stop: asyncio.Event) -> None:
    """Change accesses, the catalogue and the network, a few times a second."""
    chance = random.Random(1)
    hand = await scene.by_hand()
    while not stop.is_set():
        with suppress(asyncpg.DeadlockDetectedError):
            await hand.execute(_by_hand(chance, outcome))
        outcome.changes_by_hand += 1
        await _rest(stop, 0.2)


async def _change_slowly(scene: Scene, outcome: Outcome, stop: asyncio.Event) -> None:
    """Change two things in a transaction, take a second over it, and take it back every other time."""
    chance = random.Random(2)
    hand = await scene.by_hand()
    for ending in itertools.cycle(("COMMIT", "ROLLBACK")):
        if stop.is_set():
            return
        await hand.execute("BEGIN")
        with suppress(asyncpg.DeadlockDetectedError):
            await hand.execute(_by_hand(chance, outcome))
            await _rest(stop, chance.uniform(0.5, 1.5))
            await hand.execute(_by_hand(chance, outcome))
            outcome.slow_changes_by_hand += 1
        await hand.execute(ending)
        # Events wait for all who write slowly; now and then nobody does.
        await _rest(stop, chance.uniform(0, 2))


async def _follow(follower: Follower | Events | OrderEvents, quiet: asyncio.Event) -> None:
    if isinstance(follower, Events):
        await follower.begin()
    while not quiet.is_set():
        await follower.poll()
        await _rest(quiet, _PAUSE_S)


async def _watch(scene: Scene, outcome: Outcome, quiet: asyncio.Event) -> None:
    while not quiet.is_set():
        outcome.verdict += await order_histories.found_by(scene.database, order_histories.AT_ANY_MOMENT)
        outcome.looks += 1
        await _rest(quiet, 0.1)


async def _be_quiet(scene: Scene) -> None:
    """Wait until every order is finished, or stuck, or behind one that is."""
    async with asyncio.timeout(_PATIENCE_S), scene.database.connection() as tx:
        while await tx.fetchval(_GOES_ON):
            await asyncio.sleep(_PAUSE_S)


async def _judge(scene: Scene, outcome: Outcome) -> list[str]:
    last_write = await scene.now()
    found = await order_histories.after_all(scene.database)
    outcome.takeovers = await _count(scene, "state = 'DONE_SUCCESS' AND forced_takeover")
    outcome.failed = await _count(scene, "state = 'DONE_FAILED'")
    subscriptions = []
    for follower in outcome.followers:
        if isinstance(follower, OrderEvents):
            await follower.catch_up()
            side = next(side for side in outcome.sides if side.sp == follower.sp)
            found += order_histories.of_histories(side.sp, follower.events, side.placed, side.cancelled)
            found += side.complaints
        else:
            await follower.catch_up(last_write)
        if isinstance(follower, Subscriptions):
            subscriptions.append(await follower.full_list())
        found += await follower.verdict()
    return found + await order_histories.of_network(scene.database, subscriptions)


async def _count(scene: Scene, condition: str) -> int:
    async with scene.database.connection() as tx:
        return int(await tx.fetchval(f"SELECT count(*) FROM orders WHERE {condition}"))


def _by_hand(chance: random.Random, outcome: Outcome) -> str:
    statement = chance.choice(_BY_HAND)
    return statement.format(access=chance.choice(FOUGHT_FOR), number=outcome.changes_by_hand)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _described(follower: Follower | Events | OrderEvents) -> str:
    if isinstance(follower, OrderEvents):
        return f"{follower.sp} by orderevents: {len(follower.events)} in {follower.pieces} pieces"
    numbers = f"{follower.deltas} deltas, {follower.not_modified} times 304"
    if isinstance(follower, Events):
        return f"{follower.sp} by events: {len(follower.events)} in {numbers}, {follower.read} objects read"
    return (
        f"{follower.sp} by {follower.list_name}, {follower.manner.value}: {numbers}, {follower.documents} documents"
    )
