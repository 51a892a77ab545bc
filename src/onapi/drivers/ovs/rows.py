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


def numbers(row: Row, column: str) -> frozenset[int]:
    """Return a set of numbers."""
    values = members(row, column)
    if not all(isinstance(value, int) for value in values):
        raise _unreadable()
    return frozenset(values)


def texts(row: Row, column: str) -> dict[str, str]:
    """Return a map from text to text."""
    found = _pairs(row, column)
    if not all(isinstance(part, str) for pair in found for part in pair):
        raise _unreadable()
    return dict(found)


def numbered(row: Row, column: str) -> dict[int, str]:
    """Return a map from numbers to rows."""
    found = _pairs(row, column)
    if not all(isinstance(key, int) for key, _ in found):
        raise _unreadable()
    return {key: _uuid(value) for key, value in found}


def references(row: Row, column: str) -> frozenset[str]:
    """Return the rows that a set refers to."""
    return frozenset(_uuid(value) for value in members(row, column))


def identity(row: Row) -> str:
    """Return which row this is."""
    return _uuid(row.get("_uuid"))


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
        "where": is_row(identity(row)),
        "columns": columns,
        "until": "==",
        "rows": [{column: row[column] for column in columns}],
        "timeout": 0,
    }


def deleted(table: str, row: Row) -> Operation:
    """Delete a row."""
    return {"op": "delete", "table": table, "where": is_row(identity(row))}


def updated(table: str, row: Row, columns: Mapping[str, Any]) -> Operation:
    """Write columns of a row."""
    return {"op": "update", "table": table, "where": is_row(identity(row)), "row": columns}


def _pairs(row: Row, column: str) -> list[list[Any]]:
    match row.get(column):
        case ["map", list(found)] if all(isinstance(pair, list) and len(pair) == 2 for pair in found):
            return found
        case _:
            raise _unreadable()


def _uuid(value: object) -> str:
    match value:
        case ["uuid", str(found)]:
            return found
        case _:
            raise _unreadable()


def _unreadable() -> Garbled:
    return Garbled("The switch's database has something else in a column than its schema says.")
