"""The checkers of orders can fail: planted faults make them complain, in stories of which they have no complaints."""

import pytest

from tests.concurrency import order_fight, order_histories, order_market, order_mutants, order_stories
from tests.concurrency.mutants import LONG_AFTER_THE_BEGIN
from tests.concurrency.order_followers import Services
from tests.concurrency.order_market import ORDER, SERVICE_CHANGES, SUBSCRIPTION_CHANGES
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio

_CLAIMS = {"A-WANTED", "A-CANCELLED", "A-TAKEN", "A-FREED", "A-ENDS"}
_SERVICES = {access for access, _ in SERVICE_CHANGES.values()} - {"A-TORG"}
_SUBSCRIPTIONS = {access for access, _ in SUBSCRIPTION_CHANGES.values()}


@pytest.mark.parametrize(
    ("fault", "losing"),
    [
        (order_mutants.NAIVE, _SERVICES | _SUBSCRIPTIONS),
        (order_mutants.BOUNDARY_LEFT_OUT, _SERVICES | _SUBSCRIPTIONS),
        (order_mutants.CLAIMS_ARE_NO_NEWS, _CLAIMS),
    ],
    ids=["Last-Modified is the clock", "the boundary is left out", "claims are no news"],
)
async def test_changes_that_commit_after_the_answer_are_lost_when(scene: Scene, fault: str, losing: set[str]) -> None:
    await scene.sql(fault)
    services, subscriptions = await order_stories.everything_changes_at_once(scene)
    assert await services.lost() | await subscriptions.lost() == losing


async def test_changes_of_the_catalogue_are_lost_when_they_are_no_news(scene: Scene) -> None:
    await scene.sql(order_mutants.CATALOGUE_IS_NO_NEWS)
    _, statement = SERVICE_CHANGES["the catalogue changes"]
    verdict = await order_stories.a_change_commits_after_the_answer(scene, Services, statement)
    assert _begins(verdict, "lost a change"), verdict


@pytest.mark.parametrize("fault", LONG_AFTER_THE_BEGIN.values(), ids=LONG_AFTER_THE_BEGIN.keys())
async def test_what_is_written_long_after_the_begin_is_lost_when(scene: Scene, fault: str) -> None:
    await scene.sql(fault)
    _, statement = SERVICE_CHANGES["another SP orders"]
    verdict = await order_stories.a_transaction_writes_long_after_it_began(scene, Services, statement)
    assert _begins(verdict, "lost a change"), verdict


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (order_mutants.NAIVE, "lost"),
        (order_mutants.BOUNDARY_TWICE, "repeated"),
        (order_mutants.SUBSCRIPTIONS_HAVE_NO_EVENTS, "lost a change: of alfa's subscriptions"),
    ],
    ids=["Last-Modified is the clock", "the boundary is told twice", "a trigger is missing"],
)
async def test_events_of_slow_changes_are_wrong_when(scene: Scene, fault: str, complaint: str) -> None:
    await scene.sql(fault)
    verdict = await order_stories.events_of_slow_changes(scene)
    assert any(sentence.startswith(complaint) for sentence in verdict), verdict


@pytest.mark.parametrize(
    "fault", order_mutants.JOURNAL_WITHOUT_END.values(), ids=order_mutants.JOURNAL_WITHOUT_END.keys()
)
async def test_an_order_event_that_commits_late_is_lost_when(scene: Scene, fault: str) -> None:
    await scene.sql(fault)
    early, verdict = await order_stories.an_order_commits_after_a_later_one(scene)
    assert len(early) == 1
    assert _begins(verdict, "lost 1 of alfa's orderevents"), verdict


async def test_a_fight_with_faults_has_complaints_of_each_kind(scene: Scene) -> None:
    await scene.sql(
        order_mutants.SUBSCRIPTIONS_HAVE_NO_EVENTS,
        order_mutants.BEGIN_IS_TOLD_TWICE,
        order_mutants.SETTINGS_ARE_FORGOTTEN,
    )
    outcome = await order_fight.run(scene, seconds=4)
    for complaint in (
        "subscriptions by /events",
        "went RECEIVED → IN_PROGRESS → IN_PROGRESS",
        "the network delivers",
    ):
        assert any(complaint in sentence for sentence in outcome.verdict), (complaint, outcome.summary)


async def test_two_who_hold_one_place_are_found(scene: Scene) -> None:
    await order_market.open_market(scene)
    orders = (ORDER.format(name=name, sp="beta", access="A-CALM") for name in ("twin", "other"))
    await scene.sql(
        order_mutants.NO_INDEX_PREVENTS,
        """
        INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, connected_at)
        SELECT 'twin', 'alfa', access_id, service, service_type, claim, state, connected_at
          FROM subscriptions WHERE access_id = 'A-FREED'
        """,
        *(order.replace("of-other", "of-twin") for order in orders),
        "UPDATE orders SET state = 'IN_PROGRESS' WHERE access_id = 'A-CALM'",
    )
    found = await order_histories.found_by(scene.database, order_histories.AT_ANY_MOMENT)
    assert {sentence.partition(":")[0] for sentence in found} == set(order_histories.AT_ANY_MOMENT)


def _begins(verdict: list[str], begin: str) -> bool:
    return len(verdict) == 1 and verdict[0].startswith(begin)
