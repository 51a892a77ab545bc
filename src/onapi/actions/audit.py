"""Compare what every port delivers with what it is to deliver."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from onapi import errors, ids
from onapi.actions.places import Place, Places
from onapi.drivers.contract import Delivery, Drifted, DriverError, Port, Unsupported
from onapi.drivers.elements import Known
from onapi.drivers.guard import Lane
from onapi.drivers.network import Network
from onapi.storage import audit as storage
from onapi.storage import inventory
from onapi.storage.audit import Intended
from onapi.storage.pool import Database

_ELEMENTS_AT_ONCE = 50
_COMPARED = tuple(field.name for field in fields(Delivery) if field.name not in ("characteristics", "equipment"))
_COMPARED_OF_DHCP = tuple(name for name in _COMPARED if not name.endswith("_kbps"))
"""What a DHCP server keeps of a delivery; speeds are none of its business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a port that is not as the records have it, or cannot be told; `slot` None: all of the port."""

    element: str
    port: str
    access_id: str
    slot: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """How many ports were compared, how many could not be, and what was found."""

    ports: int
    skipped: int
    findings: tuple[Finding, ...]


class Audit:
    """Looks at ports; it changes nothing, and asks each element one question at a time."""

    def __init__(self, database: Database, places: Places, network: Network) -> None:
        self._database = database
        self._places = places
        self._network = network
        self._gate = asyncio.Semaphore(_ELEMENTS_AT_ONCE)

    async def look(self, element: str | None) -> Audited:
        """Compare the ports of an element, or of all.

        A port on which an order is being carried out is skipped, and so is one whose element keeps no record of what
        it delivers.

        Raises:
            NotFound: there is no such element.
        """
        async with self._database.connection() as tx:
            listed = await inventory.elements(tx)
        names = [one.element for one in listed if one.ports and element in (None, one.element)]
        if element is not None and not names:
            raise errors.NotFound(f"Nothing is connected to an element {element!r}.")
        found = await asyncio.gather(*(self._element(name) for name in names))
        return Audited(
            ports=sum(one.ports for one in found),
            skipped=sum(one.skipped for one in found),
            findings=tuple(itertools.chain.from_iterable(one.findings for one in found)),
        )

    async def _element(self, element: str) -> Audited:
        async with self._gate:
            async with self._database.connection() as tx:
                rows = await storage.intended(tx, element=element)
            findings: list[Finding] = []
            compared = skipped = 0
            for (access_id, _port), group in itertools.groupby(rows, lambda row: (row.access_id, row.port)):
                slots = list(group)
                told = None if slots[0].under_way else await self._port(element, ids.AccessId(access_id), slots)
                if told is None:
                    skipped += 1
                else:
                    compared += 1
                    findings += told
            return Audited(ports=compared, skipped=skipped, findings=tuple(findings))

    async def _port(self, element: str, access_id: ids.AccessId, slots: Sequence[Intended]) -> list[Finding] | None:
        """Return what is wrong with a port; None when nobody there can tell."""
        place = await self._places.of(access_id)
        told = [
            sentences
            for known, compared in ((place.known, _COMPARED), (place.dhcp, _COMPARED_OF_DHCP))
            if known is not None
            and (sentences := await self._compared(known, place, access_id, slots, compared)) is not None
        ]
        return (
            [
                Finding(element=element, port=place.port, access_id=access_id, slot=slot, sentence=sentence)
                for slot, sentence in itertools.chain.from_iterable(told)
            ]
            if told
            else None
        )

    async def _compared(
        self,
        known: Known,
        place: Place,
        access_id: ids.AccessId,
        slots: Sequence[Intended],
        compared: Sequence[str],
    ) -> list[tuple[str | None, str]] | None:
        port = Port(access_id=access_id, slot="", name=place.port, identifiers=place.identifiers)
        try:
            actual = await self._network.deliveries(known, port, lane=Lane.BACKGROUND)
        except Unsupported:
            return None
        except Drifted as error:
            return [(None, f"{known.element.name}: {error.sentence}")]
        except DriverError as error:
            return [(None, f"{known.element.name} cannot be compared: {error.sentence}")]
        return [(slot, f"{known.element.name} {sentence}") for slot, sentence in differences(slots, actual, compared)]


def differences(
    slots: Sequence[Intended], actual: Mapping[str, Delivery], compared: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield in which of the fields compared what a port is to deliver differs from what it does, by slot."""
    intended = {row.slot: row for row in slots if row.slot is not None}
    for slot in sorted({*intended, *actual}):
        wanted, delivered = intended.get(slot), actual.get(slot)
        if delivered is None:
            yield slot, f"delivers nothing, but is to deliver {intended[slot].service}."
        elif wanted is None:
            yield slot, f"delivers {delivered.service}, but is to deliver nothing."
        else:
            for name in compared:
                should, is_ = getattr(wanted, name), getattr(delivered, name)
                if should != is_:
                    yield slot, f"has {name} {is_}, but is to have {should}."
