"""A file of YAML as places that know where they are, for whoever reads strictly and says what is wrong.

Only the plain part of YAML is taken: no tags, no anchors, one document; text stays text until a number is asked for.
"""

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import yaml

_MAX_BYTES = 256 * 1024
_DEEPEST = 8
_NULL = ("", "~", "null")
_FLAGS = {"true": True, "false": False}
_OID = re.compile(r"1\.3\.6\.1(\.(0|[1-9][0-9]{0,9})){1,60}\Z")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?(e[-+]?[0-9]{1,2})?\Z")
# The parser in C is ten times as fast; not every platform has it.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Flaw(ValueError):
    """Something is wrong in a file; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something in a file: text, None, a list of places, or places by name."""

    value: "str | list[Place] | dict[str, Place] | None"
    file: str
    line: int
    path: str
    quoted: bool = False

    def wrong(self, sentence: str) -> Flaw:
        """Return what to raise when the place is not as it should be."""
        return Flaw(f"{self.file}, line {self.line}: {self.path or 'the file'} {sentence}.")

    def fields(self, allowed: Collection[str]) -> "dict[str, Place]":
        """Return the places below by name, of which none may have another name."""
        if not isinstance(self.value, dict):
            raise self.wrong("should have names below it")
        for name, place in self.value.items():
            if name not in allowed:
                raise place.wrong(f"is not known; there are {', '.join(sorted(allowed))}")
        return self.value

    def items(self) -> "list[Place]":
        """Return a list's places; a place that is no list is the only one."""
        return self.value if isinstance(self.value, list) else [self]

    def text(self) -> str:
        """Return text."""
        if not isinstance(self.value, str):
            raise self.wrong("should be text")
        return self.value

    def choice(self, words: Collection[str]) -> str:
        """Return one of some words."""
        word = self.text()
        if word not in words:
            raise self.wrong(f"should be one of {', '.join(sorted(words))}, not {word}")
        return word

    def flag(self) -> bool | None:
        """Return true or false, None when it is neither."""
        return _FLAGS.get(self.value) if isinstance(self.value, str) and not self.quoted else None

    def number(self, least: float = -math.inf, most: float = math.inf) -> float:
        """Return a number in a range."""
        found = float(self.value) if isinstance(self.value, str) and _NUMBER.match(self.value) else math.nan
        if not least <= found <= most:
            raise self.wrong(f"should be a number from {least:g} to {most:g}")
        return found

    def whole(self, least: float = -(2**31), most: float = 2**63) -> int:
        """Return a whole number in a range."""
        found = self.number(least, most)
        if found != int(found):
            raise self.wrong("should be a whole number")
        return int(found)

    def oid(self) -> str:
        """Return an object identifier."""
        found = self.text()
        if not _OID.match(found):
            raise self.wrong(f"should be an object identifier such as 1.3.6.1.2.1.1.1, not {found[:80]}")
        return found


def read(file: str, content: bytes) -> Place:
    """Return a whole file.

    Raises:
        Flaw: it is no YAML, or more than plain YAML.
    """
    start = Place(None, file, 1, "")
    if len(content) > _MAX_BYTES:
        raise start.wrong(f"has {len(content)} bytes; at most {_MAX_BYTES} are taken")
    try:
        return _Reader(file, content.decode("utf-8-sig")).whole()
    except UnicodeDecodeError:
        raise start.wrong("is not in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Place(None, file, line, "").wrong(f"is not YAML: {error.problem}") from None
    except yaml.YAMLError:
        raise start.wrong("is not YAML: it holds a character that text cannot have") from None


class _Reader:
    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)

    def whole(self) -> Place:
        found: Place | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise self._at(event, "").wrong("is followed by a second document")
                found = self._place(next(self._events), "", 0)
        if found is None:
            raise Place(None, self._file, 1, "").wrong("is empty")
        return found

    def _at(self, event: yaml.Event, path: str) -> Place:
        return Place(None, self._file, event.start_mark.line + 1 if event.start_mark else 1, path)

    def _place(self, event: yaml.Event, path: str, depth: int) -> Place:
        where = self._at(event, path)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise where.wrong("has an anchor (&) or is an alias (*); write it out")
        if getattr(event, "tag", None) is not None:
            raise where.wrong("has a tag (!), which is not taken")
        if depth > _DEEPEST:
            raise where.wrong("is too deep a structure")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0]
            value = None if plain and event.value in _NULL else str(event.value)
            return Place(value, self._file, where.line, path, quoted=not plain)
        below = self._below if isinstance(event, yaml.MappingStartEvent) else self._list
        return Place(below(path, depth + 1), self._file, where.line, path)

    def _list(self, path: str, depth: int) -> list[Place]:
        found: list[Place] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._place(event, f"{path}[{len(found)}]", depth))
        return found

    def _below(self, path: str, depth: int) -> dict[str, Place]:
        found: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._at(event, path).wrong("has a name that is no text")
            name = f"{path}.{event.value}" if path else event.value
            if event.value in found:
                raise self._at(event, name).wrong("is there twice")
            found[event.value] = self._place(next(self._events), name, depth)
        return found
