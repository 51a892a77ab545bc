"""What ports deliver in the module onapi-port, which lies beside this, and how that is changed.

The element's configuration is locked while it is looked at and changed, so that nobody is in between; what is changed
is a draft that comes into force as a whole. Sources: RFC 6241, sections 7 and 8; RFC 6022.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from onapi.drivers.contract import Delivery, Drifted, DriverError, Garbled, Netconf, Port
from onapi.drivers.netconf import tree
from onapi.drivers.netconf.tree import BASE, Tree

PORTS = "urn:onapi:yang:onapi-port"
_MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
_CAPABILITIES = tree.element("netconf-state", "<capabilities/>", _MONITORING)
_STARTUP = "urn:ietf:params:netconf:capability:startup:1.0"
_LOCKED = ("running", "candidate")
_TEXTS = ("access", "subscription", "service", "tech")
_RATES = ("down", "up")

Held = Mapping[str, str]
"""A delivery as the element has it: its leaves, without the slot."""


async def provision(way: Netconf, port: Port, before: Delivery | None, after: Delivery | None) -> str:
    """Make a port deliver `after` instead of `before`, and say what was done; see `contract.Provisions`."""
    old, new = _held(port, before), _held(port, after)
    async with _locked(way):
        held = await _read(way, port.name)
        found = held.get(port.slot)
        if found not in (old, new):
            raise Drifted("The port delivers something else.")
        if found == new:
            # Whoever repeats a change may do so since it broke off before it was kept.
            await _keep(way)
            return "It was so already."
        await way.call(_edit(port, new, is_last=held.keys() <= {port.slot}))
        # A commit validates. To have it validated before costs netconfd 2.13 the whole draft, without a word.
        await way.call("<commit/>")
        if (await _read(way, port.name)).get(port.slot) != new:
            raise Garbled("The network element says that it was changed, and is not.")
        await _keep(way)
    return "Nothing is delivered any more." if after is None else f"{after.service} is delivered."


async def deliveries(way: Netconf, port: str) -> dict[str, Delivery]:
    """Return what a port delivers by slot."""
    return {slot: _delivery(held) for slot, held in (await _read(way, port)).items()}


@asynccontextmanager
async def _locked(way: Netconf) -> AsyncIterator[None]:
    """Have the configuration to oneself, unless somebody has it, or a draft of it; our own draft is thrown away."""
    locked: list[str] = []
    try:
        for store in _LOCKED:
            await way.call(f"<lock><target><{store}/></target></lock>")
            locked.append(store)
        yield
    finally:
        # If the way is gone, so are draft and locks.
        with suppress(DriverError):
            if "candidate" in locked:
                await way.call("<discard-changes/>")
            for store in reversed(locked):
                await way.call(f"<unlock><target><{store}/></target></unlock>")


async def _keep(way: Netconf) -> None:
    """Have the element start with its configuration as it is, where it does not do so by itself."""
    told = await way.call(f'<get><filter type="subtree">{_CAPABILITIES}</filter></get>')
    found = {(one.text or "").strip() for one in tree.forest(told).iter(f"{{{_MONITORING}}}capability")}
    if _STARTUP in found:
        await way.call("<copy-config><target><startup/></target><source><running/></source></copy-config>")


async def _read(way: Netconf, port: str) -> dict[str, Held]:
    wanted = tree.element("ports", tree.element("port", tree.leaf("name", port)), PORTS)
    asked = f'<get-config><source><running/></source><filter type="subtree">{wanted}</filter></get-config>'
    told = tree.forest(await way.call(asked)).find(f"{{{BASE}}}data")
    if told is None:
        raise Garbled("The network element does not tell its configuration.")
    found: dict[str, Held] = {}
    for row in told.findall(f"{{{PORTS}}}ports/{{{PORTS}}}port"):
        if tree.text_of(row, "name", PORTS) == port:
            for delivery in row.findall(f"{{{PORTS}}}delivery"):
                found[tree.text_of(delivery, "slot", PORTS) or ""] = _leaves(delivery)
    return found


def _leaves(delivery: Tree) -> Held:
    told = {name: tree.text_of(delivery, name, PORTS) for name in (*_TEXTS, *_RATES, "blocked")}
    told["blocked"] = told["blocked"] or "false"
    return {name: text for name, text in told.items() if text is not None}


def _held(port: Port, delivery: Delivery | None) -> Held | None:
    if delivery is None:
        return None
    rates = {"down": delivery.down_kbps, "up": delivery.up_kbps}
    return {
        "access": port.access_id,
        "subscription": delivery.subscription_id,
        "service": delivery.service.strip(),
        "tech": delivery.tech,
        "blocked": str(delivery.blocked).lower(),
        **{name: str(rate) for name, rate in rates.items() if rate is not None},
    }


def _delivery(held: Held) -> Delivery:
    missing = [name for name in _TEXTS if name not in held]
    rates = {name: held[name] for name in _RATES if name in held}
    if missing or not all(rate.isascii() and rate.isdecimal() and len(rate) < 11 for rate in rates.values()):
        raise Garbled("The network element tells of a delivery that cannot be.")
    return Delivery(
        subscription_id=held["subscription"],
        service=held["service"],
        tech=held["tech"],
        down_kbps=int(rates["down"]) if "down" in rates else None,
        up_kbps=int(rates["up"]) if "up" in rates else None,
        blocked=held["blocked"] == "true",
    )


def _edit(port: Port, new: Held | None, *, is_last: bool) -> str:
    """Return the change: a delivery is put in place of whatever there was, or taken away; its port with the last."""
    name, slot = tree.leaf("name", port.name), tree.leaf("slot", port.slot)
    if new is not None:
        leaves = "".join(tree.leaf(key, text) for key, text in new.items())
        changed = tree.element("port", name + _operation("delivery", "replace", slot + leaves))
    elif is_last:
        changed = _operation("port", "delete", name)
    else:
        changed = tree.element("port", name + _operation("delivery", "delete", slot))
    how = "<default-operation>merge</default-operation><error-option>rollback-on-error</error-option>"
    config = tree.element("ports", changed, PORTS)
    return f"<edit-config><target><candidate/></target>{how}<config>{config}</config></edit-config>"


def _operation(name: str, operation: str, inside: str) -> str:
    return f'<{name} xmlns:nc="{BASE}" nc:operation="{operation}">{inside}</{name}>'
