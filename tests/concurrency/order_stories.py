"""What happens to those who follow orders, in an order that is known: see `stories.py`."""

import asyncio

import asyncpg

from onapi.settings import Settings
from tests.concurrency.followers import Follower
from tests.concurrency.order_followers import Events, OrderEvents, Services, Subscriptions
from tests.concurrency.order_market import ORDER, SERVICE_CHANGES, SUBSCRIPTION_CHANGES, open_market
from tests.concurrency.scene import BELL, Scene
from tests.conftest import serving

_LOOKS = 12
_BETWEEN_LOOKS_S = 0.25


async def a_change_commits_after_the_answer(scene: Scene, kind: type[Follower], statement: str) -> list[str]:
    """Make a change, let the SP poll in a later second, and commit."""
    market = await open_market(scene)
    follower = await market.follow(kind)
    (slow,) = await market.slowly(statement)
    await scene.pass_a_second()
    await market.ring(follower)
    await slow.execute("COMMIT")
    await market.ring(follower)
    return await follower.verdict()


async def a_transaction_writes_long_after_it_began(scene: Scene, kind: type[Follower], statement: str) -> list[str]:
    """Begin, let the SP poll in a later second, and only then make the change, and commit."""
    market = await open_market(scene)
    follower = await market.follow(kind)
    (slow,) = await market.slowly("SELECT count(*) FROM accesses")
    await scene.pass_a_second()
    await market.ring(follower)
    await slow.execute(statement)
    await market.ring(follower)
    await slow.execute("COMMIT")
    await market.ring(follower)
    return await follower.verdict()


async def everything_changes_at_once(scene: Scene) -> tuple[Services, Subscriptions]:
    """Make every change in a transaction of its own; commit all in the reverse order, while the SP polls.

    Return the SP's copies. The catalogue does not change: it is everywhere, and would bring what the others lose.
    """
    market = await open_market(scene)
    services, subscriptions = await market.follow(Services), await market.follow(Subscriptions)
    changes = [change for access, change in SERVICE_CHANGES.values() if access != "A-TORG"]
    changes += [change for _, change in SUBSCRIPTION_CHANGES.values()]
    slow = await market.slowly(*changes)
    await scene.pass_a_second()
    await market.ring(services, subscriptions)
    for writer in reversed(slow):
        await writer.execute("COMMIT")
        await services.poll()
        await subscriptions.poll()
    # A bell of this second would not be heard by who is deaf at the boundary.
    await scene.pass_a_second()
    await market.ring(services, subscriptions)
    return services, subscriptions


async def everything_is_taken_back(scene: Scene) -> list[str]:
    """Make every change and take it back, while the SP polls; it must not be told of any."""
    market = await open_market(scene)
    services, subscriptions = await market.follow(Services), await market.follow(Subscriptions)
    changes = [change for _, change in (*SERVICE_CHANGES.values(), *SUBSCRIPTION_CHANGES.values())]
    before = dict(services.copy), dict(subscriptions.copy)
    # Both changes of the catalogue are of one row.
    slow = await market.slowly(*(change for change in changes if "withdrawn" not in change))
    await scene.pass_a_second()
    await market.ring(services, subscriptions)
    for writer in slow:
        await writer.execute("ROLLBACK")
    await market.ring(services, subscriptions)
    told = [
        f"{follower.list_name} told of {key}, which did not change"
        for follower, had in zip((services, subscriptions), before, strict=True)
        for key, document in follower.copy.items()
        if key != "BELL" and had.get(key) != document
    ]
    return told + await services.verdict() + await subscriptions.verdict()


async def events_of_slow_changes(scene: Scene) -> list[str]:
    """Make changes of each kind, let the SP poll in later seconds, and commit the oldest last."""
    market = await open_market(scene)
    follower = Events(market.alfa, scene.urls, scene.now, sp="alfa")
    order_id = await market.order(market.alfa, "A-1")
    await follower.begin()
    slow = await market.slowly(
        SERVICE_CHANGES["the access changes"][1],
        SERVICE_CHANGES["the access leaves the view"][1],
        ORDER.format(name="late", sp="alfa", access="A-CALM"),
        f"UPDATE orders SET state = 'CANCELLED' WHERE order_id = '{order_id}'",
        *(statement for _, statement in SUBSCRIPTION_CHANGES.values()),
    )
    for number, writer in enumerate(reversed(slow)):
        if number % 4 == 0:
            await scene.pass_a_second()
        # This change is seen at once by whoever looks, and comes after all the others.
        await scene.sql("UPDATE subscriptions SET note = 'seen' WHERE subscription_id = 'bell-of-alfa'")
        await follower.poll()
        await writer.execute("COMMIT")
        await follower.poll()
    await scene.pass_a_second()
    await scene.sql(f"UPDATE accesses SET outlet = 'last' WHERE access_id = '{BELL}'")
    while not any(f'"{BELL}"'.encode() in event for event in await follower.poll()):
        await asyncio.sleep(0.01)
    await follower.catch_up(await scene.now())
    return await follower.verdict()


async def an_order_commits_after_a_later_one(scene: Scene) -> tuple[list[bytes], list[str]]:
    """Place an order in an open transaction, and another one; let the SP poll, then commit the first.

    Return also what the SP was told while the first was open.
    """
    market = await open_market(scene)
    follower = OrderEvents(market.alfa, scene.urls, sp="alfa")
    await market.order(market.alfa, "A-1")
    while not await follower.poll():
        pass
    (slow,) = await market.slowly(ORDER.format(name="first", sp="alfa", access="A-CALM"))
    await market.order(market.alfa, "A-2")
    await scene.until("SELECT count(*) = 1 FROM orders WHERE access_id = 'A-2'")
    # Answers may be from the memory of before for a while; what is asked of the database is held back too.
    early: list[bytes] = []
    for _ in range(_LOOKS):
        early += await follower.poll()
        if early:
            break
        await asyncio.sleep(_BETWEEN_LOOKS_S)
    await slow.execute("COMMIT")
    await follower.catch_up()
    return early, await follower.verdict()


async def a_transaction_elsewhere_holds_order_events_back(scene: Scene) -> list[str]:
    """Place an order while a transaction of another database is open, let the SP poll, and end that transaction.

    The SP polls a server that knew of the time before, and one that was started since.
    """
    market = await open_market(scene)
    follower = OrderEvents(market.alfa, scene.urls, sp="alfa")
    await market.order(market.alfa, "A-1")
    while not await follower.poll():
        pass
    elsewhere = await asyncpg.connect(scene.servers[0].database_url, database="postgres")
    try:
        await elsewhere.execute("BEGIN")
        await elsewhere.execute("SELECT pg_current_xact_id()")
        await market.order(market.alfa, "A-2")
        await scene.pass_a_second()
        with serving(Settings(database_url=scene.servers[0].database_url)) as started:
            newcomer = OrderEvents(market.alfa, [started.url], sp="alfa at the new server")
            newcomer.events += follower.events
            # Until both servers have looked at the database again.
            for _ in range(3):
                await scene.pass_a_second()
                await follower.poll()
                await newcomer.poll()
            await elsewhere.execute("COMMIT")
            await follower.catch_up()
            await newcomer.catch_up()
            return await follower.verdict() + await newcomer.verdict()
    finally:
        await elsewhere.close(timeout=5)
