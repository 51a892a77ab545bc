"""Ask network elements for technical information of an access, and leave out what is not the asking SP's.

How elements are kept from being asked too much: docs/explanation/elements-protected.md.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import structlog

from onapi import errors, ids
from onapi.actions.places import Place, Places
from onapi.domain import technical as domain
from onapi.domain.technical import Standing, Vlans
from onapi.drivers.contract import Busy, DriverError, TimedOut, Unreachable, Unsupported
from onapi.drivers.elements import Known
from onapi.drivers.guard import Aged
from onapi.drivers.network import Network
from onapi.drivers.readings import Binding, Counters, Cpe, Group, Hardware, LearntMac, Link
from onapi.storage import samples, technical
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.storage.samples import OfPort, Sampled

T = TypeVar("T")

_Port = tuple[ids.Sp, OfPort]

_log = structlog.get_logger()

_RETRY_S = {TimedOut: 10, Busy: 5, Unreachable: 30}
_RETRY_LATER_S = 60


@dataclass(frozen=True, slots=True)
class Of(Generic[T]):
    """Something that was found, the kind of service that it is of, and the port behind which it is."""

    kind: str
    port: str | None
    found: T


@dataclass(frozen=True, slots=True, kw_only=True)
class PortStatus:
    """A port now, what it counts, and what its samples tell of it; `counters` is None where it does not count."""

    link: Link
    counters: Counters | None
    sampled: Sampled


@dataclass(frozen=True, slots=True, kw_only=True)
class CpeStatus:
    """A CPE, and of what is behind it what the SP may see."""

    cpe: Cpe
    macs: list[Of[LearntMac]]
    bindings: list[Of[Binding]]


class Technical:
    """Asks for SPs.

    Everything raises NotFound where the SP knows no such access or nothing is known to be connected, Forbidden where
    it may not ask, Unsupported where the element cannot be asked this, and Unavailable where it does not answer now.
    """

    def __init__(self, database: Database, places: Places, network: Network) -> None:
        self._database = database
        self._places = places
        self._network = network
        self._standings = Coalesced(self._standings_of)
        self._samples = Coalesced(self._samples_of)

    async def hardware(self, *, sp: ids.Sp, access_id: ids.AccessId) -> Aged[Hardware | None]:
        """Return the state of the access's element; None when it is silent."""
        _, place = await self._allowed(sp, access_id)
        return await _or_silent(place.known, self._network.hardware(place.known))

    async def link(self, *, sp: ids.Sp, access_id: ids.AccessId) -> Aged[PortStatus]:
        """Return the state of the access's port, with the speeds and the traffic that the SP may see."""
        standing, place = await self._allowed(sp, access_id)
        told, counted, sampled = await asyncio.gather(
            _or_refused(place.known, self._network.link(place.known, place.port)),
            self._counters(standing, place),
            self._sampled(sp, standing, place),
        )
        speeds = tuple(speed for speed in told.value.speeds if standing.shows(speed.tech))
        link = replace(told.value, speeds=speeds)
        status = PortStatus(link=link, counters=counted.value if counted else None, sampled=sampled)
        return Aged(status, max(told.age_s, counted.age_s if counted else 0.0))

    async def macs(self, *, sp: ids.Sp, access_id: ids.AccessId) -> Aged[list[Of[LearntMac]]]:
        """Return the stations behind the access's port."""
        standing, place = await self._allowed(sp, access_id)
        vlans = Vlans.of(place.known.element.options)
        # The same question for whoever asks, so that it is asked once; those who may see everything ask for more.
        wanted = () if standing.everything else vlans.numbers
        told = await _or_refused(place.known, self._network.macs(place.known, place.port, wanted))
        kinds = [(vlans.kind(mac.vlan), mac) for mac in told.value]
        shown = [_of(kind, place.port, mac) for kind, mac in kinds if standing.shows(kind)]
        return Aged(shown, told.age_s)

    async def leases(self, *, sp: ids.Sp, access_id: ids.AccessId) -> Aged[list[Of[Binding]]]:
        """Return what is leased behind the access's port: as its DHCP server knows it, else as the element saw it."""
        standing, place = await self._allowed(sp, access_id)
        if place.dhcp is not None:
            if place.is_shared:
                _log.warning("access_shares_identifiers", access=access_id)
                raise errors.Unsupported(
                    "Another access goes by the same DHCP identifiers; whose a lease is is not known."
                )
            told = await _or_refused(place.dhcp, self._network.leases(place.dhcp, place.identifiers))
        else:
            told = await _or_refused(place.known, self._network.bindings(place.known, place.port))
        vlans = Vlans.of(place.known.element.options)
        return Aged(_leased(told.value, standing, vlans, place.port), told.age_s)

    async def groups(self, *, sp: ids.Sp, access_id: ids.AccessId) -> Aged[tuple[Group, ...]]:
        """Return the multicast groups that the access's port receives; none when television is another's there."""
        standing, place = await self._allowed(sp, access_id)
        if not standing.shows(domain.MULTICAST):
            return Aged((), 0.0)
        return await _or_refused(place.known, self._network.groups(place.known, place.port))

    async def cpe(self, *, sp: ids.Sp, access_id: ids.AccessId) -> Aged[CpeStatus | None]:
        """Return the state of what stands at the customer's; None when it is silent."""
        standing, place = await self._allowed(sp, access_id)
        if place.cpe is None:
            raise errors.NotFound(f"Access {access_id} has no CPE that the communication operator manages.")
        told = await _or_silent(place.cpe, self._network.cpe(place.cpe))
        if told.value is None:
            return Aged(None, told.age_s)
        vlans = Vlans.of({**place.known.element.options, **place.cpe.element.options})
        kinds = [(vlans.kind(mac.station.vlan), mac) for mac in told.value.macs]
        ports = told.value.ports
        if not standing.sees_traffic:
            ports = tuple(replace(port, counters=None) for port in ports)
        status = CpeStatus(
            cpe=replace(told.value, ports=ports),
            macs=[_of(kind, mac.port, mac.station) for kind, mac in kinds if standing.shows(kind)],
            bindings=_leased(told.value.bindings, standing, vlans, None),
        )
        return Aged(status, told.age_s)

    async def _allowed(self, sp: ids.Sp, access_id: ids.AccessId) -> tuple[Standing, Place]:
        standing = await self._standings.get((sp, access_id))
        if standing is None:
            raise errors.NotFound(f"There is no access {access_id!r}.")
        if not standing.allowed:
            raise errors.Forbidden(
                f"You deliver nothing on access {access_id} and have no open ticket there, "
                "so you may not ask for its technical state."
            )
        return standing, await self._places.of(access_id)

    async def _counters(self, standing: Standing, place: Place) -> Aged[Counters] | None:
        if not standing.sees_traffic:
            return None
        try:
            told = await self._network.counters(place.known, [place.port])
        except DriverError:
            # A link is worth telling without them; whether the element is well is told by the link.
            return None
        counters = told.value.get(place.port)
        return Aged(counters, told.age_s) if counters is not None else None

    async def _sampled(self, sp: ids.Sp, standing: Standing, place: Place) -> Sampled:
        if not standing.sees_traffic:
            return samples.UNSAMPLED
        port = (place.known.element.name, place.port, standing.since)
        return await self._samples.get((sp, port)) or samples.UNSAMPLED

    async def _standings_of(
        self, wanted: Sequence[tuple[ids.Sp, ids.AccessId]]
    ) -> Mapping[tuple[ids.Sp, ids.AccessId], Standing]:
        async with self._database.connection(*(sp for sp, _ in wanted)) as tx:
            return await technical.many(tx, wanted)

    async def _samples_of(self, wanted: Sequence[_Port]) -> Mapping[_Port, Sampled]:
        # They are nobody's, and are read in the turn in which the connection is already.
        async with self._database.connection(*(sp for sp, _ in wanted)) as tx:
            found = await samples.of_ports(tx, [port for _, port in wanted])
        return {(sp, port): found[port] for sp, port in wanted}


def _leased(found: Iterable[Binding], standing: Standing, vlans: Vlans, port: str | None) -> list[Of[Binding]]:
    kinds = [(lease.tech or vlans.kind(lease.vlan), lease) for lease in found]
    return [
        _of(kind, port, lease)
        for kind, lease in kinds
        if standing.shows_lease(kind, last=lease.renewed_at or lease.start)
    ]


def _of(kind: str | None, port: str | None, found: T) -> Of[T]:
    return Of(kind or domain.UNKNOWN, port, found)


async def _or_refused(known: Known, asked: Awaitable[T]) -> T:
    try:
        return await asked
    except DriverError as error:
        raise _refusal(known, error) from error


async def _or_silent(known: Known, asked: Awaitable[Aged[T]]) -> Aged[T | None]:
    try:
        told = await asked
    except (Unreachable, TimedOut):
        return Aged(None, 0.0)
    except DriverError as error:
        raise _refusal(known, error) from error
    return Aged(told.value, told.age_s)


def _refusal(known: Known, error: DriverError) -> errors.OnapiError:
    """Return what an SP is told of an element's trouble; what the trouble is, is the CO's, and logged."""
    if isinstance(error, Unsupported):
        _log.info("element_cannot", element=known.element.name, trouble=error.sentence)
        return errors.Unsupported("The network element of this access cannot tell this.")
    for kind, retry_after in _RETRY_S.items():
        if isinstance(error, kind):
            return errors.Unavailable("The network element does not answer at the moment.", retry_after=retry_after)
    _log.warning("element_unreadable", element=known.element.name, kind=type(error).__name__, trouble=error.sentence)
    return errors.Unavailable(
        "The network element cannot be read; the communication operator has to see to it.", retry_after=_RETRY_LATER_S
    )
