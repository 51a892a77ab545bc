"""All network elements, each by its driver and behind its guard; one for each process."""

import os
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter

from onapi.drivers import registry
from onapi.drivers.contract import (
    AuthFailed,
    Cabinet,
    Delivery,
    Driver,
    DriverError,
    Facts,
    Identifiers,
    Leases,
    Port,
    Provisions,
    ReadsBindings,
    ReadsCounters,
    ReadsCpe,
    ReadsDeliveries,
    ReadsGroups,
    ReadsHardware,
    ReadsLink,
    ReadsMacs,
    Unsupported,
)
from onapi.drivers.credentials import Unread
from onapi.drivers.elements import Elements, Held, Known
from onapi.drivers.guard import Aged, Lane, Limits
from onapi.drivers.readings import Binding, Counters, Cpe, Group, Hardware, LearntMac, Link
from onapi.drivers.registry import Registry

T = TypeVar("T")

_Question = str | tuple[str, *tuple[Hashable, ...]]
"""What is asked: its kind, or its kind first, and then the rest of it."""

_log = structlog.get_logger()

_LINK_S, _TABLE_S, _HARDWARE_S = 10.0, 30.0, 60.0
_CHANGE_S = 20.0
_WALK_S = 300.0


_CAPABILITIES: Mapping[str, type[Any]] = {
    "hardware": ReadsHardware,
    "link": ReadsLink,
    "counters": ReadsCounters,
    "macs": ReadsMacs,
    "groups": ReadsGroups,
    "bindings": ReadsBindings,
    "leases": Leases,
    "cpe": ReadsCpe,
    "deliveries": ReadsDeliveries,
    "provision": Provisions,
}
_ASKED = Counter(
    "onapi_element_questions_total",
    "Questions that were answered by network elements, or not.",
    ["question", "outcome"],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What an element said of itself, the driver that asked it, and what that can do, by the names of its methods."""

    driver: str
    facts: Facts
    capabilities: tuple[str, ...]


class Network:
    """The way to every element.

    Answers may be some seconds old and say how old: 10 s for a link and its counters, 30 s for tables and CPE, 60 s
    for hardware. Each question raises DriverError as its capability says, Unsupported when the driver lacks it, and
    AuthFailed when the credentials are no use.
    """

    def __init__(
        self,
        *,
        drivers: Registry | None = None,
        environment: Mapping[str, str] = os.environ,
        cabinet: Cabinet | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Make it; nothing is asked.

        Args:
            drivers: those that there are; None: the installed ones.
            environment: where credentials may be.
            cabinet: the simulated network, where there is one.
            limits: how every element is treated.
        """
        self._elements = Elements(drivers or registry.installed(), environment, cabinet, limits or Limits())

    async def probe(self, known: Known) -> Probed:
        """Return what an element says of itself, asked just now."""

        async def ask(driver: Driver) -> Probed:
            able = tuple(name for name, capability in _CAPABILITIES.items() if isinstance(driver, capability))
            name = self._elements.name_of(driver)
            return Probed(driver=name, facts=await driver.probe(), capabilities=able)

        return (await self._ask(known, "probe", ask, fresh_s=0.0, lane=Lane.REQUEST)).value

    async def hardware(self, known: Known, *, lane: Lane = Lane.REQUEST) -> Aged[Hardware]:
        """Return the state of an element; see `contract.ReadsHardware`."""
        return await self._read(
            known, "hardware", ReadsHardware, lambda d: d.hardware(), fresh_s=_HARDWARE_S, lane=lane
        )

    async def link(self, known: Known, port: str, *, lane: Lane = Lane.REQUEST) -> Aged[Link]:
        """Return the state of a port; see `contract.ReadsLink`."""
        return await self._read(known, ("link", port), ReadsLink, lambda d: d.link(port), fresh_s=_LINK_S, lane=lane)

    async def counters(
        self, known: Known, ports: Sequence[str], *, lane: Lane = Lane.REQUEST
    ) -> Aged[dict[str, Counters]]:
        """Return the counters of ports; see `contract.ReadsCounters`."""
        asked = tuple(ports)
        return await self._read(
            known, ("counters", asked), ReadsCounters, lambda d: d.counters(asked), fresh_s=_LINK_S, lane=lane
        )

    async def macs(self, known: Known, port: str, vlans: Sequence[int]) -> Aged[tuple[LearntMac, ...]]:
        """Return the stations behind a port; see `contract.ReadsMacs`."""
        wanted = tuple(vlans)
        return await self._read(
            known, ("macs", port, wanted), ReadsMacs, lambda d: d.macs(port, wanted), fresh_s=_TABLE_S
        )

    async def groups(self, known: Known, port: str) -> Aged[tuple[Group, ...]]:
        """Return the multicast groups of a port; see `contract.ReadsGroups`."""
        return await self._read(known, ("groups", port), ReadsGroups, lambda d: d.groups(port), fresh_s=_TABLE_S)

    async def bindings(self, known: Known, port: str) -> Aged[tuple[Binding, ...]]:
        """Return what the element saw DHCP lease behind a port; see `contract.ReadsBindings`."""
        return await self._read(
            known, ("bindings", port), ReadsBindings, lambda d: d.bindings(port), fresh_s=_TABLE_S
        )

    async def leases(self, known: Known, identifiers: Identifiers) -> Aged[tuple[Binding, ...]]:
        """Return what a DHCP server has leased to an access; see `contract.Leases`."""
        return await self._read(
            known, ("leases", identifiers), Leases, lambda d: d.leases(identifiers), fresh_s=_TABLE_S
        )

    async def cpe(self, known: Known) -> Aged[Cpe]:
        """Return the state of a CPE; see `contract.ReadsCpe`."""
        return await self._read(known, "cpe", ReadsCpe, lambda d: d.cpe(), fresh_s=_TABLE_S)

    async def deliveries(self, known: Known, port: Port, *, lane: Lane = Lane.REQUEST) -> dict[str, Delivery]:
        """Return what a port delivers by slot, asked just now; see `contract.ReadsDeliveries`."""
        told: Aged[dict[str, Delivery]] = await self._read(
            known,
            ("deliveries", port),
            ReadsDeliveries,
            lambda d: d.deliveries(port.name, port.identifiers),
            fresh_s=0.0,
            lane=lane,
        )
        return told.value

    async def provision(self, known: Known, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`; see `contract.Provisions`."""
        held = self._elements.of(known)

        async def work() -> str:
            driver = await self._elements.driver(held)
            if not isinstance(driver, Provisions):
                raise _cannot()
            return await driver.provision(port, before=before, after=after)

        return await self._understood(held, "provision", held.guard.change(work, deadline_s=_CHANGE_S))

    async def walk(self, known: Known, oid: str) -> dict[str, int | bytes | str]:
        """Return everything that an element has below an object of SNMP, for a recording of it."""
        held = self._elements.of(known)

        async def work() -> dict[str, int | bytes | str]:
            return await self._elements.ways(held).snmp().walk(oid)

        return await self._understood(held, "walk", held.guard.change(work, deadline_s=_WALK_S))

    async def close(self) -> None:
        """Let go of all elements."""
        await self._elements.close()

    async def _read(
        self,
        known: Known,
        question: _Question,
        capability: type[Any],
        use: Callable[[Any], Awaitable[T]],
        *,
        fresh_s: float,
        lane: Lane = Lane.REQUEST,
    ) -> Aged[T]:
        def able(driver: Driver) -> Awaitable[T]:
            if not isinstance(driver, capability):
                raise _cannot()
            return use(driver)

        return await self._ask(known, question, able, fresh_s=fresh_s, lane=lane)

    async def _ask(
        self,
        known: Known,
        question: _Question,
        use: Callable[[Driver], Awaitable[T]],
        *,
        fresh_s: float,
        lane: Lane,
    ) -> Aged[T]:
        held = self._elements.of(known)

        async def work() -> T:
            return await use(await self._elements.driver(held))

        kind = question if isinstance(question, str) else question[0]
        return await self._understood(held, kind, held.guard.ask(question, work, fresh_s=fresh_s, lane=lane))

    async def _understood(self, held: Held, kind: str, asked: Awaitable[T]) -> T:
        outcome = "cancelled"
        try:
            answer = await asked
            outcome = "answered"
        except DriverError as error:
            outcome = type(error).__name__
            if isinstance(error, AuthFailed):
                self._elements.forget_the_way_in(held)
            raise
        except Unread as error:
            self._elements.forget_the_way_in(held)
            # What it says is for the CO, and an order's message is for an SP.
            _log.error("element_misdescribed", element=held.known.element.name, trouble=error.sentence)
            outcome = AuthFailed.__name__
            raise AuthFailed("There is no way in to the network element.") from error
        else:
            return answer
        finally:
            _ASKED.labels(kind, outcome).inc()


def _cannot() -> Unsupported:
    return Unsupported("The network element cannot be asked this.")
