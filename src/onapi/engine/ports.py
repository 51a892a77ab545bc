"""The network as the engine has it: each access's port, wherever that is, and its DHCP server."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from onapi import errors, ids
from onapi.actions.places import Place, Places
from onapi.drivers.contract import Delivery, DriverError, Port, Rejected
from onapi.drivers.elements import Known
from onapi.drivers.network import Network


class TakenBack(DriverError):
    """One of those who keep a port refused for good, and what the others had done is taken back: it is as before."""

    permanent = True
    untouched = True

    def __init__(self, refusal: DriverError) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


class Ports:
    """Makes ports deliver; see `contract.Provisions`.

    What is delivered somewhere is kept by the element there and, where there is one, by its DHCP server. Each of them
    is asked in turn, and each can be asked again: a change that broke off in between is finished, or taken back, by
    asking all of them. What ends is ended wherever it can be, also when one of them cannot be asked just now.
    """

    def __init__(self, places: Places, network: Network) -> None:
        self._places = places
        self._network = network

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `contract.Provisions.provision`.

        Raises:
            TakenBack: the last who was asked refuses for good, and those before it are as they were.
        """
        place, there = await self._found(port)
        did: dict[Known, str] = {}
        failed: list[DriverError] = []
        for known in _in_turn(place, begins=after is not None):
            try:
                did[known] = await self._network.provision(known, there, before=before, after=after)
            except DriverError as error:
                failed.append(error)
                if after is not None or error.permanent:
                    break
        if not failed:
            return " ".join(dict.fromkeys(did.values()))
        first = failed[0]
        first.untouched = all(error.untouched for error in failed)
        if did and after is not None and first.permanent and first.untouched:
            # Whoever refuses to begin may refuse to end as well; the others do not wait for that.
            await self._all(did, there, before=after, after=before)
            raise TakenBack(first) from first
        first.untouched = first.untouched and not did
        raise first

    async def take_back(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` again instead of `before`, wherever that can be done, whoever refuses it."""
        place, there = await self._found(port)
        everybody = _in_turn(place, begins=after is not None)
        return " ".join(dict.fromkeys(await self._all(everybody, there, before=before, after=after)))

    async def _found(self, port: Port) -> tuple[Place, Port]:
        try:
            place = await self._places.of(ids.AccessId(port.access_id))
        except errors.NotFound as error:
            raise Rejected(error.cause) from None
        return place, replace(port, name=place.port, identifiers=place.identifiers)

    async def _all(
        self, everybody: Iterable[Known], there: Port, *, before: Delivery | None, after: Delivery | None
    ) -> list[str]:
        """Ask each, and return what each did; when one fails, all have been asked, and what it was is raised."""
        did: list[str] = []
        failed: list[DriverError] = []
        for known in everybody:
            try:
                did.append(await self._network.provision(known, there, before=before, after=after))
            except DriverError as error:
                failed.append(error)
        if failed:
            failed[0].untouched = False
            raise failed[0]
        return did


def _in_turn(place: Place, *, begins: bool) -> Iterator[Known]:
    """Yield who is asked: nobody gets an address before there is a way for it, or keeps it after."""
    if not begins and place.dhcp is not None:
        yield place.dhcp
    yield place.known
    if begins and place.dhcp is not None:
        yield place.dhcp
