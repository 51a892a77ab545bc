"""Commands for orders."""

from datetime import datetime
from typing import Annotated, Any

import typer

from onapi.cli import output
from onapi.cli.sp.session import Session, command, group
from onapi.client import Equipment, Placed
from onapi.client.binding import Sync
from onapi.client.tolerance import moment
from onapi.vocabulary import OrderState

app = group("Orders: what changes subscriptions.")


def as_moment(text: str) -> datetime:
    """Return what was typed as a moment."""
    found = moment(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no moment such as 2026-12-01T08:00:00Z.")
    return found


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE.")
    values = [{"true": True, "false": False}.get(one, one) for one in value.split(",")]
    return name, values if name.lower().startswith("ipaddress") else values[0] if len(values) == 1 else values


Subscription = Annotated[
    str | None,
    typer.Argument(metavar="SUBSCRIPTION", help="Its ID; or --access and --service."),
]
OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="The order's ID.")]
Access = Annotated[str | None, typer.Option("--access", help="The access's ID.")]
Service = Annotated[str | None, typer.Option("--service", help="The service's name.")]
Requested = Annotated[
    datetime | None,
    typer.Option("--requested", parser=as_moment, metavar="MOMENT", help="Not before; else at once."),
]
Reference = Annotated[str | None, typer.Option("--sp-reference", help="A reference of yours.")]
Own = Annotated[str | None, typer.Option("--sp-subscription-id", help="Your name for the subscription.")]
Settings = Annotated[
    list[Any] | None,
    typer.Option("--set", parser=_setting, metavar="NAME=VALUE", help="A characteristic: sla=SLA-1; several."),
]
Mac = Annotated[str | None, typer.Option("--mac", help="MAC address of your equipment.")]
Vendor = Annotated[str | None, typer.Option("--vendor", help="Vendor class of your equipment.")]
Note = Annotated[str | None, typer.Option("--note", help="For the end customer to read.")]
Key = Annotated[str | None, typer.Option("--key", help="Idempotency-Key: the same again is the same order.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until it is done; exit 1 if it fails.")]
Timeout = Annotated[float, typer.Option("--timeout", min=0, help="How long to wait, in seconds.")]

_COLUMNS = ("order_id", "state", "operation", "access_id", "service", "sp_reference", "message")


@command(app)
def activate(
    session: Session,
    access: Annotated[str, typer.Argument(metavar="ACCESS", help="The access's ID.")],
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service's name.")],
    requested: Requested = None,
    sp_reference: Reference = None,
    sp_subscription_id: Own = None,
    settings: Settings = None,
    mac: Mac = None,
    vendor: Vendor = None,
    forced_takeover: Annotated[bool, typer.Option("--forced-takeover", help="Take it over from another SP.")] = False,
    key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 600,
) -> None:
    """Begin a subscription."""
    placed = session.client.orders.activate(
        access,
        service,
        requested=requested,
        sp_reference=sp_reference,
        sp_subscription_id=sp_subscription_id,
        characteristics=_settings(settings),
        equipment=_equipment(mac, vendor),
        forced_takeover=forced_takeover or None,
        key=key,
    )
    _told(session, placed, wait=wait, timeout=timeout)


@command(app)
def deactivate(
    session: Session,
    subscription: Subscription = None,
    access: Access = None,
    service: Service = None,
    requested: Requested = None,
    sp_reference: Reference = None,
    sp_subscription_id: Own = None,
    key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 600,
) -> None:
    """End a subscription."""
    _named(subscription, access, service, sp_subscription_id)
    placed = session.client.orders.deactivate(
        subscription,
        access_id=access,
        service=service,
        requested=requested,
        sp_reference=sp_reference,
        sp_subscription_id=sp_subscription_id,
        key=key,
    )
    _told(session, placed, wait=wait, timeout=timeout)


@command(app)
def suspend(
    session: Session,
    subscription: Subscription = None,
    access: Access = None,
    service: Service = None,
    note: Note = None,
    requested: Requested = None,
    sp_subscription_id: Own = None,
    key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 600,
) -> None:
    """Stop delivering, for a while."""
    _named(subscription, access, service, sp_subscription_id)
    placed = session.client.orders.suspend(
        subscription,
        access_id=access,
        service=service,
        external_note=note,
        requested=requested,
        sp_subscription_id=sp_subscription_id,
        key=key,
    )
    _told(session, placed, wait=wait, timeout=timeout)


@command(app)
def resume(
    session: Session,
    subscription: Subscription = None,
    access: Access = None,
    service: Service = None,
    requested: Requested = None,
    sp_subscription_id: Own = None,
    key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 600,
) -> None:
    """Deliver again what was suspended."""
    _named(subscription, access, service, sp_subscription_id)
    placed = session.client.orders.resume(
        subscription,
        access_id=access,
        service=service,
        requested=requested,
        sp_subscription_id=sp_subscription_id,
        key=key,
    )
    _told(session, placed, wait=wait, timeout=timeout)


@command(app)
def modify(
    session: Session,
    subscription: Annotated[str, typer.Argument(metavar="SUBSCRIPTION", help="The subscription's ID.")],
    sp_reference: Reference = None,
    sp_subscription_id: Own = None,
    settings: Settings = None,
    mac: Mac = None,
    vendor: Vendor = None,
    requested: Requested = None,
    key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 600,
) -> None:
    """Change references, characteristics or equipment."""
    placed = session.client.orders.modify(
        subscription,
        sp_reference=sp_reference,
        sp_subscription_id=sp_subscription_id,
        characteristics=_settings(settings),
        equipment=_equipment(mac, vendor),
        requested=requested,
        key=key,
    )
    _told(session, placed, wait=wait, timeout=timeout)


@command(app)
def change(
    session: Session,
    subscription: Annotated[str, typer.Argument(metavar="SUBSCRIPTION", help="The subscription's ID.")],
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service that it becomes.")],
    settings: Settings = None,
    mac: Mac = None,
    vendor: Vendor = None,
    requested: Requested = None,
    sp_reference: Reference = None,
    key: Key = None,
    wait: Wait = False,
    timeout: Timeout = 600,
) -> None:
    """Deliver another service of the same type."""
    placed = session.client.orders.change(
        subscription,
        service,
        characteristics=_settings(settings),
        equipment=_equipment(mac, vendor),
        requested=requested,
        sp_reference=sp_reference,
        key=key,
    )
    _told(session, placed, wait=wait, timeout=timeout)


@command(app, "list")
def list_(
    session: Session,
    access: Access = None,
    state: Annotated[
        OrderState | None, typer.Option(help="Only these; not given: those not finished, or all of the access.")
    ] = None,
) -> None:
    """List orders."""
    listed = session.client.orders.list(access_id=access, state=state)
    none = "There are none." if access else output.no_orders(state)
    session.out.many(listed, _COLUMNS, what="orders", none=none)


@command(app)
def show(session: Session, order: OrderId) -> None:
    """Show an order."""
    session.out.one(session.client.orders.show(order))


@command(app, prints=False)
def cancel(session: Session, order: OrderId) -> None:
    """Cancel an order, while it is RECEIVED."""
    session.client.orders.cancel(order)
    output.say(f"Order {order} is cancelled.")


@command(app)
def wait(session: Session, order: OrderId, timeout: Timeout = 600) -> None:
    """Wait until an order is done; exit 1 if it fails, or takes longer."""
    session.out.one(session.client.orders.wait(order, timeout))


def _named(*names: str | None) -> None:
    if not any(names):
        raise typer.BadParameter("which subscription? Its ID, or --access and --service, or --sp-subscription-id.")


def _settings(settings: list[Any] | None) -> dict[str, Any] | None:
    return dict(settings) if settings else None


def _equipment(mac: str | None, vendor: str | None) -> tuple[Equipment, ...]:
    return (Equipment(vendor_id=vendor, mac_address=mac),) if mac or vendor else ()


def _told(session: Session, placed: Placed[Sync], *, wait: bool, timeout: float) -> None:
    order = placed.order
    if not placed.order_id:
        output.say("It is so already; nothing was ordered.")
    elif wait:
        output.say(f"Order {placed.order_id} is {order.state} …")
        order = placed.wait(timeout)
    session.out.one(order)
