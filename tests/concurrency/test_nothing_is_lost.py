"""The stories in which a delta could lose a change, each told once: none does."""

import pytest

from tests.concurrency import stories
from tests.concurrency.scene import Scene

pytestmark = pytest.mark.anyio


async def test_a_change_that_commits_after_the_answer_is_in_the_next_delta(scene: Scene) -> None:
    assert await stories.a_change_commits_after_the_answer(scene) == []


async def test_a_transaction_may_write_long_after_it_began(scene: Scene) -> None:
    assert await stories.a_transaction_writes_long_after_it_began(scene) == []


async def test_last_modified_does_not_go_back_when_an_old_transaction_begins_to_write(scene: Scene) -> None:
    assert await stories.a_transaction_that_began_long_ago_writes_while_the_sp_polls(scene) == []


async def test_an_insert_may_linger_between_its_stamp_and_its_row(scene: Scene) -> None:
    assert await stories.an_insert_lingers_between_its_stamp_and_its_row(scene) == []


async def test_a_change_may_commit_while_the_server_looks_for_news(scene: Scene) -> None:
    assert await stories.a_change_commits_while_the_server_looks_for_news(scene) == []


async def test_a_session_that_hides_what_it_does_holds_deltas_back_too(scene: Scene) -> None:
    assert await stories.a_session_hides_what_it_does(scene) == []
