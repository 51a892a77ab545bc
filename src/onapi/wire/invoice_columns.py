"""The columns that a month's rows have in tables: one for each field, named by its path with dots.

Source: ON-API 2.6.0 spec/invoice_specification.md, "Excel option".
"""

from typing import Any, NamedTuple

import msgspec

from onapi.wire import invoicespecification as wire

MOST_ROWS = 1_048_575
"""How many rows a sheet of Excel holds below its header."""


class Column(NamedTuple):
    """A column: its name, and which attribute of a row, or of which part of one, it holds."""

    name: str
    part: str | None
    field: str


def _found() -> tuple[Column, ...]:
    found = []
    for outer in msgspec.structs.fields(wire.InvoiceRow):
        if outer.type in (wire.InvoicedAccess, wire.InvoicedSubscription, wire.Invoice):
            found += [
                Column(f"{outer.encode_name}.{inner.encode_name}", outer.name, inner.name)
                for inner in msgspec.structs.fields(outer.type)
            ]
        else:
            found.append(Column(outer.encode_name, None, outer.name))
    return tuple(found)


COLUMNS = _found()
"""In the order of the standard's fields."""

NAMES = tuple(column.name for column in COLUMNS)
"""What a header has."""


def texts(row: wire.InvoiceRow) -> list[str]:
    """Return a row's values in the order of the columns, as text; what is absent is empty."""
    found = (value(row, column) for column in COLUMNS)
    return ["" if value is None else str(value) for value in found]


def value(row: wire.InvoiceRow, column: Column) -> Any:
    """Return what a row has in a column, or None."""
    return getattr(row if column.part is None else getattr(row, column.part), column.field)
