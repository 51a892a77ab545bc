"""What must be so when all orders are final, whatever was killed on the way, reckoned from the orders themselves.

Nothing here asks the engine, its plans or its driver what it did: the orders that succeeded, in the order in which
they did, say what the network was told, what is subscribed, and what the SPs were told.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from onapi.storage import simulated
from onapi.storage.pool import Database
from tests import given
from tests.crash.village import SERVICES

_TYPES = {one.name: one for one in given.TYPES}
_SERVICES = {one.name: one for one in SERVICES}
_Setup = dict[str, Any] | None
_Slot = tuple[str, str]


@dataclass
class _Line:
    """A subscription as it should be."""

    subscription_id: str
    slot: _Slot
    service: str = ""
    state: str = "PENDING"
    sp_reference: str | None = None
    sp_subscription_id: str | None = None
    note: str | None = None
    characteristics: dict[str, Any] = field(default_factory=dict)
    equipment: list[dict[str, str]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.state in ("ACTIVATED", "SUSPENDED")

    def setup(self) -> _Setup:
        """Return what the port delivers for it."""
        if not self.live:
            return None
        service = _SERVICES[self.service]
        return {
            "subscription": self.subscription_id,
            "service": self.service,
            "tech": str(_TYPES[service.service_type].tech),
            "down_kbps": service.down_kbps,
            "up_kbps": service.up_kbps,
            "blocked": self.state == "SUSPENDED",
            "characteristics": self.characteristics,
            "equipment": self.equipment,
        }


class _Reckoning:
    def __init__(self, orders: list[dict[str, Any]], taken_back: Collection[str]) -> None:
        self.lines: dict[str, _Line] = {}
        self.effects: dict[_Slot, list[tuple[_Setup, _Setup]]] = defaultdict(list)
        for order in orders:
            if order["operation"] == "ACTIVATE":
                name = order["subscription_id"]
                exclusive = _TYPES[order["service_type"]].exclusive
                slot = order["service_type"] if exclusive else f"{order['service_type']} {name}"
                self.lines[name] = _Line(name, (order["access_id"], slot))
        for order in sorted(orders, key=lambda one: one["finished_at"]):
            self._carry_out(order, order["order_id"] in taken_back)
        self.lines = {name: line for name, line in self.lines.items() if line.state != "PENDING"}

    def _carry_out(self, order: dict[str, Any], taken_back: bool) -> None:
        if order["state"] != "DONE_SUCCESS" and not taken_back:
            return
        line = self.lines[order["subscription_id"]]
        before = self._delivered(line.slot)
        if taken_back:
            assert order["operation"] == "ACTIVATE", "only these are reckoned so far"
            wanted = _Line(line.subscription_id, line.slot, order["service"], "ACTIVATED")
            _set(wanted, order)
            self.effects[line.slot] += [(before, wanted.setup()), (wanted.setup(), before)]
            return
        if line.state == "ENDED":
            return
        if order["operation"] == "ACTIVATE":
            for other in self.lines.values():
                if other.slot == line.slot and other.live:
                    other.state = "ENDED"
        _set(line, order)
        after = self._delivered(line.slot)
        if before != after:
            self.effects[line.slot].append((before, after))

    def _delivered(self, slot: _Slot) -> _Setup:
        found = [line for line in self.lines.values() if line.slot == slot and line.live]
        assert len(found) <= 1, found
        return found[0].setup() if found else None


def _set(line: _Line, order: dict[str, Any]) -> None:
    match order["operation"]:
        case "ACTIVATE":
            line.state = "ACTIVATED"
        case "DEACTIVATE":
            line.state = "ENDED"
        case "SUSPEND":
            line.state, line.note = "SUSPENDED", order["external_note"]
        case "RESUME":
            line.state, line.note = "ACTIVATED", None
    if order["operation"] in ("ACTIVATE", "CHANGE", "MODIFY"):
        line.service = order["service"]
        line.sp_reference = order["sp_reference"] or line.sp_reference
        line.sp_subscription_id = order["sp_subscription_id"] or line.sp_subscription_id
        line.characteristics = _read(order["characteristics"], line.characteristics)
        line.equipment = _read(order["equipment"], line.equipment)


async def faults(database: Database, *, taken_back: Collection[str] = ()) -> list[str]:
    """Return all that is not as it must be.

    Args:
        database: with orders that are all final.
        taken_back: the orders that failed after the network had done what they asked, which it then took back.
    """
    async with database.connection() as tx:
        orders = [dict(row) for row in await tx.fetch("SELECT * FROM orders ORDER BY position")]
        lines = [dict(row) for row in await tx.fetch("SELECT * FROM subscriptions")]
        steps = [dict(row) for row in await tx.fetch("SELECT * FROM order_steps ORDER BY number")]
        told = [dict(row) for row in await tx.fetch("SELECT * FROM journal WHERE sp IS NOT NULL ORDER BY tx, seq")]
        effects = await simulated.effects(tx)
        ports = await simulated.ports(tx)
    unfinished = [order["order_id"] for order in orders if order["finished_at"] is None]
    if unfinished:
        return [f"not final: {unfinished}"]
    reckoned = _Reckoning(orders, taken_back)
    done: dict[_Slot, list[tuple[_Setup, _Setup]]] = defaultdict(list)
    for effect in effects:
        done[effect.access_id, effect.slot].append((_setup(effect.before), _setup(effect.after)))
    delivered: dict[_Slot, _Setup] = {(port.access_id, port.slot): _setup(port.setup) for port in ports}
    found = [
        *_differences("effects", reckoned.effects, done),
        *_differences("port", {slot: moves[-1][1] for slot, moves in done.items() if moves[-1][1]}, delivered),
        *_differences("subscription", {n: _shown(one) for n, one in reckoned.lines.items()}, _kept(lines)),
    ]
    for order in orders:
        name = order["order_id"]
        found += _order_faults(order)
        found += _step_faults(order, [step for step in steps if step["order_id"] == name])
        found += _told_faults(
            order, [row for row in told if (row["object_type"], row["object_id"]) == ("orders", name)]
        )
    for line in reckoned.lines.values():
        types = Counter(row["type"] for row in told if row["object_id"] == line.subscription_id)
        expected = (1, int(not line.live))
        if (types["CREATE"], types["DELETE"]) != expected:
            found.append(f"subscription {line.subscription_id} is told as {dict(types)}, not {expected}")
    return found


def _order_faults(order: dict[str, Any]) -> Iterator[str]:
    expected = {
        "DONE_SUCCESS": (len(order["plan"]), False, ""),
        "DONE_FAILED": (0, True, order["message"] or "a message"),
        "CANCELLED": (0, False, "Cancelled by service provider"),
    }[order["state"]]
    if (order["step"], order["undoing"], order["message"]) != expected or order["lease"] is not None:
        yield f"{_name(order)} ended with {order}"


def _told_faults(order: dict[str, Any], told: list[dict[str, Any]]) -> Iterator[str]:
    states = [row["state"] for row in told if row["state"] is not None]
    path = {
        "DONE_SUCCESS": ["RECEIVED", "IN_PROGRESS", "DONE_SUCCESS"],
        "DONE_FAILED": ["RECEIVED", "IN_PROGRESS", "DONE_FAILED"],
        "CANCELLED": ["RECEIVED", "DONE_FAILED"],
    }[order["state"]]
    if states != path:
        yield f"{_name(order)} is told as {states}"
    times = [row["at"] for row in told]
    if times != sorted(times):
        yield f"{_name(order)} is told out of order: {times}"


def _step_faults(order: dict[str, Any], steps: list[dict[str, Any]]) -> Iterator[str]:
    """See that what was tried and done is written down, forth and back, without gaps."""
    forth = [step for step in steps if not step["undo"]]
    back = [step for step in steps if step["undo"]]
    finished = [step["name"] for step in forth if step["finished_at"] is not None]
    plan = list(order["plan"])
    match order["state"]:
        case "DONE_SUCCESS":
            right = finished == plan and len(forth) == len(plan) and not back
        case "DONE_FAILED":
            # What was done is taken back, and so is the step that failed unless it certainly did nothing.
            tried = min(len(forth), len(plan) - 1)
            right = (
                [step["number"] for step in back] == list(range(1, len(back) + 1))
                and len(finished) <= len(back) <= tried
                and all(step["finished_at"] is not None for step in back)
                and len(finished) == len(forth) - 1
                and forth[-1]["did"] is not None
            )
        case _:
            right = not steps
    numbered = [step["number"] for step in forth] == list(range(1, len(forth) + 1))
    named = all(step["name"] == plan[step["number"] - 1] and step["tries"] > 0 for step in steps)
    said = all(step["did"] is not None for step in steps if step["finished_at"] and step["number"] < len(plan))
    if not (right and numbered and named and said):
        yield f"{_name(order)} has steps {steps}"


def _kept(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        line["subscription_id"]: _shown(
            _Line(
                line["subscription_id"],
                (line["access_id"], ""),
                line["service"],
                line["state"],
                line["sp_reference"],
                line["sp_subscription_id"],
                line["note"],
                _read(line["characteristics"], {}),
                _read(line["equipment"], []),
            )
        )
        for line in lines
    }


def _shown(line: _Line) -> dict[str, Any]:
    return vars(line) | {"slot": line.slot[0]}


def _differences(what: str, expected: dict[Any, Any], found: dict[Any, Any]) -> Iterator[str]:
    for key in expected.keys() | found.keys():
        if expected.get(key) != found.get(key):
            yield f"{what} {key}: expected {expected.get(key)}, found {found.get(key)}"


def _setup(text: str | None) -> _Setup:
    return None if text is None else json.loads(text)


def _read(text: str | None, present: Any) -> Any:
    return present if text is None else json.loads(text)


def _name(order: dict[str, Any]) -> str:
    return f"{order['operation']} {order['order_id']}, {order['state']},"
