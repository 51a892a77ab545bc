"""The second wall: without the first, in every query, another SP's rows are still not there."""

import asyncio
import contextlib
import dataclasses
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from onapi import ids
from onapi.domain.orders import Wish
from onapi.domain.tickets import Opening, Standing
from onapi.storage import idempotency, orders, pool, queries, tickets
from onapi.storage.pool import Database
from onapi.storage.queries import Query
from onapi.storage.tx import Tx
from onapi.vocabulary import Operation, OrderState, Party, ProblemType, TicketStatus
from tests.operators import Operator
from tests.storage.stored_orders import new_order
from tests.tenancy.conftest import Belongings
from tests.town import Town

T = TypeVar("T")

ALFA, BETA = ids.Sp("alfa"), ids.Sp("beta")
WALLED = (
    *("orders", "subscriptions", "journal", "idempotency_keys", "tickets", "ticket_entries"),
    *("invoice_specifications", "invoice_rows"),
)
_FIRST_WALL = re.compile(r"(?:\b\w+\.)?\bsp = (\$\d+)")
_FOLDER = Path(orders.__file__).parent
OF_SPS = {
    f"{path.stem}.{name}": query
    for path in sorted(_FOLDER.glob("*.sql"))
    if path.name != "schema.sql"
    for name, query in queries.parse(path.read_text(encoding="utf-8")).items()
    if "sp" in query.parameters
}
# What tells of accesses, services and passwords, which are behind the first wall alone; and what reads no rows.
BEHIND_THE_FIRST = (
    *("accesses.", "services.", "providers.", "inventory.", "orders.offer", "idempotency.lock_key", "orders.ground"),
    "tickets.access_to_complain_of",
    # There are events of accesses too, which only `events_for` keeps apart; `journal.events` is tried.
    "journal.any_event",
)
# They are tried with whole orders further down.
WRITING = ("orders.insert", "idempotency.keep_answer", "tickets.open", "tickets.enter")
ASKED = [name for name in OF_SPS if not name.startswith(BEHIND_THE_FIRST) and name not in WRITING]


@pytest.fixture(scope="module")
def walled(town: Town) -> Iterator[Database]:
    """Open the town's database as servers have it."""
    database = town.operator.wait(pool.connect(town.operator.url, for_sps=True))
    yield database
    town.operator.wait(database.close())


def without_the_first_wall(query: Query) -> str:
    """Return a query that no longer asks whose its rows are; what it asks functions stays."""
    return _FIRST_WALL.sub(r"(\1::text IS NOT NULL)", query.text)


def values(town: Town, alfa: Belongings) -> dict[str, Any]:
    """Return for each parameter of a query what finds something of alfa's; a new parameter needs its line here."""
    far = town.operator.value("SELECT clock_timestamp() + interval '1 hour'")
    long_ago = town.operator.value("SELECT clock_timestamp() - interval '1 day'")
    event = alfa.event.split("-")
    wish = town.operator.value("SELECT wish FROM orders WHERE order_id = $1", alfa.waiting["orderId"])
    return {
        "sp": "alfa",
        "order_id": alfa.waiting["orderId"],
        "access_id": alfa.access,
        "service": "BB-100-100",
        "any_of_type": False,
        "reference": alfa.reference,
        "subscription_id": alfa.subscription,
        "states": list(OrderState),
        "mount": "",
        "dialect": "bitvis",
        "key": "alfa-key",
        "since": long_ago,
        "until": far,
        "after": "",
        "limit": 100,
        "period": "202511",
        "event_tx": int(event[0]),
        "event_seq": int(event[1]),
        "after_tx": -1,
        "after_seq": 0,
        "message": "stolen",
        "code": "cancelled",
        "seen_wish": wish,
        "wish": "another",
        "plan": "a b",
        "ticket_id": alfa.ticket,
        "status": None,
        "created": None,
        "requested_at": far,
        "forced_takeover": False,
        **dict.fromkeys(("sp_reference", "sp_subscription_id", "external_note", "characteristics", "equipment")),
    }


def asked(town: Town, alfa: Belongings, query: Query) -> list[Any]:
    """Return a query's arguments."""
    known = values(town, alfa)
    lists = {"subscriptions.many": ("sp", "access_id", "dialect"), "technical.many": ("sp", "access_id")}
    missing = [name for name in query.parameters if name not in known]
    assert not missing, f"say in `values` what {missing} may be"
    several = next((names for name, names in lists.items() if OF_SPS[name] is query), ())
    return [[known[name]] if name in several else known[name] for name in query.parameters]


def found(operator: Operator, database: Database, sps: tuple[ids.Sp, ...], text: str, arguments: list[Any]) -> str:
    """Return what a statement finds of orders and subscriptions, as text; what it writes is undone."""

    async def fetch() -> str:
        async with database.connection(*sps) as tx:
            undone = tx.transaction()
            await undone.start()
            try:
                rows = await tx.fetch(text, *arguments)
            finally:
                await undone.rollback()
        shown = [str(value) for row in rows for value in row.values() if value not in (None, False)]
        # An SP may read of accesses that it sees.
        return "\n".join(one for one in shown if '"objectType":"accesses"' not in one)

    return operator.wait(fetch())


@pytest.mark.parametrize("name", ASKED)
def test_without_the_first_wall_the_rows_of_another_sp_are_not_there(
    town: Town, alfa: Belongings, walled: Database, name: str
) -> None:
    query = OF_SPS[name]
    operator, arguments = town.operator, asked(town, alfa, query)
    text = without_the_first_wall(query)
    # The owner reads them, by either wall alone and by none; or this test would say nothing.
    everything = found(operator, operator.database, (), text, arguments)
    own = found(operator, walled, (ALFA,), text, arguments)
    assert everything
    assert own
    # And another SP reads nothing of them, though the query names alfa, or nobody.
    for statement in (text, query.text):
        for turn in ((BETA,), (ids.Sp("gamma"),), ()):
            seen = found(operator, walled, turn, statement, arguments)
            assert not [secret for secret in alfa.secrets if secret in seen], (turn, statement)
            # In nobody's turn there is nothing at all, but that alfa sees the access.
            assert turn or not seen or '"subscriptions":[]' in seen or (name == "technical.many" and seen == "1")


@pytest.mark.parametrize("name", ASKED)
def test_without_the_second_wall_the_first_still_stands(town: Town, alfa: Belongings, name: str) -> None:
    query = OF_SPS[name]
    operator, arguments = town.operator, asked(town, alfa, query)
    strangers = [
        ["beta"] if argument == ["alfa"] else "beta" if parameter == "sp" else argument
        for parameter, argument in zip(query.parameters, arguments, strict=True)
    ]
    # beta asks for everything by alfa's names, on a connection that hides nothing.
    seen = found(operator, operator.database, (), query.text, strangers)
    assert not [secret for secret in alfa.secrets if secret in seen]


def test_the_test_above_tries_every_query_on_what_is_behind_the_wall() -> None:
    assert len(ASKED) >= 15
    of_tables = [
        name
        for name, query in OF_SPS.items()
        if re.search(rf"\b(FROM|JOIN|UPDATE|INTO) ({'|'.join(WALLED)})\b", query.text)
    ]
    untried = set(of_tables) - set(ASKED) - set(WRITING)
    assert untried <= {"orders.ground", "inventory.lookup", "tickets.access_to_complain_of"}, "try them"
    assert sum(_FIRST_WALL.search(OF_SPS[name].text) is not None for name in ASKED) >= 10


def as_server(town: Town, walled: Database, what: Callable[[Tx], Awaitable[T]], *sps: ids.Sp) -> T:
    """Do something as a server does it in the turn of some SPs, and undo it."""

    async def done() -> T:
        async with walled.connection(*sps) as tx:
            undone = tx.transaction()
            await undone.start()
            try:
                return await what(tx)
            finally:
                await undone.rollback()

    return town.operator.wait(done())


@pytest.mark.parametrize("table", WALLED)
def test_without_a_turn_nobodys_rows_are_there_and_with_one_only_that_sps(
    town: Town, alfa: Belongings, gamma: Belongings, walled: Database, table: str
) -> None:
    whose = f"SELECT DISTINCT sp FROM {table} WHERE sp IS NOT NULL ORDER BY sp"

    async def look(tx: Tx) -> list[str]:
        return [row["sp"] for row in await tx.fetch(whose)]

    assert {row["sp"] for row in town.operator.rows(whose)} >= {"alfa", "gamma"}
    for turn, there in (((), []), (("alfa",), ["alfa"]), (("beta",), []), (("alfa", "gamma"), ["alfa", "gamma"])):
        assert as_server(town, walled, look, *map(ids.Sp, turn)) == there
    # A name that is a part of another is another.
    for near in ("alf", "alfa2", "", "ALFA", "*", "%"):
        assert as_server(town, walled, look, ids.Sp(near)) == []


def test_one_connection_serves_turn_after_turn(
    town: Town, alfa: Belongings, gamma: Belongings, walled: Database
) -> None:
    async def look(tx: Tx) -> list[str]:
        return [row["sp"] for row in await tx.fetch("SELECT DISTINCT sp FROM orders")]

    for sp in ("alfa", "gamma", "alfa", "beta", "alfa"):
        assert as_server(town, walled, look, ids.Sp(sp)) == ([] if sp == "beta" else [sp])
        assert as_server(town, walled, look) == []


def test_a_turn_that_was_broken_off_is_nobodys_afterwards(town: Town, alfa: Belongings, walled: Database) -> None:
    async def turns() -> set[str]:
        said = set()
        async with walled.connection(ALFA) as tx:
            connection: Any = tx
            for wait in range(40):
                await connection.take_turn("alfa")
                task = asyncio.create_task(connection.take_turn("beta"))
                await asyncio.sleep(wait * 0.00002)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                await connection.take_turn("alfa")
                said.add(await tx.fetchval("SELECT current_setting('onapi.sp')"))
        return said

    assert town.operator.wait(turns()) == {"alfa"}


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE {table} SET sp = 'beta'" for table in WALLED),
        *(f"DELETE FROM {table}" for table in (*WALLED, "accesses", "providers", "services", "credentials", "facts")),
        *(f"TRUNCATE {table}" for table in WALLED),
        "INSERT INTO journal (tx, at, type, object_type, object_id) VALUES (1, now(), 'CREATE', 'accesses', 'x')",
        "INSERT INTO subscriptions SELECT * FROM subscriptions",
        "INSERT INTO providers (sp, name) VALUES ('new', 'new')",
        "INSERT INTO services (service, service_type, changed_at) VALUES ('NEW', 'Broadband', now())",
        "INSERT INTO accesses (access_id) VALUES ('NEW')",
        "UPDATE accesses SET outlet = 'x'",
        "UPDATE subscriptions SET state = 'SUSPENDED'",
        "UPDATE services SET takeover = true",
        "UPDATE providers SET dialect = 'standard'",
        "UPDATE credentials SET secret_hash = '$argon2id$x'",
        "UPDATE credentials SET revoked_at = NULL",
        "UPDATE agreements SET revoked_at = now()",
        "INSERT INTO agreements (sp, population) VALUES ('beta', NULL)",
        "UPDATE facts SET value = 'x'",
        "UPDATE tickets SET updated_at = now()",
        "UPDATE tickets SET status = 'CLOSED'",
        "UPDATE ticket_entries SET message = 'x'",
        "SELECT * FROM ticket_notes",
        "SELECT * FROM ticket_readings",
        "INSERT INTO ticket_notes (ticket_id, author, message) VALUES ('x', 'x', 'x')",
        "SELECT * FROM order_steps",
        "SELECT * FROM simulated_ports",
        "SELECT credentials FROM elements",
        "UPDATE elements SET address = '192.0.2.1'",
        "UPDATE access_ports SET port = 'x'",
        "INSERT INTO dhcp_identifiers (access_id, ipv4_circuit_id) VALUES ('E-1', 'x')",
        "SELECT * FROM simulated_faults",
        "SELECT * FROM invoice_entries",
        "SELECT * FROM subscription_pasts",
        "UPDATE invoice_periods SET locked_at = NULL",
        "CREATE TABLE mine (x int)",
        "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
        "DROP POLICY callers_only ON orders",
        "ALTER TABLE orders DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_role_of_servers_does_nothing_that_it_was_not_granted(
    town: Town, alfa: Belongings, walled: Database, statement: str
) -> None:
    refused = (asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError)
    with pytest.raises(refused):
        as_server(town, walled, lambda tx: tx.execute(statement), ALFA)


def test_an_order_for_another_sp_cannot_be_stored(town: Town, walled: Database) -> None:
    order = new_order(town.access(), sp=ALFA)
    for turn in ((BETA,), ()):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            as_server(town, walled, lambda tx: orders.insert(tx, [order]), *turn)
    assert as_server(town, walled, lambda tx: orders.insert(tx, [order]), ALFA).keys() == {order.order_id}
    both = [order, dataclasses.replace(new_order(town.access(), sp=BETA))]
    assert len(as_server(town, walled, lambda tx: orders.insert(tx, both), ALFA, BETA)) == 2


def test_an_order_for_another_sps_subscription_cannot_be_stored(
    town: Town, alfa: Belongings, walled: Database
) -> None:
    seen = town.operator.value("SELECT changed_at FROM subscriptions WHERE subscription_id = $1", alfa.subscription)
    order = new_order(
        alfa.access,
        operation=Operation.DEACTIVATE,
        subscription_id=alfa.subscription,
        seen_at=seen,
        wish=Wish(operation=Operation.DEACTIVATE).fingerprint,
    )
    assert as_server(town, walled, lambda tx: orders.insert(tx, [order]), ALFA)
    # As beta, who says that it is its own.
    mine = dataclasses.replace(order, sp=BETA)
    assert as_server(town, walled, lambda tx: orders.insert(tx, [mine]), BETA) == {}


def test_a_ticket_of_another_sp_can_be_neither_opened_nor_answered(
    town: Town, alfa: Belongings, walled: Database
) -> None:
    opening = Opening(
        access_id=ids.AccessId(alfa.access),
        created_by="a",
        heading="b",
        description="c",
        problem_type=ProblemType.OTHER,
    )
    ticket_id = ids.TicketId(ids.new())
    standing = Standing(TicketStatus.CREATED, Party.CO)

    async def opens(tx: Tx) -> None:
        await tickets.open_(tx, ticket_id=ticket_id, sp=ALFA, by=Party.SP, opening=opening)

    def enters(sp: ids.Sp) -> Callable[[Tx], Awaitable[int]]:
        return lambda tx: tickets.enter(
            tx, sp=sp, ticket_id=ids.TicketId(alfa.ticket), party=Party.SP, comment=None, standing=standing
        )

    as_server(town, walled, opens, ALFA)
    assert as_server(town, walled, enters(ALFA), ALFA) > 0
    for turn in ((BETA,), ()):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            as_server(town, walled, opens, *turn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            as_server(town, walled, enters(ALFA), *turn)
    # As beta, who says that it is its own.
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        as_server(town, walled, enters(BETA), BETA)


def test_an_answer_cannot_be_kept_under_another_sps_key(town: Town, walled: Database) -> None:
    kept = idempotency.Kept("w", 200, None, "{}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        as_server(town, walled, lambda tx: idempotency.keep_answer(tx, sp=ALFA, key="k", kept=kept), BETA)


def test_every_table_with_an_owner_that_servers_read_is_behind_the_wall(town: Town) -> None:
    rows = town.operator.rows(
        "SELECT c.relname::text AS name, c.relrowsecurity AS walled, "
        "       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS policed "
        "  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'sp' AND NOT a.attisdropped "
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
        "   AND has_table_privilege('onapi_api', c.oid, 'SELECT')"
    )
    # Whose account and agreements they are is what an SP is known by, before it is anybody's turn.
    open_to_all = {"providers", "credentials", "agreements"}
    tables = {row["name"]: (row["walled"], row["policed"]) for row in rows}
    assert tables.keys() >= {*WALLED, *open_to_all}
    assert {name for name, wall in tables.items() if wall != (True, True)} == open_to_all


def test_servers_delete_nothing_and_own_nothing(town: Town) -> None:
    rights = town.operator.rows(
        "SELECT c.relname::text AS name, "
        "       has_table_privilege('onapi_api', c.oid, 'DELETE, TRUNCATE, REFERENCES, TRIGGER') AS some "
        "  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')"
    )
    assert len(rights) > 15
    assert not [row["name"] for row in rights if row["some"]]
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'onapi_api'::regrole"
    assert town.operator.value(owned) == 0
    role = town.operator.rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles "
        "WHERE rolname = 'onapi_api'"
    )[0]
    assert not any(role.values())
