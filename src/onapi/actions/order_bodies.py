"""From the bodies of orders to what is asked for.

Source: ON-API 2.6.0 spec/orders.md, "Fields"; RFC 7396 for PATCH.
"""

from typing import Any

import msgspec

from onapi import errors, ids
from onapi.domain import characteristics, equipment, moments
from onapi.domain.equipment import Equipment
from onapi.domain.orders import NAMES_SERVICE, Wish
from onapi.storage.orders import Stored
from onapi.vocabulary import Operation
from onapi.wire import orders as wire


def wish_of(fields: wire.OrderFields) -> Wish:
    """Return what a body asks for.

    Raises:
        Invalid: a value is not what its field takes, or there is no operation.
    """
    if fields.operation is None:
        raise errors.Invalid(f"operation is missing; it is one of {', '.join(Operation)}.")
    if fields.operation not in Operation.__members__:
        raise errors.Invalid(f"operation {fields.operation[:60]!r} is none of {', '.join(Operation)}.")
    requested = fields.requested_date_time
    return Wish(
        operation=Operation(fields.operation),
        access_id=None if fields.access_id is None else ids.access_id(fields.access_id),
        service=fields.service,
        subscription_id=None if fields.subscription_id is None else ids.subscription_id(fields.subscription_id),
        requested_at=None if requested is None else moments.read("requestedDateTime", requested),
        sp_reference=fields.sp_reference,
        sp_subscription_id=fields.sp_subscription_id,
        external_note=fields.external_note,
        characteristics=None if fields.characteristics is None else characteristics.read(fields.characteristics),
        forced_takeover=bool(fields.forced_takeover),
        equipment=None if fields.equipment is None else _equipment(fields.equipment),
    )


def replaced(order_id: ids.OrderId, stored: Stored, fields: wire.OrderFields) -> Wish:
    """Return what an order asks for once its fields are these.

    Raises:
        Invalid: a field says something else than the order, and cannot be changed.
    """
    fixed = {
        "orderId": (fields.order_id, order_id),
        "operation": (fields.operation, stored.operation),
        "accessId": (fields.access_id, stored.access_id),
        "subscriptionId": (fields.subscription_id, stored.subscription_id),
        "state": (fields.state, stored.state),
    }
    if stored.operation not in NAMES_SERVICE:
        fixed["service"] = (fields.service, stored.service)
    for name, (said, is_so) in fixed.items():
        if said is not None and said != is_so:
            raise errors.Invalid(f"{name} is {is_so!s} and cannot be changed to {said!s:.60}.")
    activates = stored.operation is Operation.ACTIVATE
    return wish_of(
        msgspec.structs.replace(
            fields,
            operation=stored.operation,
            access_id=stored.access_id,
            subscription_id=None if activates else stored.subscription_id,
            service=fields.service if stored.operation in NAMES_SERVICE else stored.service,
        )
    )


def merged(stored: Stored, patch: dict[str, Any]) -> dict[str, Any]:
    """Return an order's fields, as the wire has them, with a patch merged into them; null takes a field away."""
    present: dict[str, Any] = {
        "service": stored.service,
        "requestedDateTime": None if stored.requested_at is None else stored.requested_at.isoformat(),
        "spReference": stored.sp_reference,
        "spSubscriptionId": stored.sp_subscription_id,
        "externalNote": stored.external_note,
        "characteristics": None if stored.characteristics is None else msgspec.json.decode(stored.characteristics),
        "forcedTakeover": stored.forced_takeover,
        "equipment": None if stored.equipment is None else msgspec.json.decode(stored.equipment),
    }
    changes = dict(patch)
    settings = changes.get("characteristics")
    if isinstance(settings, dict):
        ours = {characteristics.name(spelling): value for spelling, value in settings.items()}
        changes["characteristics"] = _merge(present["characteristics"] or {}, ours)
    piece, held = changes.get("equipment"), present["equipment"] or []
    if isinstance(piece, dict) and len(held) == 1:
        # One piece is an object for who reads the standard so, and objects are merged.
        changes["equipment"] = _merge(held[0], piece)
    return _merge(present, changes)


def _merge(present: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (present | patch).items() if value is not None}


def _equipment(given: wire.Equipment | list[wire.Equipment]) -> tuple[Equipment, ...]:
    pieces = given if isinstance(given, list) else [given]
    return equipment.read([Equipment(vendor_id=p.vendor_id, mac_address=p.mac_address) for p in pieces])
