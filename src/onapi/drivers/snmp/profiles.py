"""Which object of which kind of element says what, and how it is read; `profile_files` reads the files.

A profile is data. It is chosen by sysObjectID, and names for each reading the columns to ask for; what it has not,
its elements cannot tell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from onapi.drivers.contract import Manners, Unsupported
from onapi.drivers.snmp.quirks import QUIRKS

Value = int | bytes | str

_LONGEST_TEXT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table, or a single object, and how its values are read.

    `after` follows the index of an instance. A number is multiplied by `scale`, then goes through the `quirk`; or it
    is a word of `values`. The numbers of `absent` say that there is no value.
    """

    oid: str
    after: str = ""
    scale: float = 1.0
    quirk: str | None = None
    values: Mapping[int, bool | str] | None = None
    absent: frozenset[int] = frozenset()

    def instance(self, index: object) -> str:
        """Return the identifier of one row's value."""
        return f"{self.oid}.{index}{self.after}"

    def number(self, raw: Value | None) -> float | None:
        """Return a value as a number, None when it is none."""
        if not isinstance(raw, int) or raw in self.absent:
            return None
        # Whole numbers stay whole: a counter of 64 bits is more than a float can hold.
        scaled = round(raw * self.scale, 9) if self.scale != 1 else raw
        return QUIRKS[self.quirk](scaled) if self.quirk else scaled

    def count(self, raw: Value | None) -> int | None:
        """Return a value as a whole number from 0, None when it is none."""
        found = self.number(raw)
        return int(found) if found is not None and found >= 0 else None

    def word(self, raw: Value | None) -> bool | str | None:
        """Return what a value stands for: a word of `values`, or its text when there are none."""
        if self.values is None:
            return text(raw)
        return self.values.get(raw) if isinstance(raw, int) else None


Columns = tuple[Column, ...]
"""The same reading, in the order in which it is preferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optics:
    """Where the transceivers are.

    `index` is that of their rows: `interface` the ifIndex, `entity` the entPhysicalIndex of the port; or `sensors`
    for the sensors of ENTITY-SENSOR-MIB, which need no columns. Where `present` says no, there is no transceiver.
    """

    index: str
    present: Column | None = None
    columns: Mapping[str, Columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of stations or groups: the column whose rows are walked, what its values are, and what the index holds.

    `holds` is `interface` for an ifIndex or the name of a port, `any` for what is not read; the parts of the index
    are ip, mac, vlan, interface and any.
    """

    rows: str
    holds: str
    index: tuple[str, ...]
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of element; `macs` and `groups` are None, or `q-bridge` for the standard tables."""

    name: str
    vendor: str | None
    prefixes: tuple[str, ...]
    words: str | None
    model: re.Pattern[str] | None
    manners: Manners
    interface_types: frozenset[int]
    uptime_s: Columns
    link: Mapping[str, Columns]
    reset: Columns
    input: Mapping[str, Columns]
    output: Mapping[str, Columns]
    optics: Optics | None
    macs: str | None
    groups: str | Table | None
    bindings: Table | None

    def score(self, sys_object_id: str, description: str) -> int:
        """Return how well an element is described: 0 not at all, more for a longer prefix of its sysObjectID."""
        if self.words is not None and self.words not in description:
            return 0
        # A prefix ends where an arc ends: 2011.2.23 is not the beginning of 2011.2.239.
        found = [prefix for prefix in self.prefixes if f"{sys_object_id}.".startswith(f"{prefix}.")]
        return max((prefix.count(".") + 1 for prefix in found), default=0)

    def model_of(self, description: str | None) -> str | None:
        """Return the model that is named in sysDescr, None when none is."""
        found = self.model.search(description) if self.model and description else None
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """All profiles, by name."""

    profiles: Mapping[str, Profile]

    def named(self, name: str) -> Profile:
        """Return a profile.

        Raises:
            Unsupported: there is none of that name.
        """
        try:
            return self.profiles[name]
        except KeyError:
            known = ", ".join(sorted(self.profiles))
            raise Unsupported(f"There is no profile {name} for SNMP; there are {known}.") from None

    def best(self, sys_object_id: str, description: str) -> Profile | None:
        """Return the profile that suits an element best, None when none does; of equals it is the first by name."""
        scores = {name: profile.score(sys_object_id, description) for name, profile in sorted(self.profiles.items())}
        name = max(scores, key=lambda candidate: scores[candidate], default=None)
        return self.profiles[name] if name is not None and scores[name] else None


def first(columns: Columns, index: object, answer: Mapping[str, Value]) -> float | None:
    """Return the number in the first of some columns that has one."""
    numbers = (column.number(answer.get(column.instance(index))) for column in columns)
    return next((number for number in numbers if number is not None), None)


def first_count(columns: Columns, index: object, answer: Mapping[str, Value]) -> int | None:
    """Return the whole number from 0 in the first of some columns that has one."""
    counts = (column.count(answer.get(column.instance(index))) for column in columns)
    return next((count for count in counts if count is not None), None)


def first_word(columns: Columns, index: object, answer: Mapping[str, Value]) -> bool | str | None:
    """Return what the value in the first of some columns that has one stands for."""
    words = (column.word(answer.get(column.instance(index))) for column in columns)
    return next((word for word in words if word is not None), None)


def instances(columns: Columns, index: object) -> list[str]:
    """Return the identifiers of one row's values."""
    return [column.instance(index) for column in columns]


def text(raw: Value | None) -> str | None:
    """Return a value as text without what cannot be seen, None when nothing is left."""
    if isinstance(raw, bytes):
        raw = raw.decode("utf-8", "replace")
    if not isinstance(raw, str):
        return None
    seen = "".join(character for character in raw.replace("\r\n", " ") if character.isprintable())
    return seen.strip()[:_LONGEST_TEXT] or None
