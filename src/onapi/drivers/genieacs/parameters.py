"""A device's parameters as GenieACS has them: objects by name, and values with the time when they were told. Pure.

Sources: GenieACS documentation, "API reference"; TR-069 amendment 6, appendix A.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_LAST_COUNT = 2**64
_LAST_INSTANCE = 256
"""So many instances of one object are looked at."""


@dataclass(frozen=True, slots=True)
class Node:
    """An object or a parameter; one that is not there has no parameters below it, and no value."""

    raw: Mapping[str, Any]
    told_at: datetime | None

    @classmethod
    def of(cls, raw: object, told_at: datetime | None) -> "Node":
        """Return what is there, if it is an object at all; `told_at` is for values that do not say it themselves."""
        return cls(raw if isinstance(raw, dict) else {}, told_at)

    def __bool__(self) -> bool:
        return bool(self.raw)

    def at(self, path: str) -> "Node":
        """Return what is below, such as `Stats.BytesSent`."""
        found: object = self.raw
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return Node.of(found, self.told_at)

    def instances(self, path: str) -> Iterator[tuple[int, "Node"]]:
        """Yield the numbered objects below, in the order of their numbers."""
        below = self.at(path).raw
        numbers = sorted(int(name) for name in below if name.isascii() and name.isdecimal() and len(name) < 10)
        for number in numbers[:_LAST_INSTANCE]:
            yield number, Node.of(below.get(str(number)), self.told_at)

    def text(self, path: str) -> str | None:
        """Return a text, None for one that is empty or not to be printed."""
        value = self.at(path).raw.get("_value")
        shown = value.strip() if isinstance(value, str) else ""
        return shown if shown and shown.isprintable() else None

    def count(self, path: str) -> int | None:
        """Return a whole number from 0, which some devices tell as text."""
        value = self.at(path).raw.get("_value")
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20:
            value = int(value)
        return value if type(value) is int and 0 <= value < _LAST_COUNT else None

    def number(self, path: str) -> int | None:
        """Return a whole number, which may be below 0."""
        value = self.at(path).raw.get("_value")
        if isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii() and len(value) <= 20:
            value = int(value)
        return value if type(value) is int else None

    def flag(self, path: str) -> bool | None:
        """Return a truth value, which some devices tell as text."""
        value = self.at(path).raw.get("_value")
        words = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
        return words.get(value) if isinstance(value, bool | str) else None

    def when(self, path: str) -> datetime | None:
        """Return when the device told a value."""
        return time(self.at(path).raw.get("_timestamp")) or self.told_at

    def since(self, path: str) -> datetime | None:
        """Return the moment that was as many seconds ago, when it was told, as a value says."""
        seconds, told = self.count(path), self.when(path)
        try:
            return told - timedelta(seconds=seconds) if told is not None and seconds is not None else None
        except OverflowError:
            return None


def time(value: object) -> datetime | None:
    """Return a moment as GenieACS writes it, 2026-11-24T11:58:00.000Z."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
