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
