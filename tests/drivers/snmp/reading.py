"""Drivers that read recorded switches, at a moment that is always the same."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from onapi.drivers.contract import Element, Manners, Snmp
from onapi.drivers.no_ways import NoWays
from onapi.drivers.snmp.credentials import Community
from onapi.drivers.snmp.driver import SnmpDriver
from onapi.drivers.snmp.session import Session
from tests.drivers.snmp.agent import COMMUNITY, Agent, Recording, serving

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PORTS = {"generic": "ge-0/0/3", "huawei-s": "GigabitEthernet0/0/3", "waystream": "Gi1/3"}

Story = Callable[[SnmpDriver, Agent], Coroutine[Any, Any, None]]


class AtNoon(SnmpDriver):
    """The driver at a certain moment."""

    @staticmethod
    def clock() -> datetime:
        """Return noon."""
        return NOON


class OnlySnmp(NoWays):
    """The ways to an element that has only credentials for SNMP."""

    def __init__(self, session: Snmp) -> None:
        self._session = session

    def snmp(self) -> Snmp:
        return self._session


class AsItLikes(Session):
    """A session that keeps its manners, whatever the profile says."""

    def suit(self, manners: Manners) -> None:
        """Go on as before."""


def hasten(driver: SnmpDriver) -> None:
    """Have a driver give up soon from now on."""
    Session.suit(driver._transports.snmp(), Manners(timeout_s=0.2, retries=0))  # type: ignore[arg-type]


def element(**options: str) -> Element:
    return Element(name="asw-1", address="127.0.0.1", options=options)


@asynccontextmanager
async def reading(
    recording: Recording,
    *,
    rows: int = 50_000,
    **options: str,
) -> AsyncIterator[tuple[SnmpDriver, Agent]]:
    """Have a driver read a switch, with much patience."""
    async with serving(Agent(recording)) as agent:
        session = AsItLikes(
            "127.0.0.1",
            Community(COMMUNITY),
            port=agent.port,
            manners=Manners(timeout_s=20, retries=0),
            deadline_s=60,
            rows=rows,
        )
        yield AtNoon(element(**options), OnlySnmp(session)), agent


def run(recording: Recording, story: Story, **how: Any) -> None:
    """Tell a story of a driver and an agent."""

    async def begin() -> None:
        async with reading(recording, **how) as (driver, agent):
            await story(driver, agent)

    asyncio.run(begin())
