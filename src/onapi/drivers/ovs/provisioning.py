"""Makes a port of an Open vSwitch deliver something else, or leaves it alone.

The database is asked first, and says what the port delivers: its records, which must agree with how it is set. The
change is one transaction, which only holds if the port is still as it was read. Then the bridge's meters are settled
after what the database says now; so whoever repeats a change that broke off in the middle finishes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from onapi.drivers.contract import Delivery, Drifted, OpenFlow, Ovsdb, Port, Rejected, Unsupported
from onapi.drivers.ovs import database, meters
from onapi.drivers.ovs.database import PortRows
from onapi.drivers.ovs.layout import Layout, Service, Vlans

_TRIES = 3
"""How often a port is looked at when it changes between being read and being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A bridge, the ways to it, and its VLANs; without `flows` nothing can be held to a speed up."""

    bridge: str
    database: Ovsdb
    flows: OpenFlow | None
    vlans: Vlans


async def provision(switch: Switch, port: Port, before: Delivery | None, after: Delivery | None) -> str:
    """Make a port deliver `after` instead of `before`, and say what was done; see `contract.Provisions`."""
    old, new = Service.of(port, before), Service.of(port, after)
    changed, layout, found = await _record(switch, port, old, new)
    await database.applied(switch.database)
    settled = await _settle(switch, found, layout)
    if changed:
        return _told(old, new)
    return "It was so already, but for the speed up, which is set again." if settled else "It was so already."


async def deliveries(switch: Switch, name: str) -> dict[str, Delivery]:
    """Return what a port delivers; see `contract.ReadsDeliveries`."""
    found = await database.read(switch.database, switch.bridge, name)
    records = found.records()
    queues = found.held_to()
    wrong = [what for what in found.differences(switch.vlans.layout(records)) if what != "queues" or queues is None]
    if wrong or queues is None:
        raise _drifted(wrong)
    rates = queues.rates()
    bridge = await meters.find(switch.flows, found.number) if switch.flows and found.number else None
    return {
        slot: Delivery(
            subscription_id=record.subscription,
            service=record.service,
            tech=record.tech,
            down_kbps=record.down_kbps if record.blocked else rates[slot].pir_kbps if slot in rates else None,
            up_kbps=record.up_kbps if record.blocked else bridge.kbps(record.tech) if bridge else None,
            blocked=record.blocked,
        )
        for slot, record in records.items()
    }


async def _record(
    switch: Switch, port: Port, old: Service | None, new: Service | None
) -> tuple[bool, Layout, PortRows]:
    """Write the change to the database; return whether it was one, and how the port is set now."""
    tries = _TRIES
    while True:
        tries -= 1
        found = await database.read(switch.database, switch.bridge, port.name)
        held = found.records()
        wrong = found.differences(switch.vlans.layout(held))
        if wrong:
            raise _drifted(wrong)
        services = _after(held, port.slot, old, new)
        layout = switch.vlans.layout(services)
        await _be_able(switch, found, layout)
        if services == held:
            return False, layout, found
        try:
            await database.write(switch.database, found, services, layout)
        except Drifted:
            # Perhaps it was something that is none of ours, and a second look shows the same port as before.
            if not tries:
                raise
        else:
            return True, layout, found


def _after(held: Mapping[str, Service], slot: str, old: Service | None, new: Service | None) -> dict[str, Service]:
    """Return what a port delivers after the change, which may be what it delivers already."""
    holds = held.get(slot)
    if holds not in (old, new):
        raise Drifted("The port delivers something else.")
    others = {name: service for name, service in held.items() if name != slot}
    return others if new is None else {**others, slot: new}


async def _be_able(switch: Switch, found: PortRows, layout: Layout) -> None:
    """Refuse early what could not be finished."""
    if not layout.meters:
        return
    if switch.flows is None:
        raise Unsupported("There is no way to the switch's flow tables, which is where a speed up is set.")
    if found.number is None:
        raise Rejected("The switch cannot open the port's device.")
    # A bridge that is not running is found out before its database is told anything.
    await switch.flows.exchange([])


async def _settle(switch: Switch, found: PortRows, layout: Layout) -> bool:
    if switch.flows is None or found.number is None:
        return False
    return await meters.settle(switch.flows, await meters.find(switch.flows, found.number), layout.meters)


def _drifted(wrong: list[str]) -> Drifted:
    return Drifted(f"Somebody else has changed the port's {' and '.join(wrong)}.")


def _told(old: Service | None, new: Service | None) -> str:
    if new is None:
        return "Nothing is delivered any more."
    if old is None:
        return f"{new.service} is delivered."
    if new.blocked != old.blocked:
        return f"{new.service} is {'blocked' if new.blocked else 'let through'}."
    return f"{new.service} is delivered instead of {old.service}."
