"""The service provider's side: a client of any ON-API server, for threads (`Client`) and loops (`AsyncClient`)."""

from onapi.client.accesses import Access
from onapi.client.aio import AsyncClient
from onapi.client.endpoints import Endpoint
from onapi.client.errors import (
    ClientError,
    Conflict,
    Faulty,
    Forbidden,
    Garbled,
    Invalid,
    NotFound,
    NotKept,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unreachable,
    Unsupported,
)
from onapi.client.events import Event
from onapi.client.invoicespecification import Period, Row
from onapi.client.order_models import NotDone, Order, OrderFailed
from onapi.client.orderevents import OrderEvent
from onapi.client.orders import Placed
from onapi.client.services import AccessServices, Service
from onapi.client.steps import Patience
from onapi.client.subscriptions import AccessSubscriptions, Equipment, Subscription
from onapi.client.sync import Client
from onapi.client.tickets import Comment, Ticket, TicketInfo

__all__ = [
    "Access",
    "AccessServices",
    "AccessSubscriptions",
    "AsyncClient",
    "Client",
    "ClientError",
    "Comment",
    "Conflict",
    "Endpoint",
    "Equipment",
    "Event",
    "Faulty",
    "Forbidden",
    "Garbled",
    "Invalid",
    "NotDone",
    "NotFound",
    "NotKept",
    "Order",
    "OrderEvent",
    "OrderFailed",
    "Patience",
    "Period",
    "Placed",
    "Refused",
    "Row",
    "Service",
    "Subscription",
    "Ticket",
    "TicketInfo",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Unsupported",
]
