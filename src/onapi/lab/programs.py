"""The programs that the lab is made of, and the Debian packages that bring them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from onapi import errors

PACKAGES: Mapping[str, str] = {
    "ip": "iproute2",
    "setpriv": "util-linux",
    "ovsdb-server": "openvswitch-switch",
    "ovsdb-tool": "openvswitch-switch",
    "ovs-vswitchd": "openvswitch-switch",
    "ovs-vsctl": "openvswitch-switch",
    "ovs-ofctl": "openvswitch-switch",
    "snmpd": "snmpd",
    "kea-dhcp4": "kea-dhcp4-server",
    "kea-admin": "kea-admin",
    "dhclient": "isc-dhcp-client",
    "ping": "iputils-ping",
}
"""Each program with its package."""

# Programs that only root needs are not on everybody's path.
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def program(name: str) -> str:
    """Return where a program is.

    Raises:
        Unavailable: it is not installed.
    """
    found = shutil.which(name, path=_PATH)
    if found is None:
        raise errors.Unavailable(f"The program {name} is missing; `apt-get install {PACKAGES.get(name, name)}`.")
    return found


def refuse_without() -> None:
    """See that the lab can run here at all.

    Raises:
        Unavailable: we are not root, or programs are missing; the sentence says which packages bring them.
    """
    if os.geteuid() != 0:
        raise errors.Unavailable("The lab makes network namespaces, which needs root; run it as root, or with sudo.")
    missing = sorted({package for name, package in PACKAGES.items() if shutil.which(name, path=_PATH) is None})
    if missing:
        raise errors.Unavailable(
            f"The lab lacks programs; `apt-get install --no-install-recommends {' '.join(missing)}`."
        )


def run(*command: str, environment: Mapping[str, str] | None = None, given: str | None = None) -> str:
    """Run a command to its end, and return what it prints.

    Raises:
        Unavailable: it fails; the sentence has what it complains of.
    """
    done = subprocess.run(
        [program(command[0]), *command[1:]],
        check=False,
        capture_output=True,
        text=True,
        input=given,
        env=None if environment is None else {**os.environ, **environment},
    )
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        reason = told[-1] if told else "it does not say why"
        raise errors.Unavailable(f"{Path(command[0]).name} fails in the lab: {reason}")
    return done.stdout


def keep_secret(path: Path, line: str) -> None:
    """Write a file of credentials that only we can read."""
    path.touch(mode=0o600)
    path.write_text(line + "\n", encoding="utf-8")
