"""What an SP asks for with an order, and which questions about it have one answer.

Source: the seed, "Create a new order"; ON-API 2.6.0 spec/orders.md.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from onapi import errors
from onapi.domain.characteristics import Value
from onapi.domain.equipment import Equipment
from onapi.ids import AccessId, SubscriptionId
from onapi.vocabulary import Operation

NAMES_SERVICE = (Operation.ACTIVATE, Operation.CHANGE)
"""The operations that say which service shall be; the others keep what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An order as it is asked for; None is "not said", and an empty tuple or mapping is "none of it".

    `requested_at` is in UTC, and is the earliest moment; None or one that has passed is at once.
    """

    operation: Operation
    access_id: AccessId | None = None
    service: str | None = None
    subscription_id: SubscriptionId | None = None
    requested_at: datetime | None = None
    sp_reference: str | None = None
    sp_subscription_id: str | None = None
    external_note: str | None = None
    characteristics: Mapping[str, Value] | None = field(default=None, hash=False)
    forced_takeover: bool = False
    equipment: tuple[Equipment, ...] | None = None

    @property
    def characteristics_json(self) -> str | None:
        """The settings as JSON, or None."""
        return None if self.characteristics is None else _json(dict(self.characteristics))

    @property
    def equipment_json(self) -> str | None:
        """The equipment as the wire has it, as JSON, or None."""
        if self.equipment is None:
            return None
        return _json([_present(vendorId=e.vendor_id, macAddress=e.mac_address) for e in self.equipment])

    @property
    def modifies(self) -> bool:
        """Whether it asks for more of a subscription than a state or a service: what MODIFY is for."""
        changes = (self.sp_reference, self.sp_subscription_id, self.equipment, self.characteristics)
        return any(change is not None for change in changes)

    @property
    def fingerprint(self) -> str:
        """What is the same for the same request, and different for another: 64 hex digits."""
        said = {
            "operation": self.operation,
            "access": self.access_id,
            "service": self.service,
            "subscription": self.subscription_id,
            "requested": self.requested_at and self.requested_at.astimezone(UTC).isoformat(),
            "reference": self.sp_reference,
            "its subscription": self.sp_subscription_id,
            "note": self.external_note,
            "characteristics": self.characteristics_json,
            "takeover": self.forced_takeover,
            "equipment": self.equipment_json,
        }
        return hashlib.sha256(_json(said).encode()).hexdigest()


def check(wish: Wish) -> None:
    """See that a wish names what its operation needs, and nothing that the operation cannot do.

    Raises:
        Invalid: a field is missing, or cannot be with this operation.
    """
    for name, value in _texts(wish):
        if value is not None and "\0" in value:
            raise errors.Invalid(f"{name} holds the character NUL, which cannot be stored.")
    if wish.operation is Operation.ACTIVATE:
        _need(wish, accessId=wish.access_id, service=wish.service)
    elif not (wish.subscription_id or wish.sp_subscription_id or (wish.access_id and wish.service)):
        raise errors.Invalid(
            f"subscriptionId is missing: {wish.operation} needs it, or spSubscriptionId, or accessId and service."
        )
    if wish.operation is Operation.CHANGE:
        _need(wish, service=wish.service)
    if wish.forced_takeover and wish.operation is not Operation.ACTIVATE:
        raise errors.Invalid(f"forcedTakeover goes with ACTIVATE, not with {wish.operation}.")


def addressed(wish: Wish, *, subscription_id: SubscriptionId, access_id: AccessId, service: str) -> Wish:
    """Return the wish with its subscription by name, and without what only told which one it is.

    Raises:
        Invalid: MODIFY modifies nothing, or names another service or access than the subscription's.
    """
    if wish.access_id is not None and wish.access_id != access_id:
        raise errors.Invalid(
            f"accessId {wish.access_id!r} is not that of subscription {subscription_id!r}, which is {access_id!r}."
        )
    names_service = wish.operation in NAMES_SERVICE
    if wish.service is not None and not names_service and wish.service != service:
        raise errors.Invalid(
            f"service {wish.service!r} is not the service of subscription {subscription_id!r}, which is {service!r}; "
            "CHANGE changes it."
        )
    by_reference = wish.subscription_id is None and wish.sp_subscription_id is not None
    found = replace(
        wish,
        subscription_id=subscription_id,
        access_id=access_id,
        service=wish.service if names_service else service,
        sp_subscription_id=None if by_reference else wish.sp_subscription_id,
    )
    if found.operation is Operation.MODIFY and not found.modifies:
        raise errors.Invalid(
            "There is nothing to modify: MODIFY changes spReference, spSubscriptionId, equipment and characteristics."
        )
    return found


def _need(wish: Wish, **named: str | None) -> None:
    for name, value in named.items():
        if value is None:
            raise errors.Invalid(f"{name} is missing: {wish.operation} needs it.")


def _texts(wish: Wish) -> Iterator[tuple[str, str | None]]:
    yield "service", wish.service
    yield "spReference", wish.sp_reference
    yield "spSubscriptionId", wish.sp_subscription_id
    yield "externalNote", wish.external_note
    for piece in wish.equipment or ():
        yield "equipment.vendorId", piece.vendor_id


def _present(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
