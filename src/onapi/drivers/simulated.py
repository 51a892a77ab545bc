"""Drives the simulated network as if it were one: asks its cabinet in JSON, and believes no answer unread."""

import json
from typing import Any

from onapi.drivers.contract import Busy, Cabinet, Delivery, Drifted, Garbled, Port, Rejected


class Simulated:
    """The driver; see `Provisions`."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `Provisions.provision`."""
        setups = {"before": _setup(before), "after": _setup(after)}
        question = {"access": port.access_id, "slot": port.slot, **setups}
        answer = _read(await self._cabinet.ask(json.dumps(question)))
        match answer:
            case {"did": "changed"}:
                return _changed(before, after)
            case {"did": "nothing"}:
                return "It was so already."
            case {"busy": str(sentence)}:
                raise Busy(sentence)
            case {"rejected": str(sentence)}:
                raise Rejected(sentence)
            case {"holds": holds}:
                # What it is may be another SP's, and the sentence is for this one's eyes.
                raise Drifted("The port delivers " + ("nothing." if holds is None else "something else."))
            case _:
                raise Garbled("The element answered something that is no answer.")


def _setup(delivery: Delivery | None) -> str | None:
    """Return a delivery as the element keeps it: the same for the same, byte by byte."""
    if delivery is None:
        return None
    kept = {
        "subscription": delivery.subscription_id,
        "service": delivery.service,
        "tech": delivery.tech,
        "down_kbps": delivery.down_kbps,
        "up_kbps": delivery.up_kbps,
        "blocked": delivery.blocked,
        "characteristics": dict(delivery.characteristics),
        "equipment": [dict(piece) for piece in delivery.equipment],
    }
    return json.dumps(kept, sort_keys=True)


def _read(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None


def _changed(before: Delivery | None, after: Delivery | None) -> str:
    if after is None:
        return "Nothing is delivered any more."
    if before is None:
        return f"{after.service} is delivered."
    if after.blocked != before.blocked:
        return f"{after.service} is {'blocked' if after.blocked else 'let through'}."
    return f"{after.service} is delivered instead of {before.service}."
