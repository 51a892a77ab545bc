"""Debian's snmpd, the agent of net-snmp, as a process of a test's own on a high port of loopback."""

import contextlib
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onapi.drivers.snmp.credentials import Authentication, Privacy, User
from tests import packages
from tests.drivers.snmp.agent import COMMUNITY

# As net-snmp's configuration calls them.
_AUTHENTICATION = {
    Authentication.MD5: "MD5",
    Authentication.SHA1: "SHA",
    Authentication.SHA224: "SHA-224",
    Authentication.SHA256: "SHA-256",
    Authentication.SHA384: "SHA-384",
    Authentication.SHA512: "SHA-512",
}
_PRIVACY = {Privacy.DES: "DES", Privacy.AES128: "AES", Privacy.AES192: "AES-192", Privacy.AES256: "AES-256"}


@dataclass(frozen=True)
class Snmpd:
    """A running agent."""

    port: int
    process: subprocess.Popen[str]


@contextlib.contextmanager
def running(*users: User, port: int | None = None, memory: Path | None = None) -> Iterator[Snmpd]:
    """Run an agent that answers the community and these users; skip the test where it cannot be installed.

    In the folder `memory` it remembers who it is, and how often it has been started.
    """
    packages.need("snmpd")
    with tempfile.TemporaryDirectory(prefix="onapi-snmpd-") as name:
        folder = memory or Path(name)
        chosen = port or _free_port()
        lines = [f"agentaddress udp:127.0.0.1:{chosen}", f"rocommunity {COMMUNITY} 127.0.0.1", "sysServices 2"]
        for user in users:
            authentication = f'{_AUTHENTICATION[user.authentication]} "{user.authentication_secret}"'
            lines.append(f'createUser {user.name} {authentication} {_PRIVACY[user.privacy]} "{user.privacy_secret}"')
            lines.append(f"rouser {user.name} priv")
        (folder / "snmpd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        process = subprocess.Popen(
            [packages.program("snmpd"), "-C", "-c", str(folder / "snmpd.conf"), "-f", "-Lo", "-I", "-smux"],
            env=os.environ | {"SNMP_PERSISTENT_DIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            _wait(process)
            yield Snmpd(chosen, process)
        finally:
            process.terminate()
            process.communicate(timeout=60)


def _wait(process: subprocess.Popen[str]) -> None:
    told = []
    assert process.stdout
    for line in process.stdout:
        told.append(line)
        if line.startswith("NET-SNMP version"):
            return
    raise AssertionError(f"snmpd ended: {''.join(told)}")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
