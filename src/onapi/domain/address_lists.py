"""Address lists: files of many accesses in the formats that networks exchange, read and written.

A record is an access, or everything that is wrong with its row. Nothing here keeps a list: records come one
at a time, and a second reading starts over, so that a rehearsal and the import itself run the same code.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from onapi import errors
from onapi.domain import accesses, address_columns, address_files, address_headers, address_rows

Format = address_headers.Format


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one record is refused.

    `line` is where the record starts in the file, counted from 1; for JSON that is all on one line, it is the
    number of the element. `column` is "" when it is about the row as a whole. `value` is short and printable,
    whatever the file holds.
    """

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What the file was found to be, to show before anything is kept.

    `delimiter` is None for JSON, whose columns are those of its first element. Columns are spelt as in the
    file. `warning` is a sentence when the letters look garbled, else None.
    """

    format: Format
    encoding: str
    delimiter: str | None
    columns_used: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    warning: str | None


Record: TypeAlias = accesses.Access | list[RowError]

_Row: TypeAlias = tuple[int, Mapping[str, str], list[accesses.Flaw]]
"""The line, the values by the layout's columns, and flaws; a flaw without a field makes the values moot."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An address list that is open for reading."""

    detected: Detected
    _records: Callable[[], Iterator[Record]]

    def records(self) -> Iterator[Record]:
        """Yield every record in the file's order, from the first; only the access IDs are remembered.

        Raises:
            Invalid: a JSON file breaks off or is malformed further on. CSV goes on after a bad row.
        """
        return self._records()


def open_list(data: bytes, wanted: Format | None, today: date) -> Reading:
    """Open the address list in `data` as `wanted`, or as what it looks like when that is None.

    Args:
        data: the file.
        wanted: the format that the sender says it is in.
        today: divides PI's activation dates into past and future.

    Raises:
        Invalid: it is empty or not text, lacks a mandatory column or has one twice, or is in no known format.
    """
    decoded = address_files.decode(data)
    if not decoded.text or decoded.text.isspace():
        raise errors.Invalid("The address list is empty.")
    begins_as_json = decoded.text[:4096].lstrip().startswith(("[", "{"))
    if wanted is Format.ONAPI_JSON or (wanted is None and begins_as_json):
        return _open_json(decoded, today)
    return _open_csv(decoded, wanted, today)


def write(listed: Iterable[accesses.Access], format: Format) -> Iterator[str]:  # noqa: A002 — the domain's word
    r"""Return the pieces of a file in UTF-8 that holds the accesses, which `open_list` reads back unaltered.

    Lines end in \n. Values that begin with = + - or @ stay as they are, so that they come back as they were;
    whoever opens the file in a spreadsheet should import these columns as text.

    Raises:
        Invalid: the format needs what ON-API lacks, so it can be imported but not exported.
    """
    return Writer(format).all(listed)


def _open_csv(decoded: address_files.Decoded, wanted: Format | None, today: date) -> Reading:
    text, delimiter = decoded.text, address_files.delimiter(decoded.text)
    _, first = next(address_rows.csv_rows(text, delimiter), (1, "holds delimiters only"))
    if isinstance(first, str):
        raise errors.Invalid(f"The first row of the address list {first}.")
    header = address_headers.understand(first, wanted)
    detected = Detected(
        format=header.format,
        encoding=decoded.encoding,
        delimiter=delimiter,
        columns_used=header.used,
        columns_ignored=header.ignored,
        warning=decoded.warning,
    )
    layout = address_headers.LAYOUTS[header.format]
    return Reading(detected, lambda: _judged(_csv_values(text, delimiter, header), layout, today))


def _open_json(decoded: address_files.Decoded, today: date) -> Reading:
    text = decoded.text
    _, first = next(address_rows.json_elements(text), (1, None))
    columns = tuple(first) if isinstance(first, dict) else ()
    detected = Detected(
        format=Format.ONAPI_JSON,
        encoding=decoded.encoding,
        delimiter=None,
        columns_used=tuple(column for column in columns if column in accesses.FIELDS),
        columns_ignored=tuple(column for column in columns if column not in accesses.FIELDS),
        warning=decoded.warning,
    )
    unit = "element" if address_rows.is_one_line(text) else "line"
    return Reading(detected, lambda: _judged(_json_values(text), address_columns.ONAPI, today, unit))


def _csv_values(text: str, delimiter: str, header: address_headers.Header) -> Iterator[_Row]:
    rows = address_rows.csv_rows(text, delimiter)
    if header.is_row:
        next(rows)
    width, places = len(header.columns), tuple(header.places.items())
    for line, cells in rows:
        if isinstance(cells, str):
            yield line, {}, [accesses.Flaw("", "", cells)]
        elif len(cells) != width:
            reason = f"has {len(cells)} values, but the list has {width} columns"
            yield line, {}, [accesses.Flaw("", "", reason)]
        else:
            yield line, {column: cells[place] for column, place in places}, []


def _json_values(text: str) -> Iterator[_Row]:
    for line, element in address_rows.json_elements(text):
        if isinstance(element, dict):
            yield line, *_object_values(element)
        else:
            yield (
                line,
                {},
                [accesses.Flaw("", json.dumps(element), "is not an object with the fields of an access")],
            )


def _object_values(element: Mapping[str, object]) -> tuple[dict[str, str], list[accesses.Flaw]]:
    values: dict[str, str] = {}
    flaws: list[accesses.Flaw] = []
    for field, value in element.items():
        if field not in accesses.FIELDS or value is None:
            continue
        text = value if isinstance(value, str) else _number(field, value)
        if text is None:
            flaws.append(accesses.Flaw(field, json.dumps(value), "must be text"))
        else:
            values[field] = text
    return values, flaws


def _number(field: str, value: object) -> str | None:
    """Return the text of a number in a field that may be one, else None."""
    match field, value:
        case _, bool():  # which Python takes for an int
            return None
        case "priceGroup", int(number):
            return str(number)
        case "mduApartmentNumber", int(number):
            # As a number it has lost the 0 that 0901 begins with.
            return f"{number:04}"
        case _:
            return None


def _judged(
    rows: Iterator[_Row], layout: address_columns.Layout, today: date, unit: str = "line"
) -> Iterator[Record]:
    """Yield what each row comes to; the rows are of `layout`, and their first numbers count `unit`s."""
    lines: dict[str, int] = {}
    for line, values, unreadable in rows:
        if unreadable and not unreadable[0].field:
            yield _errors(line, unreadable, layout)
            continue
        raw, untranslatable = layout.translation(values, today)
        flaws = [*unreadable, *untranslatable]
        access_id = values.get("accessId", "").strip()
        if access_id in lines:
            flaws.append(accesses.Flaw("accessId", access_id, f"is already on {unit} {lines[access_id]}"))
        elif access_id:
            lines[access_id] = line
        access = accesses.read(raw)
        if isinstance(access, accesses.Access) and not flaws:
            yield access
        else:
            yield _errors(line, [*flaws, *(access if isinstance(access, list) else [])], layout)


def _errors(line: int, flaws: Iterable[accesses.Flaw], layout: address_columns.Layout) -> list[RowError]:
    """Return the flaws by the file's columns, the first of each: the later ones are consequences."""
    by_column: dict[str, RowError] = {}
    for flaw in flaws:
        column = layout.column_of.get(flaw.field, flaw.field)
        error = RowError(line, column, address_headers.shown(flaw.value), flaw.reason)
        by_column.setdefault(column, error)
    return list(by_column.values())


class Writer:
    """Writes a list piece by piece, for a source that gives some accesses at a time.

    `head`, then `pieces` as often as there are accesses, then `tail`.
    """

    def __init__(self, format: Format) -> None:  # noqa: A002 — the domain's word
        self._piece: Callable[[accesses.Access, bool], str]
        match format:
            case Format.ONAPI_CSV:
                self.head, self.tail, self._piece = _csv_line(accesses.FIELDS), "", _as_csv
            case Format.ONAPI_JSON:
                self.head, self.tail, self._piece = "[", "\n]\n", _as_json
            case _:
                raise errors.Invalid(
                    f"Address lists can be imported from {format} but not exported to it: it needs fields that"
                    f" ON-API does not have, and others would be lost. Export {Format.ONAPI_CSV} or"
                    f" {Format.ONAPI_JSON}."
                )
        self._first = True

    def pieces(self, listed: Iterable[accesses.Access]) -> Iterator[str]:
        """Yield the text of some more accesses."""
        for access in listed:
            yield self._piece(access, self._first)
            self._first = False

    def all(self, listed: Iterable[accesses.Access]) -> Iterator[str]:
        """Yield the whole file."""
        yield self.head
        yield from self.pieces(listed)
        yield self.tail


def _as_csv(access: accesses.Access, _first: bool) -> str:
    values = accesses.write(access)
    return _csv_line([values.get(field, "") for field in accesses.FIELDS])


def _as_json(access: accesses.Access, first: bool) -> str:
    element = {**accesses.write(access), "priceGroup": access.price_group}
    return ("\n" if first else ",\n") + json.dumps(element, ensure_ascii=False)


class _Echo:
    """A file for csv.writer that hands back each line, which the writer then returns."""

    def write(self, line: str) -> str:
        return line


_echo = csv.writer(_Echo(), lineterminator="\n")


def _csv_line(values: Iterable[str]) -> str:
    line: str = _echo.writerow(values)
    return line
