"""Orders over a network that loses answers: each is placed once, whether the server keeps keys or not."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onapi.client import Client, Equipment, NotDone, NotFound, OrderFailed, Patience
from onapi.client.steps import Request
from onapi.client.transport import Httpx2Transport
from onapi.client.transport import settings as headers_of
from onapi.vocabulary import Dialect
from tests.client.scripted import Lossy
from tests.town import Town

# More attempts than answers are ever lost here, one after another.
HASTY = Patience(attempts=30, base_s=0.001, most_s=0.002)
BB, OTHER = "BB-100-100", "BB-250-250"


def _keyless(request: Request) -> Request:
    """Send no key, and have no OpenAPI that would say that keys are kept."""
    headers = {name: value for name, value in request.headers.items() if name != "Idempotency-Key"}
    return dataclasses.replace(request, headers=headers, path=request.path.replace("openapi.json", "nothing"))


def _client(town: Town, loses: list[bool] | None = None, *, keys: bool = True, **more: Any) -> tuple[Client, Lossy]:
    inner = Httpx2Transport(town.server.url + town.server.root, headers_of("alfa", "alfa-secret", "tests"), 30)
    lossy = Lossy(inner, loses or [], (lambda request: request) if keys else _keyless)
    return Client("", transport=lossy, patience=HASTY, **more), lossy


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), keys=st.booleans())
def test_a_subscription_lives_through_lost_answers_as_if_none_was_lost(
    town: Town, data: st.DataObject, keys: bool
) -> None:
    access = town.access()
    client, _ = _client(town, data.draw(st.lists(st.booleans(), max_size=24)), keys=keys)
    with client:
        first = client.orders.activate(access, BB).wait(30)
        subscription = first.subscription_id
        orders = client.orders
        assert (
            orders.suspend(subscription, access_id=access, external_note="Unpaid.").wait(30).state == "DONE_SUCCESS"
        )
        orders.resume(subscription).wait(30)
        orders.change(subscription, OTHER).wait(30)
        orders.deactivate(subscription).wait(30)
        assert client.subscriptions.show(access) == ()
    done = town.operator.rows(
        "SELECT operation FROM orders WHERE access_id = $1 AND state = 'DONE_SUCCESS' ORDER BY order_id", access
    )
    assert [row["operation"] for row in done] == ["ACTIVATE", "SUSPEND", "RESUME", "CHANGE", "DEACTIVATE"]


def test_a_wait_ends_with_the_order_its_failure_or_the_time(town: Town) -> None:
    client, _ = _client(town)
    with client:
        failing = town.access()
        town.operator.fault(failing, "reject")
        with pytest.raises(OrderFailed) as failed:
            client.orders.activate(failing, BB).wait(30)
        assert (failed.value.code, failed.value.order.state) == ("network", "DONE_FAILED")
        dated = client.orders.activate(town.access(), BB, requested=_far())
        with pytest.raises(NotDone) as told:
            dated.wait(0.1)
        assert told.value.order.state == "RECEIVED"
        dated.cancel()
        with pytest.raises(NotFound):
            dated.wait(5)


def test_what_is_so_already_has_no_order(town: Town) -> None:
    client, _ = _client(town)
    access = town.access()
    with client:
        client.orders.activate(access, BB).wait(30)
        again = client.orders.activate(access, BB)
        assert (again.order_id, again.order.state) == ("", "DONE_SUCCESS")
        assert again.wait(1) == again.order


@pytest.mark.parametrize("dialect", list(Dialect))
def test_an_order_can_be_changed_until_it_begins_in_either_dialect(town: Town, dialect: Dialect) -> None:
    client, _ = _client(town, dialect=dialect)
    with client:
        placed = client.orders.activate(
            town.access(),
            BB,
            requested=_far(),
            sp_reference="mine",
            characteristics={"sla": "SLA-1", "ipAddresses": ["192.0.2.1"]},
            equipment=[Equipment(vendor_id="v", mac_address="aabbccddeeff")],
        )
        order = client.orders.show(placed.order_id)
        assert order.characteristics == {"sla": "SLA-1", "ipAddresses": ["192.0.2.1"]}
        assert order.equipment == (Equipment(vendor_id="v", mac_address="AA:BB:CC:DD:EE:FF"),)
        assert order.requested_date_time == _far()
        client.orders.update(placed.order_id, sp_reference=None, external_note="x")
        order = client.orders.show(placed.order_id)
        assert (order.sp_reference, order.external_note) == (None, "x")
        client.orders.replace(msgspec.structs.replace(order, external_note=None, sp_reference="r"))
        order = client.orders.show(placed.order_id)
        assert (order.sp_reference, order.external_note) == ("r", None)
        assert order in list(client.orders.list())
        assert order in list(client.orders.list(access_id=order.access_id, state="RECEIVED"))


def _far() -> datetime:
    return datetime(2199, 1, 1, tzinfo=UTC)
