"""The inventory in the database: what it refuses, what lists do to it, and who has which identifiers."""

import contextlib
import io
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onapi import ids
from onapi.actions import inventory as actions
from onapi.actions.inventory import Outcome
from onapi.domain import dhcp, inventory_lists
from onapi.domain.dhcp import Identifiers
from onapi.domain.inventory import Element
from onapi.domain.option82 import Option82, write
from onapi.drivers.registry import installed
from onapi.storage import inventory
from onapi.storage.inventory import Comparison
from onapi.storage.pool import Database
from tests.operators import Operator
from tests.storage.stored_orders import BETA, activate

ALFA, GAMMA = ids.Sp("alfa"), ids.Sp("gamma")
_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
_IDENTIFIERS = _TEXT | st.binary(min_size=1, max_size=20).map(dhcp.text_of) | st.sampled_from(
    ["0x", "0x4", "0xZZ", "0x4A", "0x4a", "\\x41", "\\", "\\\\", "%", '"', "\\134", "å", "🏠", "x" * 100]
)  # fmt: skip
_COLUMNS = ("ipv4_circuit_id", "ipv4_remote_id", "ipv6_interface_id", "ipv6_remote_id")

_serial = itertools.count(1)


def element() -> str:
    """Return the name of an element that no other test has."""
    return f"sw-{next(_serial)}"


def imported(operator: Operator, text: str, *, dry_run: bool = False, **templates: str) -> Outcome:
    """Bring a list in."""
    made = {column: inventory_lists.template(template) for column, template in templates.items()}

    async def work(database: Database) -> Outcome:
        reading = inventory_lists.open_list(io.BytesIO(text.encode()), made)
        return await actions.import_list(
            database, reading, drivers=installed(), dry_run=dry_run, progress=lambda _done: None
        )

    return operator.do(work)


def elements_in(operator: Operator, *names: str) -> None:
    """Put elements into the inventory."""
    listed = "".join(f"{name},192.0.2.1\n" for name in names)
    assert imported(operator, "element,address\n" + listed).comparison == Comparison(len(names), 0, 0)


def errors_of(outcome: Outcome) -> list[tuple[int, str, str, str]]:
    """Return what was wrong with a list."""
    assert outcome.comparison is None
    return [(error.line, error.column, error.value, error.reason) for error in outcome.row_errors]


def told(outcome: Outcome) -> tuple[int, int, int]:
    """Return how many rows were new, changed and unchanged."""
    assert outcome.comparison is not None, outcome.row_errors
    return (outcome.comparison.new, outcome.comparison.changed, outcome.comparison.unchanged)


def places(operator: Operator, *accesses: str) -> list[tuple[str, str, str, str | None]]:
    """Return where accesses are connected."""
    rows = operator.rows(
        "SELECT access_id, element, port, cpe FROM access_ports WHERE access_id = ANY ($1) ORDER BY access_id",
        list(accesses),
    )
    return [tuple(row) for row in rows]


def identifiers(operator: Operator, access: str) -> tuple[str | None, ...]:
    """Return how DHCP knows an access."""
    query = f"SELECT {', '.join(_COLUMNS)} FROM dhcp_identifiers WHERE access_id = $1"
    rows = operator.rows(query, access)
    return tuple(rows[0]) if rows else ()


def named(operator: Operator, access: str, **columns: str) -> None:
    """Give an access identifiers, by hand."""
    names, values = ", ".join(columns), list(columns.values())
    operator.rows(
        f"INSERT INTO dhcp_identifiers (access_id, {names}) "
        f"VALUES ($1, {', '.join(f'${number}' for number in range(2, len(values) + 2))})",
        access,
        *values,
    )


def found(operator: Operator, sp: ids.Sp, wanted: Identifiers) -> tuple[str, ...]:
    """Look accesses up, alone."""

    async def look(database: Database) -> tuple[str, ...]:
        async with database.connection(sp) as tx:
            return (await inventory.lookup(tx, [(sp, wanted)])).get((sp, wanted), ())

    return operator.do(look)


@pytest.mark.parametrize(
    "credentials",
    ["public", "env:", "env:A-B", "file:relative", "file:/a b", "file:/a\tb", "Env:A", "env:A\n", "s3:/x"],
)
def test_the_database_takes_no_credentials_but_a_place_where_they_are(operator: Operator, credentials: str) -> None:
    put = "INSERT INTO elements (element, address, credentials) VALUES ($1, '192.0.2.1', $2)"
    with pytest.raises(asyncpg.CheckViolationError):
        operator.rows(put, element(), credentials)
    for known in (None, "env:SWITCH_SNMP", "file:/etc/onapi/växel.cred"):
        operator.rows(put, element(), known)


def test_the_database_refuses_ports_and_identifiers_of_accesses_that_there_are_not(
    operator: Operator, accesses: Iterator[str]
) -> None:
    switch = element()
    elements_in(operator, switch)
    for statement in (
        f"INSERT INTO access_ports (access_id, element, port) VALUES ('X-1', '{switch}', '1')",
        "INSERT INTO dhcp_identifiers (access_id, ipv4_circuit_id) VALUES ('X-1', 'x')",
    ):
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="There is no access X-1"):
            operator.rows(statement)
    access = next(accesses)
    named(operator, access, ipv4_circuit_id="c")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        operator.rows("UPDATE dhcp_identifiers SET access_id = 'X-1' WHERE access_id = $1", access)
    for statement in (
        f"INSERT INTO access_ports (access_id, element, port) VALUES ('{access}', 'nothing', '1')",
        f"INSERT INTO access_ports (access_id, element, port, cpe) VALUES ('{access}', '{switch}', '1', 'nothing')",
    ):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            operator.rows(statement)


def test_a_port_is_one_accesss_and_an_element_with_ports_stays(operator: Operator, accesses: Iterator[str]) -> None:
    switch, first, second = element(), next(accesses), next(accesses)
    elements_in(operator, switch)
    put = "INSERT INTO access_ports (access_id, element, port) VALUES ($1, $2, '1')"
    operator.rows(put, first, switch)
    with pytest.raises(asyncpg.UniqueViolationError):
        operator.rows(put, second, switch)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        operator.rows("DELETE FROM elements WHERE element = $1", switch)


@pytest.mark.parametrize(
    "columns",
    [
        {"ipv4_circuit_id": "x" * 254},
        {"ipv4_circuit_id": "x" * 126, "ipv4_remote_id": "0x" + "00" * 126},
        {"ipv4_circuit_id": "å" * 127},
        {"ipv4_circuit_id": ""},
        {"ipv6_interface_id": "a\nb"},
        {"ipv6_remote_id": "x" * 513},
    ],
)
def test_the_database_refuses_identifiers_that_dhcp_has_no_room_for(
    operator: Operator, accesses: Iterator[str], columns: dict[str, str]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        named(operator, next(accesses), **columns)


def test_the_database_makes_of_any_identifiers_what_the_rules_make(operator: Operator) -> None:
    query = (
        "SELECT identifiers_doc(a, b, c, d) AS doc, identifier_octets(a) AS a, identifier_octets(b) AS b "
        "FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t (a, b, c, d, n) ORDER BY n"
    )
    row = st.tuples(*[st.none() | _IDENTIFIERS] * 4).filter(any)

    @settings(max_examples=30)
    @given(st.lists(row, min_size=5, max_size=30))
    def check(rows: list[tuple[str | None, ...]]) -> None:
        for given_, stored in zip(rows, operator.rows(query, *map(list, zip(*rows, strict=True))), strict=True):
            octets = [None if text is None else dhcp.octets_of(text) for text in given_]
            assert [stored["a"], stored["b"]] == octets[:2]
            option = Option82.of(Identifiers(ipv4_circuit_id=octets[0], ipv4_remote_id=octets[1]))
            names = ("ipv4CircuitId", "ipv4RemoteId", "ipv6InterfaceId", "ipv6RemoteId")
            expected: dict[str, Any] = {} if option is None else {"option82": write(option)}
            expected["dhcpIdentifier"] = {
                name: text for name, text in zip(names, given_, strict=True) if text is not None
            }
            assert json.loads("{" + stored["doc"][1:] + "}") == expected

    check()


def test_elements_come_in_change_and_keep_what_a_list_does_not_tell_of(operator: Operator) -> None:
    first, second, third = element(), element(), element()
    text = (
        "element,address,driver,credentials,options\n"
        f"{first},192.0.2.1,snmp,env:A,version=3\n{second},2001:db8::1,,,\n"
    )
    assert told(imported(operator, text)) == (2, 0, 0)
    assert told(imported(operator, text)) == (0, 0, 2)
    assert told(
        imported(operator, f"element,address\n{first},192.0.2.1\n{second},192.0.2.9\n{third},192.0.2.3\n")
    ) == (*(1, 1, 1),)
    rows = operator.rows(
        "SELECT element, host(address::inet) AS address, driver, credentials, options::text FROM elements "
        "WHERE element = ANY ($1) ORDER BY element",
        [first, second, third],
    )
    assert sorted(tuple(row) for row in rows) == sorted(
        [
            (first, "192.0.2.1", "snmp", "env:A", '{"version": "3"}'),
            (second, "192.0.2.9", "auto", None, "{}"),
            (third, "192.0.2.3", "auto", None, "{}"),
        ]
    )
    assert told(imported(operator, f"element,address,credentials,driver\n{first},192.0.2.1,,\n")) == (0, 1, 0)
    assert operator.value("SELECT credentials IS NULL AND driver = 'auto' FROM elements WHERE element = $1", first)
    assert operator.value("SELECT options->>'version' FROM elements WHERE element = $1", first) == "3"


def test_what_is_as_it_was_is_not_written(operator: Operator, accesses: Iterator[str]) -> None:
    switch, access = element(), next(accesses)
    elements_in(operator, switch)
    text = f"accessId,element,port,ipv4CircuitId\n{access},{switch},1,c\n"
    versions = (
        "SELECT array_agg(v) FROM (SELECT xmin::text AS v FROM elements WHERE element = $2 UNION ALL "
        "SELECT xmin::text FROM access_ports WHERE access_id = $1 UNION ALL "
        "SELECT xmin::text FROM dhcp_identifiers WHERE access_id = $1) t"
    )
    imported(operator, text)
    before = operator.value(versions, access, switch)
    assert told(imported(operator, text)) == (0, 0, 1)
    imported(operator, f"element,address\n{switch},192.0.2.1\n")
    assert operator.value(versions, access, switch) == before
    imported(operator, text.replace(",c", ",d"))
    assert operator.value(versions, access, switch) != before


def test_accesses_change_places_in_one_list_and_leave_them(operator: Operator, accesses: Iterator[str]) -> None:
    switch, cpe, one, two, three = element(), element(), next(accesses), next(accesses), next(accesses)
    elements_in(operator, switch, cpe)
    head = "accessId,element,port,cpe\n"
    assert told(imported(operator, f"{head}{one},{switch},1,{cpe}\n{two},{switch},2,\n")) == (2, 0, 0)
    # One goes to two's place, two to a new one, and three where one was.
    moved = f"{head}{one},{switch},2,{cpe}\n{two},{switch},3,\n{three},{switch},1,\n"
    assert told(imported(operator, moved)) == (1, 2, 0)
    assert sorted(places(operator, one, two, three)) == sorted(
        [(one, switch, "2", cpe), (two, switch, "3", None), (three, switch, "1", None)]
    )
    # A list without the column cpe says nothing of it; one without a port leaves it.
    assert told(imported(operator, f"accessId,element,port\n{one},{switch},4\n{two},,\n{three},{switch},2\n")) == (
        *(0, 3, 0),
    )
    assert sorted(places(operator, one, two, three)) == sorted([(one, switch, "4", cpe), (three, switch, "2", None)])
    # And what is connected nowhere has nothing behind it, whether or not the list tells of that.
    assert told(imported(operator, f"accessId,element,port\n{one},,\n")) == (0, 1, 0)
    assert told(imported(operator, f"accessId,element,port\n{one},,\n")) == (0, 0, 1)
    assert places(operator, one) == []


def test_identifiers_come_in_by_list_and_by_template_and_stay_if_not_told_of(
    operator: Operator, accesses: Iterator[str]
) -> None:
    switch, access = element(), next(accesses)
    elements_in(operator, switch)
    placed = f"accessId,element,port\n{access},{switch},7\n"
    assert told(imported(operator, placed, ipv4CircuitId="{element} {port}", ipv6RemoteId="{port}")) == (1, 0, 0)
    assert identifiers(operator, access) == (f"{switch} 7", None, None, "7")
    assert told(imported(operator, placed)) == (0, 0, 1)
    assert told(imported(operator, f"accessId,ipv4RemoteId\n{access},0x0A\n")) == (0, 1, 0)
    assert identifiers(operator, access) == (f"{switch} 7", "0x0a", None, "7")
    assert places(operator, access) == [(access, switch, "7", None)]
    gone = f"accessId,{','.join(('ipv4CircuitId', 'ipv4RemoteId', 'ipv6RemoteId'))}\n{access},,,\n"
    assert told(imported(operator, gone)) == (0, 1, 0)
    assert identifiers(operator, access) == ()


def test_every_flaw_that_only_the_database_sees_is_told_with_its_line(
    operator: Operator, accesses: Iterator[str]
) -> None:
    switch, one, two, three, four, five = element(), *(next(accesses) for _ in range(5))
    elements_in(operator, switch)
    imported(operator, f"accessId,element,port\n{one},{switch},1\n")
    named(operator, five, ipv4_circuit_id="c" * 200)
    text = (
        "accessId,element,port,cpe,ipv4RemoteId\n"
        f"X-1,{switch},2,,\n"
        f"{two},nothing,1,,\n"
        f"{two},{switch},3,nowhere,\n"
        f"{three},{switch},3,,\n"
        f"{four},{switch},1,,\n"
        f"a b,{switch},9,,\n"
        f"{five},,,{switch},{'r' * 60}\n"
    )
    outcome = imported(operator, text)
    assert errors_of(outcome) == [
        (2, "accessId", "X-1", "is no access"),
        (3, "element", "nothing", "is no element; import the list of elements first"),
        (4, "accessId", two, "is already on line 3"),
        (4, "cpe", "nowhere", "is no element; import the list of elements first"),
        (5, "port", "3", f"of {switch} is already on line 4"),
        (6, "port", "1", f"of {switch} is access {one}'s, which is not in the list"),
        (7, "accessId", "a b", "must be 1 to 36 of the characters a–z A–Z 0–9 - and ."),
        (8, "cpe", switch, "is behind no port: the access has none"),
        (8, "ipv4RemoteId", "r" * 60, "and the circuit id have no room in one option 82"),
    ]
    assert (outcome.rows, outcome.error_count) == (7, 9)
    assert places(operator, one, two, three, four) == [(one, switch, "1", None)]
    twins = imported(operator, f"element,address\n{switch}-a,192.0.2.1\n\n{switch}-a,192.0.2.2\n")
    assert errors_of(twins) == [(4, "element", f"{switch}-a", "is already on line 2")]


def test_of_many_errors_the_first_are_told_and_all_are_counted(operator: Operator) -> None:
    rows = "".join(f"X-{number}\n" + ("a b\n" if number % 2 else "") for number in range(1500))
    outcome = imported(operator, "accessId\n" + rows)
    assert (len(outcome.row_errors), outcome.error_count, outcome.rows) == (1000, 2250, 2250)
    assert [error.line for error in outcome.row_errors] == list(range(2, 1002))


def test_a_rehearsal_says_the_same_and_leaves_nothing(operator: Operator, accesses: Iterator[str]) -> None:
    switch, access = element(), next(accesses)
    assert told(imported(operator, f"element,address\n{switch},192.0.2.1\n", dry_run=True)) == (1, 0, 0)
    assert operator.value("SELECT count(*) FROM elements WHERE element = $1", switch) == 0
    elements_in(operator, switch)
    text = f"accessId,element,port,ipv4CircuitId\n{access},{switch},1,c\n"
    assert told(imported(operator, text, dry_run=True)) == (1, 0, 0)
    assert (places(operator, access), identifiers(operator, access)) == ([], ())


def test_accesses_that_nobody_can_tell_apart_are_counted(operator: Operator, accesses: Iterator[str]) -> None:
    one, two, three = (next(accesses) for _ in range(3))
    name = f"shared {next(_serial)}"
    before = imported(operator, f"accessId,ipv4CircuitId\n{one},{name}\n").ambiguous
    text = f"accessId,ipv4CircuitId,ipv4RemoteId\n{one},{name},\n{two},{name},\n{three},{name},r\n"
    assert imported(operator, text).ambiguous == before + 2


def test_a_long_list_takes_no_more_memory_than_a_short_one(operator: Operator) -> None:
    def lines(number: int) -> Iterator[bytes]:
        yield b"accessId,element,port,ipv4CircuitId\n"
        for row in range(number):
            yield f"A-{row},element {row},port {row},circuit {row}\n".encode()

    async def peak(database: Database, number: int) -> int:
        tracemalloc.start()
        try:
            reading = inventory_lists.open_list(lines(number), {})
            outcome = await actions.import_list(
                database, reading, drivers=installed(), dry_run=True, progress=lambda _done: None
            )
            assert outcome.rows == number
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    operator.do(lambda database: peak(database, 3000))
    short = operator.do(lambda database: peak(database, 3000))
    long = operator.do(lambda database: peak(database, 30_000))
    # Ten times the rows, which would be some 15 MB as objects.
    assert long < short + 2_000_000


def test_new_identifiers_change_the_live_subscriptions_there_and_no_others(
    operator: Operator, accesses: Iterator[str]
) -> None:
    here, there = next(accesses), next(accesses)
    mine = activate(operator, here).subscription_id
    theirs = activate(operator, here, sp=BETA, service="VOIP", service_type="VOIP", claim="beta x").subscription_id
    ended = activate(operator, here, service="IPTV-BASE", service_type="IPTV").subscription_id
    operator.rows("UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE subscription_id = $1", ended)
    elsewhere = activate(operator, there).subscription_id
    state = "SELECT subscription_id, state, changed_at FROM subscriptions WHERE subscription_id = ANY ($1)"

    known = [str(one) for one in (mine, theirs, ended, elsewhere)]

    def changed_by(statement: str) -> set[str]:
        before = {row["subscription_id"]: tuple(row) for row in operator.rows(state, known)}
        last = operator.value("SELECT max(seq) FROM journal")
        operator.rows(statement)
        after = {row["subscription_id"]: tuple(row) for row in operator.rows(state, known)}
        assert all(after[one][1] == before[one][1] for one in known)
        changed = {one for one in known if after[one] != before[one]}
        news = operator.rows("SELECT type, object_type, object_id, sp, access_id FROM journal WHERE seq > $1", last)
        assert sorted(tuple(row) for row in news) == sorted(
            ("UPDATE", "subscriptions", one, "beta" if one == theirs else "alfa", there if one == elsewhere else here)
            for one in changed
        )
        return changed

    both = {mine, theirs}
    put = f"INSERT INTO dhcp_identifiers (access_id, ipv4_circuit_id) VALUES ('{here}', 'c')"
    assert changed_by(put) == both
    same = f"UPDATE dhcp_identifiers SET ipv4_circuit_id = 'c' WHERE access_id = '{here}'"
    assert changed_by(same) == set()
    assert changed_by(same.replace("'c'", "'d'")) == both
    moved = f"UPDATE dhcp_identifiers SET access_id = '{there}' WHERE access_id = '{here}'"
    assert changed_by(moved) == {*both, elsewhere}
    assert changed_by(f"DELETE FROM dhcp_identifiers WHERE access_id = '{there}'") == {elsewhere}
    two = f"('{here}', 'c'), ('{there}', 'd')"
    assert changed_by(f"INSERT INTO dhcp_identifiers (access_id, ipv6_remote_id) VALUES {two}") == {*both, elsewhere}


@pytest.fixture
def lookups(operator: Operator) -> Iterator[str]:
    """Give accesses identifiers for a test: circuits repeat from relay to relay. Return the end of their names."""
    end = f" {next(_serial)}"
    rows = [
        ("T-380", f"c1{end}", f"r1{end}", f"i1{end}", f"q1{end}"),
        ("T-381", f"c2{end}", f"r1{end}", f"i2{end}", f"q1{end}"),
        ("T-382", f"c1{end}", f"r2{end}", f"i1{end}", f"q2{end}"),
        ("T-383", f"c3{end}", None, None, None),
        ("T-384", None, f"r3{end}", None, None),
        ("E-1", f"c3{end}", f"r1{end}", None, None),
        ("T-385", None, None, f"i3{end}", None),
        ("T-386", None, None, None, f"q3{end}"),
    ]
    operator.rows(
        f"INSERT INTO dhcp_identifiers (access_id, {', '.join(_COLUMNS)}) "
        "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])",
        *map(list, zip(*rows, strict=True)),
    )
    yield end
    operator.rows("DELETE FROM dhcp_identifiers WHERE access_id = ANY ($1)", [row[0] for row in rows])


def wanting(end: str, *, c: str = "", r: str = "", i: str = "", q: str = "") -> Identifiers:
    """Return identifiers that end so."""
    given_ = {"ipv4_circuit_id": c, "ipv4_remote_id": r, "ipv6_interface_id": i, "ipv6_remote_id": q}
    return Identifiers(**{name: (text + end).encode() for name, text in given_.items() if text})


_ASKED = [
    ({"c": "c1", "r": "r1"}, {"T-380"}),
    ({"c": "c1", "r": "r2"}, {"T-382"}),
    ({"c": "c2", "r": "r2"}, set()),
    ({"c": "c2"}, {"T-381"}),
    ({"c": "c1"}, {"T-380", "T-382"}),
    ({"c": "c9"}, set()),
    ({"r": "r2"}, {"T-382"}),
    ({"r": "r3"}, {"T-384"}),
    ({"c": "c3", "r": "r3"}, set()),
    ({"i": "i1", "q": "q2"}, {"T-382"}),
    ({"i": "i2", "q": "q2"}, set()),
    ({"i": "i2"}, {"T-381"}),
    ({"i": "i3"}, {"T-385"}),
    ({"q": "q3"}, {"T-386"}),
    ({"q": "q1"}, {"T-380", "T-381"}),
    ({"c": "c1", "i": "i1", "q": "q2"}, {"T-382"}),
    ({"c": "c1", "r": "r1", "q": "q2"}, set()),
    ({"c": "c1", "r": "r1", "i": "i1", "q": "q1"}, {"T-380"}),
    ({"r": "r1", "i": "i2"}, {"T-381"}),
    ({"r": "r1", "q": "q9"}, set()),
    ({}, set()),
]


def test_accesses_are_found_by_all_that_is_asked_for_together(operator: Operator, lookups: str) -> None:
    for asked, expected in _ASKED:
        assert set(found(operator, ALFA, wanting(lookups, **asked))) == expected, asked


def test_what_is_asked_for_at_once_is_answered_each_for_its_own_sp(operator: Operator, lookups: str) -> None:
    wanted = [(sp, wanting(lookups, **asked)) for asked, _ in _ASKED for sp in (GAMMA, ALFA)]

    async def look(database: Database) -> dict[tuple[ids.Sp, Identifiers], tuple[ids.AccessId, ...]]:
        async with database.connection() as tx:
            return dict(await inventory.lookup(tx, wanted))

    answers = operator.do(look)
    assert all(answers.values())
    for asked, expected in _ASKED:
        assert set(answers.get((ALFA, wanting(lookups, **asked)), ())) == expected
        assert (GAMMA, wanting(lookups, **asked)) not in answers


def test_only_what_the_sp_sees_or_delivers_on_is_found(operator: Operator, lookups: str) -> None:
    circuit = wanting(lookups, c="c3")
    assert set(found(operator, ALFA, circuit)) == {"T-383", "E-1"}
    assert found(operator, GAMMA, circuit) == ("E-1",)
    assert found(operator, ids.Sp("nobody"), circuit) == ()
    assert found(operator, GAMMA, wanting(lookups, c="c2")) == ()
    activate(operator, "T-381", sp=GAMMA)
    assert found(operator, GAMMA, wanting(lookups, c="c2")) == ("T-381",)
    operator.rows("UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE access_id = 'T-381'")
    assert found(operator, GAMMA, wanting(lookups, c="c2")) == ()


def test_the_same_octets_are_found_whichever_way_they_are_written(operator: Operator, lookups: str) -> None:
    operator.rows("UPDATE dhcp_identifiers SET ipv4_circuit_id = '0x4A00' WHERE access_id = 'T-383'")
    assert found(operator, ALFA, Identifiers(ipv4_circuit_id=b"J\0")) == ("T-383",)
    operator.rows("UPDATE dhcp_identifiers SET ipv4_circuit_id = '0x4a4B' WHERE access_id = 'T-383'")
    assert found(operator, ALFA, Identifiers(ipv4_circuit_id=b"JK")) == ("T-383",)
    assert found(operator, ALFA, Identifiers(ipv4_circuit_id=b"0x4a4B")) == ()
    operator.rows(r"UPDATE dhcp_identifiers SET ipv4_circuit_id = 'a\x5cb' WHERE access_id = 'T-383'")
    assert found(operator, ALFA, Identifiers(ipv4_circuit_id=rb"a\x5cb")) == ("T-383",)


def test_no_lookup_reads_a_whole_table(operator: Operator, lookups: str) -> None:
    class _Undone(Exception):
        pass

    read = "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables WHERE relname = ANY ($1)"
    tables = ["dhcp_identifiers", "accesses", "subscriptions"]

    async def look(database: Database) -> dict[str, int]:
        rows: dict[str, int] = {}
        with contextlib.suppress(_Undone):
            async with database.transaction() as tx:
                # As many as make the planner think.
                await tx.execute(
                    "INSERT INTO accesses (access_id, street_name, postal_code, city, country_code, premises_type, "
                    "  access_state, changed_at) "
                    "SELECT 'M-' || n, 's', '12345', 'c', 'SE', 'UNKNOWN', 'CONNECTED', now() "
                    "  FROM generate_series(1, 20000) n"
                )
                await tx.execute(
                    f"INSERT INTO dhcp_identifiers (access_id, {', '.join(_COLUMNS)}) "
                    "SELECT 'M-' || n, 'c' || n, 'r' || n / 2, 'i' || n, 'q' || n / 2 "
                    "  FROM generate_series(1, 20000) n"
                )
                await tx.execute("ANALYZE dhcp_identifiers, accesses")
                for asked in [asked for asked, _ in _ASKED] * 8:
                    before = await tx.fetchval(read, tables)
                    await inventory.lookup(tx, [(ALFA, wanting(lookups, **asked))])
                    after = await tx.fetchval(read, tables)
                    rows[" ".join(asked)] = rows.get(" ".join(asked), 0) + int(after - before)
                raise _Undone
        return rows

    assert {asked: number for asked, number in operator.do(look).items() if number} == {}


def test_an_element_is_told_with_what_is_connected_and_what_it_said(
    operator: Operator, accesses: Iterator[str]
) -> None:
    switch, cpe, one, two, three = element(), element(), *(next(accesses) for _ in range(3))
    imported(operator, f"element,address,options,credentials\n{switch},192.0.2.1,a=1 b=2,env:A\n{cpe},192.0.2.2,,\n")
    head = "accessId,element,port,cpe,ipv4CircuitId\n"
    imported(operator, f"{head}{one},{switch},p10,,\n{two},{switch},p9,{cpe},x\n{three},{cpe},1,,\n")

    async def look(database: Database) -> None:
        async with database.connection() as tx:
            assert not await inventory.put_facts(tx, element="nothing", facts={})
            assert await inventory.put_facts(tx, element=switch, facts={"vendor": "ACME", "ports": ["p9", "p10"]})
            found_ = await inventory.element(tx, element=switch)
            assert found_ is not None
            assert (found_.ports, found_.options, found_.credentials) == (2, {"a": "1", "b": "2"}, "env:A")
            assert found_.facts == {"vendor": "ACME", "ports": ["p9", "p10"]}
            assert found_.probed_at is not None
            assert await inventory.element(tx, element="nothing") is None
            listed = {one.element: one for one in await inventory.elements(tx)}
            assert listed[switch] == found_
            assert (listed[cpe].ports, listed[cpe].facts, listed[cpe].probed_at) == (1, None, None)
            ports = await inventory.ports(tx, element=switch)
            assert [(place.access_id, place.port, place.cpe, place.ipv4_circuit_id) for place in ports] == [
                (two, "p9", cpe, "x"),
                (one, "p10", None, None),
            ]
            connections = await inventory.connections(
                tx, access_ids=[ids.AccessId(name) for name in (one, two, "X-1")]
            )
            assert connections.keys() == {one, two}
            assert connections[ids.AccessId(two)] == inventory.Connection(
                access_id=ids.AccessId(two),
                element=Element(
                    element=switch, address="192.0.2.1", credentials="env:A", options={"a": "1", "b": "2"}
                ),
                port="p9",
                cpe=Element(element=cpe, address="192.0.2.2"),
                dhcp=None,
                identifiers=Identifiers(ipv4_circuit_id=b"x"),
            )

    operator.do(look)
