"""What the network is to deliver, as the CO's records have it."""

from dataclasses import dataclass
from typing import Any

from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """One slot of a port; of a port that is to deliver nothing, everything from `slot` on is None.

    `under_way`: an order is being carried out on the access, so that the port may be on its way to something else.
    """

    access_id: str
    port: str
    under_way: bool
    slot: str | None
    subscription_id: str | None
    service: str | None
    tech: str | None
    down_kbps: int | None
    up_kbps: int | None
    blocked: bool | None
    characteristics: dict[str, Any] | None
    equipment: tuple[dict[str, str], ...] | None


async def intended(tx: Tx, *, element: str) -> list[Intended]:
    """Return what is to be delivered at every port of an element to which an access is connected, port by port."""
    return await _SQL["intended"].all(tx, Intended, element=element)
