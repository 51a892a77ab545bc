"""Order events: every change of an order's state, in order.

Source: the seed, "This endpoint lists changes to orders"; ON-API 2.6.0 spec/orderevents.md.
"""

from collections.abc import Callable

from onapi.client import follow, lists
from onapi.client.binding import K, Resource, listing
from onapi.client.cursors import Cursor
from onapi.client.order_models import Order
from onapi.client.placing import read_order
from onapi.client.steps import Listing
from onapi.client.tolerance import Model, read


class OrderEvent(Model, kw_only=True):
    """A change of an order's state; `order` has what the order was then, and its ID."""

    event: str
    order: Order


class OrderEvents(Resource[K]):
    """Below `orderevents/`."""

    @listing
    def list(self, *, since: str | None = None) -> Listing[OrderEvent]:
        """Return what came after an event, NotFound if the server no longer knows it; or everything that is kept."""
        return lists.of(self._around, "orderevents/", read_event, query={"since": since})

    @listing
    def follow(
        self,
        cursor: Cursor,
        *,
        every_s: float = 10.0,
        forever: bool = True,
        gone: Callable[[], None] | None = None,
    ) -> Listing[OrderEvent]:
        """Return every order event, now and later, from where the cursor is; see `follow.Manner`."""
        what = follow.Followed("orderevents/", read_event, _event, place_of=_event)
        manner = follow.Manner(every_s=every_s, forever=forever, gone=gone)
        return follow.following(self._around, what, cursor, manner)


def read_event(value: object) -> OrderEvent:
    """Return an order event as servers send it; the order's ID may be only in its path."""
    event = read(OrderEvent, value)
    return OrderEvent(event=event.event, order=read_order(_fields(value)))


def _event(event: OrderEvent) -> str:
    return event.event


def _fields(value: object) -> object:
    """Return what is said of the order."""
    return value.get("order") if isinstance(value, dict) else value
