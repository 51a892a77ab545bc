"""The part of the contract suite that changes a port; see `checks`."""

from dataclasses import dataclass, replace

from onapi.drivers.contract import Delivery, Drifted, DriverError, Port, Provisions, TimedOut, Unreachable
from onapi.drivers.outcomes import Outcome, outcome


@dataclass(frozen=True, slots=True)
class _Move:
    """What a port is asked to deliver, and whether it should be refused as drifted."""

    name: str
    before: Delivery | None
    after: Delivery | None
    is_drift: bool = False


async def complaints(driver: Provisions, port: Port, absent: Port, one: Delivery, other: Delivery) -> list[str]:
    """Return what a driver does wrong when a port without any delivery is to have one, another, and none."""
    blocked = replace(other, blocked=True)
    moves = [
        _Move("begin to deliver", None, one),
        _Move("begin again what is so already", None, one),
        _Move("change", one, other),
        _Move("change again what is so already", one, other),
        _Move("change what it does not deliver any more", one, blocked, is_drift=True),
        _Move("end what it does not deliver any more", one, None, is_drift=True),
        _Move("block", other, blocked),
        _Move("let through", blocked, other),
        _Move("end", other, None),
        _Move("end what has ended", other, None),
        _Move("change what has ended", one, other, is_drift=True),
    ]
    found: list[str] = []
    for move in moves:
        found += _complaint(move, await outcome(driver.provision(port, before=move.before, after=move.after)))
    lacking = await outcome(driver.provision(absent, before=None, after=one))
    if not (isinstance(lacking.error, DriverError) and lacking.error.permanent):
        found.append(f"A port that the element lacks should be refused for good, not: {lacking}.")
    return found


async def silent_complaints(driver: Provisions, port: Port, one: Delivery) -> list[str]:
    """Return what a driver does wrong whose element does not answer: nobody knows what became of the question."""
    done = await outcome(driver.provision(port, before=None, after=one))
    fits = isinstance(done.error, TimedOut | Unreachable)
    return [] if fits else [f"Of an element that does not answer, its provision should be TimedOut, not: {done}."]


def _complaint(move: _Move, done: Outcome[str]) -> list[str]:
    if move.is_drift:
        return [] if isinstance(done.error, Drifted) else [f"To {move.name} should be Drifted, not: {done}."]
    if done.error is not None:
        return [f"It cannot {move.name}: {done}."]
    return [] if isinstance(done.value, str) and done.value.strip() else [f"To {move.name} it says nothing of."]
