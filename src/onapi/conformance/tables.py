"""Fields of the standard as rows of a table, each of which becomes a check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.formats import Format
from onapi.conformance.levels import Level, Reading
from onapi.conformance.register import Chapter, Findings, Look
from onapi.conformance.server import Seen, Server


class Presence(Enum):
    """Whether a field has to be there: filled, there but perhaps empty, or not at all."""

    MANDATORY = "is mandatory, and not empty"
    MAY_BE_EMPTY = "is mandatory, and may be empty"
    OPTIONAL = "is optional"


MANDATORY, MAY_BE_EMPTY = Presence.MANDATORY, Presence.MAY_BE_EMPTY


@dataclass(frozen=True, slots=True)
class Field:
    """A field, its format in words and as a function, and where it stands."""

    number: int
    name: str
    words: str
    kind: Format
    presence: Presence = Presence.OPTIONAL
    section: str | None = None
    level: Level = Level.MUST
    since: str = "2.4"
    reading: Reading | None = None
    deviation: str | None = None


def declare(
    chapter: Chapter, page: str, what: str, objects: Callable[[Server], Iterable[Seen]], rows: Iterable[Field]
) -> None:
    """Make a check of each row: where an object has the field, it has the format; where it must have it, it has.

    Args:
        chapter: whose checks they become.
        page: where the fields stand in the standard.
        what: what has the fields, such as "An access".
        objects: finds the objects in the server's answers.
        rows: the fields.
    """
    for row in rows:
        note = {Level.MUST: chapter.must, Level.SHOULD: chapter.should}.get(row.level, chapter.contradictory)
        says = f"{what}: {row.name} {row.presence.value}; {row.words}."
        more: dict[str, Any] = {"since": row.since, "reading": row.reading, "deviation": row.deviation}
        note(row.number, says, f"{page}, {row.section or row.name}", **more)(_look(row, objects))


def _look(row: Field, objects: Callable[[Server], Iterable[Seen]]) -> Look:
    def look(server: Server) -> Findings:
        met = False
        for seen in objects(server):
            found = seen.value.get(row.name)
            if row.presence is Presence.OPTIONAL and found in (None, ""):
                # Whether null may stand for "absent" is a question of its own.
                continue
            met = True
            flaw = _flaw(row, seen.value)
            if flaw is not None:
                yield seen.wrong(f"{row.name} {flaw}")
        if not met:
            raise Nothing(f"No object that was shown has {row.name}.")

    return look


def _flaw(row: Field, value: dict[str, Any]) -> str | None:
    if row.name not in value:
        return "is not there"
    found = value[row.name]
    if found is None:
        return "is null"
    if found == "" and row.presence is Presence.MANDATORY:
        return "is empty"
    if found == "" and row.presence is Presence.MAY_BE_EMPTY:
        return None
    flaw = row.kind(found)
    return None if flaw is None else f"is {shown(found)}, which {flaw}"


def shown(value: Any) -> str:
    """Return a value as a sentence quotes it."""
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 80 else text[:77] + "…"


def expect(exchange: Any, status: int, what: str) -> Iterable[Finding]:
    """Yield a finding unless an exchange has a status."""
    if exchange.status != status:
        yield Finding(f"{what} was answered {exchange.status}, not {status}", exchange)
