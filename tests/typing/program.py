"""A small program of a user's, which two type checkers read strictly; it says what it expects to get."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import assert_type

from onapi.client import (
    Access,
    AsyncClient,
    Client,
    ClientError,
    Equipment,
    Event,
    Order,
    OrderEvent,
    OrderFailed,
    Period,
    Placed,
    Row,
    Service,
    Subscription,
    Ticket,
    TooMany,
)
from onapi.client.binding import Async, Sync
from onapi.client.cursors import FileCursor
from onapi.testing import Network


def sell(client: Client, access_id: str) -> str | None:
    """Order what can be ordered."""
    access = assert_type(client.accesses.show(access_id), Access)
    services = assert_type(client.services.show(access.access_id), tuple[Service, ...])
    for service in services:
        if service.orderable(datetime.now(UTC)):
            equipment = [Equipment(vendor_id="ACME", mac_address="AA:BB:CC:DD:EE:FF")]
            placed = assert_type(
                client.orders.activate(access_id, service.service, sp_reference="1", equipment=equipment),
                Placed[Sync],
            )
            try:
                order = assert_type(placed.wait(timeout_s=60), Order)
            except OrderFailed as error:
                assert_type(error.order, Order)
                assert_type(error.retryable, bool)
                return None
            return assert_type(order.subscription_id, str | None)
    return None


def follow(client: Client) -> None:
    """Iterate what there is to iterate."""
    for access in client.accesses.list(since=None):
        assert_type(access, Access)
    for event in client.events.follow(FileCursor("events"), every_s=1, forever=False):
        assert_type(event, Event)
    for change in client.orderevents.list():
        assert_type(change, OrderEvent)
    for row in client.invoicespecification.rows("202611"):
        assert_type(row, Row)
    assert_type(client.invoicespecification.periods(), list[Period])
    assert_type(client.accesses.list().last_modified, str | None)


async def the_same(client: AsyncClient) -> None:
    """Do the same in a loop."""
    show: Callable[[str], Awaitable[Access]] = client.accesses.show
    access = assert_type(await show("A"), Access)
    placed = assert_type(await client.orders.activate(access.access_id, "BB"), Placed[Async])
    assert_type(await placed.wait(), Order)
    assert_type(await client.subscriptions.show("A"), tuple[Subscription, ...])
    assert_type(await client.tickets.show("T"), Ticket)
    async for event in client.orderevents.follow(FileCursor("events")):
        assert_type(event, OrderEvent)


def test_own(onapi_network: Network) -> None:
    """Use the fixture."""
    with onapi_network.client() as client:
        try:
            sell(client, "DEMO-1")
        except TooMany as error:
            assert_type(error.retry_after, float | None)
        except ClientError as error:
            assert_type(error.request_id, str | None)
