"""A real Kea for the lab and for tests: its database, its configuration, its two servers.

    kea.prepare(database)
    with kea.running(folder, plan, database) as running:
        ...

It needs the Debian packages in `PACKAGES`. Nothing of the machine's own Kea is used or touched.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from onapi import errors
from onapi.lab.programs import program, run
from onapi.storage import embedded

PACKAGES = ("kea-dhcp4-server", "kea-dhcp6-server", "kea-admin")

_PATIENCE_S = 30.0
_HOOK = "libdhcp_lease_cmds.so"
_LIBRARIES = ("/usr/lib/x86_64-linux-gnu/kea/hooks", "/usr/lib/aarch64-linux-gnu/kea/hooks", "/usr/lib/kea/hooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where Kea's database is; a `host` that is the folder of a socket is reached from every network namespace."""

    host: str
    port: int = 5432
    name: str
    user: str
    password: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """An IPv4 subnet; addresses of its pool are leased to those that a reservation puts in `client_class` only.

    `pool` is "first - last"; `relays` are the addresses from which the subnet's relays ask.
    """

    id: int
    network: str
    pool: str
    client_class: str
    relays: tuple[str, ...] = ()
    router: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet6:
    """An IPv6 subnet: `pool` is the prefix of single addresses, `delegated` that of the prefixes, /56 each."""

    id: int
    network: str
    pool: str
    delegated: str
    relays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What Kea serves, and where.

    `interface4` is "eth0/192.0.2.1", or "eth0" alone; `raw` serves clients that have no relay and no address yet.
    Answers go to `reply4` and `reply6` of relays; None is where the standard says. No `subnets6`: no DHCPv6 server.
    """

    subnets: tuple[Subnet, ...]
    subnets6: tuple[Subnet6, ...] = ()
    interface4: str = "lo/127.0.0.1"
    interface6: str = "lo/::1"
    raw: bool = False
    port4: int = 67
    reply4: int | None = None
    port6: int = 547
    reply6: int | None = None
    lifetime_s: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A Kea that runs: its control sockets, `control6` without a server if there are no IPv6 subnets."""

    folder: Path
    database: Database
    control4: Path
    control6: Path
    processes: Mapping[str, "subprocess.Popen[bytes]"]


def prepare(database: Database) -> None:
    """Make Kea's tables in a database, and beside them what onapi captures of leases; repeatable.

    Raises:
        Unavailable: Kea's tools are not installed, or it cannot be done; the sentence has the reason.
    """
    if "lease4" not in _psql(database, "-c", r"\dt lease4"):
        where = ["-h", database.host, "-P", str(database.port), "-u", database.user, "-n", database.name]
        _run(database, "kea-admin", "db-init", "pgsql", *where)
    with as_file(files("onapi.drivers.kea") / "lease_capture.sql") as capture:
        _psql(database, "-f", str(capture))


@contextmanager
def running(folder: Path, plan: Plan, database: Database, *, prefix: Sequence[str] = ()) -> Iterator[Running]:
    """Run Kea's servers until the block ends; they end with this process, however that ends.

    Args:
        folder: where their configurations, sockets and logs go; its path is short, since sockets' are.
        plan: what they serve.
        database: a prepared one.
        prefix: what to put before their commands, such as `ip netns exec NAME`.

    Raises:
        Unavailable: one is not installed, or does not start; the sentence has the reason.
    """
    # A Kea that cannot start prints its whole configuration, and the password of the database is in it.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    control4, control6 = folder / "kea4.sock", folder / "kea6.sock"
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        ports = ["-p", str(plan.port4), *(["-P", str(plan.reply4)] if plan.reply4 else [])]
        processes["kea-dhcp4"] = _start(folder, "kea-dhcp4", {"Dhcp4": _dhcp4(folder, plan, database)}, ports, prefix)
        if plan.subnets6:
            ports = ["-p", str(plan.port6), *(["-P", str(plan.reply6)] if plan.reply6 else [])]
            processes["kea-dhcp6"] = _start(
                folder, "kea-dhcp6", {"Dhcp6": _dhcp6(folder, plan, database)}, ports, prefix
            )
            _wait(folder, "kea-dhcp6", processes, control6)
        _wait(folder, "kea-dhcp4", processes, control4)
        yield Running(folder=folder, database=database, control4=control4, control6=control6, processes=processes)
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def _dhcp4(folder: Path, plan: Plan, database: Database) -> dict[str, Any]:
    return {
        "interfaces-config": {"interfaces": [plan.interface4], "dhcp-socket-type": "raw" if plan.raw else "udp"},
        **_both(folder, "kea4", plan, database),
        "host-reservation-identifiers": ["circuit-id", "hw-address"],
        "reservations-global": False,
        "reservations-in-subnet": True,
        "client-classes": [{"name": name} for name in sorted({subnet.client_class for subnet in plan.subnets})],
        "subnet4": [
            {
                "id": subnet.id,
                "subnet": subnet.network,
                "relay": {"ip-addresses": list(subnet.relays)},
                "pools": [{"pool": subnet.pool, "client-class": subnet.client_class}],
                "option-data": [{"name": "routers", "data": subnet.router}] if subnet.router else [],
            }
            for subnet in plan.subnets
        ],
    }


def _dhcp6(folder: Path, plan: Plan, database: Database) -> dict[str, Any]:
    return {
        "interfaces-config": {"interfaces": [plan.interface6]},
        "data-directory": str(folder),
        **_both(folder, "kea6", plan, database),
        "mac-sources": ["any"],
        "subnet6": [
            {
                "id": subnet.id,
                "subnet": subnet.network,
                "relay": {"ip-addresses": list(subnet.relays)},
                "pools": [{"pool": subnet.pool}],
                "pd-pools": [
                    {
                        "prefix": subnet.delegated.split("/")[0],
                        "prefix-len": int(subnet.delegated.split("/")[1]),
                        "delegated-len": 56,
                    }
                ],
            }
            for subnet in plan.subnets6
        ],
    }


def _both(folder: Path, name: str, plan: Plan, database: Database) -> dict[str, Any]:
    """Return what the servers of both kinds are told alike."""
    tables = {
        "type": "postgresql",
        "name": database.name,
        "user": database.user,
        "password": database.password,
        "host": database.host,
        "port": database.port,
    }
    return {
        "control-socket": {"socket-type": "unix", "socket-name": str(folder / f"{name}.sock")},
        "lease-database": tables,
        "hosts-database": tables,
        # Without it a lease does not tell from which access it came.
        "store-extended-info": True,
        "valid-lifetime": plan.lifetime_s,
        "renew-timer": plan.lifetime_s // 4,
        "rebind-timer": plan.lifetime_s // 2,
        "hooks-libraries": [{"library": _hook()}],
        "loggers": [
            {
                "name": f"kea-dhcp{name[-1]}",
                "severity": "INFO",
                "output_options": [{"output": str(folder / f"{name}.log")}],
            },
        ],
    }


def _start(
    folder: Path, name: str, configuration: Mapping[str, Any], ports: Sequence[str], prefix: Sequence[str]
) -> "subprocess.Popen[bytes]":
    path = folder / f"{name}.json"
    path.write_text(json.dumps(configuration, indent=1), encoding="utf-8")
    command = [program("setpriv"), "--pdeathsig", "KILL", "--", *prefix, program(name), "-c", str(path), *ports]
    environment = os.environ | {"KEA_PIDFILE_DIR": str(folder), "KEA_LOCKFILE_DIR": str(folder)}
    with (folder / f"{name}.out").open("ab") as out:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, start_new_session=True
        )


def _wait(folder: Path, name: str, processes: Mapping[str, "subprocess.Popen[bytes]"], control: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not _answers(control):
        if processes[name].poll() is not None or time.monotonic() > until:
            raise errors.Unavailable(f"{name} does not start; {folder} has its logs.")
        time.sleep(0.01)


def _answers(path: Path) -> bool:
    """Return whether a server answers at its control socket, which it does when it has done everything else."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PATIENCE_S)
        if probe.connect_ex(str(path)) != 0:
            return False
        probe.sendall(b'{"command": "status-get"}')
        return bool(probe.recv(1))


def _hook() -> str:
    for folder in _LIBRARIES:
        if (Path(folder) / _HOOK).exists():
            return f"{folder}/{_HOOK}"
    raise errors.Unavailable(f"Kea's {_HOOK} is in none of {', '.join(_LIBRARIES)}.")


def _psql(database: Database, *arguments: str) -> str:
    where = ["-h", database.host, "-p", str(database.port), "-U", database.user, "-d", database.name]
    return _run(database, str(_tools() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, *arguments)


def _run(database: Database, *command: str) -> str:
    # kea-admin looks for psql on the path.
    path = os.pathsep.join([str(_tools()), os.environ.get("PATH", os.defpath)])
    return run(*command, environment={"PATH": path, "PGPASSWORD": database.password})


def _tools() -> Path:
    return embedded.installed() / "pginstall18" / "bin"
