"""Network namespaces that belong to this process: they have no names, and are gone when it is, however it ends."""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from typing import TypeVar

from tests.packages import program

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000
_SIOCETHTOOL = 0x8946
_ETHTOOL_STXCSUM = 0x17
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace with nothing in it but a loopback, which is up."""

    def __init__(self) -> None:
        self._file = _elsewhere(_made)
        self.ip("link set lo up")

    @property
    def path(self) -> str:
        """Return where other programs find it."""
        return f"/proc/{os.getpid()}/fd/{self._file}"

    def close(self) -> None:
        """Let go of it; it is gone, with its devices, when nobody else is in it."""
        os.close(self._file)

    def command(self, name: str, *arguments: str) -> list[str]:
        """Return the command that runs a program in here, which dies when this process does."""
        entered = [program("nsenter"), f"--net={self.path}", "--", program(name), *arguments]
        return [program("setpriv"), "--pdeathsig", "KILL", "--", *entered]

    def ip(self, *commands: str) -> None:
        """Run commands of ip(8), all in one process."""
        arguments = self.command("ip", "-batch", "-")
        subprocess.run(arguments, input="\n".join(commands), text=True, check=True, capture_output=True)

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
        def entered() -> T:
            _checked(_libc.setns(self._file, _CLONE_NEWNET))
            return work()

        return _elsewhere(entered)


def _made() -> int:
    _checked(_libc.unshare(_CLONE_NEWNET))
    return os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _elsewhere(work: Callable[[], T]) -> T:
    """Do something in a thread of its own, since a thread that has changed its namespace is good for nothing else."""
    done: list[T] = []
    failed: list[OSError] = []

    def run() -> None:
        try:
            done.append(work())
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]
