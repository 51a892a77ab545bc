"""Debian packages that some tests need: installed when they are missing; where that cannot be, the test is skipped.

A test starts the programs that it needs as processes of its own; the services of the packages are not used.
"""

import fcntl
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_LOCK = Path(tempfile.gettempdir()) / "onapi-tests-packages.lock"
_PATIENCE_S = 900
# Programs that only root needs are not on everybody's path.
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def need(*packages: str) -> None:
    """Have these packages installed when this returns; otherwise skip the test, and say why."""
    trouble = _trouble(packages)
    if trouble is not None:
        pytest.skip(trouble)


def program(name: str) -> str:
    """Return where a program is that a needed package has brought."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *_SBIN]))
    assert found, f"{name} is not there, though its package is installed"
    return found


@functools.cache
def _trouble(packages: tuple[str, ...]) -> str | None:
    """Return why the packages are not there after all; asked once in a run, for an attempt may take minutes."""
    if not (shutil.which("dpkg-query") and shutil.which("apt-get")):
        return f"needs the Debian packages {' '.join(packages)}, and this is no Debian"
    if not _missing(packages):
        return None
    if os.geteuid() != 0:
        return f"needs the Debian packages {' '.join(_missing(packages))}; install them, or run as root"
    with _LOCK.open("w") as lock:
        # Two runs that install at once would refuse each other.
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = _missing(packages)
        if not missing:
            return None
        wrong = _apt("install", "-y", "--no-install-recommends", *missing)
        if wrong:
            # The lists may be missing or too old to know where the packages are.
            wrong = _apt("update") or _apt("install", "-y", "--no-install-recommends", *missing)
    return f"the Debian packages {' '.join(missing)} cannot be installed: {wrong}" if wrong else None


def _missing(packages: tuple[str, ...]) -> list[str]:
    return [package for package in packages if not _is_installed(package)]


def _is_installed(package: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], check=False, capture_output=True, text=True
    )
    return asked.stdout == "installed"


def _apt(*arguments: str) -> str | None:
    """Return the last line of what went wrong, or None."""
    command = ["apt-get", "-q", "-o", f"DPkg::Lock::Timeout={_PATIENCE_S}", *arguments]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, check=False, env=environment, capture_output=True, text=True, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return f"apt-get {arguments[0]} took more than {_PATIENCE_S} s"
    if done.returncode == 0:
        return None
    told = (done.stderr or done.stdout).strip().splitlines()
    return told[-1] if told else f"apt-get {arguments[0]} ended with {done.returncode}"
