"""Programs that run as long as the lab does: started in a namespace, killed when they should be, and by us only."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from onapi import errors
from onapi.lab.namespaces import Namespace

_PATIENCE_S = 30.0


@dataclass
class Daemons:
    """Programs of one namespace, by their names; what they print goes to NAME.out in the folder."""

    namespace: Namespace
    folder: Path
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> int:
        """Start a program, and return its process id."""
        with (self.folder / f"{name}.out").open("ab") as out:
            self._running[name] = subprocess.Popen(
                self.namespace.command(name, *arguments),
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                # Ctrl-C is for the lab, which ends its programs in its own order.
                start_new_session=True,
            )
        return self._running[name].pid

    def runs(self, name: str) -> bool:
        """Return whether a program has been started, and has not ended."""
        return name in self._running and self._running[name].poll() is None

    def kill(self, name: str) -> None:
        """Kill a program at once, as a power cut would."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Kill all of them, the last first."""
        for name in reversed(list(self._running)):
            self.kill(name)

    def wait_until(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait until a program is ready.

        Raises:
            Unavailable: it ends, or is not ready in half a minute.
        """
        until = time.monotonic() + _PATIENCE_S
        while not ready():
            if not self.runs(name) or time.monotonic() > until:
                raise errors.Unavailable(f"{name} does not start; {self.folder} has its logs.")
            time.sleep(0.01)


def listens(path: Path) -> bool:
    """Return whether somebody listens at a socket in the file system."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
