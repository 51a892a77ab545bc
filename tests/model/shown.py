"""What SPs should read on an access, in the wire's words, but for names and moments that nobody can foresee."""

from typing import Any

from tests.model.desk import Desk
from tests.model.things import SERVICES, Access, Place

UNKNOWN_PAST, UNKNOWN_FUTURE = "1990-01-01T00:00:01Z", "3030-12-12T00:00:01Z"

Shown = dict[str, dict[str, Any]]
"""Documents by ID or name; None would be a 404."""


def orders(desk: Desk, sp: str, access: Access) -> Shown:
    """Return the SP's orders."""
    return {
        order.order_id: _said(
            operation=order.operation,
            subscriptionId=order.subscription_id,
            state=order.state,
            code=order.code,
            forcedTakeover=order.wish.get("forcedTakeover", False) if order.operation == "ACTIVATE" else None,
            **{name: order.wish.get(name) for name in _WISHED},
        )
        for order in desk.orders.values()
        if order.sp == sp and order.place.access is access and order.state != "CANCELLED"
    }


_WISHED = (
    *("service", "requestedDateTime", "spReference", "spSubscriptionId", "externalNote"),
    *("characteristics", "equipment"),
)


def subscriptions(desk: Desk, sp: str, access: Access) -> Shown | None:
    """Return the SP's live subscriptions."""
    found = {
        one.subscription_id: _said(
            service=one.service,
            operationalState=one.state,
            # The dialect `standard`, which beta speaks, has a date.
            disconnectionDate=(desk.ends_at(one) or "")[: 10 if sp == "beta" else None] or None,
            **one.fields,
        )
        for one in desk.subscriptions.values()
        if one.sp == sp and one.place.access is access and one.live
    }
    return found if found or access.seen_by(sp) else None


def services(desk: Desk, sp: str, access: Access) -> Shown | None:
    """Return what the SP may order."""
    if not access.seen_by(sp):
        return None
    if access.state == "DISCONNECTED":
        return {}
    found: Shown = {}
    for name, service in SERVICES.items():
        place = Place(access, service.kind, "")
        live, wanted = desk.live(place), desk.wanted(place)
        held = service.exclusive and live is not None and live.sp != sp
        ends = desk.ends_at(live) if held and live is not None else None
        claimed = (service.exclusive and wanted is not None and wanted.sp != sp) or (held and ends is None)
        available = {"CONNECTED": ends or UNKNOWN_PAST, "INMIGRATION": ends or ""}.get(access.state, "")
        found[name] = {
            "connectionDateTime": UNKNOWN_PAST if access.state in ("CONNECTED", "OUTMIGRATION") else UNKNOWN_FUTURE,
            "availableDateTime": "" if claimed else available,
            "forcedTakeoverPossible": service.takeover
            and held
            and not (wanted is not None and wanted.sp != sp)
            and access.state == "CONNECTED",
        }
    return found


def network(desk: Desk, access: Access) -> list[dict[str, Any]]:
    """Return what the network should deliver."""
    return sorted(
        (
            {
                "subscription": one.subscription_id,
                "service": one.service,
                "blocked": one.state == "SUSPENDED",
                "characteristics": one.fields.get("characteristics", {}),
                "equipment": one.fields.get("equipment", []),
            }
            for one in desk.subscriptions.values()
            if one.place.access is access and one.live
        ),
        key=lambda port: str(port["subscription"]),
    )


def as_shown(document: dict[str, Any], *unforeseen: str) -> dict[str, Any]:
    """Return a document without what nobody can foresee, and without the spellings of the SP's dialect."""
    kept = {name: value for name, value in document.items() if name not in unforeseen}
    if "characteristics" in kept:
        kept["characteristics"] = {name.lower(): value for name, value in kept["characteristics"].items()}
    if isinstance(kept.get("equipment"), dict):
        kept["equipment"] = [kept["equipment"]]
    return kept


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
