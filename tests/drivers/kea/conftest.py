"""Fixtures: a real Kea with its PostgreSQL, and relays."""

import asyncio
import itertools
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from onapi.drivers.contract import Control, Delivery, DriverError, Element, Identifiers, Port, Sql
from onapi.drivers.kea.control import KeaControl
from onapi.drivers.kea.database import KeaDatabase
from onapi.drivers.kea.driver import KeaDriver
from onapi.drivers.no_ways import NoWays
from onapi.lab import kea
from tests.drivers.kea.relay import Line, Relay, Relay6, new_mac
from tests.packages import need

T = TypeVar("T")

BB, IPTV, SIX = 10, 20, 110
OPTIONS: Mapping[str, str] = {
    "subnet.bb": str(BB),
    "class.bb": "svc-bb",
    "fixed.bb": "198.51.100.200-198.51.100.203",
    "subnet6.bb": str(SIX),
    "subnet.iptv": str(IPTV),
    "class.iptv": "svc-iptv",
}

BROADBAND = Delivery(subscription_id="s1", service="BB-100", tech="bb", down_kbps=100_000, up_kbps=100_000)
TELEVISION = Delivery(subscription_id="s2", service="TV", tech="iptv")
BLOCKED = replace(BROADBAND, blocked=True)

_serial = itertools.count(1)


@dataclass
class Ways(NoWays):
    """The transports to a Kea; see `contract.Transports`."""

    database: Sql
    server: Control

    def sql(self) -> Sql:
        return self.database

    def control(self) -> Control:
        return self.server

    async def close(self) -> None:
        if isinstance(self.database, KeaDatabase):
            await self.database.close()


class Answering:
    """The control socket, where some commands are answered otherwise: by an answer, or an error."""

    def __init__(self, control: Control, answers: Mapping[str, Mapping[str, Any] | DriverError]) -> None:
        self._control = control
        self._answers = answers

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._answers.get(name)
        if isinstance(answer, DriverError):
            raise answer
        return await self._control.command(name, arguments) if answer is None else answer


@dataclass
class Customer:
    """Somebody on a line of their own, and the ports that it has for services."""

    line: Line
    mac: bytes

    @property
    def identifiers(self) -> Identifiers:
        """Return what the inventory has of the line."""
        name = self.line.circuit_id
        return Identifiers(ipv4_circuit_id=name, ipv4_remote_id=self.line.remote_id, ipv6_interface_id=name)

    def port(self, slot: str) -> Port:
        """Return where a service is delivered."""
        return Port(access_id=f"access {self.line.circuit_id.hex()}", slot=slot, identifiers=self.identifiers)


@dataclass
class Town:
    """A Kea that serves Broadband and IPTV, its relays, and its operator; `six` is the relay of DHCPv6."""

    database: kea.Database
    running: kea.Running
    bb: Relay
    iptv: Relay
    six: Relay6

    def customer(self) -> Customer:
        """Return somebody new."""
        return Customer(Line(f"sw1 p{next(_serial)}".encode(), b"sw1"), new_mac())

    def ways(self, deadline_s: float = 5.0) -> Ways:
        """Return new transports."""
        place = self.database
        return Ways(
            KeaDatabase(place.host, place.port, place.name, place.user, place.password, deadline_s=deadline_s),
            KeaControl(str(self.running.control4), str(self.running.control6), deadline_s=deadline_s),
        )

    def driver(self, ways: Ways, options: Mapping[str, str] = OPTIONS) -> KeaDriver:
        """Return a driver for the Kea."""
        return KeaDriver(Element(name="kea1", address="127.0.0.1", options=options), ways)

    def ask(self, work: Callable[[KeaDriver], Awaitable[T]], options: Mapping[str, str] = OPTIONS) -> T:
        """Do something with a driver that is made for it, and return what it says."""

        async def asked() -> T:
            ways = self.ways()
            try:
                return await work(self.driver(ways, options))
            finally:
                await ways.close()

        return asyncio.run(asked())

    def provision(
        self,
        customer: Customer,
        before: Delivery | None,
        after: Delivery | None,
        *,
        slot: str = "Broadband",
        options: Mapping[str, str] = OPTIONS,
    ) -> str:
        """Have a customer served something else."""
        port = customer.port(slot)
        return self.ask(lambda driver: driver.provision(port, before=before, after=after), options)

    def sql(self, statement: str, *arguments: Any) -> list[dict[str, Any]]:
        """Do something to Kea's database behind everybody's back, as an operator might."""

        async def done() -> list[dict[str, Any]]:
            place = self.database
            connection = await asyncpg.connect(host=place.host, database=place.name, user=place.user)
            try:
                return [dict(row) for row in await connection.fetch(statement, *arguments)]
            finally:
                await connection.close()

        return asyncio.run(done())

    def traces(self, customer: Customer) -> list[dict[str, Any]]:
        """Return everything that is reserved under a customer's circuit id."""
        columns = "dhcp_identifier_type, dhcp4_subnet_id, ipv4_address, dhcp4_client_classes, user_context"
        return self.sql(
            f"SELECT {columns} FROM hosts WHERE dhcp_identifier = $1 ORDER BY dhcp4_subnet_id",
            customer.line.circuit_id,
        )


def fixed(delivery: Delivery, *addresses: str) -> Delivery:
    """Return a delivery with a fixed address, any if none is given."""
    characteristics: dict[str, Any] = {"fixedIp": True} | ({"ipAddresses": list(addresses)} if addresses else {})
    return replace(delivery, characteristics=characteristics)


@pytest.fixture(scope="module")
def town(cluster_url: str) -> Iterator[Town]:
    """Run a Kea for the tests of a module."""
    with database(cluster_url) as made, served(made) as running:
        yield running


@contextmanager
def database(cluster_url: str) -> Iterator[kea.Database]:
    """Make a prepared database for Kea."""
    need(*kea.PACKAGES)
    name = f"kea_{next(_serial)}"
    asyncio.run(_execute(cluster_url, f"CREATE DATABASE {name}"))
    host = parse_qs(urlsplit(cluster_url).query)["host"][0]
    try:
        made = kea.Database(host=host, name=name, user="postgres")
        kea.prepare(made)
        yield made
    finally:
        asyncio.run(_execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def served(database: kea.Database) -> Iterator[Town]:
    """Run a Kea on this database, with relays."""
    server = free_port()
    with ExitStack() as stack:
        # A socket's path must be short, which pytest's are not.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onapi-kea-")))
        bb, iptv, reply = _relays(server)
        six = Relay6("::1", "2001:db8:c00f::1", ("::1", server))
        for relay in (bb, iptv, six):
            stack.callback(relay.close)
        plan = kea.Plan(
            subnets=(
                kea.Subnet(
                    id=BB,
                    network="198.51.100.0/24",
                    pool="198.51.100.10 - 198.51.100.99",
                    client_class="svc-bb",
                    relays=(bb.address,),
                    router="198.51.100.1",
                ),
                kea.Subnet(
                    id=IPTV,
                    network="10.20.0.0/16",
                    pool="10.20.1.0 - 10.20.255.250",
                    client_class="svc-iptv",
                    relays=(iptv.address,),
                ),
            ),
            subnets6=(
                kea.Subnet6(
                    id=SIX,
                    network="2001:db8:c00f::/48",
                    pool="2001:db8:c00f:4::/64",
                    delegated="2001:db8:400::/40",
                    relays=("2001:db8:c00f::1",),
                ),
            ),
            port4=server,
            reply4=reply,
            port6=server,
            reply6=six.port,
        )
        running = stack.enter_context(kea.running(folder, plan, database))
        yield Town(database=database, running=running, bb=bb, iptv=iptv, six=six)


def free_port() -> int:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::", 0))
        port: int = probe.getsockname()[1]
        return port


def _relays(server: int) -> tuple[Relay, Relay, int]:
    """Return two relays that have one port number, which Kea needs."""
    while True:
        port = free_port()
        try:
            return (
                Relay("127.0.0.2", port, ("127.0.0.1", server)),
                Relay("127.0.0.3", port, ("127.0.0.1", server)),
                port,
            )
        except OSError:
            continue


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
