"""Fixtures: a real Kea with its PostgreSQL, and relays."""

import asyncio
import itertools
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from onapi.lab import kea
from tests.drivers.kea.relay import Relay, Relay6
from tests.packages import need

BB, IPTV, SIX = 10, 20, 110

_serial = itertools.count(1)


@dataclass
class Town:
    """A Kea that serves Broadband and IPTV, and a relay in front of each; `six` is that of DHCPv6."""

    database: kea.Database
    running: kea.Running
    bb: Relay
    iptv: Relay
    six: Relay6


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
    server = _free_port()
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


def _free_port() -> int:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::", 0))
        port: int = probe.getsockname()[1]
        return port


def _relays(server: int) -> tuple[Relay, Relay, int]:
    """Return two relays that have one port number, which Kea needs."""
    while True:
        port = _free_port()
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
