"""Lists of the inventory as files: CSV of elements, or of ports, read row by row in constant memory."""

import csv
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from onapi import errors
from onapi.domain import address_files, address_headers, inventory
from onapi.domain.accesses import Flaw
from onapi.domain.address_lists import RowError
from onapi.domain.inventory import Element, Place

_BOM = "\ufeff"
_DELIMITERS = {",", ";"}
_HOW_TO_SAVE = "Save the list as CSV in UTF-8 (in Excel: “CSV UTF-8”) and send it again."


class Kind(StrEnum):
    """What a list is of."""

    ELEMENTS = "elements"
    PORTS = "ports"


Record: TypeAlias = tuple[int, Element] | tuple[int, Place] | list[RowError]
"""The line on which a row starts, from 1, and what it describes; or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Template:
    """How an identifier is made of its row, such as `{element} {port}`."""

    text: str
    columns: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the identifier, or "" when the row lacks one of the values."""
        if not all(values.get(column, "").strip() for column in self.columns):
            return ""
        return self.text.format_map({column: values[column].strip() for column in self.columns})


def template(text: str) -> Template:
    """Return what `text` says.

    Raises:
        Invalid: it is empty, or names what a list of ports does not have.
    """
    known = ("accessId", "element", "port", "cpe")
    listed = ", ".join(f"{{{column}}}" for column in known)
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        parts = [("", "", None, None)]
    named = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
    if not text.strip() or any(name not in known or spec or conversion for name, spec, conversion in named):
        raise errors.Invalid(f"The template {text!r} is no text with {listed} in it.")
    return Template(text, tuple(dict.fromkeys(name for name, _, _ in named)))


@dataclass(frozen=True, slots=True)
class Reading:
    """A list that is open for reading, once.

    `told` has our names of the fields of which the list tells; what it does not tell of stays as it is. `ignored`
    are the columns that are not read, spelt as in the file.
    """

    kind: Kind
    delimiter: str
    told: frozenset[str]
    ignored: tuple[str, ...]
    records: Iterator[Record]


def open_list(lines: Iterable[bytes], templates: Mapping[str, Template]) -> Reading:
    """Open the list whose lines these are; templates fill the identifiers that a row leaves empty, by column.

    Raises:
        Invalid: it is empty, not UTF-8, neither of elements nor of ports, or lacks what a template needs. What is
            not UTF-8 further on is found when it is read.
    """
    text = _Text(lines)
    first = next((line for line in text if line.strip()), None)
    if first is None:
        raise errors.Invalid("The list is empty.")
    delimiter = address_files.delimiter(first)
    if delimiter not in _DELIMITERS:
        raise errors.Invalid(f"The columns are separated by {delimiter!r}; a list has , or ; between them.")
    columns = _columns(first, delimiter)
    kind = _kind(columns)
    fields = inventory.ELEMENT_FIELDS if kind is Kind.ELEMENTS else inventory.PLACE_FIELDS
    places = _places(columns, fields)
    _check_templates(kind, places, templates)
    told = {fields[column] for column in (*places, *templates)}
    ignored = tuple(column for place, column in enumerate(columns) if column and place not in places.values())
    records = _records(text, delimiter=delimiter, kind=kind, width=len(columns), places=places, templates=templates)
    return Reading(kind, delimiter, frozenset(told), ignored, records)


def _columns(first: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of the first row, which is one line though quotation marks could make it many."""
    try:
        return tuple(cell.strip() for cell in next(csv.reader([first], delimiter=delimiter)))
    except csv.Error as fault:
        raise errors.Invalid(f"The first row of the list is not CSV: {fault}.") from fault


def _kind(columns: Sequence[str]) -> Kind:
    names = {column.lower() for column in columns}
    if "accessid" in names and "address" not in names:
        return Kind.PORTS
    if {"element", "address"} <= names and "accessid" not in names:
        return Kind.ELEMENTS
    raise errors.Invalid(
        "The first row must have the columns of a list of elements (element, address, …) or of a list of ports "
        f"(accessId, …); it has {_listed(columns)}."
    )


def _places(columns: Sequence[str], fields: Mapping[str, str]) -> dict[str, int]:
    names = [column.lower() for column in columns]
    counts = Counter(names)
    twins = [column for column in columns if column and counts[column.lower()] > 1]
    if twins:
        raise errors.Invalid(f"The list has more than one column of the same name: {_listed(twins)}.")
    return {column: names.index(column.lower()) for column in fields if column.lower() in names}


def _check_templates(kind: Kind, places: Mapping[str, int], templates: Mapping[str, Template]) -> None:
    if templates and kind is not Kind.PORTS:
        raise errors.Invalid("Templates make the identifiers of a list of ports; this is a list of elements.")
    lacking = {column for made in templates.values() for column in made.columns if column not in places}
    if lacking:
        raise errors.Invalid(f"The list lacks what a template needs: {_listed(sorted(lacking))}.")


class _Text:
    """The lines of a file as text; `number` is that of the last one that was read, from 1."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self.number = 0

    def __iter__(self) -> "_Text":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        try:
            text = line.decode()
        except UnicodeDecodeError as fault:
            raise errors.Invalid(f"Line {self.number} holds a byte that is not UTF-8. {_HOW_TO_SAVE}") from fault
        return text.removeprefix(_BOM) if self.number == 1 else text


def _records(
    text: _Text,
    *,
    delimiter: str,
    kind: Kind,
    width: int,
    places: Mapping[str, int],
    templates: Mapping[str, Template],
) -> Iterator[Record]:
    for line, cells in _rows(text, delimiter):
        if isinstance(cells, str):
            yield [RowError(line, "", "", cells)]
        elif len(cells) != width:
            yield [RowError(line, "", "", f"has {len(cells)} values, but the list has {width} columns")]
        else:
            values = {column: cells[place] for column, place in places.items()}
            yield _record(line, kind, values, templates)


def _record(line: int, kind: Kind, values: dict[str, str], templates: Mapping[str, Template]) -> Record:
    if kind is Kind.ELEMENTS:
        element = inventory.read_element(values)
        return _errors(line, element) if isinstance(element, list) else (line, element)
    for column, made in templates.items():
        if not values.get(column, "").strip():
            values[column] = made.filled(values)
    place = inventory.read_place(values)
    return _errors(line, place) if isinstance(place, list) else (line, place)


def _rows(text: _Text, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the line on which each row starts, and its cells or why it cannot be read; rows of blanks are skipped.

    Python limits a cell to 131,072 characters, which also ends the search for a quotation mark that nobody closed.
    """
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = text.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield line, f"is not CSV, perhaps for an unpaired quotation mark: {fault}"
        else:
            if any(map(str.strip, cells)):
                yield line, cells


def _errors(line: int, flaws: Iterable[Flaw]) -> list[RowError]:
    return [RowError(line, flaw.field, address_headers.shown(flaw.value), flaw.reason) for flaw in flaws]


def _listed(columns: Iterable[str]) -> str:
    named = [address_headers.shown(column) for column in columns if column]
    return ", ".join(named[:30]) + (" and more" if len(named) > 30 else "")
