"""What happens in an order that is known: each story ends with the checker's verdict, which should be empty.

The same stories are told on the database as it is, where nothing is lost, and on mutants, where they must find it.
"""

import asyncio

from onapi.storage.tx import Tx
from tests import given
from tests.concurrency.followers import Follower
from tests.concurrency.scene import Scene

_WAITING_INSERT = """
CREATE FUNCTION wait_for_the_keeper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1);
    RETURN NEW;
END
$$;
CREATE TRIGGER wait_for_the_keeper BEFORE INSERT ON accesses
    FOR EACH ROW EXECUTE FUNCTION wait_for_the_keeper();
"""
_SLOW_HORIZON = """
ALTER FUNCTION horizon() RENAME TO unhurried_horizon;
CREATE FUNCTION horizon() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_lock(1);
    PERFORM pg_advisory_unlock(1);
    RETURN unhurried_horizon();
END
$$;
"""
_ONE_WAITS = "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted"
_TWO_WAIT = _ONE_WAITS.replace("= 1 FROM", "= 2 FROM")
_LATE = "UPDATE accesses SET outlet = 'late' WHERE access_id = 'A-1'"


async def a_change_commits_after_the_answer(scene: Scene) -> list[str]:
    """Write, let the SP poll in a later second, and commit."""
    follower = await _city_and_follower(scene)
    slow = await scene.by_hand()
    await _begin_and_write_within_one_second(slow)
    await scene.pass_a_second()
    await scene.ring(follower)
    await slow.execute("COMMIT")
    return await _after_the_next_delta(scene, follower)


async def a_transaction_writes_long_after_it_began(scene: Scene) -> list[str]:
    """Begin, let the SP poll in a later second, and only then write and commit."""
    follower = await _city_and_follower(scene)
    slow = await scene.by_hand()
    await slow.execute("BEGIN")
    await slow.execute("SELECT count(*) FROM accesses")
    await scene.pass_a_second()
    await scene.ring(follower)
    await slow.execute(_LATE)
    await slow.execute("COMMIT")
    return await _after_the_next_delta(scene, follower)


async def a_transaction_that_began_long_ago_writes_while_the_sp_polls(scene: Scene) -> list[str]:
    """As before, but the SP polls between the write and the commit too."""
    follower = await _city_and_follower(scene)
    slow = await scene.by_hand()
    await slow.execute("BEGIN")
    await slow.execute("SELECT count(*) FROM accesses")
    await scene.pass_a_second()
    await scene.ring(follower)
    await slow.execute(_LATE)
    await scene.ring(follower)
    await slow.execute("COMMIT")
    return await _after_the_next_delta(scene, follower)


async def an_insert_lingers_between_its_stamp_and_its_row(scene: Scene) -> list[str]:
    """Stop an INSERT after the stamp's trigger, let the SP poll in a later second, and go on."""
    follower = await _city_and_follower(scene)
    keeper, slow = await scene.by_hand(), await scene.by_hand()
    await keeper.execute(_WAITING_INSERT)
    await keeper.execute("SELECT pg_advisory_lock(1)")
    inserting = asyncio.create_task(
        slow.execute(
            "INSERT INTO accesses (access_id, street_name, postal_code, city, country_code, premises_type,"
            " access_state) VALUES ('A-2', 'Storgatan', '12345', 'Ankeborg', 'SE', 'UNKNOWN', 'CONNECTED')"
        )
    )
    await scene.until(_ONE_WAITS)
    await scene.pass_a_second()
    await scene.ring(follower)
    await keeper.execute("SELECT pg_advisory_unlock(1)")
    await inserting
    return await _after_the_next_delta(scene, follower)


async def a_change_commits_while_the_server_looks_for_news(scene: Scene) -> list[str]:
    """Hold the server's look at the database open while a change commits, and poll before the next look."""
    follower = await _city_and_follower(scene)
    keeper, next_keeper, slow = await scene.by_hand(), await scene.by_hand(), await scene.by_hand()
    await _begin_and_write_within_one_second(slow)
    await scene.pass_a_second()
    await keeper.execute("SELECT pg_advisory_lock(1)")
    await keeper.execute(_SLOW_HORIZON)
    await scene.until(_ONE_WAITS)
    await slow.execute("COMMIT")
    # Whoever waits longest is served first: this look ends, and the next one waits for the next keeper.
    keeping = asyncio.create_task(next_keeper.execute("SELECT pg_advisory_lock(1)"))
    await scene.until(_TWO_WAIT)
    await keeper.execute("SELECT pg_advisory_unlock(1)")
    await keeping
    await scene.until(_ONE_WAITS)
    # This answer comes from memory, or waits for the keeper as it has to ask the database.
    polling = asyncio.create_task(follower.poll())
    waiting = asyncio.create_task(scene.until(_TWO_WAIT))
    await asyncio.wait([polling, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await next_keeper.execute("SELECT pg_advisory_unlock(1)")
    await polling
    return await _after_the_next_delta(scene, follower)


async def a_session_hides_what_it_does(scene: Scene) -> list[str]:
    """Write in a session that turned track_activities off, let the SP poll in a later second, and commit."""
    follower = await _city_and_follower(scene)
    slow = await scene.by_hand()
    await slow.execute("SET track_activities = off")
    await _begin_and_write_within_one_second(slow)
    await scene.pass_a_second()
    await scene.ring(follower)
    await slow.execute("COMMIT")
    return await _after_the_next_delta(scene, follower)


async def _city_and_follower(scene: Scene) -> Follower:
    await scene.city(given.access("A-1", population="Hemsö"))
    return await scene.follower("alfa")


async def _after_the_next_delta(scene: Scene, follower: Follower) -> list[str]:
    await scene.ring(follower)
    return await follower.verdict()


async def _begin_and_write_within_one_second(slow: Tx) -> None:
    """Leave a transaction open whose begin and stamp are of one second, so that a story has one outcome only."""
    while True:
        await slow.execute("BEGIN")
        await slow.execute(_LATE)
        if await slow.fetchval(
            "SELECT date_trunc('second', now()) = date_trunc('second', changed_at) FROM accesses "
            "WHERE access_id = 'A-1'"
        ):
            return
        await slow.execute("ROLLBACK")
