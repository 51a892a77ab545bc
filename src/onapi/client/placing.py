"""Place an order exactly once, over a network that loses answers.

Source: ON-API 2.6.0 common/responses.md, "Error handling and behaviour when creating an order".
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from onapi.client import errors, exchange, lists, once, tolerance
from onapi.client.order_models import Order
from onapi.client.steps import Answer, Flow, Request, Surroundings, quoted
from onapi.client.subscriptions import live_on
from onapi.vocabulary import Dialect, Operation, OperationalState, OrderState

_SAME = ("operation", "accessId", "service", "subscriptionId", "spReference", "spSubscriptionId")
_CHANGEABLE = (
    *("service", "requestedDateTime", "spReference", "spSubscriptionId", "externalNote", "characteristics"),
    *("forcedTakeover", "equipment", "orderId", "accessId", "operation", "subscriptionId"),
)
_SPELLED = {Dialect.BITVIS: {"SLA": "sla", "ipAddress": "ipAddresses"}, Dialect.STANDARD: {"sla": "SLA"}}


def place(around: Surroundings, operation: Operation, wish: Mapping[str, Any]) -> Flow[Order]:
    """Place an order, and return it, or the one that was under way already.

    `wish` has the fields in snake_case, and the `key`, if there is one.

    When an answer is lost, the order is repeated with its Idempotency-Key where the server keeps those, which its
    OpenAPI says; elsewhere it is looked for first, and repeated only when it is not there.
    """
    fields = {"operation": operation} | {name: value for name, value in wish.items() if name != "key"}
    key = str(wish.get("key") or uuid.uuid4())
    request = Request(
        method="POST",
        path="orders/",
        headers={"Content-Type": "application/json", "Idempotency-Key": key},
        body=msgspec.json.encode(spelled(fields, around.dialect)),
    )
    wished = tolerance.decode(request.body or b"")

    def found() -> Flow[Order | None]:
        return (yield from _look(around, wished))

    return (yield from once.done(around, request, _placed, found))


def read_order(value: Any, location: str | None = None) -> Order:
    """Return an order as servers send it; its ID may be only in its path, or in Location."""
    order = tolerance.read(Order, value)
    path = order.path or location
    if order.order_id or not path:
        return order
    return msgspec.structs.replace(order, order_id=path.rstrip("/").rpartition("/")[2])


def one(around: Surroundings, order_id: str) -> Flow[Order]:
    """Return one order, or raise NotFound."""
    answer = yield from exchange.whole(around, Request(path=f"orders/{quoted(order_id)}"))
    return read_order(tolerance.decode(answer.body))


def spelled(fields: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return fields in snake_case as servers of a dialect spell them; moments in UTC."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        head, *words = ("requested_date_time" if name == "requested" else name).split("_")
        found[head + "".join(word.capitalize() for word in words)] = _written(value)
    characteristics, equipment = found.get("characteristics"), found.get("equipment")
    if characteristics:
        found["characteristics"] = {_SPELLED[dialect].get(name, name): one for name, one in characteristics.items()}
    if equipment is not None and dialect is Dialect.BITVIS and len(equipment) == 1:
        found["equipment"] = equipment[0]
    return found


def changeable(order: Order, dialect: Dialect) -> dict[str, Any]:
    """Return what an SP says in an order, as it is sent."""
    fields = {name: value for name, value in msgspec.structs.asdict(order).items() if value not in (None, ())}
    written = spelled(fields, dialect)
    return {name: written[name] for name in _CHANGEABLE if name in written}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        parts = "milliseconds" if aware.microsecond else "seconds"
        return aware.astimezone(UTC).isoformat(timespec=parts).replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def _placed(answer: Answer) -> Order:
    location = answer.headers.get("location")
    if location and not answer.body.strip():
        # Some servers only say where the order is.
        return read_order({"path": location, "state": OrderState.RECEIVED})
    return read_order(tolerance.decode(answer.body), location)


def _look(around: Surroundings, wish: Mapping[str, Any]) -> Flow[Order | None]:
    """Return the order that this wish has become, None when it has become none.

    An unfinished one that is the same is it: the standard has no second one beside it. A finished one is it if what
    it wanted is so.
    """
    query: list[dict[str, str | None]] = [{"accessId": wish["accessId"]}] if wish.get("accessId") else []
    for asked in query or [{}, {"state": OrderState.DONE_SUCCESS}]:
        orders = yield from lists.collected(around, "orders/", read_order, query=asked)
        same = [order for order in orders if _is_same(order, wish)]
        for order in same:
            if order.state in (OrderState.RECEIVED, OrderState.IN_PROGRESS):
                return order
        for order in same:
            if order.state == OrderState.DONE_SUCCESS and (yield from _is_so(around, order)):
                return order
    return None


def _is_same(order: Order, wish: Mapping[str, Any]) -> bool:
    has = tolerance.decode(msgspec.json.encode(order))
    return all(has.get(name) == wish[name] for name in _SAME if wish.get(name) is not None)


def _is_so(around: Surroundings, order: Order) -> Flow[bool]:
    """Return whether what an order wanted is so now."""
    if not order.access_id:
        return False
    try:
        live = yield from live_on(around, order.access_id)
    except errors.NotFound:
        live = ()
    its = [one for one in live if one.subscription_id == order.subscription_id]
    match order.operation:
        case Operation.DEACTIVATE:
            return not its
        case Operation.ACTIVATE | Operation.CHANGE:
            return any(one.service == order.service for one in its)
        case Operation.SUSPEND:
            return any(one.operational_state == OperationalState.SUSPENDED for one in its)
        case Operation.RESUME:
            return any(one.operational_state == OperationalState.ACTIVATED for one in its)
        case _:
            # A MODIFY that is done twice is done once.
            return False
