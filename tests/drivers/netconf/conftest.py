"""Fixtures: a real NETCONF server with ports, and somebody who drives it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from onapi.drivers import contract
from onapi.drivers.contract import Delivery, Netconf, Port
from onapi.drivers.netconf import tree
from onapi.drivers.netconf.client import NetconfClient
from onapi.drivers.netconf.driver import NetconfDriver
from onapi.drivers.no_ways import NoWays
from tests.drivers.netconf.netconfd import PACKAGES, Element
from tests.packages import need

T = TypeVar("T")

_TYPE = '<type xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">t:ethernetCsmacd</type>'
_PORTS = "".join(
    f"<interface><name>{name}</name>{_TYPE}<enabled>{enabled}</enabled></interface>"
    for name, enabled in (("p1", "true"), ("p2", "false"), ("p3", "true"))
)
_INTERFACES = f'<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">{_PORTS}</interfaces>'
SET_UP = f"<edit-config><target><candidate/></target><config>{_INTERFACES}</config></edit-config>"


class OnlyNetconf(NoWays):
    """The ways to an element that speaks only NETCONF."""

    def __init__(self, way: Netconf) -> None:
        self._way = way

    def netconf(self) -> Netconf:
        return self._way


@dataclass
class Operator:
    """Somebody who asks an element on one connection, and has services delivered at its ports."""

    element: Element
    runner: asyncio.Runner
    client: NetconfClient

    def ask(self, work: Callable[[NetconfDriver], Awaitable[T]]) -> T:
        """Do something with a driver."""

        async def begin() -> T:
            return await work(driver(self.client))

        return self.runner.run(begin())

    def call(self, operation: str) -> str:
        return self.runner.run(self.client.call(operation))

    def provision(
        self, before: Delivery | None, after: Delivery | None, *, port: str = "p1", slot: str = "Broadband"
    ) -> str:
        return self.ask(lambda driver: provision(driver, before, after, port=port, slot=slot))

    def apart(self, work: Callable[[NetconfClient], Awaitable[T]]) -> T:
        """Do something on another connection, which then ends."""

        async def begin() -> T:
            client = connection(self.element)
            try:
                return await work(client)
            finally:
                await client.close()

        return self.runner.run(begin())

    def leaves(self, store: str = "running") -> list[tuple[str, str]]:
        """Return all of the element's configuration but containers that are empty, which mean nothing."""
        told = tree.forest(self.call(f"<get-config><source><{store}/></source></get-config>"))
        return [(one.tag, one.text.strip()) for one in told.iter() if one.text and one.text.strip()]


def driver(client: Netconf) -> NetconfDriver:
    return NetconfDriver(contract.Element(name="nc-1", address="127.0.0.1"), OnlyNetconf(client))


async def provision(
    driver: NetconfDriver,
    before: Delivery | None,
    after: Delivery | None,
    *,
    port: str = "p1",
    slot: str = "Broadband",
) -> str:
    where = Port(access_id=f"access-{port}", slot=slot, name=port)
    return await driver.provision(where, before=before, after=after)


def connection(element: Element) -> NetconfClient:
    """Return a connection, which is made when something is asked."""
    return NetconfClient("127.0.0.1", element.login, port=element.port)


@contextmanager
def operating(element: Element) -> Iterator[Operator]:
    """Run an element with three ports, and be its operator."""
    need(*PACKAGES)
    with element, asyncio.Runner() as runner:
        operator = Operator(element, runner, connection(element))
        try:
            operator.call(SET_UP)
            operator.call("<commit/>")
            yield operator
        finally:
            runner.run(operator.client.close())


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """Run an element for one test, and be its operator."""
    with operating(Element(tmp_path)) as operator:
        yield operator
