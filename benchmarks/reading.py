"""Rows of a provider's reading: the client iterating a list, against the list read whole into dictionaries."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

import msgspec

from benchmarks import cities, processes, rounds
from benchmarks.cities import City
from benchmarks.processes import Server
from benchmarks.reader import Read
from benchmarks.rounds import Measured, Row

_MOST_MB = 100.0


def reading(places: Sequence[City]) -> Iterator[Row]:
    """Yield the rows of the client's list, and of the memory that each way takes."""
    for city in places:
        peaks: dict[str, float] = {}
        with processes.ours(city.url) as server:
            measured = rounds.interleave({way: _reads(server, city, way, peaks) for way in ("client", "whole")})
        yield rounds.compared(
            measured["client"], measured["whole"], what="client's list : json.loads", size=city.rows, unit="s"
        )
        yield Row(
            what="client's list, peak memory",
            size=city.rows,
            ours=peaks["client"],
            floor=None,
            unit="MB",
            aim=_MOST_MB,
            note=f"read whole: {peaks['whole']:,.0f} MB",
        )


def _reads(server: Server, city: City, way: str, peaks: dict[str, float]) -> Callable[[], Measured]:
    url = f"http://127.0.0.1:{server.port}{server.root}"
    who = cities.PROVIDER
    command = [sys.executable, "-m", "benchmarks.reader", way, url, who.sp, who.secret]

    def measure() -> Measured:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=cities.CACHE.parent)
        report = msgspec.json.decode(done.stdout, type=Read)
        if report.count != city.rows:
            raise RuntimeError(f"The list does not hold {city.rows} accesses.")
        peaks[way] = max(peaks.get(way, 0.0), report.peak_mb)
        return Measured(report.seconds, report.cpu_s)

    return measure
