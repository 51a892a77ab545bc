"""A switch that dies in the middle of an order: the order is finished in the end, and the port is as recorded."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from onapi.drivers.ovs import rows
from onapi.drivers.ovs.ovsdb import OvsdbClient
from onapi.lab.switch import Switch
from tests.lab.test_city import flows_at
from tests.lab.town import Household, Town

_PATIENCE_S = 30.0
_ATTEMPTS = 5


@contextmanager
def killed_in_the_middle(switch: Switch, port: str, victim: str) -> Iterator[None]:
    """Kill a program of the switch as soon as its database has been told of a delivery at a port."""

    async def watch() -> None:
        ovsdb = OvsdbClient(f"unix:{switch.database}")
        try:
            async with asyncio.timeout(_PATIENCE_S):
                told = False
                while not told:
                    (found,) = await ovsdb.transact([rows.select("Port", rows.named(port), "external_ids")])
                    told = any(rows.texts(row, "external_ids") for row in rows.rows(found))
            switch.kill(victim)
        finally:
            await ovsdb.close()

    watcher = threading.Thread(target=lambda: asyncio.run(watch()))
    watcher.start()
    yield
    watcher.join()


def revive(switch: Switch, victim: str) -> None:
    """Start what was killed."""
    if victim == "ovs-vswitchd":
        switch.start_daemon()
    else:
        switch.start_database()


@pytest.mark.parametrize("victim", ["ovs-vswitchd", "ovsdb-server"])
def test_killed_between_its_database_and_its_meters_it_delivers_in_the_end(
    town: Town, household: Household, victim: str
) -> None:
    switch = town.city.switch
    for _ in range(_ATTEMPTS):
        with killed_in_the_middle(switch, household.port, victim):
            order = town.orders("ACTIVATE", accessId="LAB-1", service="BB-10-10")
        was_in_the_middle = town.has_failed_a_try(order)
        revive(switch, victim)
        assert town.finished(order)["state"] == "DONE_SUCCESS"
        if was_in_the_middle:
            break
        # The order was faster than the killer.
        town.has("DEACTIVATE", subscriptionId=order["subscriptionId"])
    else:
        pytest.fail("the switch could not be caught in the middle of a change")
    assert household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    assert flows_at(10_000, household.host, town.provider)
    assert flows_at(10_000, town.provider, household.host)


@pytest.mark.parametrize("victim", ["ovs-vswitchd", "ovsdb-server"])
@pytest.mark.parametrize("after_ms", [0, 5, 12])
def test_killed_at_any_moment_it_is_as_recorded_when_it_is_back(
    town: Town, household: Household, after_ms: int, victim: str
) -> None:
    order = town.orders("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    time.sleep(after_ms / 1000)
    town.city.switch.kill(victim)
    revive(town.city.switch, victim)
    town.finished(order)
    (subscription,) = town.reads("/subscriptions/LAB-1")["subscriptions"]
    assert subscription["operationalState"] == "ACTIVATED"
    # A limit up is in the switch's memory only, and is gone if the switch has died after it was set.
    assert town.audit() in ([], ["p1: sw1 has up_kbps None, but is to have 10000."])
    assert town.renews().services == 1
    assert town.audit() == []
