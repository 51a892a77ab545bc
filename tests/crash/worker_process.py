"""Real worker processes, and a fate that kills or stops one exactly where a test wants it.

Run as a program, this is a nursery: for each line of JSON on its standard input it forks a process that runs the real
Worker on the simulated network, and it says on its standard output who was born and who died of what. It ends, and
everybody with it, when its standard input does. A fork spares the half second that Python needs to start.
"""

import asyncio
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from onapi import app
from onapi.drivers.contract import Delivery, Port, Provisions
from onapi.engine.runner import Patience
from onapi.engine.worker import Pace, Worker
from onapi.storage import pool

_PATIENCE_S = 60.0

READY = "ready"
"""The point of a worker that has connected, and has not claimed anything yet."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """How a worker lives; times are in seconds. `fates` and `log` are paths."""

    url: str
    fates: str
    log: str
    lease_s: float = 0.6
    look_every_s: float = 0.05
    concurrency: int = 4
    deadline_s: float = 10.0
    tries: int = 5
    pause_s: float = 0.05


class Fates:
    """What awaits workers: a file `<who> <point>` for each point at which one of them dies, or halts.

    It is renamed when it is met, which only one process can do: each fate is met exactly once, whichever worker
    comes by.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def await_at(self, who: str, point: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Have the first worker that comes to a point of an order, or of an access's network, be signalled there."""
        file = self._folder / f"{who} {point}"
        file.with_suffix(".part").write_text(str(int(number)))
        file.with_suffix(".part").rename(file)

    def meet(self, who: str, point: str) -> None:
        """Come to a point; does not return if death is there."""
        file = self._folder / f"{who} {point}"
        met = file.with_name(f"{file.name} met {os.getpid()}")
        try:
            file.rename(met)
        except FileNotFoundError:
            return
        os.kill(os.getpid(), int(met.read_text()))

    def unmet(self) -> list[str]:
        """Return the points where nobody has come yet."""
        return sorted(file.name for file in self._folder.iterdir() if " met " not in file.name)

    async def until_met(self, point: str) -> int:
        """Wait until a process has come to a point, whoever awaited it there, and return it."""
        async with asyncio.timeout(_PATIENCE_S):
            while not (found := list(self._folder.glob(f"* {point} met *"))):
                await asyncio.sleep(0.01)
        return int(found[0].name.rpartition(" ")[2])

    def all_met(self) -> list[int]:
        """Return the processes that met their fate, one for each."""
        return [int(file.name.rpartition(" ")[2]) for file in self._folder.iterdir() if " met " in file.name]


class _Network:
    """The simulated network's driver, with fates before the network is asked and when it has answered."""

    def __init__(self, driver: Provisions, fates: Fates) -> None:
        self._driver = driver
        self._fates = fates

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """See `Provisions`."""
        verb = "removing" if after is None else "delivering"
        self._fates.meet(port.access_id, f"before {verb}")
        try:
            return await self._driver.provision(port, before=before, after=after)
        finally:
            self._fates.meet(port.access_id, f"after {verb}")


def run(life: Life) -> None:
    """Be a worker until SIGTERM."""
    fates = Fates(Path(life.fates))

    def meet(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if "order" in entry:
            step = f" {entry['step']}" if "step" in entry else ""
            fates.meet(entry["order"], entry["event"] + step + (" undoing" if entry.get("undoing") else ""))
        return entry

    structlog.configure(
        processors=[
            meet,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            lambda _logger, _method, entry: f"{os.getpid()} {entry}",
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    asyncio.run(_work(life, fates))


async def _work(life: Life, fates: Fates) -> None:
    database = await pool.connect(life.url)
    try:
        worker = Worker(
            database,
            life.url,
            _Network(app.simulated(database), fates),
            concurrency=life.concurrency,
            patience=Patience(deadline_s=life.deadline_s, tries=life.tries, pause_s=life.pause_s),
            pace=Pace(lease_s=life.lease_s, look_every_s=life.look_every_s),
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        fates.meet("anyone", READY)
        await worker.run()
    finally:
        await database.close()


def _fork(life: Life) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        with open(life.log, "a") as log:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        run(life)
        code = 0
    finally:
        # Nothing of the nursery's may happen here.
        if code:
            traceback.print_exc()
        os._exit(code)


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _nurse() -> None:
    # Workers are born deaf to it, until they know how to stop.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    alive: set[int] = set()
    text = b""
    while True:
        if select.select([0], [], [], 0.01)[0]:
            more = os.read(0, 65536)
            if not more:
                break
            *lines, text = (text + more).split(b"\n")
            for line in lines:
                child = _fork(Life(**json.loads(line)))
                alive.add(child)
                _say("born", child)
        while alive:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                break
            alive.remove(child)
            _say("dead", child, os.waitstatus_to_exitcode(status))
    for child in alive:
        os.kill(child, signal.SIGKILL)


def ask_for(life: Life) -> bytes:
    """Return the line that makes the nursery fork a worker."""
    return json.dumps(asdict(life)).encode() + b"\n"


if __name__ == "__main__":
    _nurse()
