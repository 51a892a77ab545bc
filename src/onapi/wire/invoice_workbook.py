"""A month's rows as an Excel workbook: one sheet, a row for each, and a column for each field, named with dots.

Run as a program it writes a workbook from a file with a row of JSON on each line, so that a server can leave the
work, which keeps a core busy for a while, to a process of its own.

Source: ON-API 2.6.0 spec/invoice_specification.md, "Excel option".
"""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from onapi import errors
from onapi.wire import invoice_columns
from onapi.wire import invoicespecification as wire
from onapi.wire.invoice_columns import Column

_EPOCH = date(1899, 12, 30)
_NUMBERS = {"access.priceGroup": 12, "invoice.listPrice": 12, "invoice.invoicedAmount": 16}
_DAYS = {"subscription.connectionDate", "subscription.disconnectionDate", "invoice.fromDate", "invoice.toDate"}
_WIDE = {"access.streetName": 28, "subscription.coSubscriptionId": 36, "invoice.comment": 40}
_WIDTH = 18


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
        for number, name in enumerate(invoice_columns.NAMES):
            width = 12 if name in _DAYS else _NUMBERS.get(name) or _WIDE.get(name, _WIDTH)
            self._sheet.set_column(number, number, max(width, len(name) + 2))
            self._sheet.write_string(0, number, name, formats["head"])
        self._sheet.freeze_panes(1, 0)
        # Numbers of streets and apartments, and postal codes, are text that looks like numbers.
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:AC{invoice_columns.MOST_ROWS + 1}"})
        self._write = [self._cell(column, formats) for column in invoice_columns.COLUMNS]
        self._rows = 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sheet.autofilter(0, 0, self._rows, len(invoice_columns.NAMES) - 1)
        self._book.close()
        self._file.close()

    def add(self, row: wire.InvoiceRow) -> None:
        """Write the next row.

        Raises:
            Invalid: the sheet is full.
        """
        if self._rows == invoice_columns.MOST_ROWS:
            raise errors.Invalid(
                f"A workbook holds {invoice_columns.MOST_ROWS} rows, and there are more; ask for JSON."
            )
        self._rows += 1
        for write in self._write:
            write(row)

    def _cell(self, column: Column, formats: dict[str, Any]) -> Callable[[wire.InvoiceRow], None]:
        """Return what writes the value of one column of a row."""
        sheet, number = self._sheet, invoice_columns.NAMES.index(column.name)

        def text(row: wire.InvoiceRow) -> None:
            value = invoice_columns.value(row, column)
            if value:
                sheet.write_string(self._rows, number, value)

        def day(row: wire.InvoiceRow) -> None:
            value = invoice_columns.value(row, column)
            if value:
                sheet.write_number(self._rows, number, (date.fromisoformat(value) - _EPOCH).days, formats["day"])

        def amount(row: wire.InvoiceRow) -> None:
            sheet.write_number(self._rows, number, invoice_columns.value(row, column), formats["amount"])

        def whole(row: wire.InvoiceRow) -> None:
            sheet.write_number(self._rows, number, invoice_columns.value(row, column))

        if column.name in _DAYS:
            return day
        if column.name in _NUMBERS:
            return whole if column.name == "access.priceGroup" else amount
        return text


def main() -> None:
    """Write the workbook that the second argument names from the lines of the file that the first one names."""
    lines, target = sys.argv[1:]
    with Path(lines).open("rb") as source, Writer(Path(target)) as writer:
        for line in source:
            writer.add(wire.decode(line))


if __name__ == "__main__":
    main()
