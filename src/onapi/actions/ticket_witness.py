"""See how a new ticket's access is in the network, for the CO: after the answer, and without keeping anybody waiting.

The ticket is committed before the network is asked. A process that dies in between loses what it would have seen, and
nothing else.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import structlog

from onapi import errors, ids
from onapi.actions.places import Places
from onapi.drivers.contract import DriverError
from onapi.drivers.guard import Lane
from onapi.drivers.network import Network
from onapi.drivers.readings import Link
from onapi.storage import ticket_admin as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.storage.ticket_admin import Reading

_PATIENCE_S = 2.0
_MOST_AT_ONCE = 100
_log = structlog.get_logger()


class Witness:
    """Reads links of new tickets' accesses in the background; `stop` it at the end."""

    def __init__(self, operators: Database, places: Places, network: Network) -> None:
        """Make it; the database is one that was opened for the operator."""
        self._database = operators
        self._places = places
        self._network = network
        self._looking: set[asyncio.Task[None]] = set()
        self._readings: dict[ids.TicketId, Reading] = {}
        self._kept = Coalesced(self._keep_many, at_once=1)

    def look(self, ticket_id: ids.TicketId, access_id: ids.AccessId) -> None:
        """Begin to look; call it after the commit. When very many are looking already, this one is left out."""
        if len(self._looking) < _MOST_AT_ONCE:
            task = asyncio.get_running_loop().create_task(self._look(ticket_id, access_id))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def stop(self) -> None:
        """Finish what is under way."""
        if self._looking:
            await asyncio.wait(self._looking)

    async def _look(self, ticket_id: ids.TicketId, access_id: ids.AccessId) -> None:
        self._readings[ticket_id] = await self._read(access_id)
        try:
            await self._kept.get(ticket_id)
        except errors.Unavailable as error:
            _log.warning("ticket_reading_lost", ticket=ticket_id, cause=error.cause)

    async def _keep_many(self, ticket_ids: Sequence[ids.TicketId]) -> Mapping[ids.TicketId, None]:
        readings = {ticket_id: self._readings.pop(ticket_id) for ticket_id in ticket_ids}
        async with self._database.connection() as tx:
            await storage.keep_readings(tx, readings)
        return {}

    async def _read(self, access_id: ids.AccessId) -> Reading:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                place = await self._places.of(access_id)
                told = await self._network.link(place.known, place.port, lane=Lane.BACKGROUND)
        except TimeoutError:
            trouble = f"The network did not answer within {_PATIENCE_S:.0f} seconds."
        except errors.OnapiError as error:
            trouble = error.cause
        except DriverError as error:
            trouble = error.sentence
        else:
            return Reading(datetime.now(UTC) - timedelta(seconds=told.age_s), _flat(told.value), None)
        return Reading(datetime.now(UTC), None, trouble[:255])


def _flat(link: Link) -> Mapping[str, object]:
    """Return what is known of a port, name by name."""
    told = asdict(link)
    told.pop("speeds")
    optics = told.pop("transceiver") or {}
    return {name: value for name, value in (told | optics).items() if value is not None}
