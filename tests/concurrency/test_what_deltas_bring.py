"""What a delta brings when accesses change, enter a view or leave it; everything else in these cities is old."""

import json
from datetime import timedelta

import pytest

from onapi.actions import accesses as actions
from tests import given
from tests.concurrency.followers import Follower, is_disconnected
from tests.concurrency.scene import BELL, Scene

pytestmark = pytest.mark.anyio


async def test_a_delta_brings_what_changed_and_nothing_else(scene: Scene) -> None:
    await scene.city(given.access("A-1"), given.access("A-2"))
    follower = await scene.follower("alfa")
    assert set(follower.copy) == {"A-1", "A-2", BELL}
    brought = await _brought(scene, follower, "UPDATE accesses SET price_group = 7 WHERE access_id = 'A-2'")
    assert set(brought) == {"A-2", BELL}
    assert json.loads(brought["A-2"])["priceGroup"] == 7


async def test_the_boundary_second_is_repeated_and_never_lost(scene: Scene) -> None:
    await scene.city(given.access("BEFORE"), given.access("FIRST"), given.access("LAST"), given.access("AFTER"))
    follower = await scene.follower("alfa")
    boundary = follower.last_modified
    async with scene.database.transaction() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        for access_id, microseconds in (("BEFORE", -1), ("FIRST", 0), ("LAST", 999_999), ("AFTER", 1_000_000)):
            await tx.execute(
                "UPDATE accesses SET changed_at = $1 WHERE access_id = $2",
                boundary + timedelta(microseconds=microseconds),
                access_id,
            )
    assert set(await follower.changes_since(boundary)) == {"FIRST", "LAST", "AFTER"}


async def test_an_access_that_leaves_a_population_is_disconnected_for_who_loses_it_and_there_for_who_gains_it(
    scene: Scene,
) -> None:
    await scene.city(given.access("A-1", population="Centrum"))
    loser, gainer = await scene.follower("gamma", "Centrum"), await scene.follower("delta", "Hemsö")
    await scene.sql("UPDATE accesses SET population = 'Hemsö', street_name = 'Hemlig' WHERE access_id = 'A-1'")
    await loser.until(lambda: is_disconnected(loser.copy["A-1"]))
    await gainer.until(lambda: "A-1" in gainer.copy)
    assert json.loads(loser.copy["A-1"]) == json.loads(gainer.copy["A-1"]) | {
        "accessState": "DISCONNECTED",
        "population": "Centrum",
        "streetName": "Björkvägen",
    }
    assert "A-1" not in await loser.full_list()
    assert await _status_of("A-1", scene, loser) == 404
    assert await _status_of("A-1", scene, gainer) == 200
    assert await loser.verdict() == await gainer.verdict() == []


async def test_an_access_that_moves_back_is_there_again(scene: Scene) -> None:
    await scene.city(given.access("A-1", population="Centrum"))
    follower = await scene.follower("gamma", "Centrum")
    before = follower.copy["A-1"]
    await scene.sql("UPDATE accesses SET population = NULL WHERE access_id = 'A-1'")
    await follower.until(lambda: is_disconnected(follower.copy["A-1"]))
    await scene.sql("UPDATE accesses SET population = 'Centrum' WHERE access_id = 'A-1'")
    await follower.until(lambda: follower.copy["A-1"] == before)
    assert await _status_of("A-1", scene, follower) == 200
    assert await follower.verdict() == []


async def test_an_access_that_moves_there_and_back_in_one_transaction_never_left(scene: Scene) -> None:
    await scene.city(given.access("A-1", population="Centrum"))
    follower = await scene.follower("gamma", "Centrum")
    await scene.sql(
        "DO $$ BEGIN"
        " UPDATE accesses SET population = 'Hemsö' WHERE access_id = 'A-1';"
        " UPDATE accesses SET population = 'Centrum', outlet = 'new' WHERE access_id = 'A-1'; END $$"
    )
    await scene.ring(follower)
    assert json.loads(follower.copy["A-1"])["outlet"] == "new"
    assert await follower.verdict() == []


async def test_the_accesses_of_a_granted_population_arrive(scene: Scene) -> None:
    await scene.city(given.access("A-1", population="Hemsö"), given.access("A-2", population="Norr"))
    follower = await scene.follower("gamma", "Centrum")
    await scene.grant(follower, "Hemsö")
    await follower.until(lambda: "A-1" in follower.copy)
    assert set(follower.copy) == {"A-1", BELL}
    assert await follower.verdict() == []


async def test_the_accesses_of_a_revoked_population_arrive_as_disconnected(scene: Scene) -> None:
    await scene.city(given.access("A-1", population="Hemsö"), given.access("A-2", population="Norr"))
    follower = await scene.follower("gamma", "Centrum", "Hemsö", "Norr")
    await scene.revoke(follower, "Hemsö")
    await follower.until(lambda: is_disconnected(follower.copy["A-1"]))
    assert not is_disconnected(follower.copy["A-2"])
    assert set(await follower.full_list()) == {"A-2", BELL}
    assert await _status_of("A-1", scene, follower) == 404
    assert await follower.verdict() == []


async def test_an_access_that_leaves_by_both_ways_at_once_arrives_as_disconnected(scene: Scene) -> None:
    await scene.city(given.access("A-1", population="Hemsö"), given.access("A-2", population="Hemsö"))
    follower = await scene.follower("gamma", "Centrum", "Hemsö")
    await scene.sql("UPDATE accesses SET population = 'Norr' WHERE access_id = 'A-1'")
    await scene.revoke(follower, "Hemsö")
    await scene.ring(follower)
    assert is_disconnected(follower.copy["A-1"])
    assert is_disconnected(follower.copy["A-2"])
    assert await follower.verdict() == []


async def test_an_import_that_is_undone_shows_nothing(scene: Scene) -> None:
    await scene.city(given.access("A-1"))
    follower = await scene.follower("alfa")
    before = follower.copy["A-1"]
    await actions.import_list(
        scene.database,
        [given.access("A-1", city="Gåsehamn"), *(given.access(f"I-{n}") for n in range(1000))],
        dry_run=True,
        disconnect_missing=True,
        max_missing=1,
        progress=lambda _rows: None,
    )
    await scene.ring(follower)
    assert set(follower.copy) == {"A-1", BELL}
    assert follower.copy["A-1"] == before
    assert await follower.verdict() == []


async def test_with_nothing_new_last_modified_goes_on(scene: Scene) -> None:
    await scene.city(given.access("A-1"))
    follower = await scene.follower("alfa")
    await follower.catch_up(await scene.now())
    assert follower.not_modified >= 1
    assert await follower.verdict() == []


async def _brought(scene: Scene, follower: Follower, statement: str) -> dict[str, bytes]:
    """Run a statement, ring the bell, and return everything that the follower received until it heard it."""
    before = dict(follower.copy)
    await scene.sql(statement)
    await scene.ring(follower)
    return {key: document for key, document in follower.copy.items() if document != before.get(key)}


async def _status_of(access_id: str, scene: Scene, follower: Follower) -> int:
    return await follower.status(f"{scene.servers[0].url}/onapi/2.6/accesses/{access_id}")
