"""Both clients at a real server, each with the same descriptions."""

import asyncio
from datetime import UTC, datetime

import pytest

from onapi.client import AsyncClient, Client, Invalid, NotFound, Unauthenticated
from tests.town import Town

BB = "BB-100-100"


@pytest.fixture
def client(town: Town) -> Client:
    return Client(town.server.url + town.server.root, "alfa", "alfa-secret")


def test_accesses_services_and_subscriptions_are_read(town: Town, client: Client) -> None:
    access = town.access()
    with client:
        shown = client.accesses.show(access)
        assert (shown.address, shown.access_state) == ("Björkvägen 1, 12345 Ankeborg", "CONNECTED")
        listed = client.accesses.list()
        assert shown in list(listed)
        assert listed.last_modified
        (service,) = [one for one in client.services.show(access) if one.service == BB]
        assert service.orderable(datetime.now(UTC))
        assert service.characteristics["sla"].values == ("SLA-1", "SLA-2")
        assert access in [one.access_id for one in client.services.list()]
        subscription = client.orders.activate(access, BB, sp_subscription_id="line 1").wait(30).subscription_id
        (live,) = client.subscriptions.show(access)
        assert (live.subscription_id, live.service, live.sp_subscription_id) == (subscription, BB, "line 1")
        assert (access, (live,)) in [(one.access_id, one.subscriptions) for one in client.subscriptions.list()]
        with pytest.raises(NotFound):
            client.accesses.show("nowhere")
        with pytest.raises(Invalid):
            client.accesses.show("a/b")


def test_changes_since_the_last_time_are_read_or_none(town: Town, client: Client) -> None:
    with client:
        whole = client.accesses.list()
        assert len(list(whole)) > 400
        town.told(town.alfa)
        quiet = client.accesses.list(since=whole.last_modified)
        list(quiet)
        later = client.accesses.list(since=quiet.last_modified)
        assert list(later) == []
        assert later.unchanged
        assert later.last_modified


def test_events_and_order_events_are_read(town: Town, client: Client) -> None:
    with client:
        order = client.orders.activate(town.access(), BB).wait(30)
        told = [one for one in client.orderevents.list() if one.order.order_id == order.order_id]
        while [one.order.state for one in told][-1:] != ["DONE_SUCCESS"]:
            told = [one for one in client.orderevents.list() if one.order.order_id == order.order_id]
        assert [one.order.state for one in told] == ["RECEIVED", "IN_PROGRESS", "DONE_SUCCESS"]
        assert told[0].event not in [one.event for one in client.orderevents.list(since=told[0].event)]
        town.told(town.alfa)
        events = [one for one in client.events.list() if one.name == order.order_id]
        assert {(one.type, one.objects) for one in events} == {("CREATE", "orders"), ("UPDATE", "orders")}


def test_the_endpoints_are_read_and_one_that_is_not_there_says_so(town: Town, client: Client) -> None:
    with client:
        assert {"accesses", "orders", "events"} <= {one.name for one in client.endpoints.list()}
        with pytest.raises(NotFound):
            client.dhcplookup.find(ipv4_circuit_id="nothing has this")
        with pytest.raises(Invalid):
            client.option82.find("53")


def test_a_wrong_password_is_told(town: Town) -> None:
    with Client(town.server.url + town.server.root, "alfa", "wrong-ö") as client, pytest.raises(Unauthenticated):
        client.endpoints.list()


def test_the_other_client_does_the_same(town: Town) -> None:
    async def work() -> None:
        async with AsyncClient(town.server.url + town.server.root, "alfa", "alfa-secret") as client:
            access = town.access()
            placed = await client.orders.activate(access, BB)
            order = await placed.wait(30)
            assert order.order_id == placed.order_id
            (live,), shown = await asyncio.gather(client.subscriptions.show(access), client.accesses.show(access))
            assert live.subscription_id == order.subscription_id
            stream = client.accesses.list()
            assert shown in [one async for one in stream]
            assert stream.last_modified
            async for _ in client.accesses.list():
                break
            with pytest.raises(NotFound):
                await client.accesses.show("nowhere")

    asyncio.run(work())
