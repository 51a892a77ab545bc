"""Run the command `onapi` as a user does."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "onapi"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def onapi(*arguments: str | Path, url: str = "", data: Path | None = None, given: bytes | None = None) -> Ran:
    """Run a command to its end, on a database URL or a data folder."""
    done = subprocess.run(
        [PROGRAM, *arguments], check=False, capture_output=True, env=environment(url, data), input=given, timeout=120
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(url: str = "", data: Path | None = None) -> dict[str, str]:
    """Return an environment with these settings, the simulated network, and nothing else of onapi."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ONAPI_")}
    settings = {"ONAPI_DATABASE_URL": url, "ONAPI_DATA": str(data or ""), "ONAPI_NETWORK": "simulated"}
    return clean | {name: value for name, value in settings.items() if value}
