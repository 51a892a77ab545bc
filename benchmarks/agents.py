"""Switches for the benchmark: `python -m benchmarks.agents COUNT LATENCY_S LOSS` answers SNMP until its input ends.

It prints the agents' ports as one line of JSON, and for each line that it reads how many questions have come since.
"""

import asyncio
import contextlib
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import msgspec

from benchmarks.cities import CACHE
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import Agent

PORTS = tuple(f"ge-0/0/{number}" for number in range(1, 29))
"""The ports that each of them has."""


@dataclass(frozen=True, slots=True)
class Switches:
    """Agents in a process of their own, and the UDP ports where they answer."""

    process: "subprocess.Popen[str]"
    ports: list[int]

    def asked(self) -> int:
        """Return how many questions came since the last time."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("The agents have no pipes.")
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextlib.contextmanager
def running(count: int, *, latency_s: float = 0.0, loss: float = 0.0) -> Iterator[Switches]:
    """Have so many switches answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.agents", str(count), str(latency_s), str(loss)],
        cwd=CACHE.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield Switches(process, msgspec.json.decode(line, type=list[int]))
    finally:
        process.terminate()
        process.communicate(timeout=20)


async def _serve(count: int, latency_s: float, loss: float) -> None:
    recording = agent.read("generic")
    async with AsyncExitStack() as stack:
        made = [Agent(recording, latency_s=latency_s, loss=loss, chance=random.Random(n)) for n in range(count)]
        for one in made:
            await stack.enter_async_context(agent.serving(one))
        print(msgspec.json.encode([one.port for one in made]).decode(), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(sum(len(one.asked) for one in made), flush=True)
            for one in made:
                one.asked.clear()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
