"""Makes a port of a switch with VRP 5 deliver something else, or leaves it alone.

VRP 5 has no transactions: each command is in force at once. So the port is read first, and must be as `before` or
`after` has it, or have settings of both, as a change that broke off leaves them; then it is set, read again, and
saved. The record is written last: until then the port counts as what it was.
"""

from contextlib import suppress

from onapi.drivers.contract import Delivery, Drifted, DriverError, Garbled, Port, Rejected, Shell, Unsupported
from onapi.drivers.ssh import vrp_layout, vrp_printed
from onapi.drivers.ssh.vrp_layout import Configured, Layout, Service, Vlans


async def provision(shell: Shell, vlans: Vlans, port: Port, before: Delivery | None, after: Delivery | None) -> str:
    """Make a port deliver `after` instead of `before`, and say what was done; see `contract.Provisions`."""
    old, new = Service.of(port, before), Service.of(port, after)
    old_layout, layout = vlans.layout(old), vlans.layout(new)
    found = await _read(shell, port.name)
    _agree(found, old, new, (old_layout, layout))
    is_so = found.service == new and found.layout == layout
    if not is_so:
        typed = vrp_layout.commands(found.layout, found.own, new, layout)
        await _be_able(shell)
        await _change(shell, port.name, found, typed)
        if not await _is(shell, port.name, new, layout):
            await _set_back(shell, port.name, found)
            raise Rejected(f"The switch does not set the port to {layout}; it is set back.")
    # Whoever repeats a change may do so since it broke off before it was saved.
    await _save(shell)
    return "It was so already." if is_so else _told(old, new)


async def deliveries(shell: Shell, vlans: Vlans, name: str) -> dict[str, Delivery]:
    """Return what a port delivers; see `contract.ReadsDeliveries`."""
    found = await _read(shell, name)
    if not found.is_access or found.layout != vlans.layout(found.service):
        raise Drifted("Somebody else has changed the port's VLAN or rates.")
    held = found.service
    if held is None:
        return {}
    delivery = Delivery(
        subscription_id=held.subscription,
        service=held.service,
        tech=held.tech,
        down_kbps=held.down_kbps,
        up_kbps=held.up_kbps,
        blocked=held.blocked,
    )
    return {held.slot: delivery}


async def _read(shell: Shell, port: str) -> Configured:
    printed = await shell.ask(f"display current-configuration interface {port}")
    return vrp_layout.read(vrp_printed.accepted(printed, port), port)


def _agree(found: Configured, old: Service | None, new: Service | None, layouts: tuple[Layout, Layout]) -> None:
    """Refuse a port that is neither as it should be before, nor after, nor in between."""
    held = found.service
    if held is not None and held not in (old, new):
        if old is None and new is not None and (held.access, held.slot) != (new.access, new.slot):
            raise Unsupported("The port delivers another service, and can deliver only one.")
        raise Drifted("The port delivers something else.")
    if held is None and old is not None and new is not None:
        raise Drifted("The port delivers nothing.")
    if not found.is_access:
        raise Drifted("The port is no access port; it should have: port link-type access.")
    if not vrp_layout.between(found.layout, *layouts):
        raise Drifted("Somebody else has changed the port's VLAN or rates.")


async def _be_able(shell: Shell) -> None:
    """Refuse what could not be finished: another VRP has another way to be configured."""
    software = vrp_printed.version(vrp_printed.accepted(await shell.ask("display version"))).software
    if not software.startswith("5."):
        raise Unsupported(f"VRP {software} cannot be provisioned by its command line; version 5 can.")


async def _change(shell: Shell, port: str, was: Configured, typed: list[str]) -> None:
    """Type commands; when one is refused, those before it have been in force, and are taken back."""
    try:
        await _type(shell, port, typed)
    except (Rejected, Unsupported):
        await _set_back(shell, port, was)
        raise


async def _type(shell: Shell, port: str, typed: list[str]) -> None:
    try:
        for command in ("system-view", f"interface {port}", *typed):
            vrp_printed.accepted(await shell.ask(command))
    finally:
        # If the way is gone, so is the view.
        with suppress(DriverError):
            await shell.ask("return")


async def _set_back(shell: Shell, port: str, was: Configured) -> None:
    """Make a port again what it was.

    Raises:
        Garbled: that does not work either.
    """
    now = (await _read(shell, port)).layout
    try:
        await _type(shell, port, vrp_layout.commands(now, was.own, was.service, was.layout))
    except (Rejected, Unsupported):
        raise Garbled("The switch takes neither the change nor what the port was before.") from None
    if not await _is(shell, port, was.service, was.layout):
        raise Garbled("The switch does not set the port to what it is told.")


async def _is(shell: Shell, port: str, service: Service | None, layout: Layout) -> bool:
    found = await _read(shell, port)
    return found.service == service and found.layout == layout


async def _save(shell: Shell) -> None:
    vrp_printed.accepted(await shell.ask("save"))


def _told(old: Service | None, new: Service | None) -> str:
    if new is None:
        return "Nothing is delivered any more."
    if old is None:
        return f"{new.service} is delivered."
    if new.blocked != old.blocked:
        return f"{new.service} is {'blocked' if new.blocked else 'let through'}."
    return f"{new.service} is delivered instead of {old.service}."
