"""Contestants as processes of their own: start them, and read what they have used."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_TICKS_S = os.sysconf("SC_CLK_TCK")
_SERVE = "from onapi.cli.main import main; main()"
_HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs; `root` is the path of the version's root, with its final slash."""

    name: str
    pid: int
    port: int
    root: str

    def cpu_s(self) -> float:
        """Return the CPU seconds that it and its child processes have used."""
        return sum(_cpu_s(pid) for pid in (self.pid, *_children(self.pid)))

    def forget_peak(self) -> None:
        """Begin to measure the peak of its memory anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak_mb(self) -> float:
        """Return the most memory that it had resident, in MB of a million bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise ValueError("/proc does not tell the peak of memory.")


@contextlib.contextmanager
def ours(url: str) -> Iterator[Server]:
    """Run `onapi serve` on a database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONAPI_")}
    environment["ONAPI_DATABASE_URL"] = url
    with _running("onapi", [sys.executable, "-c", _SERVE, "serve", "--port", "0"], environment) as server:
        yield server


@contextlib.contextmanager
def engine(url: str) -> Iterator[int]:
    """Run `onapi work` on a database, and yield its process id when it works."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONAPI_")}
    environment |= {"ONAPI_DATABASE_URL": url, "ONAPI_NETWORK": "simulated"}
    command = [sys.executable, "-c", _SERVE, "work"]
    process = subprocess.Popen(
        command, cwd=_HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        if (process.stdout.readline() if process.stdout else "") != "working\n":
            raise RuntimeError("The engine did not start.")
        yield process.pid
    finally:
        process.terminate()
        process.wait(40)
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def other(name: str, url: str) -> Iterator[Server]:
    """Run a contestant of `benchmarks.serve`: bare or peer."""
    with _running(name, [sys.executable, "-m", "benchmarks.serve", name, url], dict(os.environ)) as server:
        yield server


@contextlib.contextmanager
def _running(name: str, command: list[str], environment: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(command, cwd=_HERE, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith("ready "):
            raise RuntimeError(f"The server {name} did not start; the lines above say why.")
        parts = urlsplit(line.split()[1])
        yield Server(name, process.pid, parts.port or 0, parts.path)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # utime, stime, and those of children that have ended.
    return sum(int(field) for field in fields[11:15]) / _TICKS_S


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            for child in (task / "children").read_text().split():
                found += [int(child), *_children(int(child))]
    return found
