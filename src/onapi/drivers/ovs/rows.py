"""OVSDB's notation, in which a set of one is the thing itself. Source: RFC 7047, section 5.1."""

from collections.abc import Iterable, Mapping
from typing import Any

from onapi.drivers.contract import Garbled

Row = Mapping[str, Any]
Operation = Mapping[str, Any]


def rows(result: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a `select`'s result."""
    found = result.get("rows")
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise _unreadable()
    return found


def members(row: Row, column: str) -> list[Any]:
    """Return the members of a set, which may be none."""
    match row.get(column):
        case ["set", list(values)]:
            return values
        case ["map", _] | None:
            raise _unreadable()
        case value:
            return [value]


def only(row: Row, column: str) -> Any:
    """Return the one member of a set, or None."""
    values = members(row, column)
    if len(values) > 1:
        raise _unreadable()
    return values[0] if values else None


def text(row: Row, column: str) -> str | None:
    """Return the text in a set of one, or None."""
    value = only(row, column)
    if value is not None and not isinstance(value, str):
        raise _unreadable()
    return value


def number(row: Row, column: str) -> int | None:
    """Return the number in a set of one, or None."""
    value = only(row, column)
    if value is not None and not isinstance(value, int):
        raise _unreadable()
    return value


def pairs(row: Row, column: str) -> dict[Any, Any]:
    """Return a map."""
    match row.get(column):
        case ["map", list(found)] if all(isinstance(pair, list) and len(pair) == 2 for pair in found):
            return {_key(key): value for key, value in found}
        case _:
            raise _unreadable()


def uuid(value: object) -> str:
    """Return what a reference to a row says."""
    match value:
        case ["uuid", str(found)]:
            return found
        case _:
            raise _unreadable()


def references(row: Row, column: str) -> frozenset[str]:
    """Return the rows that a set refers to."""
    return frozenset(uuid(value) for value in members(row, column))


def set_of(values: Iterable[Any]) -> list[Any]:
    """Write a set."""
    return ["set", list(values)]


def map_of(values: Mapping[Any, Any]) -> list[Any]:
    """Write a map."""
    return ["map", [[key, value] for key, value in values.items()]]


def select(table: str, where: list[Any], *columns: str) -> Operation:
    """Ask for columns of the rows that meet all conditions."""
    return {"op": "select", "table": table, "where": where, "columns": ["_uuid", *columns]}


def named(name: str) -> list[Any]:
    """Return the condition that a row has this name."""
    return [["name", "==", name]]


def is_row(row_uuid: str) -> list[Any]:
    """Return the condition that a row is this one."""
    return [["_uuid", "==", ["uuid", row_uuid]]]


def unchanged(table: str, row: Row) -> Operation:
    """Let the transaction go on only while a row is as it was read."""
    columns = [column for column in row if column != "_uuid"]
    return {
        "op": "wait",
        "table": table,
        "where": is_row(uuid(row["_uuid"])),
        "columns": columns,
        "until": "==",
        "rows": [{column: row[column] for column in columns}],
        "timeout": 0,
    }


def deleted(table: str, row: Row) -> Operation:
    """Delete a row."""
    return {"op": "delete", "table": table, "where": is_row(uuid(row["_uuid"]))}


def updated(table: str, row: Row, columns: Mapping[str, Any]) -> Operation:
    """Write columns of a row."""
    return {"op": "update", "table": table, "where": is_row(uuid(row["_uuid"])), "row": columns}


def _key(key: Any) -> Any:
    if isinstance(key, list):
        raise _unreadable()
    return key


def _unreadable() -> Garbled:
    return Garbled("The switch's database has something else in a column than its schema says.")
