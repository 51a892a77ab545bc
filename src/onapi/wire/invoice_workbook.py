"""A month's rows as an Excel workbook: one sheet, a row for each, and a column for each field, named with dots.

Run as a program it writes a workbook from a file with a row of JSON on each line, so that a server can leave the
work, which keeps a core busy for a while, to a process of its own.

Source: ON-API 2.6.0 spec/invoice_specification.md, "Excel option".
"""

import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import msgspec
import python_calamine
import xlsxwriter

from onapi import errors
from onapi.wire import invoicespecification as wire

MOST_ROWS = 1_048_575
"""How many rows a sheet holds below its header."""

MOST_BYTES = 4 * 2**30
"""The largest workbook that is read, as it is unpacked; a full sheet is some two GiB."""

_EPOCH = date(1899, 12, 30)
_NUMBERS = {"access.priceGroup": 12, "invoice.listPrice": 12, "invoice.invoicedAmount": 16}
_DAYS = {"subscription.connectionDate", "subscription.disconnectionDate", "invoice.fromDate", "invoice.toDate"}
_WIDE = {"access.streetName": 28, "subscription.coSubscriptionId": 36, "invoice.comment": 40}
_WIDTH = 18


class _Column(NamedTuple):
    name: str
    part: str | None
    field: str


def _columns() -> tuple[_Column, ...]:
    found = []
    for outer in msgspec.structs.fields(wire.InvoiceRow):
        if outer.type in (wire.InvoicedAccess, wire.InvoicedSubscription, wire.Invoice):
            found += [
                _Column(f"{outer.encode_name}.{inner.encode_name}", outer.name, inner.name)
                for inner in msgspec.structs.fields(outer.type)
            ]
        else:
            found.append(_Column(outer.encode_name, None, outer.name))
    return tuple(found)


_COLUMNS = _columns()
COLUMNS = tuple(column.name for column in _COLUMNS)
"""The names of the columns, in order."""


def texts(row: wire.InvoiceRow) -> list[str]:
    """Return a row's values in the order of the columns, as text; what is absent is empty."""
    found = (_value(row, column) for column in _COLUMNS)
    return ["" if value is None else str(value) for value in found]


def _value(row: wire.InvoiceRow, column: _Column) -> Any:
    return getattr(row if column.part is None else getattr(row, column.part), column.field)


class Writer:
    """Writes a workbook in constant memory; the file is whole when the block ends."""

    def __init__(self, path: Path) -> None:
        # A text that begins with = is text, and one that begins with http is no link.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._file = path.open("wb")
        self._book = xlsxwriter.Workbook(self._file, options)
        self._sheet = self._book.add_worksheet("invoicespecification")
        formats: dict[str, Any] = {
            "head": self._book.add_format({"bold": True}),
            "day": self._book.add_format({"num_format": "yyyy-mm-dd"}),
            "amount": self._book.add_format({"num_format": "0.00"}),
        }
        for number, name in enumerate(COLUMNS):
            width = 12 if name in _DAYS else _NUMBERS.get(name) or _WIDE.get(name, _WIDTH)
            self._sheet.set_column(number, number, max(width, len(name) + 2))
            self._sheet.write_string(0, number, name, formats["head"])
        self._sheet.freeze_panes(1, 0)
        # Numbers of streets and apartments, and postal codes, are text that looks like numbers.
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:AC{MOST_ROWS + 1}"})
        self._write = [self._cell(column, formats) for column in _COLUMNS]
        self._rows = 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sheet.autofilter(0, 0, self._rows, len(COLUMNS) - 1)
        self._book.close()
        self._file.close()

    def add(self, row: wire.InvoiceRow) -> None:
        """Write the next row.

        Raises:
            Invalid: the sheet is full.
        """
        if self._rows == MOST_ROWS:
            raise errors.Invalid(f"A workbook holds {MOST_ROWS} rows, and there are more; ask for JSON.")
        self._rows += 1
        for write in self._write:
            write(row)

    def _cell(self, column: _Column, formats: dict[str, Any]) -> Callable[[wire.InvoiceRow], None]:
        """Return what writes the value of one column of a row."""
        sheet, number = self._sheet, COLUMNS.index(column.name)

        def text(row: wire.InvoiceRow) -> None:
            value = _value(row, column)
            if value:
                sheet.write_string(self._rows, number, value)

        def day(row: wire.InvoiceRow) -> None:
            value = _value(row, column)
            if value:
                sheet.write_number(self._rows, number, (date.fromisoformat(value) - _EPOCH).days, formats["day"])

        def amount(row: wire.InvoiceRow) -> None:
            sheet.write_number(self._rows, number, _value(row, column), formats["amount"])

        def whole(row: wire.InvoiceRow) -> None:
            sheet.write_number(self._rows, number, _value(row, column))

        if column.name in _DAYS:
            return day
        if column.name in _NUMBERS:
            return whole if column.name == "access.priceGroup" else amount
        return text


class Read(NamedTuple):
    """What tells one row of a workbook from another, and its amounts."""

    line: int
    sp_name: str
    access_id: str
    subscription_id: str
    row_type: str
    invoice_type: str
    from_date: str
    to_date: str
    list_price: Decimal
    amount: Decimal


_NEEDED = (
    *("spName", "access.accessId", "subscription.coSubscriptionId", "invoice.rowType", "invoice.invoiceType"),
    *("invoice.fromDate", "invoice.toDate", "invoice.listPrice", "invoice.invoicedAmount"),
)


def read(path: Path) -> Iterator[Read]:
    """Yield the rows of anybody's workbook; names of columns may have slashes, and any case.

    Raises:
        Invalid: it is no workbook, too large, lacks a column that is needed, or has a value that is no day or amount.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST_BYTES:
            raise errors.Invalid(f"{path} has more than {MOST_BYTES // 2**30} GiB, unpacked.")
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (OSError, zipfile.BadZipFile, python_calamine.CalamineError, IndexError) as error:
        raise errors.Invalid(f"{path} cannot be read as a workbook: {error}.") from error
    rows = iter(sheet.iter_rows())
    header = [str(cell).strip().replace("/", ".").casefold() for cell in next(rows, [])]
    missing = [name for name in _NEEDED if name.casefold() not in header]
    if missing:
        raise errors.Invalid(f"{path} lacks the columns {', '.join(missing)}; the first row must name them.")
    places = [header.index(name.casefold()) for name in _NEEDED]
    for line, cells in enumerate(rows, start=2):
        values = [cells[place] for place in places]
        if any(value != "" for value in values):
            yield _read(line, values)


def _read(line: int, values: list[Any]) -> Read:
    sp_name, access_id, subscription_id, row_type, invoice_type = map(_text, values[:5])
    from_date, to_date = (_day(line, value) for value in values[5:7])
    list_price, amount = (_amount(line, value) for value in values[7:])
    return Read(
        line, sp_name, access_id, subscription_id, row_type, invoice_type, from_date, to_date, list_price, amount
    )


def _text(value: Any) -> str:
    # A name that is all digits may have become a number in somebody's Excel.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _day(line: int, value: Any) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        raise errors.Invalid(f"Row {line}: {str(value)[:40]!r} is no day such as 2026-11-30.") from None
    return day.isoformat()[:10]


def _amount(line: int, value: Any) -> Decimal:
    text = repr(value) if isinstance(value, float | int) else str(value).strip().replace(",", ".")
    try:
        return round(Decimal(text), 2)
    except ArithmeticError:
        raise errors.Invalid(f"Row {line}: {str(value)[:40]!r} is no amount such as 149.00.") from None


def main() -> None:
    """Write the workbook that the second argument names from the lines of the file that the first one names."""
    lines, target = sys.argv[1:]
    with Path(lines).open("rb") as source, Writer(Path(target)) as writer:
        for line in source:
            writer.add(wire.decode(line))


if __name__ == "__main__":
    main()
