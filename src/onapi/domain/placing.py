"""Whether an order is taken: what stands in its way, and what it would do that is done already.

The answers look at one moment; unique indexes and a trigger of the database see to it that the moment has not passed.

Source: ON-API 2.6.0 common/responses.md, "Error handling and behaviour when creating an order", and spec/orders.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from onapi import errors
from onapi.domain import characteristics
from onapi.domain.characteristics import Rule
from onapi.domain.orders import Wish
from onapi.ids import AccessId, OrderId, SubscriptionId
from onapi.vocabulary import AccessState, Operation

_ENDED = "ENDED"
_SUSPENDED = "SUSPENDED"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A service that the SP may sell on the access; `claim` tells apart what may be there at the same time."""

    service: str
    service_type: str
    claim: str = ""
    takeover: bool = False
    offered_from: datetime | None = None
    offered_until: datetime | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An order of the SP's that is not finished, and the fingerprint of what it asks for."""

    order_id: OrderId
    wish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has the service type on an access, live or `wanted` by an unfinished ACTIVATE.

    `subscription_id` and `service` are None unless it is the SP that asks; `ends_at` is set by a dated DEACTIVATE.
    """

    wanted: bool
    subscription_id: SubscriptionId | None = None
    service: str | None = None
    ends_at: datetime | None = None
    unfinished: Unfinished | None = None

    @property
    def mine(self) -> bool:
        """Whether it is the SP that asks."""
        return self.subscription_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of the SP's, as an order finds it; `seen_at` is its version."""

    subscription_id: SubscriptionId
    access_id: AccessId
    service: str
    service_type: str
    claim: str
    state: str
    seen_at: datetime
    unfinished: Unfinished | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """Take the order."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The same request is under way as this order."""

    order_id: OrderId


@dataclass(frozen=True, slots=True)
class Done:
    """What is asked for is so already."""

    subscription_id: SubscriptionId


def activate(
    wish: Wish, *, access: AccessState, offer: Offer, holders: tuple[Holder, ...], now: datetime
) -> Accept | Standing | Done:
    """Decide on an ACTIVATE.

    Raises:
        Invalid: a characteristic is missing or not on offer.
        Conflict: the access takes no orders, or somebody has the service type there.
    """
    for holder in holders:
        outcome = _mine(wish, holder, offer) if holder.mine else None
        if outcome is not None:
            return outcome
    check_offer(wish, offer, now)
    _check_access(wish, access, offer, now)
    others = [holder for holder in holders if not holder.mine]
    if any(holder.wanted for holder in others):
        raise errors.Claimed("ServiceType is already claimed by other Service Provider.")
    if others:
        _check_other(wish, others[0], offer)
    elif wish.forced_takeover:
        raise errors.Conflict(
            f"forcedTakeover is not possible: no other Service Provider has a {offer.service_type} service here."
        )
    return Accept()


def operate(wish: Wish, subscription: Subscription, offer: Offer | None, now: datetime) -> Accept | Standing | Done:
    """Decide on an order for a subscription that there is; `offer` is the service that it shall have, if on offer.

    Raises:
        Invalid: the service is not on offer, or a characteristic is not.
        Conflict: another order is under way, or the subscription is not in a state for it.
    """
    if subscription.unfinished is not None:
        return _standing(wish, subscription.unfinished)
    if subscription.state == _ENDED and wish.operation is not Operation.DEACTIVATE:
        raise errors.Conflict(f"Subscription {subscription.subscription_id!r} has ended.")
    done = {
        Operation.DEACTIVATE: subscription.state == _ENDED,
        Operation.SUSPEND: subscription.state == _SUSPENDED,
        Operation.RESUME: subscription.state != _SUSPENDED,
        Operation.CHANGE: wish.service == subscription.service and not wish.modifies,
    }
    if done.get(wish.operation, False):
        return Done(subscription.subscription_id)
    if wish.operation is Operation.CHANGE and (offer is None or offer.service_type != subscription.service_type):
        if offer is None:
            raise errors.Invalid(f"Unknown service: {wish.service!r}; /services/ lists what can be ordered here.")
        raise errors.Conflict(
            f"CHANGE keeps the service type: {wish.service!r} is {offer.service_type}, and the subscription is "
            f"{subscription.service_type}."
        )
    if wish.operation is Operation.CHANGE and offer is not None:
        check_offer(wish, offer, now, complete=wish.characteristics is not None)
    elif wish.operation is Operation.MODIFY and wish.characteristics is not None:
        rules = offer.rules if offer is not None else {}
        characteristics.check(wish.characteristics, rules, subscription.service, complete=True)
    return Accept()


def check_offer(wish: Wish, offer: Offer, now: datetime, *, complete: bool = True) -> None:
    """See that the service is on offer when it is wanted, with such characteristics.

    Raises:
        Invalid: it is not.
    """
    moment = max(now, wish.requested_at or _LONG_AGO)
    if offer.offered_from is not None and moment < offer.offered_from:
        raise errors.Invalid(
            f"Service {offer.service!r} can be delivered from {offer.offered_from:%Y-%m-%dT%H:%M:%SZ}; "
            "give a requestedDateTime from then on."
        )
    if offer.offered_until is not None and moment >= offer.offered_until:
        raise errors.Invalid(
            f"Service {offer.service!r} is no longer available from {offer.offered_until:%Y-%m-%dT%H:%M:%SZ}."
        )
    characteristics.check(wish.characteristics or {}, offer.rules, offer.service, complete=complete)


def _mine(wish: Wish, holder: Holder, offer: Offer) -> Standing | Done | None:
    if holder.unfinished is not None:
        return _standing(wish, holder.unfinished)
    if holder.wanted or holder.subscription_id is None:
        return None
    if holder.service != offer.service:
        raise errors.OtherService(
            f"Another Service of ServiceType '{offer.service_type}' is already active: {holder.service!r}, "
            f"subscription {holder.subscription_id!r}. CHANGE changes it."
        )
    return Done(holder.subscription_id)


def _standing(wish: Wish, unfinished: Unfinished) -> Standing:
    if unfinished.wish == wish.fingerprint:
        return Standing(unfinished.order_id)
    raise errors.UnderWay(
        f"Order {unfinished.order_id} is under way here; wait for it, change it, or cancel it first."
    )


def _check_access(wish: Wish, access: AccessState, offer: Offer, now: datetime) -> None:
    if access is AccessState.CONNECTED:
        return
    if access is not AccessState.INMIGRATION:
        raise errors.NotOrderable(f"Access {wish.access_id!r} is {access}; orders are taken on CONNECTED accesses.")
    if wish.requested_at is None or wish.requested_at <= max(now, offer.offered_from or now):
        raise errors.NotOrderable(
            f"Access {wish.access_id!r} is INMIGRATION; give a requestedDateTime after it becomes available."
        )


def _check_other(wish: Wish, holder: Holder, offer: Offer) -> None:
    if wish.forced_takeover:
        if not offer.takeover:
            raise errors.Conflict(f"forcedTakeover is not possible with service {offer.service!r}.")
        return
    if holder.ends_at is not None and wish.requested_at is not None and holder.ends_at <= wish.requested_at:
        return
    raise errors.Claimed("ServiceType is already claimed by other Service Provider.")
