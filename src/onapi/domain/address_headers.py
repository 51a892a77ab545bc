"""The header of an address list in CSV: which format it tells of, and where each column stands."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from onapi import errors
from onapi.domain import address_columns


class Format(StrEnum):
    """The formats an address list can be in."""

    ONAPI_CSV = "onapi-csv"
    ONAPI_JSON = "onapi-json"
    PI_1_0 = "pi-1.0"
    PI_1_1 = "pi-1.1"
    MDB2 = "mdb2"


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one file.

    `columns` are spelt as in the file, and are the format's own when it has no header (`is_row` is then
    False). `places` tells at which index of a row each column that is read stands, by the layout's name.
    """

    format: Format
    columns: tuple[str, ...]
    is_row: bool
    places: Mapping[str, int]

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(self.columns[place] for place in sorted(self.places.values()))

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that have a name and are not read."""
        read = set(self.places.values())
        return tuple(column for place, column in enumerate(self.columns) if column and place not in read)


LAYOUTS: Mapping[Format, address_columns.Layout] = {
    Format.ONAPI_CSV: address_columns.ONAPI,
    Format.ONAPI_JSON: address_columns.ONAPI,
    Format.PI_1_0: address_columns.PI,
    Format.PI_1_1: address_columns.PI,
    Format.MDB2: address_columns.MDB2,
}
_PI_ORDERS: Mapping[Format, Sequence[str]] = {
    Format.PI_1_0: address_columns.PI_1_0_ORDER,
    Format.PI_1_1: address_columns.PI_1_1_ORDER,
}
_ONLY_IN_PI = {"outletid", "option82", "activationdate", "salesstartdate"}
_ONLY_IN_PI_1_1 = {"portspeed", "iptv", "rfof"}
_KNOWN = {column.lower() for layout in LAYOUTS.values() for column in layout.columns} | _ONLY_IN_PI
# One value of an address may well be the word "city" or "outlet"; three of them are not.
_NAMES_OF_A_HEADER = 3
_SHOWN_MAX = 60


def understand(first_row: Sequence[str], wanted: Format | None) -> Header:
    """Return what the first row of a file tells, read as `wanted` or as the format that it looks like.

    Names are compared without regard to case and surrounding blanks.

    Raises:
        Invalid: a column is there twice, or a mandatory one is not.
    """
    found = tuple(cell.strip() for cell in first_row)
    names = [column.lower() for column in found]
    is_row = sum(name in _KNOWN for name in names) >= _NAMES_OF_A_HEADER
    format = wanted or _guess(set(names), len(names), is_row=is_row)  # noqa: A001 — the domain's word
    if format in _PI_ORDERS and not is_row:
        return _by_position(found, format)
    _refuse_twins(found, names)
    layout = LAYOUTS[format]
    _refuse_gaps(found, set(names), layout, format)
    places = {column: names.index(column.lower()) for column in layout.columns if column.lower() in names}
    return Header(format, found, is_row=True, places=places)


def shown(value: str) -> str:
    """Return `value` for a message: at most 60 characters, each of them printable."""
    short = value if len(value) <= _SHOWN_MAX else value[: _SHOWN_MAX - 1] + "…"
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in short)


def _guess(names: set[str], width: int, *, is_row: bool) -> Format:
    if "coid" in names:
        return Format.MDB2
    if is_row and names & _ONLY_IN_PI:
        return Format.PI_1_1 if names & _ONLY_IN_PI_1_1 else Format.PI_1_0
    if not is_row:
        for format, order in _PI_ORDERS.items():  # noqa: A001 — the domain's word
            if width == len(order):
                return format
    return Format.ONAPI_CSV


def _by_position(found: Sequence[str], format: Format) -> Header:  # noqa: A002 — the domain's word
    order = tuple(_PI_ORDERS[format])
    if len(found) != len(order):
        raise errors.Invalid(
            f"The address list has no header, and {len(found)} columns; {format} has {len(order)}."
            f" The first row is: {_listed(found)}."
        )
    places = {column: order.index(column) for column in LAYOUTS[format].columns}
    return Header(format, order, is_row=False, places=places)


def _refuse_twins(found: Sequence[str], names: Sequence[str]) -> None:
    counts = Counter(names)
    twins = [column for column, name in zip(found, names, strict=True) if name and counts[name] > 1]
    if twins:
        raise errors.Invalid(f"The address list has more than one column of the same name: {_listed(twins)}.")


def _refuse_gaps(
    found: Sequence[str],
    names: set[str],
    layout: address_columns.Layout,
    format: Format,  # noqa: A002 — the domain's word
) -> None:
    missing = [column for column in layout.mandatory if column.lower() not in names]
    if missing:
        raise errors.Invalid(
            f"The address list lacks the column {', '.join(missing)}, which {format} needs."
            f" Its columns are: {_listed(found)}."
        )


def _listed(columns: Iterable[str]) -> str:
    """Return the columns for a message; a file without a header may have hundreds of long ones."""
    named = [shown(column) for column in columns if column]
    return ", ".join(named[:30]) + (" and more" if len(named) > 30 else "")
