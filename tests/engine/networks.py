"""Drivers of tests: networks that tell what they were asked, and do beside it what a test wants."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from onapi import app
from onapi.drivers.contract import Delivery, Port, Provisions
from tests.operators import Operator

Asked = tuple[Port, Delivery | None, Delivery | None]


@dataclass
class Watched:
    """The simulated network, and a note of each question; `beside` is done after it was answered."""

    network: Provisions
    beside: Callable[[Asked], Awaitable[None]] | None = None
    pause_s: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    on_access: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_on_access: int = 0

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver something else; see `Provisions`."""
        self.asked.append((port, before, after))
        self.at_once += 1
        self.on_access[port.access_id] += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.most_on_access = max(self.most_on_access, self.on_access[port.access_id])
        try:
            await asyncio.sleep(self.pause_s)
            did = await self.network.provision(port, before=before, after=after)
            if self.beside is not None:
                await self.beside((port, before, after))
            return did
        finally:
            self.at_once -= 1
            self.on_access[port.access_id] -= 1


def watched(operator: Operator, **how: object) -> Watched:
    """Return the simulated network with somebody who watches."""
    return Watched(app.simulated(operator.database), **how)  # type: ignore[arg-type]
