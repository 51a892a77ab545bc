"""Network namespaces with names, so that people can go into them with `ip netns exec`."""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from onapi.lab.programs import program, run

T = TypeVar("T")

_FOLDER = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_SIOCETHTOOL = 0x8946
_ETHTOOL_STXCSUM = 0x17
_PATIENCE_S = 5.0
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network namespace; nothing is in it at first but a loopback, which is up."""

    name: str

    def make(self) -> None:
        """Make it."""
        run("ip", "netns", "add", self.name)
        self.ip("link set lo up")

    def remove(self) -> None:
        """Remove it, and its devices, and end whoever is in there; nothing happens when it is not there."""
        if not (_FOLDER / self.name).exists():
            return
        until = time.monotonic() + _PATIENCE_S
        while inside := run("ip", "netns", "pids", self.name).split():
            for process in inside:
                with suppress(ProcessLookupError):
                    os.kill(int(process), signal.SIGKILL)
            if time.monotonic() > until:
                break
            time.sleep(0.01)
        run("ip", "netns", "del", self.name)

    def command(self, name: str, *arguments: str) -> list[str]:
        """Return the command that runs a program in here, which dies when the thread that starts it does."""
        entered = [program("ip"), "netns", "exec", self.name, program(name), *arguments]
        return [program("setpriv"), "--pdeathsig", "KILL", "--", *entered]

    def ip(self, *commands: str) -> None:
        """Carry out commands of `ip` in here, all in one process."""
        run("ip", "-n", self.name, "-batch", "-", given="\n".join(commands))

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Return a socket that lives in here, and can be used from everywhere."""
        return self._inside(lambda: socket.socket(family, kind, protocol))

    def without_offload(self, device: str) -> None:
        """Have a device send whole checksums, since whoever reads its frames does not fill them in."""
        with self.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            order = ctypes.create_string_buffer(struct.pack("II", _ETHTOOL_STXCSUM, 0))
            request = struct.pack("16sP", device.encode(), ctypes.addressof(order)).ljust(40, b"\0")
            fcntl.ioctl(control, _SIOCETHTOOL, request)

    def _inside(self, work: Callable[[], T]) -> T:
        """Do something in here, in a thread of its own, since one that has changed its namespace is spoilt."""
        done: list[T] = []
        failed: list[OSError] = []

        def entered() -> None:
            try:
                with (_FOLDER / self.name).open("rb") as place:
                    if _libc.setns(place.fileno(), _CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
                done.append(work())
            except OSError as error:
                failed.append(error)

        thread = threading.Thread(target=entered)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return done[0]


def beginning_with(prefix: str) -> list[Namespace]:
    """Return the namespaces whose names begin so."""
    if not _FOLDER.exists():
        return []
    return [Namespace(path.name) for path in sorted(_FOLDER.iterdir()) if path.name.startswith(prefix)]
