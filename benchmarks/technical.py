"""Rows of technical information: asked of switches that answer from another process, near ones and far ones."""

import asyncio
import contextlib
import http.client
import json
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import asyncpg
from gufo.snmp.aio import SnmpSession

from benchmarks import agents, cities, processes, requests, rounds
from benchmarks.agents import PORTS, Switches
from benchmarks.processes import Server
from benchmarks.rounds import Measured, Row
from onapi.drivers.contract import Element
from onapi.drivers.network import Network
from onapi.drivers.snmp.credentials import Community
from onapi.drivers.snmp.driver import SnmpDriver
from onapi.drivers.snmp.session import Session
from onapi.engine.sampling import Sampling
from onapi.storage import pool
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent
from tests.drivers.snmp.reading import OnlySnmp

_SWITCHES = 200
_FAR_S, _LOSS = 0.05, 0.02
# An answer is told again for ten seconds; then the element is asked anew.
_KEPT_S = 10.5
_OF_LIBRARY = 0.8
_FEW = 40
_ASKED, _P99_S, _SWEEP_S = 500, 1.0, 5.0
_AT_ONCE = 50
_CREDENTIALS = "BENCH_SWITCHES"
_NOTE = "absolute: of this machine"


@dataclass(frozen=True, slots=True)
class _Network:
    """A server, the switches of its inventory, and an access for each port that is asked, by switch."""

    server: Server
    switches: Switches
    accesses: list[list[str]]
    url: str


def technical(cluster_url: str) -> Iterator[Row]:
    """Yield the rows of live questions, of many at once, and of the sweep."""
    with _network(cluster_url, latency_s=0.0) as near:
        yield _against_the_library(near, "link/status, live and near : gufo-snmp", count=_SWITCHES)
        yield _many_for_one_port(near)
    with _network(cluster_url, latency_s=_FAR_S) as far:
        yield _against_the_library(far, "link/status, live at 50 ms : gufo-snmp", count=_FEW, aim=_OF_LIBRARY)
        yield from _many_for_many(far)
    with agents.running(_SWITCHES, latency_s=_FAR_S, loss=_LOSS) as lossy, cities.scratch(cluster_url) as url:
        asyncio.run(_connect(url, lossy.ports))
        yield asyncio.run(_sweep(url))


def _against_the_library(network: _Network, what: str, *, count: int, aim: float | None = None) -> Row:
    """Return how fast one after another is told the state of its port, against the library that asks the same."""
    places = [accesses[0] for accesses in network.accesses[:count]]
    asked = asyncio.run(_questions(PORTS[0]))
    measured: dict[str, list[Measured]] = {"onapi": [], "library": []}
    _one_by_one(network.server, places)
    for _ in range(rounds.ROUNDS):
        rounds.tell("link/status, and what the library takes for the same")
        time.sleep(_KEPT_S)
        measured["onapi"].append(_one_by_one(network.server, places))
        measured["library"].append(asyncio.run(_by_library(network.switches.ports[:count], asked)))
    return rounds.compared(
        measured["onapi"],
        measured["library"],
        what=what,
        size=count,
        unit="requests/s",
        aim=aim,
        note="one after another; ours over HTTP with a database",
    )


def _many_for_one_port(network: _Network) -> Row:
    """Return how many packets an element gets when so many ask for the same port, which one alone has asked for."""
    time.sleep(_KEPT_S)
    path = f"tech/access/{network.accesses[0][0]}/link/status"
    network.switches.asked()
    asyncio.run(_all_at_once(network.server, [path]))
    of_one = network.switches.asked()
    time.sleep(_KEPT_S)
    asyncio.run(_all_at_once(network.server, [path] * _AT_ONCE))
    return Row(
        what=f"packets for {_AT_ONCE} SP requests at once",
        size=1,
        ours=network.switches.asked(),
        floor=None,
        unit="packets",
        aim=of_one + 1,
        note=f"one request alone: {of_one}",
    )


def _many_for_many(network: _Network) -> Iterator[Row]:
    """Yield how long so many wait who ask at once, the first time and later."""
    paths = [f"tech/access/{access}/link/status" for accesses in network.accesses for access in accesses][:_ASKED]
    for what, times in (("new", 1), ("known", rounds.ROUNDS)):
        p50, p99, cpu_s = [], [], []
        for _ in range(times):
            rounds.tell(f"{_ASKED} requests for {_SWITCHES} elements that are {what}")
            used_s = network.server.cpu_s()
            waited = sorted(asyncio.run(_all_at_once(network.server, paths)))
            cpu_s.append(network.server.cpu_s() - used_s)
            p50.append(statistics.median(waited))
            p99.append(waited[int(len(waited) * 0.99)])
            time.sleep(_KEPT_S)
        yield Row(
            what=f"{_ASKED} requests at once, elements {what}: p99",
            size=_SWITCHES,
            ours=statistics.median(p99),
            floor=None,
            unit="s",
            aim=_P99_S if what == "known" else None,
            note=f"at 50 ms; p50 {statistics.median(p50):.2f} s; server's CPU {statistics.median(cpu_s):.2f} s",
        )


async def _sweep(url: str) -> Row:
    """Return how long it takes to read all counters once, at a distance and with loss."""
    os.environ[_CREDENTIALS] = f"snmp_community = {COMMUNITY}"
    database = await pool.connect(url)
    network = Network()
    took = []
    try:
        for _ in range(rounds.ROUNDS + 1):
            rounds.tell("reading all counters")
            async with database.connection() as tx:
                await tx.execute("UPDATE samplings SET due_at = now()")
                await tx.execute("UPDATE port_samples SET read_at = read_at - interval '5 minutes'")
            began = time.perf_counter()
            await Sampling(database, network).look()
            took.append(time.perf_counter() - began)
            # What was read is told again for some seconds; and silent ones are left alone for thirty.
            await asyncio.sleep(_KEPT_S)
        async with database.connection() as tx:
            ports = await tx.fetchval("SELECT count(*) FROM port_samples WHERE read_at > now() - interval '1 minute'")
    finally:
        await network.close()
        await database.close()
    return Row(
        what="sweep of all counters",
        size=_SWITCHES * len(PORTS),
        ours=statistics.median(took[1:]),
        floor=None,
        unit="s",
        aim=_SWEEP_S,
        note=f"at 50 ms and 2 % loss; the first {took[0]:.1f} s; {ports:,} ports kept by the last",
    )


@contextlib.contextmanager
def _network(cluster_url: str, *, latency_s: float) -> Iterator[_Network]:
    os.environ[_CREDENTIALS] = f"snmp_community = {COMMUNITY}"
    with agents.running(_SWITCHES, latency_s=latency_s) as switches, cities.scratch(cluster_url) as url:
        accesses = asyncio.run(_connect(url, switches.ports))
        with processes.ours(url) as server:
            yield _Network(server, switches, accesses, url)


async def _connect(url: str, ports: Sequence[int]) -> list[list[str]]:
    """Put the switches into the inventory, with an access on each port; return those of each switch's first ports."""
    rounds.tell("connecting accesses")
    await asyncio.to_thread(cities.fill, url, len(ports) * len(PORTS))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE providers SET technical = 'all'")
        await connection.execute(
            "INSERT INTO elements (element, address, driver, credentials, options) "
            "SELECT 'asw-' || n, '127.0.0.1', 'snmp', $2, jsonb_build_object('snmp_port', port::text) "
            "FROM unnest($1::int[]) WITH ORDINALITY AS t (port, n)",
            ports,
            f"env:{_CREDENTIALS}",
        )
        rows = await connection.fetch(
            "INSERT INTO access_ports (access_id, element, port) "
            "SELECT access_id, 'asw-' || 1 + (n - 1) / $1, 'ge-0/0/' || 1 + (n - 1) % $1 "
            "FROM (SELECT access_id, row_number() OVER () AS n FROM accesses LIMIT $2) a "
            "RETURNING access_id, element, port",
            len(PORTS),
            len(ports) * len(PORTS),
        )
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    places = {(row["element"], row["port"]): row["access_id"] for row in rows}
    return [[places[f"asw-{n}", port] for port in PORTS[:3]] for n in range(1, len(ports) + 1)]


def _one_by_one(server: Server, accesses: Sequence[str]) -> Measured:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": cities.authorization()}
    began, cpu_s = time.perf_counter(), server.cpu_s()
    for access in accesses:
        connection.request("GET", f"{server.root}tech/access/{access}/link/status", headers=headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200 or "input" not in told["statistics"]:
            raise RuntimeError(f"{access}: {told}")
    took_s = time.perf_counter() - began
    connection.close()
    return Measured(took_s / len(accesses), (server.cpu_s() - cpu_s) / len(accesses))


async def _questions(port: str) -> list[list[str]]:
    """Return what our driver asks for a port's state and counters, once it knows the switch."""
    async with agent.serving(Agent(agent.read("generic"))) as switch:
        session = Session("127.0.0.1", Community(COMMUNITY), port=switch.port)
        driver = SnmpDriver(Element(name="asw", address="127.0.0.1"), OnlySnmp(session))
        for _ in range(2):
            switch.asked.clear()
            await driver.link(port)
            await driver.counters([port])
        session.close()
        return [[".".join(map(str, oid)) for oid in question.oids] for question in switch.asked]


async def _by_library(ports: Sequence[int], asked: Sequence[list[str]]) -> Measured:
    sessions = [SnmpSession(addr="127.0.0.1", port=port, community=COMMUNITY) for port in ports]
    began, cpu_s = time.perf_counter(), time.process_time()
    for session in sessions:
        for oids in asked:
            await session.get_many(oids)
    took_s = time.perf_counter() - began
    return Measured(took_s / len(ports), (time.process_time() - cpu_s) / len(ports))


async def _all_at_once(server: Server, paths: Sequence[str]) -> list[float]:
    """Ask for everything at the same moment, each on a connection of its own; return how long each waited."""
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in paths]

    async def ask(path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
        began = time.perf_counter()
        writer.write(requests.request(server, path))
        head = await reader.readuntil(b"\r\n\r\n")
        took_s = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{path}: {head!r} {await reader.read(1000)!r}")
        writer.close()
        return took_s

    return list(
        await asyncio.gather(
            *(ask(path, reader, writer) for path, (reader, writer) in zip(paths, opened, strict=True))
        )
    )
