"""The city as a whole: what is in it, where, and how it begins and ends.

Everything of a city has its name in front: `onapi-lab-sw1` is the namespace of the switch, `onapi-lab-c1` that of the
first customer. What an earlier city of the same name has left behind, as when it was killed, is removed first.
"""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from onapi import errors
from onapi.lab import kea, namespaces, programs
from onapi.lab.agent import Agent
from onapi.lab.customers import Customer, plug_in
from onapi.lab.namespaces import Namespace
from onapi.lab.relay import Relay
from onapi.lab.switch import SNOOPER, Switch

Part = TypeVar("Part", Switch, Agent, Relay)

SWITCH, SERVER, AGENT = "sw1", "dhcp1", "sw1-snmp"
"""The names of the elements: the switch, the DHCP server, and the switch once more, as its SNMP agent tells of it."""

VLAN = 10
"""That of Broadband."""

CUSTOMERS = 4
PROVIDER = "198.51.100.1"
"""Where the provider of Broadband is."""

_SUBNET = kea.Subnet(
    id=10,
    network="198.51.100.0/24",
    pool="198.51.100.100 - 198.51.100.199",
    client_class="bb",
    relays=("192.0.2.2",),
    router=PROVIDER,
)
_SERVER, _GATEWAY = "192.0.2.1", "192.0.2.2"
_UPLINK = "u1"


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city that runs."""

    folder: Path
    switch: Switch
    agent: Agent
    server: kea.Running
    provider: Namespace
    customers: tuple[Customer, ...]

    @property
    def server_credentials(self) -> Path:
        """Return the file with what lets one in to the DHCP server's database."""
        return self.folder / "kea.credentials"

    @property
    def server_options(self) -> dict[str, str]:
        """Return the options of the DHCP server as an element."""
        database = self.server.database
        return {
            "sql_host": database.host,
            "sql_database": database.name,
            "control": str(self.server.control4),
            "subnet.bb": str(_SUBNET.id),
            "class.bb": _SUBNET.client_class,
            "fixed.bb": "198.51.100.200-198.51.100.249",
        }


@contextmanager
def running(database: kea.Database, *, name: str = "onapi-lab") -> Iterator[City]:
    """Run the city of a name until the block ends; then nothing of it is left but logs, in /run/NAME.

    Args:
        database: where Kea keeps its reservations and leases; prepared here.
        name: what everything of it begins with.

    Raises:
        Unavailable: it cannot be; the sentence says what is missing.
        Conflict: a city of this name runs already.
    """
    programs.refuse_without()
    folder = Path("/run") / name
    with _alone(folder), ExitStack() as begun:
        remove(name)
        _empty(folder)
        begun.callback(remove, name)
        inside, provider, beside = (Namespace(f"{name}-{part}") for part in (SWITCH, "bb", SERVER))
        inside.make()
        customers = tuple(_customer(name, number, inside) for number in range(1, CUSTOMERS + 1))
        plug_in(provider, inside, _UPLINK, mac="02:00:00:00:10:01", address=f"{PROVIDER}/24")
        ports = dict(enumerate((one.port for one in customers), start=1))
        switch = begun.enter_context(_begun(Switch(inside, folder, ports, {_UPLINK: VLAN})))
        agent = begun.enter_context(_begun(Agent(inside, folder)))
        beside.make()
        beside.ip(f"addr add {_SERVER}/32 dev lo", f"addr add {_GATEWAY}/32 dev lo")
        begun.enter_context(_begun(_relay(inside, beside, ports)))
        server = begun.enter_context(_kea(folder / "kea", database, beside))
        city = City(folder=folder, switch=switch, agent=agent, server=server, provider=provider, customers=customers)
        programs.keep_secret(city.server_credentials, f"sql_user = {database.user}")
        yield city


def remove(name: str) -> None:
    """Remove whatever there is of a city, and end whoever is in it."""
    for namespace in namespaces.beginning_with(f"{name}-"):
        namespace.remove()
    for left in Path("/run").glob(f"dhclient-{name}-*"):
        left.unlink()


def _customer(name: str, number: int, switch: Namespace) -> Customer:
    mac = f"02:00:00:00:00:{number:02x}"
    customer = Customer(f"LAB-{number}", f"p{number}", mac, Namespace(f"{name}-c{number}"))
    plug_in(customer.namespace, switch, customer.port, mac=mac)
    return customer


def _relay(inside: Namespace, beside: Namespace, ports: Mapping[int, str]) -> Relay:
    return Relay(
        frames=(inside, SNOOPER),
        server=(beside, _SERVER),
        gateway=_GATEWAY,
        circuits={number: f"{SWITCH} {port}".encode() for number, port in ports.items()},
        remote_id=SWITCH.encode(),
    )


def _kea(folder: Path, database: kea.Database, beside: Namespace) -> AbstractContextManager[kea.Running]:
    kea.prepare(database)
    plan = kea.Plan(subnets=(_SUBNET,), interface4=f"lo/{_SERVER}")
    return kea.running(folder, plan, database, prefix=(programs.program("ip"), "netns", "exec", beside.name))


@contextmanager
def _begun(part: Part) -> Iterator[Part]:
    try:
        part.start()
        yield part
    finally:
        part.stop()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.Conflict(f"The city {folder.name} runs already on this machine; there can be one.") from None
        yield


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            with suppress(FileNotFoundError):
                path.unlink()
