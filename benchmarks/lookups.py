"""Rows of dhcplookup: the access that DHCP's identifiers name, among few and among many."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from urllib.parse import urlencode

import asyncpg

from benchmarks import requests, rounds
from benchmarks.cities import City
from benchmarks.load import Question
from benchmarks.requests import Target
from benchmarks.rounds import Row

_FACT = "identifiers"
_IDS = 2000
_OF_SMALL = 0.9
_PORTS = 28
_NAMED = """
    INSERT INTO dhcp_identifiers (access_id, ipv4_circuit_id, ipv4_remote_id)
    SELECT access_id, 'ge-0/0/' || 1 + n % $1, 'asw-' || n / $1
      FROM (SELECT access_id, row_number() OVER (ORDER BY access_id) AS n FROM accesses) a
        ON CONFLICT DO NOTHING"""
_SOME = """
    SELECT access_id, ipv4_circuit_id, ipv4_remote_id
      FROM (SELECT d.*, row_number() OVER () AS number, count(*) OVER () AS total FROM dhcp_identifiers d) d
     WHERE number % GREATEST(total / $1, 1) = 0 LIMIT $1"""


def lookup(places: Sequence[City], seconds: float) -> Iterator[Row]:
    """Yield the rows of `dhcplookup` by circuit and remote id, and of how little the table's size matters."""
    with ExitStack() as stack:
        targets: dict[str, Target] = {}
        for city in places:
            rounds.tell(f"naming {city.rows} accesses")
            named = asyncio.run(_named(city))
            for name in ("onapi", "bare"):
                server = stack.enter_context(requests.started(name, city.url))
                queries = [
                    urlencode({"ipv4CircuitId": circuit, "ipv4RemoteId": remote}) for _, circuit, remote in named
                ]
                asked = [requests.request(server, f"dhcplookup/?{query}") for query in queries]
                if name == "bare":
                    # It looks accesses up by their own names, which is the least that a look-up can be.
                    asked = [requests.request(server, f"accesses/{access}") for access, _, _ in named]
                questions = [Question(raw, len(requests.ask(server, raw))) for raw in asked]
                targets[f"{name} {city.rows}"] = stack.enter_context(requests.target(server, 200, questions, seconds))
        measured = rounds.interleave({name: target.measure for name, target in targets.items()})
    for city in places:
        yield rounds.compared(
            measured[f"onapi {city.rows}"],
            measured[f"bare {city.rows}"],
            what="dhcplookup : bare ASGI, by accessId",
            size=city.rows,
            unit="requests/s",
        )
    if len(places) > 1:
        small, large = places[0].rows, places[-1].rows
        yield rounds.compared(
            measured[f"onapi {large}"],
            measured[f"onapi {small}"],
            what=f"dhcplookup : the same with {small:,}",
            size=large,
            unit="requests/s",
            aim=_OF_SMALL,
        )


async def _named(city: City) -> list[tuple[str, str, str]]:
    """Give a city's accesses identifiers, unless they have some; return some accesses with theirs."""
    connection = await asyncpg.connect(city.url)
    try:
        if not await connection.fetchval("SELECT value FROM facts WHERE name = $1", _FACT):
            async with connection.transaction():
                # Nobody has a subscription that would change with them.
                await connection.execute("SET LOCAL session_replication_role = replica")
                await connection.execute(_NAMED, _PORTS, timeout=3600)
                await connection.execute("INSERT INTO facts (name, value) VALUES ($1, 'yes')", _FACT)
            await connection.execute("VACUUM (ANALYZE) dhcp_identifiers", timeout=3600)
        rows = await connection.fetch(_SOME, _IDS)
        return [(row["access_id"], row["ipv4_circuit_id"], row["ipv4_remote_id"]) for row in rows]
    finally:
        await connection.close()
