"""What a copy of a server's objects has to do to be current: a list of changes, whatever keeps the copy.

Accesses, services and subscriptions are read by deltas; orders and tickets one by one, as `events/` tells of them,
or, where a server has none, `orderevents/`. A kind that has no place yet, or one that is too old, is read whole, and
what that lacks is removed. A place is kept in the same transaction as what lies before it.

A copy is as current as the begin of the last pass: what changes meanwhile comes with the next one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import msgspec

from onapi.client import errors, exchange, lists, placing, tolerance
from onapi.client.events import Event
from onapi.client.orderevents import OrderEvent, read_event
from onapi.client.steps import Answer, Flow, Give, Listing, Request, Step, Surroundings, quoted
from onapi.client.tickets import read_ticket
from onapi.vocabulary import EventType, OrderState

Kind: TypeAlias = Literal["accesses", "services", "subscriptions", "orders", "tickets"]
KINDS: tuple[Kind, ...] = ("accesses", "services", "subscriptions", "orders", "tickets")

HISTORY = timedelta(hours=24)
"""How long servers keep what happened, at least: a copy that was not refreshed for longer is read anew."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All objects of a kind follow, until `Ended`."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Put:
    """An object is this now: JSON, as the server sent it, with the fields in the order of their names."""

    kind: Kind
    id: str
    document: str


@dataclass(frozen=True, slots=True)
class Gone:
    """An object is not there any more."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Objects of a kind that were not put since `Whole` are not there any more."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Reached:
    """All changes up to a place were told: keep them, and it; `""` is no place, and all comes again next time."""

    name: str
    place: str


Change: TypeAlias = Whole | Put | Gone | Ended | Reached

_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode
_LACKS = (errors.NotFound, errors.Unsupported)
_IDS: dict[Kind, str] = {
    "accesses": "accessId",
    "services": "accessId",
    "subscriptions": "accessId",
    "orders": "orderId",
    "tickets": "coTicketReference",
}


def changes(around: Surroundings, places: Mapping[str, str]) -> Listing[Change]:
    """Return what brings a copy that has these places up to date: one pass; leave out those older than `HISTORY`."""

    def begin(listing: Listing[Change]) -> Flow[None]:
        del listing
        began = None
        for kind in KINDS[:3]:
            answer = yield from _delta(around, kind, places.get(kind) or None)
            began = began or answer.headers.get("last-modified") or answer.headers.get("date")
        yield from _by_events(around, places, began)

    return Listing(begin)


def _delta(around: Surroundings, kind: Kind, since: str | None) -> Flow[Answer]:
    """Tell what changed of a kind that has deltas; without a place, all of it."""

    def take(value: Any) -> Iterable[Step]:
        yield Give(_of_access(kind, value))

    if since is None:
        yield Give(Whole(kind))
    try:
        answer = yield from lists.each(around, f"{kind}/", lambda value: value, take, since=since)
    except _LACKS:
        if kind == "accesses":
            # Without them it is no server of this standard, or the address is wrong.
            raise
        answer = Answer(501, {})
    if since is None:
        yield Give(Ended(kind))
    yield Give(Reached(kind, answer.headers.get("last-modified") or since or ""))
    return answer


def _of_access(kind: Kind, value: Any) -> Change:
    if kind == "subscriptions" and isinstance(value, dict) and isinstance(value.get("subscriptionId"), str):
        # Servers of 2.4 and 2.5 send each subscription by itself.
        return Put(kind, value["subscriptionId"], _text(value))
    name = _id(kind, value)
    if kind != "accesses" and not value.get(kind):
        return Gone(kind, name)
    return Put(kind, name, _text(value))


def _by_events(around: Surroundings, places: Mapping[str, str], began: str | None) -> Flow[None]:
    """Tell what changed of orders and tickets; without a place, all of them, and then what happened meanwhile."""
    name = "orderevents" if "orderevents" in places else "events"
    place = places.get(name)
    if not place:
        yield from _whole_orders(around)
        yield from _whole_tickets(around)
        place = began or ""
        yield Give(Reached("events", place))
    if name == "events":
        try:
            yield from _events(around, place)
        except _LACKS:
            name, place = "orderevents", ""
    if name == "orderevents":
        yield from _whole_tickets(around)
        yield from _orderevents(around, place)


def _events(around: Surroundings, since: str) -> Flow[None]:
    touched: dict[tuple[Kind, str], None] = {}

    def take(event: Event) -> Iterable[Step]:
        for kind in KINDS[3:]:
            if event.objects == kind:
                touched[kind, event.name] = None
        if event.objects == "subscriptions" and event.type == EventType.DELETE:
            yield Give(Gone("subscriptions", event.name))

    answer = yield from lists.each(
        around, "events/", lambda value: tolerance.read(Event, value), take, since=since or None
    )
    for kind, name in touched:
        yield from _one(around, kind, name)
    yield Give(Reached("events", answer.headers.get("last-modified") or since))


def _orderevents(around: Surroundings, since: str) -> Flow[None]:
    touched: dict[str, None] = {}
    last = since

    def take(event: OrderEvent) -> Iterable[Step]:
        nonlocal last
        touched[event.order.order_id] = None
        last = event.event
        return ()

    try:
        yield from lists.each(around, "orderevents/", read_event, take, query={"since": since or None})
    except _LACKS:
        # The place is gone, or there are no such events: all orders are read, and those that come after are followed.
        yield from _whole_orders(around)
        last = ""
    for name in touched:
        yield from _one(around, "orders", name)
    yield Give(Reached("orderevents", last))


def _one(around: Surroundings, kind: Kind, name: str) -> Flow[None]:
    """Tell what an object is now."""
    try:
        answer = yield from exchange.whole(around, Request(path=f"{kind}/{quoted(name)}"))
    except _LACKS:
        yield Give(Gone(kind, name))
        return
    yield Give(Put(kind, name, _text(tolerance.decode(answer.body))))


def _whole_orders(around: Surroundings) -> Flow[None]:
    def take(value: Any) -> Iterable[Step]:
        yield Give(Put("orders", placing.read_order(value).order_id, _text(value)))

    yield Give(Whole("orders"))
    for state in OrderState:
        try:
            yield from lists.each(around, "orders/", lambda value: value, take, query={"state": state})
        except _LACKS:
            break
    yield Give(Ended("orders"))


def _whole_tickets(around: Surroundings) -> Flow[None]:
    yield Give(Whole("tickets"))
    try:
        listed = yield from lists.collected(around, "tickets/", read_ticket)
    except _LACKS:
        listed = []
    for ticket in listed:
        yield from _one(around, "tickets", ticket.co_ticket_reference)
    yield Give(Ended("tickets"))


def _id(kind: Kind, value: Any) -> str:
    name = value.get(_IDS[kind]) if isinstance(value, dict) else None
    if not isinstance(name, str) or not name:
        raise errors.Garbled(f"An element of {kind}/ lacks {_IDS[kind]}.")
    return name


def _text(value: Any) -> str:
    return _encode(value).decode()
