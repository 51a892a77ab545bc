"""Where accesses are connected, as whoever asks the network needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from onapi import errors, ids
from onapi.domain import inventory as domain
from onapi.drivers import contract
from onapi.drivers.elements import Known
from onapi.drivers.simulated.households import VLANS
from onapi.storage import inventory as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.inventory import Connection, Listed
from onapi.storage.pool import Database

SIMULATED = "simulated"
"""The driver of the simulated network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an access is connected: the element's `port`, and the names by which DHCP knows the access.

    `cpe` is the element at the customer's end, `dhcp` the DHCP server; None where there is none. `is_shared` says
    whether another access may go by the same names.
    """

    known: Known
    port: str
    cpe: Known | None
    dhcp: Known | None
    identifiers: contract.Identifiers
    is_shared: bool = False


class Places:
    """Looks places up; what is asked for at the same time is read together."""

    def __init__(self, database: Database, *, simulated: bool) -> None:
        """Make it; on the simulated network every access has a place, whatever the inventory says."""
        self._database = database
        self._simulated = simulated
        self._found = Coalesced(self._many)

    async def of(self, access_id: ids.AccessId) -> Place:
        """Return where an access is connected.

        Raises:
            NotFound: it is connected nowhere.
        """
        if self._simulated:
            return _simulated(access_id)
        connection = await self._found.get(access_id)
        if connection is None:
            raise errors.NotFound(f"Access {access_id} is connected to no network element.")
        return Place(
            known=known(connection.element),
            port=connection.port,
            cpe=known(connection.cpe) if connection.cpe else None,
            dhcp=known(connection.dhcp) if connection.dhcp else None,
            identifiers=contract.Identifiers(**asdict(connection.identifiers)),
            is_shared=connection.is_shared,
        )

    async def _many(self, access_ids: Sequence[ids.AccessId]) -> Mapping[ids.AccessId, Connection]:
        async with self._database.connection() as tx:
            return await storage.connections(tx, access_ids=access_ids)


def known(element: domain.Element | Listed) -> Known:
    """Return an element of the inventory as the network takes it."""
    described = contract.Element(name=element.element, address=element.address, options=element.options)
    return Known(element=described, driver=element.driver, credentials=element.credentials)


def _simulated(access_id: ids.AccessId) -> Place:
    # Each access has elements of its own there, so that one that fails is no harm to others.
    vlans = {f"vlan.{kind}": str(vlan) for kind, vlan in VLANS.items()}
    options = {"access": access_id, **vlans}
    element = contract.Element(name=f"{SIMULATED} {access_id}", address="127.0.0.1", options=options)
    there = Known(element=element, driver=SIMULATED)
    circuit = contract.Identifiers(ipv4_circuit_id=access_id.encode())
    return Place(known=there, port=access_id, cpe=there, dhcp=there, identifiers=circuit)
