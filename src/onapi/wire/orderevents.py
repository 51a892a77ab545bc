"""Changes of orders' states.

Source: the seed, "This endpoint lists changes to orders"; ON-API 2.6.0 spec/orderevents.md.
"""

from typing import Annotated

import msgspec

from onapi.vocabulary import Failure, Operation, OrderState
from onapi.wire.formats import Id, Text, Wire


class EventOrder(Wire, kw_only=True):
    """The order as it was after the change."""

    path: str
    access_id: Id
    service: Text
    operation: Operation
    state: OrderState
    message: Text
    code: Annotated[Failure | None, msgspec.Meta(description="Why it failed, for programs; an extension.")] = None


class OrderEvent(Wire, kw_only=True):
    """One change of an order's state."""

    event: Annotated[Id, msgspec.Meta(description="Ask with ?since= this for what follows.")]
    order: EventOrder
