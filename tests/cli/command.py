"""Run the command `onapi` as a user does."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "onapi"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def onapi(
    *arguments: str | Path,
    url: str = "",
    data: Path | None = None,
    given: bytes | None = None,
    network: str = "simulated",
) -> Ran:
    """Run a command to its end, on a database URL or a data folder."""
    settings = environment(url, data, network)
    done = subprocess.run(
        [PROGRAM, *arguments], check=False, capture_output=True, env=settings, input=given, timeout=120
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(url: str = "", data: Path | None = None, network: str = "simulated") -> dict[str, str]:
    """Return an environment with these settings, and nothing else of onapi."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ONAPI_")}
    settings = {"ONAPI_DATABASE_URL": url, "ONAPI_DATA": str(data or ""), "ONAPI_NETWORK": network}
    return clean | {name: value for name, value in settings.items() if value}


@dataclass
class Running:
    """A running server command: the URL of its ready line, and where its errors go."""

    url: str
    process: "subprocess.Popen[str]"
    errors: Path

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal, and return the exit code and the rest of what it said on stdout and stderr."""
        assert self.process.stdout is not None
        self.process.send_signal(number)
        out = self.process.stdout.read()
        return self.process.wait(timeout=30), out, self.errors.read_text()


@contextmanager
def running(folder: Path, *arguments: str | Path, url: str = "", data: Path | None = None) -> Iterator[Running]:
    """Run a server command until the block ends."""
    folder.mkdir(exist_ok=True)
    errors = folder / "stderr"
    with errors.open("w") as stream:
        command = [PROGRAM, *arguments]
        process = subprocess.Popen(
            command, env=environment(url, data), stdout=subprocess.PIPE, stderr=stream, text=True
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"ready (https?://\S+/onapi/2\.6/)\n", line)
        assert found, (line, errors.read_text())
        yield Running(found[1], process, errors)
    finally:
        # Not killed: a server of several processes would leave them behind.
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()
