"""What somebody's workbook says of a month.

Source: ON-API 2.6.0 spec/invoice_specification.md, "Excel option".
"""

import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import python_calamine

from onapi import errors

MOST_BYTES = 4 * 2**30
"""The largest workbook that is read, as it is unpacked; a full sheet is some two GiB."""


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
