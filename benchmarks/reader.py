"""Read one list to its end as a service provider's program does.

`python -m benchmarks.reader client|whole URL USER PASSWORD` prints how long that took, what it cost, and the most
memory that the process had.
"""

import json
import sys
import time
from pathlib import Path

import httpx2
import msgspec

from onapi.client import Client


def by_client(url: str, user: str, password: str) -> int:
    """Iterate the list as models, and return how many there were."""
    with Client(url, user, password) as client:
        return sum(1 for _ in client.accesses.list())


def whole(url: str, user: str, password: str) -> int:
    """Read the list whole, into dictionaries, and return how many there were."""
    answer = httpx2.get(url + "accesses/", auth=(user, password), timeout=60)
    return len(json.loads(answer.content))


def main() -> None:
    """Read, and report."""
    ways = {"client": by_client, "whole": whole}
    began = time.perf_counter()
    cpu_before = time.process_time()
    count = ways[sys.argv[1]](*sys.argv[2:])
    report = Read(
        seconds=time.perf_counter() - began,
        cpu_s=time.process_time() - cpu_before,
        count=count,
        peak_mb=_peak_mb(),
    )
    sys.stdout.buffer.write(msgspec.json.encode(report))


def _peak_mb() -> float:
    # Not ru_maxrss, which a process has from the one that started it.
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6


class Read(msgspec.Struct, frozen=True):
    """What reading took; memory in MB of a million bytes."""

    seconds: float
    cpu_s: float
    count: int
    peak_mb: float


if __name__ == "__main__":
    main()
