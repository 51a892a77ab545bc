"""A copy equals the server after any history of changes, in SQLite and in PostgreSQL."""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from onapi.client import AsyncClient, Client, Unreachable
from onapi.client.copies import SqliteCopy
from onapi.client.copies_postgresql import PostgresqlCopy
from onapi.client.mirror import KINDS
from onapi.client.steps import Lost
from onapi.storage.pool import Database
from onapi.vocabulary import AccessState
from tests import given
from tests.client.scripted import Said, Script
from tests.town import Provider, Town

BB = "BB-100-100"


def _sold(documents: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is DISCONNECTED, which deltas bring and whole lists may not."""
    return {name: one for name, one in documents.items() if one.get("accessState") != "DISCONNECTED"}


def _of_the_server(provider: Provider) -> dict[str, dict[str, Any]]:
    """Return what a service provider sees, read whole."""
    accesses = {one["accessId"]: one for one in provider.get("/accesses/")}
    services = {one["accessId"]: one for one in provider.get("/services/") if one["services"]}
    subscriptions = {one["accessId"]: one for one in provider.get("/subscriptions/") if one["subscriptions"]}
    states = ("RECEIVED", "IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED")
    orders = {one["orderId"]: one for state in states for one in provider.get(f"/orders/?state={state}")}
    return {
        "accesses": _sold(accesses),
        "services": {name: services[name] for name in services if name in _sold(accesses)},
        "subscriptions": subscriptions,
        "orders": orders,
    }


def _of_the_copy(read: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        kind: {name: json.loads(document) for name, document in read(kind)} for kind in KINDS[:4]
    }
    found["accesses"] = _sold(found["accesses"])
    found["services"] = {name: one for name, one in found["services"].items() if name in found["accesses"]}
    return found


class History(RuleBasedStateMachine):
    """What may happen between two passes."""

    town: Town

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.copy = SqliteCopy(Path(self.folder.name) / "copy.db")
        self.client = Client(self.town.server.url + self.town.server.root, "alfa", "alfa-secret")
        self.live: list[str] = []
        self.dated: list[str] = []

    @initialize(already=st.booleans())
    def begin(self, already: bool) -> None:
        if already:
            self.refresh()

    @rule()
    def activate(self) -> None:
        self.live.append(str(self.client.orders.activate(self.town.access(), BB).wait(30).subscription_id))

    @rule()
    def fail(self) -> None:
        access = self.town.access()
        self.town.operator.fault(access, "reject")
        self.town.alfa.settled(self.town.alfa.order("ACTIVATE", accessId=access, service=BB))

    @rule()
    def deactivate(self) -> None:
        if self.live:
            self.client.orders.deactivate(self.live.pop()).wait(30)

    @rule()
    def suspend(self) -> None:
        if self.live:
            self.client.orders.suspend(self.live[-1]).wait(30)

    @rule()
    def order_for_later(self) -> None:
        dated = self.town.alfa.order("ACTIVATE", accessId=self.town.access(), service=BB, requestedDateTime=_LATER)
        self.dated.append(dated["orderId"])

    @rule()
    def cancel(self) -> None:
        if self.dated:
            self.client.orders.cancel(self.dated.pop())

    @rule()
    def edit(self) -> None:
        if self.dated:
            self.client.orders.update(self.dated[-1], sp_reference=f"ref {len(self.dated)}")

    @rule(state=st.sampled_from(list(AccessState)))
    def build(self, state: AccessState) -> None:
        name = self.town.access()

        async def built(database: Database) -> None:
            await given.accesses_in(database, given.access(name, access_state=state, street_littera="B"))

        self.town.operator.do(built)

    @rule()
    def refresh(self) -> None:
        self.copy.refresh(self.client)

    @invariant()
    def places_are_those_of_whole_passes(self) -> None:
        assert not self.copy._connection.in_transaction

    def teardown(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self.folder.cleanup)
            stack.callback(self.client.close)
            stack.callback(self.copy.close)
            self.town.told(self.town.alfa)
            self.refresh()
            assert _of_the_copy(self.copy.documents) == _of_the_server(self.town.alfa)


_LATER = "2199-01-01T00:00:00Z"


def test_a_copy_equals_the_server_after_any_history(town: Town) -> None:
    History.town = town
    run_state_machine_as_test(History, settings=settings(max_examples=4, stateful_step_count=30, deadline=None))


def test_a_copy_equals_the_server_after_each_change_that_it_saw_begin_and_end(town: Town) -> None:
    History.town = town
    history = History()
    for steps in (
        (history.activate, history.order_for_later, history.fail),
        (history.suspend, history.edit),
        (history.deactivate, history.cancel),
    ):
        history.refresh()
        for step in steps:
            step()
        town.told(town.alfa)
    history.teardown()


def test_a_copy_has_what_others_do_too(town: Town, tmp_path: Path) -> None:
    """Another provider takes an access over, and the operator sells something else."""
    taken = town.access()
    town.alfa.active(taken)
    copy = SqliteCopy(tmp_path / "copy.db")
    with Client(town.server.url + town.server.root, "alfa", "alfa-secret") as client:
        copy.refresh(client)
        assert taken in dict(copy.documents("subscriptions"))
        town.beta.done("ACTIVATE", accessId=taken, service=BB, forcedTakeover=True)
        town.told(town.alfa)
        copy.refresh(client)
        assert taken not in dict(copy.documents("subscriptions"))
        assert _of_the_copy(copy.documents) == _of_the_server(town.alfa)
    copy.close()


def test_a_copy_has_what_its_provider_sees(town: Town, tmp_path: Path) -> None:
    """Gamma sees one population; accesses move in and out of it, with what is ordered there."""

    def live_in(population: str, *names: str) -> None:
        async def moved(database: Database) -> None:
            await given.accesses_in(database, *(given.access(name, population=population) for name in names))

        town.operator.do(moved)

    live_in("Elsewhere", "E-2", "E-3")
    town.gamma.active("E-2")
    copy = SqliteCopy(tmp_path / "copy.db")
    with Client(town.server.url + town.server.root, "gamma", "gamma-secret") as client:
        for population, name in (("Centrum", "E-2"), ("Centrum", "E-3"), ("Elsewhere", "E-3"), ("Elsewhere", "E-4")):
            copy.refresh(client)
            live_in(population, name)
            town.told(town.gamma)
        copy.refresh(client)
        assert _of_the_copy(copy.documents) == _of_the_server(town.gamma)
        assert list(_of_the_copy(copy.documents)["accesses"]) == ["E-1", "E-3", "E-4"]
    copy.close()


def test_a_copy_in_postgresql_is_the_same_copy(town: Town, database_url: str) -> None:
    url = town.server.url + town.server.root

    async def copied() -> dict[str, dict[str, Any]]:
        async with AsyncClient(url, "alfa", "alfa-secret") as client, PostgresqlCopy(database_url) as copy:
            subscription = await (await client.orders.activate(town.access(), BB)).wait(30)
            counts = await copy.refresh(client)
            assert counts["accesses"] > 400
            await (await client.orders.deactivate(subscription.subscription_id)).wait(30)
            await asyncio.to_thread(town.ended)
            await asyncio.gather(copy.refresh(client), _another(url, database_url))
            found = {kind: await copy.documents(kind) for kind in KINDS}
            return _of_the_copy(lambda kind: found[kind])

    assert asyncio.run(copied()) == _of_the_server(town.alfa)


async def _another(url: str, database_url: str) -> None:
    async with AsyncClient(url, "alfa", "alfa-secret") as client, PostgresqlCopy(database_url) as copy:
        await copy.refresh(client, anew=True)


class Small:
    """A server of some objects, which answers by path, and can lose what it sends."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "accesses/": [{"accessId": "A"}, {"accessId": "B"}],
            "services/": [],
            "subscriptions/": [],
            "orders/?state=DONE_SUCCESS": [{"orderId": "O", "state": "DONE_SUCCESS"}],
            "orderevents/": [{"event": "1", "order": {"path": "/orders/O", "state": "DONE_SUCCESS"}}],
            "orders/O": {"orderId": "O", "state": "DONE_SUCCESS"},
            "tickets/": [{"coTicketReference": "T"}],
            "tickets/T": {"coTicketReference": "T", "heading": "No link"},
        }
        self.modified: dict[str, str] = {"accesses/": "Mon, 01"}
        self.breaks = ""
        self.asked: list[str] = []

    def open(self, request: Any) -> Any:
        self.asked.append(request.target)
        if request.target == self.breaks:
            raise Lost("The connection broke", sent=True)
        if request.target not in self.answers:
            known = request.path in self.answers or request.path == "orders/"
            return Script(Said(200, b"[]") if known else Said(501, b"{}")).open(request)
        headers = {"last-modified": self.modified[request.path]} if request.path in self.modified else {}
        return Script(Said(body=msgspec.json.encode(self.answers[request.target]), headers=headers)).open(request)

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Small, Client, SqliteCopy]]:
    monkeypatch.setattr("time.sleep", lambda _: None)
    server = Small()
    copy = SqliteCopy(tmp_path / "copy.db")
    with Client("", transport=server) as client:
        yield server, client, copy
    copy.close()


def test_a_server_without_events_and_deltas_is_copied_all_the_same(small: tuple[Small, Client, SqliteCopy]) -> None:
    server, client, copy = small
    copy.refresh(client)
    found = {kind: dict(copy.documents(kind)) for kind in KINDS}
    assert list(found["accesses"]) == ["A", "B"]
    assert found["orders"] == {"O": '{"orderId":"O","state":"DONE_SUCCESS"}'}
    assert found["tickets"] == {"T": '{"coTicketReference":"T","heading":"No link"}'}
    server.answers |= {"tickets/": [], "orderevents/?since=1": [], "accesses/": []}
    server.answers["orderevents/?since=1"] = [{"event": "2", "order": {"path": "/orders/P", "state": "RECEIVED"}}]
    server.answers["orders/P"] = {"orderId": "P", "state": "RECEIVED"}
    copy.refresh(client)
    assert [name for name, _ in copy.documents("orders")] == ["O", "P"]
    assert list(copy.documents("tickets")) == []
    assert len(list(copy.documents("accesses"))) == 2, "nothing changed, as the delta says"
    copy.refresh(client, anew=True)
    assert list(copy.documents("accesses")) == []


def test_a_pass_that_breaks_off_leaves_the_copy_as_it_was(small: tuple[Small, Client, SqliteCopy]) -> None:
    server, client, copy = small
    copy.refresh(client)
    server.answers["accesses/"] = [{"accessId": "C"}]
    server.breaks = "tickets/T"
    with pytest.raises(Unreachable):
        copy.refresh(client, anew=True)
    assert [name for name, _ in copy.documents("accesses")] == ["C"], "accesses were through"
    assert [name for name, _ in copy.documents("tickets")] == ["T"], "tickets were not"
    server.breaks = ""
    copy.refresh(client)
    assert [name for name, _ in copy.documents("tickets")] == ["T"]


def test_an_old_copy_is_read_anew(small: tuple[Small, Client, SqliteCopy], monkeypatch: pytest.MonkeyPatch) -> None:
    server, client, copy = small
    copy.refresh(client)
    server.answers["accesses/"] = [{"accessId": "B"}]
    tomorrow = time.time() + 25 * 3600
    monkeypatch.setattr("time.time", lambda: tomorrow)
    copy.refresh(client)
    assert [name for name, _ in copy.documents("accesses")] == ["B"]
