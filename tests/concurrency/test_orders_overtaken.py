"""Orders that are overtaken by what happens before their turn, or before their next step."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from onapi import app
from onapi.engine.deliveries import deliveries, port_of
from onapi.storage import work as storage
from onapi.storage.pool import Database
from onapi.storage.work import Lease
from tests import town as towns
from tests.town import Town

BB = "BB-100-100"
LATER = "2200-01-01T00:00:00Z"


@pytest.fixture
def idle_town(cluster_url: str) -> Iterator[Town]:
    """Make a town where nobody works on orders."""
    with towns.made(cluster_url) as url, towns.living(url) as living:
        yield living


@pytest.mark.parametrize(
    ("operation", "end"),
    [
        ("SUSPEND", ("DONE_FAILED", "ended")),
        ("MODIFY", ("DONE_FAILED", "ended")),
        ("DEACTIVATE", ("DONE_SUCCESS", None)),
    ],
)
def test_a_takeover_before_an_orders_turn_leaves_the_winner_alone(
    idle_town: Town, operation: str, end: tuple[str, str | None]
) -> None:
    town, access = idle_town, idle_town.access()
    with town.operator.working():
        subscription_id = town.alfa.active(access)
        said = {"equipment": {"vendorId": "v"}} if operation == "MODIFY" else {}
        order = town.alfa.order(operation, subscriptionId=subscription_id, requestedDateTime=LATER, **said)
        won = town.beta.done("ACTIVATE", accessId=access, service=BB, forcedTakeover=True)
        port = town.operator.port(access)
        town.operator.rows("UPDATE orders SET due_at = clock_timestamp() WHERE order_id = $1", order["orderId"])
        finished = town.alfa.settled(order)
        assert (finished["state"], finished.get("code")) == end
        assert town.operator.port(access) == port
        # The access is not blocked.
        town.beta.done("SUSPEND", subscriptionId=won["subscriptionId"])


@pytest.mark.parametrize("operation", ["SUSPEND", "RESUME"])
def test_settings_of_an_order_that_sets_none_do_not_reach_the_network(idle_town: Town, operation: str) -> None:
    town, access = idle_town, idle_town.access()
    with town.operator.working():
        subscription_id = town.alfa.active(access, characteristics={"sla": "SLA-1"}, equipment={"vendorId": "v"})
        if operation == "RESUME":
            town.alfa.done("SUSPEND", subscriptionId=subscription_id)
        said = {"characteristics": {"sla": "SLA-2"}, "equipment": {"vendorId": "other"}}
        town.alfa.done(operation, subscriptionId=subscription_id, **said)
        (port,) = town.operator.port(access)
        assert '"SLA-1"' in port
        assert '"vendorId": "v"' in port
        # What the engine believes to be there is there.
        town.alfa.done("CHANGE", subscriptionId=subscription_id, service="BB-250-250", characteristics={})


def test_what_a_dead_worker_did_is_taken_back_when_the_access_has_been_closed_since(idle_town: Town) -> None:
    town, access = idle_town, idle_town.access()
    order = town.alfa.order("ACTIVATE", accessId=access, service=BB)

    async def configure_the_port_and_die(database: Database) -> None:
        async with database.connection() as tx:
            (work,) = await storage.claim(tx, Lease(worker=uuid.uuid4(), lasts=timedelta()), most=1)
        before, after = deliveries(work)
        await app.simulated(database).provision(port_of(work), before=before, after=after)

    town.operator.do(configure_the_port_and_die)
    town.operator.rows("UPDATE accesses SET access_state = 'OUTMIGRATION' WHERE access_id = $1", access)
    with town.operator.working():
        failed = town.alfa.settled(order)
    assert (failed["state"], failed["code"]) == ("DONE_FAILED", "access_state")
    assert town.operator.port(access) == []
