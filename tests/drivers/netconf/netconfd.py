"""Debian's netconfd behind an sshd of the tests' own, on a high port of loopback."""

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from onapi.drivers import netconf
from onapi.drivers.ssh.connection import Login
from tests.drivers.ssh.server import private, public
from tests.packages import program

PACKAGES = ("netconfd", "openssh-server")
MODULES = Path(netconf.__file__).parent
_YUMA = "/usr/share/yuma/modules"
_PATIENCE_S = 30


@dataclass
class Element:
    """The element; `folder` is its own, with keys, sockets, configuration and logs.

    With `apart`, the configuration that it starts with is another than that which runs, until somebody copies it.
    Whatever it is told, it keeps a counter in the folder .yuma of its user.
    """

    folder: Path
    apart: bool = False
    port: int = 0
    _running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def login(self) -> Login:
        user = pwd.getpwuid(os.geteuid()).pw_name
        return Login(user=user, private_key=private("user"), host_key=public("host"))

    def __enter__(self) -> "Element":
        try:
            self.port = _free()
            self._start_netconfd()
            self._start_sshd()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for process in reversed(self._running):
            process.kill()
            process.wait()

    def _start_netconfd(self) -> None:
        saved = self.folder / "startup-cfg.xml"
        if not saved.exists():
            saved.write_text('<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>\n', encoding="utf-8")
        user = pwd.getpwuid(os.geteuid()).pw_name
        self._start(
            "netconfd",
            f"--modpath={MODULES}:{_YUMA}",
            "--module=ietf-interfaces",
            "--module=iana-if-type",
            "--module=onapi-port",
            f"--with-startup={str(self.apart).lower()}",
            f"--startup={saved}",
            "--target=candidate",
            f"--superuser={user}",
            f"--ncxserver-sockname={self.folder}/ncx.sock",
            f"--port={self.port}",
        )
        self._wait((self.folder / "ncx.sock").exists)

    def restart(self) -> None:
        """Kill it, as a loss of power would, and have it start again."""
        netconfd = self._running.pop(0)
        netconfd.kill()
        netconfd.wait()
        (self.folder / "ncx.sock").unlink(missing_ok=True)
        self._start_netconfd()
        self._running.insert(0, self._running.pop())

    def _start_sshd(self) -> None:
        (self.folder / "host").write_text(private("host"), encoding="utf-8")
        (self.folder / "host").chmod(0o600)
        (self.folder / "authorized").write_text(public("user"), encoding="utf-8")
        subsystem = f"{program('netconf-subsystem')} --ncxserver-sockname={self.port}@{self.folder}/ncx.sock"
        lines = (
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.folder}/host",
            f"AuthorizedKeysFile {self.folder}/authorized",
            f"PidFile {self.folder}/sshd.pid",
            "StrictModes no",
            "UsePAM no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            f"Subsystem netconf {subsystem}",
        )
        (self.folder / "sshd_config").write_text("\n".join(lines) + "\n", encoding="utf-8")
        if os.geteuid() == 0:
            # It wants a folder to lock itself into, which the service would have made.
            Path("/run/sshd").mkdir(exist_ok=True)
        self._start("sshd", "-D", "-e", "-f", f"{self.folder}/sshd_config")
        self._wait(lambda: _listens(self.port))

    def _start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [program(name), *arguments]
            process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._running.append(process)

    def _wait(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not holds():
            assert self._running[-1].poll() is None, f"it ended; see the logs in {self.folder}"
            assert time.monotonic() < until, f"it does not start; see the logs in {self.folder}"
            time.sleep(0.02)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
