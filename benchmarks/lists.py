"""Rows of whole lists: ours over HTTP, against psql copying the same column of the same database."""

import http.client
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from benchmarks import cities, packing, processes, rounds
from benchmarks.cities import City
from benchmarks.drain import Report
from benchmarks.processes import Server
from benchmarks.rounds import Measured, Row

_OF_PSQL, _OF_PIPE = 0.9, 1.0
_MOST_MB = 120.0
_ACCESSES_A_ROUND = 250_000
"""A city that is smaller is listed several times, so that starting a process is not what is measured."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """The contestants of one city; `repeats` is how often a list is read in a row."""

    city: City
    server: Server
    repeats: int

    def ours(self, encoding: str) -> Callable[[], Measured]:
        """Return what measures our list, in that encoding."""
        headers = [f"Authorization={cities.authorization()}", f"Accept-Encoding={encoding}"]

        def measure() -> Measured:
            cpu_s = self.server.cpu_s()
            path = f"{self.server.root}accesses/"
            report = drained("http", str(self.server.port), path, str(self.repeats), *headers)
            return Measured(report.seconds / self.repeats, (self.server.cpu_s() - cpu_s) / self.repeats)

        return measure

    def psql(self, packer: str = "") -> Callable[[], Measured]:
        """Return what measures psql, whose output goes through the command `packer` if there is one."""
        copies = ["-c", "COPY (SELECT doc FROM accesses) TO STDOUT"] * self.repeats
        command = shlex.join([str(cities.programs() / "psql"), "-X", "-d", self.city.url, *copies])

        def measure() -> Measured:
            report = drained("pipe", f"{command} | {packer}" if packer else command)
            return Measured(report.seconds / self.repeats, report.cpu_s / self.repeats)

        return measure


def whole(places: Sequence[City]) -> Iterator[Row]:
    """Yield the rows of `GET accesses/`, plain and packed, and of the memory that this takes."""
    packer, note = _packer()
    for city in places:
        with processes.ours(city.url) as server:
            _check(server, city)
            server.forget_peak()
            contestants = _Lists(city, server, max(1, _ACCESSES_A_ROUND // city.rows))
            measured = rounds.interleave(
                {
                    "list": contestants.ours("identity"),
                    "psql": contestants.psql(),
                    "zstd list": contestants.ours("zstd"),
                    "psql | zstd": contestants.psql(packer),
                }
            )
            peak_mb = server.peak_mb()
        yield rounds.compared(
            measured["list"], measured["psql"], what="list : psql COPY", size=city.rows, unit="s", aim=_OF_PSQL
        )
        yield rounds.compared(
            measured["zstd list"],
            measured["psql | zstd"],
            what="list, zstd : psql COPY | zstd -1",
            size=city.rows,
            unit="s",
            aim=_OF_PIPE,
            note=note,
        )
        yield Row(what="list, peak memory", size=city.rows, ours=peak_mb, floor=None, unit="MB", aim=_MOST_MB)


def _packer() -> tuple[str, str]:
    """Return the command that packs, and a note when it is not the usual one."""
    if found := shutil.which("zstd"):
        return f"{shlex.quote(found)} -1 -c", ""
    return f"{shlex.quote(sys.executable)} -m {packing.__name__}", "no program zstd here: its library in a process"


def drained(*arguments: str) -> Report:
    """Return what the reader says, a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.drain", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        cwd=cities.CACHE.parent,
    )
    return msgspec.json.decode(done.stdout, type=Report)


def _check(server: Server, city: City) -> None:
    """Read the list plain and packed, and see that both are it: a wrong list must not count as a fast one."""
    plain = _body(server, "identity")
    if len(msgspec.json.decode(plain, type=list[msgspec.Raw])) != city.rows:
        raise RuntimeError(f"The list does not hold {city.rows} accesses.")
    # The order may differ from one reading to the next; the length does not.
    if len(packing.unpacked(_body(server, "zstd"))) != len(plain):
        raise RuntimeError("The packed list is not the plain one.")


def _body(server: Server, encoding: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        headers = {"Authorization": cities.authorization(), "Accept-Encoding": encoding}
        connection.request("GET", f"{server.root}accesses/", headers=headers)
        return connection.getresponse().read()
    finally:
        connection.close()
