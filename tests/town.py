"""A small town for tests of orders: accesses, a catalogue, three SPs, a server, and a network that can fail.

Every test orders on accesses of its own, so that a whole module can share a town.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx2
from starlette.types import ASGIApp

from onapi import ids
from onapi.actions.places import SIMULATED
from onapi.domain.catalogue import Service
from onapi.domain.characteristics import Rule
from onapi.settings import Settings
from onapi.storage.pool import Database
from onapi.vocabulary import AccessState, Dialect
from tests import given
from tests.conftest import Server, serving
from tests.operators import Operator

ODD = 'Fibre "Åsa" \\ 50 % 🏠'
"""A service whose name JSON has to write with care."""

GMT = "%a, %d %b %Y %H:%M:%S GMT"
"""A moment in a header of HTTP."""

_ACCESSES = 400
_serial = itertools.count(1)

SERVICES = (
    given.service(
        "BB-100-100",
        down_kbps=100_000,
        up_kbps=100_000,
        takeover=True,
        comments=("Delivered within a day.",),
        characteristics={
            "fixedIp": Rule(values=(True, False)),
            "ipAddresses": Rule(),
            "sla": Rule(values=("SLA-1", "SLA-2")),
        },
    ),
    given.service("BB-250-250", down_kbps=250_000, up_kbps=250_000, takeover=True),
    given.service("BB-10-10", down_kbps=10_000, up_kbps=10_000),
    given.service("BB-SLA", characteristics={"sla": Rule(required=True, values=("SLA-1", 2, True))}),
    given.service("BB-LATER", offered_from=datetime(2200, 1, 1, tzinfo=UTC)),
    given.service("BB-OLD", offered_until=datetime(2020, 1, 1, tzinfo=UTC)),
    given.service("BB-ALFA", sellers=(ids.Sp("alfa"),)),
    given.service("BB-HEMSÖ", populations=("Hemsö",)),
    given.service(ODD),
    given.service("IPTV-BASE", "IPTV"),
    given.service("VOIP", "VOIP", characteristics={"colour": Rule()}),
)


@dataclass(frozen=True)
class Provider:
    """An SP at its own client."""

    sp: str
    headers: dict[str, str]
    http: httpx2.Client
    operator: Operator = field(repr=False)

    def post(self, operation: str, /, *, key: str | None = None, **fields: Any) -> httpx2.Response:
        """Place an order."""
        headers = None if key is None else {"Idempotency-Key": key}
        return self.http.post("/orders/", json={"operation": operation, **fields}, headers=headers)

    def order(self, operation: str, /, **fields: Any) -> dict[str, Any]:
        """Place an order that is taken, and return it."""
        answer = self.post(operation, **fields)
        assert answer.status_code == 201, answer.text
        placed: dict[str, Any] = answer.json()
        return placed

    def get(self, path: str, **headers: str) -> Any:
        """Return what is at a path."""
        answer = self.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def delta(self, path: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Return what is told of a list since a moment, once the answer reaches to another."""
        for _ in _moments():
            answer = self.http.get(path, headers={"If-Modified-Since": since.strftime(GMT)})
            assert answer.status_code in (200, 304), answer.text
            if datetime.strptime(answer.headers["Last-Modified"], GMT).replace(tzinfo=UTC) >= until:
                return answer.json() if answer.status_code == 200 else []
        raise AssertionError(f"{path} does not reach to {until}")

    def orderevents(self, since: str | None = None) -> list[dict[str, Any]]:
        """Return the order events, once everything that was committed before is told."""
        rows = self.operator.rows(
            "SELECT tx || '-' || seq AS event FROM journal WHERE sp = $1 AND state IS NOT NULL "
            "ORDER BY tx DESC, seq DESC LIMIT 1",
            self.sp,
        )
        newest = rows[0]["event"] if rows else None
        for _ in _moments():
            found: list[dict[str, Any]] = self.get("/orderevents/" + (f"?since={since}" if since else ""))
            if newest in (None, since) or newest in [event["event"] for event in found]:
                return found
            # It is held back, or the server has not heard of it yet.
        raise AssertionError(f"{newest} was not told")

    def settled(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order as it is when it is finished, or stuck."""
        self.operator.until(
            "SELECT state NOT IN ('RECEIVED', 'IN_PROGRESS') OR due_at = 'infinity' FROM orders WHERE order_id = $1",
            order["orderId"],
        )
        now: dict[str, Any] = self.get(f"/orders/{order['orderId']}")
        return now

    def done(self, operation: str, /, **fields: Any) -> dict[str, Any]:
        """Place an order, and return it when it has succeeded."""
        finished = self.settled(self.order(operation, **fields))
        assert finished["state"] == "DONE_SUCCESS", finished
        return finished

    def active(self, access_id: str, service: str = "BB-100-100", **fields: Any) -> str:
        """Have a service activated, and return the subscription's ID."""
        return str(self.done("ACTIVATE", accessId=access_id, service=service, **fields)["subscriptionId"])

    def subscriptions(self, access_id: str) -> list[dict[str, Any]]:
        """Return the live subscriptions on an access."""
        found: list[dict[str, Any]] = self.get(f"/subscriptions/{access_id}")["subscriptions"]
        return found

    def offered(self, access_id: str, service: str = "BB-100-100") -> dict[str, Any]:
        """Return what is said of a service on an access."""
        services = {one["service"]: one for one in self.get(f"/services/{access_id}")["services"]}
        found: dict[str, Any] = services[service]
        return found


@dataclass(frozen=True)
class Town:
    """A server, its operator, and SPs: alfa and beta see everything, beta speaks `standard`; gamma sees only E-1."""

    server: Server
    operator: Operator
    alfa: Provider
    beta: Provider
    gamma: Provider
    _accesses: Iterator[int] = field(default_factory=lambda: iter(range(1, _ACCESSES + 1)), repr=False)

    def access(self) -> str:
        """Return a connected access that no other test has."""
        return f"T-{next(self._accesses)}"

    def ended(self) -> datetime:
        """Wait until the database's present second has passed, and return the moment; deltas may reach to it."""
        last: datetime = self.operator.value("SELECT clock_timestamp()")
        for _ in _moments():
            now: datetime = self.operator.value("SELECT date_trunc('second', horizon())")
            if now > last:
                return now
        raise AssertionError("Some transaction does not end")

    def told(self, provider: Provider) -> None:
        """Wait until the server tells a provider of all that has happened; it may answer as of a moment ago."""
        moment = self.ended()
        for path in ("/accesses/", "/services/", "/subscriptions/", "/tickets/", "/events/"):
            provider.delta(path, moment, moment)

    def forward(self, order_id: str, *states: str) -> None:
        """Bring an order for another day through states, by hand."""
        for state in states:
            self.operator.rows("UPDATE orders SET state = $2 WHERE order_id = $1", order_id, state)


def build(database: Database, *services: Service) -> Coroutine[Any, Any, dict[str, dict[str, str]]]:
    """Return what fills a database with the town; it returns the headers of each SP."""

    async def filled() -> dict[str, dict[str, str]]:
        await given.accesses_in(
            database,
            *(given.access(f"T-{number}") for number in range(1, _ACCESSES + 1)),
            *(given.access(f"S-{state}", access_state=state) for state in AccessState),
            given.access("E-1", population="Elsewhere"),
            given.access("H-1", population="Hemsö"),
        )
        headers = {
            "alfa": await given.provider(database, "alfa"),
            "beta": await given.provider(database, "beta", dialect=Dialect.STANDARD),
            "gamma": await given.provider(database, "gamma", populations=("Elsewhere",)),
        }
        await given.catalogue_in(database, *(services or SERVICES))
        return headers

    return filled()


def _moments() -> Iterator[None]:
    """Let a moment pass before each but the first, for a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


@contextlib.contextmanager
def staffed(url: str) -> Iterator[Operator]:
    """Fill an empty database with the town, and be its operator; there is no server."""
    operator = Operator(url)
    try:
        operator.wait(build(operator.database))
        yield operator
    finally:
        operator.close()


@contextlib.contextmanager
def living(
    url: str, *, network: str = SIMULATED, around: Callable[[ASGIApp], ASGIApp] = lambda app: app
) -> Iterator[Town]:
    """Make a town in an empty database, with a server on this network; nobody works on its orders yet.

    `around` may stand between the server and its callers.
    """
    operator = Operator(url)
    try:
        headers = operator.wait(build(operator.database))
        settings = Settings(database_url=url, network=network)
        with serving(settings, around) as server, contextlib.ExitStack() as stack:
            clients = {sp: stack.enter_context(server.client(head)) for sp, head in headers.items()}
            providers = {sp: Provider(sp, headers[sp], clients[sp], operator) for sp in headers}
            yield Town(server, operator, providers["alfa"], providers["beta"], providers["gamma"])
    finally:
        operator.close()


@contextlib.contextmanager
def made(cluster_url: str) -> Iterator[str]:
    """Make a migrated, empty database, and drop it afterwards."""
    name = f"town_{next(_serial)}"
    asyncio.run(_execute(cluster_url, f"CREATE DATABASE {name} TEMPLATE template_onapi"))
    yield cluster_url.replace("/postgres?", f"/{name}?")
    asyncio.run(_execute(cluster_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
