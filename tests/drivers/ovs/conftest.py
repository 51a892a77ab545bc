"""Fixtures: a real switch for each test, and somebody who drives it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from onapi.drivers.contract import Delivery, Port
from onapi.drivers.ovs.driver import OvsDriver
from tests.drivers.ovs.namespaces import Namespace
from tests.drivers.ovs.switch import BB, PACKAGES, Switch
from tests.drivers.ovs.traffic import Host
from tests.packages import need

T = TypeVar("T")

BROADBAND = Delivery(subscription_id="s1", service="BB-10-5", tech="bb", down_kbps=10_000, up_kbps=5_000)
TELEVISION = Delivery(subscription_id="s2", service="TV", tech="iptv", down_kbps=20_000, up_kbps=2_000)


@dataclass
class Operator:
    """Somebody who has services delivered at the ports of a switch, and asks about them."""

    switch: Switch

    def ask(self, work: Callable[[OvsDriver], Awaitable[T]], options: dict[str, str] | None = None) -> T:
        """Do something with a driver that is made for it, and return what it says."""

        async def asked() -> T:
            ways = self.switch.ways()
            try:
                return await work(self.switch.driver(ways, options))
            finally:
                await ways.close()

        return asyncio.run(asked())

    def provision(
        self,
        before: Delivery | None,
        after: Delivery | None,
        *,
        port: str = "p1",
        slot: str = "Broadband",
        options: dict[str, str] | None = None,
    ) -> str:
        """Have a port deliver something else."""
        where = Port(access_id=f"access-{port}", slot=slot, name=port)
        return self.ask(lambda driver: driver.provision(where, before=before, after=after), options)

    @property
    def customer(self) -> Host:
        """Return who is at the port p1."""
        return self.switch.customers["p1"]

    @property
    def provider(self) -> Host:
        """Return who is at the end of Broadband's VLAN."""
        return self.switch.providers[BB]


def but(delivery: Delivery, **changes: Any) -> Delivery:
    """Return a delivery with something else in it."""
    return replace(delivery, **changes)


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """Run a switch for one test, and be its operator."""
    need(*PACKAGES)
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"needs network namespaces, which cannot be made here: {error}")
    with Switch(tmp_path) as switch:
        yield Operator(switch)
