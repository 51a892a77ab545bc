"""An order as it is read, and how it is not done."""

from datetime import datetime
from typing import ClassVar

from onapi.client.errors import ClientError
from onapi.client.subscriptions import Equipment
from onapi.client.tolerance import Characteristics, Model


class Order(Model, kw_only=True):
    """An order; `order_id` is empty when nothing had to be ordered, since it was so already."""

    order_id: str = ""
    path: str | None = None
    access_id: str | None = None
    service: str | None = None
    operation: str | None = None
    requested_date_time: datetime | None = None
    expected_completion_date: datetime | None = None
    sp_reference: str | None = None
    sp_subscription_id: str | None = None
    subscription_id: str | None = None
    external_note: str | None = None
    characteristics: Characteristics | None = None
    forced_takeover: bool | None = None
    equipment: tuple[Equipment, ...] = ()
    state: str
    message: str = ""
    code: str | None = None

    aliases: ClassVar[dict[str, str]] = {"id": "orderId", "status": "state"}


class OrderFailed(ClientError):
    """The order is DONE_FAILED."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.message or "The order failed; the operator gave no reason.", code=order.code)
        self.order = order


class NotDone(ClientError):
    """The order is not finished in the time that was given; nothing has been taken back."""

    retryable = True

    def __init__(self, order: Order, seconds: float) -> None:
        super().__init__(f"Order {order.order_id} is still {order.state} after {seconds:g} s.")
        self.order = order
