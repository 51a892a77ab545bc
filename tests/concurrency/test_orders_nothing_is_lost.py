"""The stories in which who follows orders, services or subscriptions could lose something, each told once."""

import pytest

from tests.concurrency import order_stories
from tests.concurrency.order_followers import Services, Subscriptions
from tests.concurrency.order_market import SERVICE_CHANGES, SUBSCRIPTION_CHANGES
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("change", SERVICE_CHANGES.keys())
async def test_services_are_in_the_next_delta_when_after_the_answer(scene: Scene, change: str) -> None:
    _, statement = SERVICE_CHANGES[change]
    assert await order_stories.a_change_commits_after_the_answer(scene, Services, statement) == []


@pytest.mark.parametrize("change", SUBSCRIPTION_CHANGES.keys())
async def test_subscriptions_are_in_the_next_delta_when_after_the_answer(scene: Scene, change: str) -> None:
    _, statement = SUBSCRIPTION_CHANGES[change]
    assert await order_stories.a_change_commits_after_the_answer(scene, Subscriptions, statement) == []


async def test_an_order_may_be_written_long_after_its_transaction_began(scene: Scene) -> None:
    _, statement = SERVICE_CHANGES["another SP orders"]
    assert await order_stories.a_transaction_writes_long_after_it_began(scene, Services, statement) == []


async def test_a_subscription_may_be_written_long_after_its_transaction_began(scene: Scene) -> None:
    _, statement = SUBSCRIPTION_CHANGES["one begins"]
    assert await order_stories.a_transaction_writes_long_after_it_began(scene, Subscriptions, statement) == []


async def test_many_changes_may_commit_in_any_order(scene: Scene) -> None:
    for follower in await order_stories.everything_changes_at_once(scene):
        assert await follower.verdict() == []


async def test_what_is_taken_back_is_not_told(scene: Scene) -> None:
    assert await order_stories.everything_is_taken_back(scene) == []


async def test_two_servers_lose_nothing_between_them(scene_of_two: Scene) -> None:
    for follower in await order_stories.everything_changes_at_once(scene_of_two):
        assert await follower.verdict() == []


async def test_events_wait_for_slow_changes_and_come_once(scene: Scene) -> None:
    assert await order_stories.events_of_slow_changes(scene) == []


async def test_order_events_wait_for_an_order_that_commits_late(scene: Scene) -> None:
    early, verdict = await order_stories.an_order_commits_after_a_later_one(scene)
    assert early == []
    assert verdict == []


async def test_order_events_that_another_database_held_back_arrive(scene: Scene) -> None:
    assert await order_stories.a_transaction_elsewhere_holds_order_events_back(scene) == []
