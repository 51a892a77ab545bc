"""Values out of a catalogue's file, each checked, and everything that is wrong with them."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from onapi import errors
from onapi.domain import moments

Word = TypeVar("Word", bound=StrEnum)

TEXT_MAX = 255
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LAST_YEAR = 9998
_BROKEN = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, half characters, and line breaks."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why one value of the file is refused; `value` as far as it can be shown in a line, `line` None if not known."""

    place: str
    value: str
    reason: str
    line: int | None = None


def below(place: str, key: str | int) -> str:
    """Return where a mapping's key, or a list's number from 0, is: `services[3].down`."""
    if isinstance(key, int):
        return f"{place}[{key}]"
    return f"{place}.{key}" if place else key


def shown(value: object) -> str:
    """Return a value of the file as it can be shown in a line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:60] + "…")
    named = {list: "a list", dict: "a mapping", type(None): "nothing"}
    return named.get(type(value)) or str(value)


def text_flaw(value: object) -> str | None:
    """Return why a value is not text of the catalogue, or None when it is."""
    if not isinstance(value, str):
        return "must be text; put it in quotes"
    if not value:
        return "must not be empty"
    if len(value) > TEXT_MAX:
        return f"is {len(value)} characters long; {TEXT_MAX} are allowed"
    if any(unicodedata.category(character) in _BROKEN for character in value):
        return "holds a control character, such as a line break"
    return "begins or ends with a blank" if value != value.strip() else None


class Fields:
    """One mapping of the file: hands out its values, and adds what is wrong with them to `flaws`.

    What a method returns for a wrong value is of the right type, and means nothing.
    """

    def __init__(self, raw: object, place: str, flaws: list[Flaw], known: tuple[str, ...]) -> None:
        self._raw: Mapping[str, object] = raw if isinstance(raw, dict) else {}
        self._is_mapping = isinstance(raw, dict)
        self._flaws = flaws
        self.place = place
        if not self._is_mapping:
            self._refuse(place or "the file", raw, f"must be a mapping with {', '.join(known)}")
        for key, value in self._raw.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                advice = f"did you mean {near[0]}?" if near else "there are " + ", ".join(known)
                self._refuse(below(place, key), value, f"is not known here; {advice}")
            elif value is None:
                self._refuse(below(place, key), value, "has no value; give it one, or leave it out")

    def flaw(self, key: str, reason: str) -> None:
        """Add a flaw of a value that has the right form."""
        self._refuse(below(self.place, key), self._raw.get(key), reason)

    def needs(self, *keys: str) -> None:
        """See that these are there."""
        for key in keys:
            if self._is_mapping and key not in self._raw:
                self._flaws.append(Flaw(below(self.place, key), "", "is missing"))

    def is_empty(self, key: str) -> bool:
        """Return whether an empty list is there."""
        return self._raw.get(key) == []

    def text(self, key: str) -> str:
        """Return text, or an empty one when it is not there."""
        value = self._raw.get(key)
        if value is None:
            return ""
        reason = text_flaw(value)
        if reason or not isinstance(value, str):
            self.flaw(key, reason or "")
            return ""
        return value

    def word(self, key: str, words: type[Word]) -> Word:
        """Return one of a list of words, the first when it is not there."""
        value = self._raw.get(key)
        allowed = list(words)
        if isinstance(value, str) and value in allowed:
            return words(value)
        if value is not None:
            self.flaw(key, "must be one of " + ", ".join(allowed))
        return allowed[0]

    def flag(self, key: str) -> bool:
        """Return true or false, false when it is not there."""
        value = self._raw.get(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.flaw(key, "must be true or false")
        return False

    def number(self, key: str, what: str, least: int, most: int) -> int | None:
        """Return a whole number, None when it is not there; `what` says what it counts, for the reason."""
        value = self._raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.flaw(key, f"must be {what}: a whole number from {least} to {most}")
            return None
        return value

    def amount(self, key: str) -> Decimal:
        """Return an amount of money with two decimals, 0 when it is not there."""
        value = self._raw.get(key)
        if value is None:
            return Decimal(0)
        exact = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
        if (
            exact is None
            or not exact.is_finite()
            or not 0 <= exact < 10**10
            or exact != exact.quantize(Decimal("0.01"))
        ):
            self.flaw(key, "must be an amount such as 149 or 149.50: 0 or more, at most two decimals after a point")
            return Decimal(0)
        # A zero may have a sign.
        return abs(exact.quantize(Decimal("0.01")))

    def day(self, key: str) -> date | None:
        """Return a date, None when it is not there."""
        value = self._raw.get(key)
        if value is None:
            return None
        day = _day(value)
        if day is None:
            self.flaw(key, "must be a date such as 2026-12-01")
        return day

    def moment(self, key: str) -> datetime | None:
        """Return a moment in UTC, None when it is not there; a date is its first moment."""
        value = self._raw.get(key)
        if value is None:
            return None
        day = _day(value)
        if day is not None:
            return datetime.combine(day, time(), UTC)
        try:
            return moments.read(key, value if isinstance(value, str) else "")
        except errors.Invalid:
            self.flaw(key, "must be a date such as 2026-12-01, or such as 2026-12-01T08:00:00Z")
            return None

    def items(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield the places and values of a list, which may be absent."""
        value = self._raw.get(key)
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield below(below(self.place, key), number), item
        elif value is not None:
            self.flaw(key, "must be a list: each item on a line of its own after a dash, or [in, brackets]")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when it is not there."""
        found = []
        for place, item in self.items(key):
            reason = text_flaw(item)
            if isinstance(item, str) and not reason:
                found.append(item)
            else:
                self._refuse(place, item, reason or "")
        return tuple(found)

    def names(self, key: str, absent: str) -> tuple[str, ...] | None:
        """Return different texts in order, None when they are not there; `absent` says what that means."""
        if self._raw.get(key) is None:
            return None
        found = self.texts(key)
        if self.is_empty(key):
            self.flaw(key, f"is an empty list; leave it out for {absent}")
        for name, count in Counter(found).items():
            if count > 1:
                self.flaw(key, f"has {shown(name)} {count} times")
        return tuple(sorted(found))

    def pairs(self, key: str) -> Iterator[tuple[str, str, object]]:
        """Yield the keys, places and values of a mapping, which may be absent."""
        value = self._raw.get(key)
        if isinstance(value, dict):
            for name, item in value.items():
                yield name, below(below(self.place, key), name), item
        elif value is not None:
            self.flaw(key, "must be a mapping")

    def _refuse(self, place: str, value: object, reason: str) -> None:
        self._flaws.append(Flaw(place, shown(value), reason))


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.year <= _LAST_YEAR else None
