"""The city as tests have it: who lives there, who sells there, and who runs it."""

import asyncio
import re
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx2

from onapi.actions.audit import Audit
from onapi.actions.places import Places
from onapi.actions.renewal import Renewal, Renewed
from onapi.drivers.network import Network
from onapi.lab import city as cities
from onapi.lab.city import City
from onapi.lab.customers import DEVICE, Customer
from onapi.lab.programs import program
from onapi.storage.pool import Database
from tests import given
from tests.cli.command import Ran, onapi
from tests.conftest import Server
from tests.drivers.ovs.traffic import Host

T = TypeVar("T")

_PATIENCE_S = 60.0
# The first question of dhclient comes at once; it gives up after three seconds.
_DHCLIENT = "timeout 3; initial-interval 1; backoff-cutoff 1; request subnet-mask, routers;\n"
_BOUND = re.compile(r"^bound to (\S+) ", re.MULTILINE)
_KEPT_BY_KEA = ("hosts", "dhcp4_options", "ipv6_reservations", "lease4", "onapi.lease4_capture")


@dataclass
class Household:
    """Who lives at an access, and has a computer with a DHCP client."""

    customer: Customer
    folder: Path
    address: str = ""

    @property
    def access_id(self) -> str:
        return self.customer.access_id

    @property
    def port(self) -> str:
        return self.customer.port

    @property
    def host(self) -> Host:
        """Return the computer, with the address that it has got."""
        return Host(self.customer.namespace, self.address)

    def asks_for_an_address(self) -> str | None:
        """Run the DHCP client, and return the address that it gets; None if nobody answers."""
        self.forgets_its_address()
        configuration = self.folder / "dhclient.conf"
        configuration.write_text(_DHCLIENT, encoding="ascii")
        name, *arguments = self.customer.dhclient
        done = self._runs(name, "-cf", str(configuration), *arguments)
        bound = _BOUND.search(done.stdout)
        self.address = bound[1] if bound else ""
        return self.address or None

    def forgets_its_address(self) -> None:
        """End the DHCP client without a word to the server, as when the plug is pulled."""
        name, *arguments = self.customer.no_dhclient
        self._runs(name, *("-x" if word == "-r" else word for word in arguments))
        self.customer.namespace.ip(f"addr flush dev {DEVICE}")
        # A client that remembers a lease makes use of it when nobody answers.
        Path(arguments[arguments.index("-lf") + 1]).unlink(missing_ok=True)
        self.address = ""

    def _runs(self, *command: str) -> "subprocess.CompletedProcess[str]":
        inside = [program("ip"), "netns", "exec", self.customer.namespace.name, program(command[0]), *command[1:]]
        return subprocess.run(
            inside, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_PATIENCE_S
        )


@dataclass
class Town:
    """The city, its households by their accesses, and a provider `alfa` that sells there."""

    city: City
    server: Server
    folder: Path

    def household(self, access_id: str) -> Household:
        """Return who lives at an access."""
        customer = next(one for one in self.city.customers if one.access_id == access_id)
        return Household(customer, self.folder)

    @property
    def provider(self) -> Host:
        """Return the computer at the end of Broadband's VLAN."""
        return Host(self.city.provider, cities.PROVIDER)

    def client(self, sp: str = "alfa") -> httpx2.Client:
        """Return a client of a service provider."""
        return self.server.client(given.basic(sp, f"{sp}-demo"))

    def reads(self, path: str, sp: str = "alfa") -> Any:
        """Return what a service provider reads."""
        with self.client(sp) as client:
            answer = client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def orders(self, operation: str, sp: str = "alfa", **fields: Any) -> dict[str, Any]:
        """Place an order, and return it without waiting."""
        with self.client(sp) as client:
            answer = client.post("/orders/", json={"operation": operation, **fields})
        assert answer.status_code in (200, 201), answer.text
        order: dict[str, Any] = answer.json()
        return order

    def finished(self, order: dict[str, Any], sp: str = "alfa") -> dict[str, Any]:
        """Return an order when it is finished."""
        until = time.monotonic() + _PATIENCE_S
        while not order["state"].startswith("DONE_"):
            assert time.monotonic() < until, f"the order is not finished: {order}"
            time.sleep(0.02)
            order = self.reads(f"/orders/{order['orderId']}", sp)
        return order

    def has(self, operation: str, sp: str = "alfa", **fields: Any) -> dict[str, Any]:
        """Have an order carried out, and return it."""
        order = self.finished(self.orders(operation, sp, **fields), sp)
        assert order["state"] == "DONE_SUCCESS", order
        return order

    def has_failed_a_try(self, order: dict[str, Any]) -> bool:
        """Return, when one try is over, whether it has failed; it has not if the order is finished."""

        async def over(database: Database) -> bool:
            question = "SELECT state LIKE 'DONE_%' OR tries > 0 AS over, tries > 0 FROM orders WHERE order_id = $1"
            async with asyncio.timeout(_PATIENCE_S), database.connection() as tx:
                while True:
                    ((is_over, has_failed),) = await tx.fetch(question, order["orderId"])
                    if is_over:
                        return bool(has_failed)
                    await asyncio.sleep(0.01)

        return self.server.do(over)

    def traces(self) -> dict[str, Any]:
        """Return everything that a delivery could leave behind, on the switch and in Kea."""
        return {**self.city.switch.traces(), "kea": self.kea()}

    def kea(self) -> dict[str, list[str]]:
        """Return what Kea's tables hold, as text."""
        return {
            table: [row[0] for row in self.kea_does(f"SELECT t::text FROM {table} t ORDER BY 1")]
            for table in _KEPT_BY_KEA
        }

    def kea_does(self, statement: str) -> list[asyncpg.Record]:
        """Return what a statement returns in Kea's database."""
        database = self.city.server.database

        async def fetch() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(host=database.host, user=database.user, database=database.name)
            try:
                return await connection.fetch(statement)
            finally:
                await connection.close()

        return asyncio.run(fetch())

    @contextmanager
    def kea_sleeps(self) -> Iterator[None]:
        """Have Kea do nothing until the block ends."""
        kea = self.city.server.processes["kea-dhcp4"]
        kea.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            kea.send_signal(signal.SIGCONT)

    @contextmanager
    def changed(self, port: str, column: str, value: str) -> Iterator[None]:
        """Have somebody change a port of the switch by hand until the block ends."""
        vsctl = self.city.switch.vsctl
        before = vsctl("get", "Port", port, column).strip()
        vsctl("set", "Port", port, f"{column}={value}")
        try:
            yield
        finally:
            vsctl("set", "Port", port, f"{column}={before}")

    def runs(self, *arguments: str) -> Ran:
        """Run a command of the operator's."""
        return onapi(*arguments, url=self.server.database_url, network="inventory")

    def audit(self) -> list[str]:
        """Return what an audit of the network finds, as port and sentence."""
        audited = self._asked(lambda database, network: Audit(database, _places(database), network).look(None))
        assert (audited.ports, audited.skipped) == (len(self.city.customers), 0)
        return [f"{found.port}: {found.sentence}" for found in audited.findings]

    def renews(self, element: str = cities.SWITCH) -> Renewed:
        """Have an element set once more what its ports deliver."""
        return self._asked(lambda database, network: Renewal(database, _places(database), network).renew(element))

    def _asked(self, work: Callable[[Database, Network], Awaitable[T]]) -> T:
        async def asked(database: Database) -> T:
            network = Network()
            try:
                return await work(database, network)
            finally:
                await network.close()

        return self.server.do(asked)


def _places(database: Database) -> Places:
    return Places(database, simulated=False)
