"""Subscriptions: what is delivered.

Source: the seed, "Get subscriptions for an access"; ON-API 2.6.0 spec/subscriptions.md.
"""

from datetime import datetime
from typing import Any

from onapi.client import exchange, follow, lists, tolerance
from onapi.client.binding import K, Resource, listing, operation
from onapi.client.cursors import Cursor
from onapi.client.steps import Flow, Listing, Request, Surroundings, quoted
from onapi.client.tolerance import Characteristics, Mac, Model


class Equipment(Model, kw_only=True):
    """Equipment of the SP's that a service is delivered with."""

    vendor_id: str | None = None
    mac_address: Mac | None = None


class DhcpIdentifier(Model, kw_only=True):
    """The names by which DHCP knows the access."""

    ipv4_circuit_id: str | None = None
    ipv4_remote_id: str | None = None
    ipv6_interface_id: str | None = None
    ipv6_remote_id: str | None = None


class Subscription(Model, kw_only=True):
    """A live subscription; a date without a time is its midnight in UTC."""

    subscription_id: str
    service: str
    operational_state: str | None = None
    connection_date: datetime | None = None
    disconnection_date: datetime | None = None
    sp_reference: str | None = None
    sp_subscription_id: str | None = None
    option82: str | None = None
    dhcp_identifier: DhcpIdentifier | None = None
    note: str | None = None
    characteristics: Characteristics | None = None
    equipment: tuple[Equipment, ...] = ()


class AccessSubscriptions(Model, kw_only=True):
    """An access, and the SP's subscriptions on it; servers of 2.4 and 2.5 send each of them by itself."""

    access_id: str
    subscriptions: tuple[Subscription, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The services' names."""
        return tuple(one.service for one in self.subscriptions)


class Subscriptions(Resource[K]):
    """Below `subscriptions/`."""

    @operation
    def show(self, access_id: str) -> Flow[tuple[Subscription, ...]]:
        """Return the SP's subscriptions on an access, or raise NotFound."""
        return (yield from live_on(self._around, access_id))

    @listing
    def list(self, *, since: str | None = None) -> Listing[AccessSubscriptions]:
        """Return all subscriptions by access; with `since`, only accesses where something changed.

        An access whose subscriptions have all ended comes with an empty list.
        """
        return lists.of(self._around, "subscriptions/", read_access, since=since)

    @listing
    def follow(self, cursor: Cursor, *, every_s: float = 60.0, forever: bool = True) -> Listing[AccessSubscriptions]:
        """Return all of `list`, and then what changes, from where the cursor is; see `follow.Manner`."""
        manner = follow.Manner(every_s=every_s, forever=forever)
        return follow.following(self._around, follow.objects("subscriptions/", read_access), cursor, manner)


def read_access(value: Any) -> AccessSubscriptions:
    """Return the subscriptions of an access, also where a server sends one of them by itself."""
    if isinstance(value, dict) and "subscriptionId" in value:
        value = {"accessId": value.get("accessId"), "subscriptions": [value]}
    return tolerance.read(AccessSubscriptions, value)


def live_on(around: Surroundings, access_id: str) -> Flow[tuple[Subscription, ...]]:
    """Return the SP's subscriptions on an access, or raise NotFound."""
    if around.is_older:
        # There is no such path: subscriptions are listed, or read by their own IDs.
        found = yield from lists.collected(around, "subscriptions/", read_access)
        return tuple(one for each in found if each.access_id == access_id for one in each.subscriptions)
    answer = yield from exchange.whole(around, Request(path=f"subscriptions/{quoted(access_id)}"))
    return read_access(tolerance.decode(answer.body)).subscriptions
