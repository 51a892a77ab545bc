"""Rows of small requests: one access, and the poll that finds nothing new."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import msgspec

from benchmarks import cities, load, processes, rounds
from benchmarks.cities import City
from benchmarks.load import Question
from benchmarks.processes import Server
from benchmarks.rounds import Measured, Row

_CONNECTIONS = 32
_IDS = 2000
_WARM_S = 0.5
_OF_BARE, _OF_FASTAPI, _OF_SMALL = 0.75, 1.8, 0.95


@dataclass(frozen=True, slots=True)
class Target:
    """A server with the file of the job that is put to it."""

    server: Server
    job: Path

    def measure(self) -> Measured:
        """Load it, and return the cost of one answer."""
        cpu_s = self.server.cpu_s()
        report = _loaded(self.job)
        return Measured(report.seconds / report.answers, (self.server.cpu_s() - cpu_s) / report.answers)


def single(places: Sequence[City], seconds: float) -> Iterator[Row]:
    """Yield the rows of `GET accesses/{accessId}`, and of how little the table's size matters."""
    with ExitStack() as stack:
        targets: dict[str, Target] = {}
        for city in places:
            documents = cities.documents(city, _IDS)
            for name in ("onapi", "bare", "peer"):
                server = stack.enter_context(started(name, city.url))
                questions = [_question(server, i, document) for i, document in documents.items()]
                targets[f"{name} {city.rows}"] = stack.enter_context(target(server, 200, questions, seconds))
        measured = rounds.interleave({name: target.measure for name, target in targets.items()})
    for city in places:
        row = partial(rounds.compared, measured[f"onapi {city.rows}"], size=city.rows, unit="requests/s")
        yield row(measured[f"bare {city.rows}"], what="single GET : bare ASGI", aim=_OF_BARE)
        yield row(measured[f"peer {city.rows}"], what="single GET : FastAPI", aim=_OF_FASTAPI)
    if len(places) > 1:
        small, large = places[0].rows, places[-1].rows
        yield rounds.compared(
            measured[f"onapi {large}"],
            measured[f"onapi {small}"],
            what=f"single GET : the same with {small:,}",
            size=large,
            unit="requests/s",
            aim=_OF_SMALL,
        )


def poll(places: Sequence[City], seconds: float) -> Iterator[Row]:
    """Yield the rows of the list that has nothing new."""
    since = format_datetime(datetime.now(UTC), usegmt=True)
    for city in places:
        with ExitStack() as stack:
            targets: dict[str, Target] = {}
            for name in ("onapi", "bare"):
                server = stack.enter_context(started(name, city.url))
                raw = request(server, "accesses/", f"If-Modified-Since: {since}\r\n")
                targets[name] = stack.enter_context(target(server, 304, [Question(raw, 0)], seconds))
            measured = rounds.interleave({name: target.measure for name, target in targets.items()})
        yield rounds.compared(
            measured["onapi"], measured["bare"], what="poll, 304 : bare ASGI", size=city.rows, unit="requests/s"
        )


def started(name: str, url: str) -> contextlib.AbstractContextManager[Server]:
    """Run a contestant."""
    return processes.ours(url) if name == "onapi" else processes.other(name, url)


@contextlib.contextmanager
def target(
    server: Server, status: int, questions: list[Question], seconds: float, *, warm: bool = True
) -> Iterator[Target]:
    """Write the job's file, and warm the server up, unless what is asked can be asked only once."""
    job = load.Job(server.port, _CONNECTIONS, seconds, status, questions, once=not warm)
    with tempfile.NamedTemporaryFile(suffix=".job") as file, tempfile.NamedTemporaryFile(suffix=".job") as short:
        Path(file.name).write_bytes(msgspec.msgpack.encode(job))
        if warm:
            Path(short.name).write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(job, seconds=_WARM_S)))
            _loaded(Path(short.name))
        yield Target(server, Path(file.name))


def _loaded(job: Path) -> load.Report:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", job], check=True, stdout=subprocess.PIPE, cwd=cities.CACHE.parent
    )
    return msgspec.json.decode(done.stdout, type=load.Report)


def request(server: Server, path: str, more: str = "") -> bytes:
    """Return a GET as it is sent; `more` are header lines."""
    return (
        f"GET {server.root}{path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: {cities.authorization()}\r\nAccept: */*\r\nUser-Agent: benchmark\r\n{more}\r\n"
    ).encode()


def ask(server: Server, raw: bytes) -> bytes:
    """Send one request, and return the body of its answer."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(raw.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nConnection: close\r\n", 1))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer.partition(b"\r\n\r\n")[2]


def _question(server: Server, access_id: str, document: str) -> Question:
    """Ask once, see that the answer is right, and note its length."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        path = f"{server.root}accesses/{access_id}"
        connection.request("GET", path, headers={"Authorization": cities.authorization()})
        body = connection.getresponse().read()
    finally:
        connection.close()
    if json.loads(body) != json.loads(document):
        raise RuntimeError(f"{server.name} answers {access_id} wrongly: {body[:300]!r}")
    return Question(request(server, f"accesses/{access_id}"), len(body))
