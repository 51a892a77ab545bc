"""What a check is, and how one is written down.

A chapter is a part of the standard, and a check is a function of a chapter that takes the server and yields what is
wrong:

    @CHAPTER.must(7, "An access that is not there is 404.", "common/responses.md, 404")
    def unknown(server: Server) -> Findings: ...

IDs such as ACC-007 never change their meaning; the number of a check that goes is not used again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from onapi.conformance.findings import Finding
from onapi.conformance.levels import Level, Reading
from onapi.conformance.server import Server

Findings = Iterator[Finding]
Look = Callable[[Server], Findings]


class More(TypedDict, total=False):
    """What a check may say beside its sentence; see `Check`."""

    reading: Reading
    since: str
    writes: bool
    deviation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A sentence of the standard in our words, where it stands, and the function that looks whether it is kept.

    `look` raises Nothing when there is nothing to look at. `reading` is None where both texts agree. `since` is the
    version of the standard that brought the sentence. `writes`: orders or tickets must be placed to see it.
    `looks_back`: it sends nothing, and looks at what the others were answered.
    `deviation` names the row of docs/reference/deviations.md that tells of it.
    """

    id: str
    level: Level
    says: str
    source: str
    look: Look = field(repr=False)
    endpoint: str | None
    chapter: str
    reading: Reading | None = None
    since: str = "2.4"
    writes: bool = False
    looks_back: bool = False
    deviation: str | None = None


@dataclass(slots=True)
class Chapter:
    """A part of the standard: the letters of its checks' IDs, its name, and the endpoint that it is about, if one."""

    letters: str
    name: str
    endpoint: str | None = None
    looks_back: bool = False
    checks: list[Check] = field(default_factory=list)

    def must(self, number: int, says: str, source: str, **more: Unpack[More]) -> Callable[[Look], Look]:
        """Write down a check whose failure is a failure of the server."""
        return self._noted(Level.MUST, number, says, source, more)

    def should(self, number: int, says: str, source: str, **more: Unpack[More]) -> Callable[[Look], Look]:
        """Write down a check whose failure is a warning."""
        return self._noted(Level.SHOULD, number, says, source, more)

    def contradictory(self, number: int, says: str, source: str, **more: Unpack[More]) -> Callable[[Look], Look]:
        """Write down a check of something of which the standard says two things."""
        return self._noted(Level.CONTRADICTORY, number, says, source, more)

    def _noted(self, level: Level, number: int, says: str, source: str, more: More) -> Callable[[Look], Look]:
        def note(look: Look) -> Look:
            self.checks.append(
                Check(
                    id=f"{self.letters}-{number:03}",
                    level=level,
                    says=says,
                    source=source,
                    look=look,
                    endpoint=self.endpoint,
                    chapter=self.name,
                    looks_back=self.looks_back,
                    **more,
                )
            )
            return look

        return note
