"""The real thing beside the model: a server, a worker, and a network with a gate that can be closed."""

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec

from onapi import app
from onapi.domain.characteristics import Rule
from onapi.drivers.contract import Delivery, Port, Provisions
from onapi.engine.runner import Patience
from onapi.settings import Settings
from onapi.storage.pool import Database
from onapi.vocabulary import Dialect
from tests import given
from tests.conftest import serving
from tests.model import shown
from tests.model.desk import Answer, Desk
from tests.model.things import SERVICES, Access, Wish
from tests.operators import Operator

SPS = ("alfa", "beta")
_PATIENCE_S = 30.0


class _Gated:
    """The simulated network's driver, behind a gate."""

    def __init__(self, driver: Provisions, gate: asyncio.Event) -> None:
        self._driver = driver
        self._gate = gate

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """See `Provisions`."""
        await self._gate.wait()
        return await self._driver.provision(port, before=before, after=after)


class World:
    """What the model is compared with; each example has accesses of its own."""

    def __init__(self, operator: Operator, clients: dict[str, httpx2.Client], gate: asyncio.Event) -> None:
        self.operator = operator
        self.clients = clients
        self._gate = gate
        self._serial = itertools.count(1)
        self.answers: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()

    @property
    def summary(self) -> str:
        """How often what was answered, and how orders ended, for people."""
        counted = [
            ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
            for found in (self.answers, self.ends)
        ]
        return "as the model says: {}\n  orders: {}".format(*counted)

    def build(self, count: int) -> list[Access]:
        """Build so many new accesses."""
        number = next(self._serial)
        accesses = [Access(f"M-{number}-{n}") for n in range(count)]

        async def insert(database: Database) -> None:
            await given.accesses_in(database, *(given.access(access.access_id) for access in accesses))

        self.operator.do(insert)
        return accesses

    def alter(self, access: Access) -> None:
        """Make a real access as the model's is."""
        self.operator.rows(
            "UPDATE accesses SET access_state = $2, population = $3 WHERE access_id = $1",
            access.access_id,
            access.state,
            access.population,
        )

    def set_gate(self, *, is_open: bool) -> None:
        """Open or close the network's gate."""

        async def turn() -> None:
            if is_open:
                self._gate.set()
            else:
                self._gate.clear()

        self.operator.wait(turn())

    def ask(
        self, sp: str, method: str, path: str, body: Wish | None = None, key: str | None = None
    ) -> httpx2.Response:
        """Send a request of an SP's."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.clients[sp].request(method, path, json=body, headers=headers)

    def check_answer(self, answer: Answer, response: httpx2.Response) -> None:
        """See that a response is what the model says."""
        self.answers[f"{answer.status} {answer.code or ''}".strip()] += 1
        told = msgspec.json.decode(response.content) if response.content else {}
        assert (response.status_code, told.get("code")) == (answer.status, answer.code), (answer, response.text)
        if answer.standing is not None:
            assert told["orderId"] == answer.standing.order_id, response.text
        elif answer.already is not None:
            assert (told["subscriptionId"], told["state"]) == (answer.already, "DONE_SUCCESS"), response.text
            assert "orderId" not in told, response.text
        elif answer.accepted is not None:
            assert told["state"] == "RECEIVED", response.text
            assert response.headers["Location"] == told["path"], response.text

    def check_access(self, desk: Desk, access: Access) -> None:
        """Wait until the orders on an access are as the model has them, and see that everything else is, too."""
        for sp in SPS:
            self._await_orders(desk, sp, access)
        for sp in SPS:
            live = self._read(sp, f"/subscriptions/{access.access_id}", "subscriptions", "subscriptionId")
            assert live == shown.subscriptions(desk, sp, access), sp
            offered = self._read(sp, f"/services/{access.access_id}", "services", "service")
            assert offered == shown.services(desk, sp, access), sp

    def check_network(self, desk: Desk, access: Access) -> None:
        """See that the network delivers what is subscribed to."""
        ports = map(msgspec.json.decode, self.operator.port(access.access_id))
        kept = [{name: port[name] for name in _DELIVERED} for port in ports]
        assert sorted(kept, key=lambda port: str(port["subscription"])) == shown.network(desk, access)

    def last_event(self, sp: str) -> str | None:
        """Return the last order event of an SP's."""
        events = msgspec.json.decode(self.ask(sp, "GET", "/orderevents/").content)
        return events[-1]["event"] if events else None

    def check_histories(self, desk: Desk, since: dict[str, str | None]) -> None:
        """See that order events tell each order's history, once."""
        self.ends.update(f"{one.operation} {one.state} {one.code or ''}".strip() for one in desk.orders.values())
        for sp, event in since.items():
            told: dict[str, list[str]] = {}
            query = "" if event is None else f"?since={event}"
            deadline = time.monotonic() + _PATIENCE_S
            histories = {one.order_id: _told(one.history) for one in desk.orders.values() if one.sp == sp}
            while told != histories and time.monotonic() < deadline:
                told = {}
                for row in msgspec.json.decode(self.ask(sp, "GET", f"/orderevents/{query}").content):
                    told.setdefault(row["order"]["path"].rpartition("/")[2], []).append(row["order"]["state"])
            assert told == histories

    def _await_orders(self, desk: Desk, sp: str, access: Access) -> None:
        expected, deadline = shown.orders(desk, sp, access), time.monotonic() + _PATIENCE_S
        while True:
            orders = msgspec.json.decode(self.ask(sp, "GET", f"/orders/?accessId={access.access_id}").content)
            found = {one["orderId"]: shown.as_shown(one, *_UNFORESEEN) for one in orders}
            if found == expected:
                return
            assert time.monotonic() < deadline, (found, expected)
            time.sleep(0.002)

    def _read(self, sp: str, path: str, name: str, key: str) -> shown.Shown | None:
        response = self.ask(sp, "GET", path)
        if response.status_code == 404:
            return None
        assert response.status_code == 200, response.text
        documents: list[dict[str, Any]] = msgspec.json.decode(response.content)[name]
        return {one[key]: shown.as_shown(one, key, *_UNFORESEEN_OF[name]) for one in documents}


_DELIVERED = ("subscription", "service", "blocked", "characteristics", "equipment")
_UNFORESEEN = ("path", "orderId", "accessId", "expectedCompletionDate", "message")
_UNFORESEEN_OF = {
    "subscriptions": ("connectionDate",),
    "services": ("disconnectionDateTime", "characteristics"),
}


def _told(history: list[str]) -> list[str]:
    return ["DONE_FAILED" if state == "CANCELLED" else state for state in history]


@contextlib.contextmanager
def made(url: str) -> Iterator[World]:
    """Make a world in a migrated, empty database."""
    operator = Operator(url)
    with contextlib.closing(operator), contextlib.ExitStack() as stack:
        headers = operator.wait(_filled(operator.database))
        server = stack.enter_context(serving(Settings(database_url=url)))
        clients = {sp: stack.enter_context(server.client(head)) for sp, head in headers.items()}
        gate = asyncio.Event()
        gate.set()
        driver = _Gated(app.simulated(operator.database), gate)
        stack.enter_context(operator.working(driver=driver, patience=Patience(deadline_s=600)))
        world = World(operator, clients, gate)
        # Whatever became of the last example, the worker can end.
        stack.callback(world.set_gate, is_open=True)
        yield world


async def _filled(database: Database) -> dict[str, dict[str, str]]:
    await given.catalogue_in(
        database,
        *(
            given.service(
                name,
                one.kind,
                takeover=one.takeover,
                characteristics={"sla": Rule(values=one.settings)} if one.settings else {},
            )
            for name, one in SERVICES.items()
        ),
    )
    return {
        "alfa": await given.provider(database, "alfa"),
        "beta": await given.provider(database, "beta", populations=("Centrum",), dialect=Dialect.STANDARD),
    }
