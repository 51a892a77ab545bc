"""The CO's inventory: elements, where accesses are connected, and the names by which DHCP knows them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from onapi import ids
from onapi.domain import address_headers
from onapi.domain.address_lists import RowError
from onapi.domain.dhcp import Identifiers
from onapi.domain.inventory import Element, Place
from onapi.domain.inventory_lists import Kind
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_element = msgspec.json.Decoder(Element).decode
_COLUMNS = {
    Kind.ELEMENTS: tuple(field.name for field in fields(Element)),
    Kind.PORTS: tuple(field.name for field in fields(Place)),
}

T = TypeVar("T")

Row = tuple[int, Element] | tuple[int, Place]
"""A row of a list, and the line on which it is."""

MOST_ERRORS = 1000
"""How many of a list's errors are told; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An element, how many accesses are connected to it, and what it said when it was last probed, at `probed_at`."""

    element: str
    address: str
    driver: str
    credentials: str | None
    options: Mapping[str, str]
    ports: int
    probed_at: datetime | None
    facts: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The element's port to which an access is connected, and the names by which DHCP knows the access.

    `cpe` is the element at the customer's end, `dhcp` the DHCP server that the element's option of that name names;
    None where there is none. `is_shared` says whether another access may go by the same names.
    """

    access_id: ids.AccessId
    element: Element
    port: str
    cpe: Element | None
    dhcp: Element | None
    identifiers: Identifiers
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a staged list means: rows by what becomes of what they describe."""

    new: int
    changed: int
    unchanged: int


async def lookup(
    tx: Tx, wanted: Sequence[tuple[ids.Sp, Identifiers]]
) -> Mapping[tuple[ids.Sp, Identifiers], tuple[ids.AccessId, ...]]:
    """Return one or two of the accesses that have these identifiers, among those that the SP sees or delivers on.

    Two are enough to know that there are several; what has none is left out.
    """
    rows = await _SQL["lookup"].rows(
        tx,
        sp=[sp for sp, _ in wanted],
        circuit=[identifiers.ipv4_circuit_id for _, identifiers in wanted],
        remote=[identifiers.ipv4_remote_id for _, identifiers in wanted],
        interface=[identifiers.ipv6_interface_id for _, identifiers in wanted],
        remote_of_six=[identifiers.ipv6_remote_id for _, identifiers in wanted],
    )
    return {wanted[row["number"] - 1]: tuple(map(ids.AccessId, row["access_ids"])) for row in rows}


async def elements(tx: Tx) -> list[Listed]:
    """Return all elements, by name."""
    return [_decoded(row, Listed) for row in await _SQL["elements"].rows(tx, element=None)]


async def element(tx: Tx, *, element: str) -> Listed | None:
    """Return one element, or None."""
    rows = await _SQL["elements"].rows(tx, element=element)
    return _decoded(rows[0], Listed) if rows else None


async def ports(tx: Tx, *, element: str) -> list[Place]:
    """Return what is connected to an element, in the order of its ports."""
    return await _SQL["ports"].all(tx, Place, element=element)


async def connections(tx: Tx, *, access_ids: Sequence[ids.AccessId]) -> dict[ids.AccessId, Connection]:
    """Return where these accesses are connected; one that is nowhere is left out."""
    rows = await _SQL["connections"].rows(tx, access_ids=list(access_ids))
    return {ids.AccessId(row["access_id"]): _connection(row) for row in rows}


async def put_facts(tx: Tx, *, element: str, facts: Mapping[str, Any]) -> bool:
    """Keep what an element says of itself, as of now; return False when there is no such element."""
    text = msgspec.json.encode(facts).decode()
    return await _SQL["put_facts"].value(tx, str, element=element, facts=text) is not None


async def stage(tx: Tx, kind: Kind, rows: Iterable[Row], *, told: frozenset[str]) -> None:
    """Hold a list beside the inventory for this transaction, in constant memory; takes the import lock.

    Args:
        tx: a transaction.
        kind: what the list is of.
        rows: taken one by one.
        told: the fields of which the list tells; the others are as they are stored.
    """
    await _SQL["lock_import"].run(tx, timeout_s=queries.LONG_S)
    await _SQL[f"create_staged_{kind}"].run(tx)
    columns = _COLUMNS[kind]
    await tx.copy_records_to_table(
        f"staged_{kind}", records=_records(rows, columns), columns=("line", *columns), timeout=queries.LONG_S
    )
    await _SQL[f"analyse_staged_{kind}"].run(tx, timeout_s=queries.LONG_S)
    keeps = ("keep_elements",) if kind is Kind.ELEMENTS else ("keep_places", "keep_identifiers")
    for keep in keeps if not told.issuperset(columns) else ():
        await _SQL[keep].run(tx, told=list(told), timeout_s=queries.LONG_S)


async def flaws(tx: Tx, kind: Kind) -> tuple[list[RowError], int]:
    """Return what is wrong with the staged rows, seen together and beside what is stored: the first, and how many."""
    query = _SQL[f"flaws_of_{kind}"]
    rows = await tx.fetch(query.text, *query.arguments({"most": MOST_ERRORS}), timeout=queries.LONG_S)
    found = [RowError(row["line"], row["column"], address_headers.shown(row["value"]), row["reason"]) for row in rows]
    return found, rows[0]["total"] if rows else 0


async def compare(tx: Tx, kind: Kind) -> Comparison:
    """Return what the staged list means."""
    compared = await _SQL[f"compare_{kind}"].one(tx, Comparison, timeout_s=queries.LONG_S)
    return compared or Comparison(0, 0, 0)


async def merge(tx: Tx, kind: Kind) -> None:
    """Make the inventory as the staged list has it, and touch nothing that is so already; what it lacks stays."""
    if kind is Kind.ELEMENTS:
        await _SQL["merge_elements"].run(tx, timeout_s=queries.LONG_S)
        return
    for step in ("leave_ports", "merge_ports", "leave_identifiers", "merge_identifiers"):
        await _SQL[step].run(tx, timeout_s=queries.LONG_S)


async def ambiguous(tx: Tx) -> int:
    """Return how many accesses cannot be told from another by their identifiers."""
    return int(await tx.fetchval(_SQL["ambiguous"].text, timeout=queries.LONG_S))


async def analyse(tx: Tx, kind: Kind) -> None:
    """Tell the planner the tables' new sizes."""
    await _SQL[f"analyse_{kind}"].run(tx, timeout_s=queries.LONG_S)


def _connection(row: Any) -> Connection:
    return Connection(
        access_id=ids.AccessId(row["access_id"]),
        element=_element(row["element"]),
        port=row["port"],
        cpe=row["cpe"] and _element(row["cpe"]),
        dhcp=row["dhcp"] and _element(row["dhcp"]),
        identifiers=Identifiers(**{field.name: row[field.name] for field in fields(Identifiers)}),
        is_shared=row["is_shared"],
    )


def _records(rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for line, described in rows:
        yield (line, *(_in_column(getattr(described, name)) for name in columns))


def _in_column(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, Mapping) else value


def _decoded(row: Any, kind: type[T]) -> T:
    """Return a row as a `kind`, its JSON read."""
    values = {name: row[name] for name in (field.name for field in fields(kind))}  # type: ignore[arg-type]
    for name in ("options", "facts"):
        if values.get(name) is not None:
            values[name] = msgspec.json.decode(values[name])
    return msgspec.convert(values, kind)
