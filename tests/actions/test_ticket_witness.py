"""What the network says of a new ticket's access: kept for the CO, and never in anybody's way."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import httpx2
import pytest

from onapi import ids
from onapi.actions import ticket_admin, ticket_witness, tickets
from onapi.actions.places import Places
from onapi.actions.ticket_witness import Witness
from onapi.domain.tickets import Opening
from onapi.drivers.network import Network
from onapi.settings import Settings
from onapi.storage.pool import Database
from onapi.storage.simulated import Cabinet
from onapi.storage.ticket_admin import Reading
from onapi.vocabulary import Party, ProblemType
from tests import given
from tests import town as towns
from tests.conftest import serving
from tests.operators import Operator

T = TypeVar("T")
ALFA = ids.Sp("alfa")
_KEPT = "SELECT EXISTS (SELECT FROM ticket_readings WHERE ticket_id = $1)"


@pytest.fixture(scope="module")
def operator(cluster_url: str) -> Iterator[Operator]:
    """Be the operator of a town without a server."""
    with towns.made(cluster_url) as url, towns.staffed(url) as staffed:
        yield staffed


@pytest.fixture(scope="module")
def accesses() -> Iterator[str]:
    """Name accesses that no other test of the module has."""
    return (f"T-{number}" for number in range(1, 401))


def opened(operator: Operator, access: str) -> ids.TicketId:
    """Have a ticket that nobody looked at."""
    opening = Opening(
        access_id=ids.AccessId(access),
        created_by="Anna",
        heading="No link",
        description="x",
        problem_type=ProblemType.NO_LINK,
    )

    async def open_(database: Database) -> ids.TicketId:
        async with database.transaction(ALFA) as tx:
            return (await tickets.opened(tx, ALFA, Party.SP, opening)).ticket_id

    return operator.do(open_)


def witnessed(
    operator: Operator, use: Callable[[Witness], Awaitable[T]], *, simulated: bool = True
) -> tuple[T, float]:
    """Do something with a witness, let it finish, and return also how long that took, in seconds."""

    async def done(database: Database) -> tuple[T, float]:
        network = Network(cabinet=Cabinet(database))
        witness = Witness(database, Places(database, simulated=simulated), network)
        try:
            result = await use(witness)
            began = time.monotonic()
            await witness.stop()
            return result, time.monotonic() - began
        finally:
            await network.close()

    return operator.do(done)


def reading(operator: Operator, ticket: ids.TicketId) -> Reading | None:
    """Return what the CO reads of a ticket's access."""
    found, _ = operator.do(lambda database: ticket_admin.one(database, ticket_id=ticket))
    return found.network


def look(operator: Operator, ticket: ids.TicketId, access: str, *, simulated: bool = True) -> float:
    """Have a ticket's access looked at, and return how long that took."""

    async def use(witness: Witness) -> None:
        witness.look(ticket, ids.AccessId(access))

    return witnessed(operator, use, simulated=simulated)[1]


def test_the_link_is_kept_as_the_element_told_it(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    ticket = opened(operator, access)
    assert reading(operator, ticket) is None
    before = operator.value("SELECT clock_timestamp()")
    look(operator, ticket, access)
    found = reading(operator, ticket)
    assert found
    assert found.link
    # Nothing is delivered there.
    assert (found.link["up"], found.link["admin_down"], found.trouble) == (False, False, None)
    assert isinstance(found.link["rx_dbm"], float)
    assert "speed_mbps" not in found.link
    assert abs((found.read_at - before).total_seconds()) < 5
    # The ticket has not changed by it.
    changed = operator.value("SELECT updated_at < $2 FROM tickets WHERE ticket_id = $1", ticket, before)
    assert changed


@pytest.mark.parametrize(("kind", "takes"), [("slow", 2.0), ("dead", 2.0), ("garbage", 0.0), ("fail", 0.0)])
def test_what_the_network_does_not_say_is_kept_as_trouble_in_time(
    operator: Operator, accesses: Iterator[str], kind: str, takes: float
) -> None:
    access = next(accesses)
    ticket = opened(operator, access)
    operator.fault(access, kind, seconds=30)
    took = look(operator, ticket, access)
    found = reading(operator, ticket)
    assert found
    assert found.link is None
    assert found.trouble
    assert not takes or found.trouble == "The network did not answer within 2 seconds."
    assert takes <= took + 0.1 < takes + 2.5


def test_an_access_that_is_connected_nowhere_says_so(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    ticket = opened(operator, access)
    look(operator, ticket, access, simulated=False)
    found = reading(operator, ticket)
    assert found
    assert found.trouble == f"Access {access} is connected to no network element."


def test_very_many_at_once_are_not_all_looked_at(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    operator.fault(access, "slow", seconds=30)
    names = [opened(operator, access) for _ in range(ticket_witness._MOST_AT_ONCE + 5)]

    async def use(witness: Witness) -> None:
        for name in names:
            witness.look(name, ids.AccessId(access))
        await asyncio.sleep(0)

    _, took = witnessed(operator, use)
    kept = operator.value("SELECT count(*) FROM ticket_readings WHERE ticket_id = ANY ($1)", names)
    assert kept == ticket_witness._MOST_AT_ONCE
    assert took < 5


def test_the_first_reading_of_a_ticket_stands(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    ticket = opened(operator, access)
    look(operator, ticket, access)
    first = reading(operator, ticket)
    operator.fault(access, "fail")
    look(operator, ticket, access)
    assert reading(operator, ticket) == first


def test_a_server_answers_at_once_and_attaches_later_what_no_sp_sees(cluster_url: str) -> None:
    body: dict[str, Any] = {"createdBy": "a", "heading": "b", "description": "c", "problemType": "NO_LINK"}
    with towns.made(cluster_url) as url, towns.staffed(url) as operator:
        headers = given.basic("alfa", "alfa-secret")
        operator.fault("T-2", "slow", seconds=30)
        with serving(Settings(database_url=url, network="simulated")) as server, server.client(headers) as client:

            def post(access: str, key: str) -> httpx2.Response:
                return client.post("/tickets/", json=body | {"accessId": access}, headers={"Idempotency-Key": key})

            post("T-1", "warm")
            began = time.monotonic()
            slow = post("T-2", "slow")
            assert time.monotonic() - began < 1.9, "the network is not waited for, which would take two seconds"
            again = post("T-2", "slow")
            assert again.json() == slow.json()
            ticket = slow.json()["coTicketReference"]
            operator.until(_KEPT, ticket)
            found = reading(operator, ids.TicketId(ticket))
            assert found
            assert found.trouble
            plain = client.get(f"/tickets/{ticket}")
            assert (plain.headers["ETag"], "network" in plain.json()) == ('"0"', False)
            last = post("T-3", "last").json()["coTicketReference"]
        # A server that stops finishes what it began.
        assert operator.value(_KEPT, last)
