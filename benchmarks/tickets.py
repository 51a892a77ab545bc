"""Rows of tickets: opened, and listed; all on a city with a past of as many tickets as accesses."""

import asyncio
import json
import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from benchmarks import cities, history, lists, processes, requests, rounds
from benchmarks.cities import City
from benchmarks.load import Question
from benchmarks.processes import Server
from benchmarks.rounds import Measured, Row

_OF_BARE = 0.3
_TICKETS_A_ROUND = 100_000
"""A city that has fewer is listed several times, so that starting a process is not what is measured."""

_COPY = f"COPY (SELECT ticket_row(t) FROM tickets t WHERE t.sp = '{cities.PROVIDER.sp}') TO STDOUT"


def rows(places: Sequence[City], seconds: float) -> Iterator[Row]:
    """Yield the rows of `POST tickets`, durable, against a bare insert of the same row, and of the list of them."""
    for city in places:
        measured: dict[str, list[Measured]] = {"onapi": [], "bare": []}
        for _ in range(rounds.ROUNDS):
            for name, found in measured.items():
                rounds.tell(f"opening tickets: {name}, {city.rows}")
                found.append(_open(name, city, seconds))
        yield rounds.compared(
            measured["onapi"],
            measured["bare"],
            what="POST ticket, durable : bare ASGI insert",
            size=city.rows,
            unit="requests/s",
            aim=_OF_BARE,
        )
    for city in places:
        repeats = max(1, _TICKETS_A_ROUND * 2 // city.rows)
        with processes.ours(city.url) as server:
            listed = rounds.interleave(
                {"ours": lambda: _list(server, repeats), "psql": lambda: _copy(city, repeats)}  # noqa: B023
            )
        yield rounds.compared(
            listed["ours"], listed["psql"], what="list of tickets : psql COPY", size=city.rows, unit="s"
        )


def _open(name: str, city: City, seconds: float) -> Measured:
    """Open tickets for a while, and take them away again."""
    began = datetime.now(UTC)
    access_ids = cities.connected(city, 1000)
    # As many as could ever be opened in that time.
    several = range(int(6 * seconds) + 1)
    with requests.started(name, city.url) as server:
        questions = [Question(_post(server, access_id), None) for _ in several for access_id in access_ids]
        with requests.target(server, 201, questions, seconds, warm=False) as target:
            # Connections learn their statements.
            target.measure()
            measured = target.measure()
    asyncio.run(history.forget_since(city.url, began))
    return measured


def _post(server: Server, access_id: str) -> bytes:
    said = {"createdBy": "Anna Andersson", "heading": "No link", "problemType": "NO_LINK"}
    body = json.dumps(
        {"accessId": access_id, "description": "This customer is experiencing issues.", **said}
    ).encode()
    return (
        f"POST {server.root}tickets/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: {cities.authorization()}\r\nAccept: */*\r\nUser-Agent: benchmark\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _list(server: Server, repeats: int) -> Measured:
    """Read the whole list, so many times."""
    headers = [f"Authorization={cities.authorization()}", "Accept-Encoding=identity"]
    cpu_s = server.cpu_s()
    report = lists.drained("http", str(server.port), f"{server.root}tickets/", str(repeats), *headers)
    return Measured(report.seconds / repeats, (server.cpu_s() - cpu_s) / repeats)


def _copy(city: City, repeats: int) -> Measured:
    """Have psql copy the same rows, so many times."""
    copies = ["-c", _COPY] * repeats
    report = lists.drained("pipe", shlex.join([str(cities.programs() / "psql"), "-X", "-d", city.url, *copies]))
    return Measured(report.seconds / repeats, report.cpu_s / repeats)
