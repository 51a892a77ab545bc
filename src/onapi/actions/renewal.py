"""Have an element set once more what its ports deliver: some of it may be gone, as when a switch has started anew."""

from dataclasses import dataclass

from onapi import errors, ids
from onapi.actions.audit import Finding
from onapi.actions.places import Places
from onapi.drivers.contract import Delivery, DriverError, Port
from onapi.drivers.network import Network
from onapi.storage import audit as storage
from onapi.storage.audit import Intended
from onapi.storage.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """How many services were set, how many ports have an order under way and were skipped, and what was refused."""

    services: int
    skipped: int
    findings: tuple[Finding, ...]


class Renewal:
    """Sets again what is there already; whatever differs by more than what an element forgets is refused by it."""

    def __init__(self, database: Database, places: Places, network: Network) -> None:
        self._database = database
        self._places = places
        self._network = network

    async def renew(self, element: str) -> Renewed:
        """Set what the ports of an element deliver, one after the other.

        Repeatable. An order that is carried out meanwhile wins: the port is then not as it was, and is refused here.

        Raises:
            NotFound: nothing is connected to such an element.
            DriverError: the element cannot be reached, or cannot do it just now.
        """
        async with self._database.connection() as tx:
            rows = await storage.intended(tx, element=element)
        if not rows:
            raise errors.NotFound(f"Nothing is connected to an element {element!r}.")
        services = [row for row in rows if row.slot is not None and not row.under_way]
        findings = [finding for row in services if (finding := await self._set(element, row)) is not None]
        return Renewed(
            services=len(services) - len(findings),
            skipped=len({row.access_id for row in rows if row.under_way}),
            findings=tuple(findings),
        )

    async def _set(self, element: str, row: Intended) -> Finding | None:
        """Set one service, and return why it was refused, if it was."""
        place = await self._places.of(ids.AccessId(row.access_id))
        port = Port(access_id=row.access_id, slot=row.slot or "", name=place.port, identifiers=place.identifiers)
        delivery = _delivery(row)
        try:
            await self._network.provision(place.known, port, before=delivery, after=delivery)
        except DriverError as error:
            if not error.permanent:
                raise
            return Finding(
                element=element, port=row.port, access_id=row.access_id, slot=row.slot, sentence=error.sentence
            )
        return None


def _delivery(row: Intended) -> Delivery:
    return Delivery(
        subscription_id=row.subscription_id or "",
        service=row.service or "",
        tech=row.tech or "",
        down_kbps=row.down_kbps,
        up_kbps=row.up_kbps,
        blocked=bool(row.blocked),
        characteristics=row.characteristics or {},
        equipment=row.equipment or (),
    )
