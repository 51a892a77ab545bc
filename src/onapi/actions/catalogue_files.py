"""The catalogue as YAML, of which only the plain part is taken: no tags, no anchors, one document.

Unlike YAML 1.1, `no` and `2026-12-01` are text, and 149.90 is exact (docs/decisions/0011-catalogue-in-yaml.md).
"""

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal

import yaml

from onapi import errors
from onapi.domain import catalogue as domain
from onapi.domain.catalogue import Catalogue
from onapi.domain.catalogue_fields import Flaw, below

MAX_BYTES = 4 * 2**20
_DEEPEST = 8
_LONGEST_KEY = 255
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}\Z")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
# The parser in C is ten times as fast; not every platform has it.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(yaml.SafeDumper):
    """Writes amounts exactly, dates without quotes, and everything in full where it stands."""

    yaml_implicit_resolvers = {  # noqa: RUF012 — the library's own, less one
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_representer(
    Decimal, lambda dumper, amount: dumper.represent_scalar("tag:yaml.org,2002:float", f"{amount:.2f}")
)


def read(content: bytes) -> Catalogue | list[Flaw]:
    """Return the catalogue that a file holds, or everything that is wrong with it, with its lines.

    Raises:
        Invalid: it is no YAML, or YAML that no catalogue needs.
        TooLarge: it has more than MAX_BYTES.
    """
    document = _Document(content)
    found = domain.read(document.raw)
    if isinstance(found, Catalogue):
        return found
    placed = [dataclasses.replace(flaw, line=document.line(flaw.place)) for flaw in found]
    return sorted(placed, key=lambda flaw: flaw.line or 0)


def write(catalogue: Catalogue) -> str:
    """Return the file's text, which `read` reads back as the same."""
    return yaml.dump(
        domain.write(catalogue), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110, indent=2
    )


class _Document:
    """What the file holds, as `raw`, and the line of each place in it."""

    def __init__(self, content: bytes) -> None:
        self._lines: dict[str, int] = {}
        if len(content) > MAX_BYTES:
            raise errors.TooLarge(f"The catalogue has {len(content)} bytes; at most {MAX_BYTES} are taken.")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise errors.Invalid(f"Line {line} of the catalogue is not in UTF-8; save the file as UTF-8.") from error
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)
        try:
            self.raw = self._whole()
        except yaml.YAMLError as error:
            raise errors.Invalid(_not_yaml(error)) from error

    def line(self, place: str) -> int | None:
        """Return the line, from 1, of a place, or of what is around it when it is not there."""
        while place and place not in self._lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return self._lines.get(place)

    def _whole(self) -> object:
        raw: object = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused(event, "a second document begins; the catalogue is one")
                raw = self._value(next(self._events), "", 0)
        if not documents:
            raise errors.Invalid(
                "The catalogue is empty; a catalogue that sells nothing has types: [] and services: []."
            )
        return raw

    def _value(self, event: yaml.Event, place: str, depth: int) -> object:
        self._lines.setdefault(place, _line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refused(event, "anchors (&) and aliases (*) are not taken; write it out, or put text in quotes")
        if getattr(event, "tag", None) is not None:
            raise _refused(event, "tags (!) are not taken; put text in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] else event.value
        if depth == _DEEPEST:
            raise _refused(event, "this is too deep a structure for a catalogue")
        return (
            self._mapping(place, depth + 1)
            if isinstance(event, yaml.MappingStartEvent)
            else self._list(place, depth + 1)
        )

    def _list(self, place: str, depth: int) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, below(place, len(found)), depth))
        return found

    def _mapping(self, place: str, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or event.anchor is not None:
                raise _refused(event, "a key must be text")
            key = event.value
            if len(key) > _LONGEST_KEY:
                raise _refused(event, f"a key has at most {_LONGEST_KEY} characters")
            if key in found:
                raise _refused(event, f"{below(place, key)} is there twice")
            self._lines[below(place, key)] = _line(event)
            found[key] = self._value(next(self._events), below(place, key), depth)
        return found


def _scalar(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return Decimal(text) if _DECIMAL.match(text) else text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refused(event: yaml.Event, reason: str) -> errors.Invalid:
    return errors.Invalid(f"Line {_line(event)} of the catalogue: {reason}.")


def _not_yaml(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.MarkedYAMLError) and mark is not None:
        return f"Line {mark.line + 1} of the catalogue is not YAML: {error.problem}."
    return "The catalogue is not YAML: it holds a character that text cannot have."
