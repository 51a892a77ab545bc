"""What an SP may be shown when, as far as whoever grants and revokes can tell from outside."""

import math
import time
from dataclasses import dataclass


@dataclass(slots=True)
class _Span:
    begin: float
    end: float


class View:
    """The populations of one SP over time; None is every population, and accesses without one.

    Times are `time.monotonic()`. A span begins before its grant is sent and ends after its revocation is committed,
    so what falls outside all spans must certainly not be shown.
    """

    def __init__(self, *populations: str | None) -> None:
        self._spans: dict[str | None, list[_Span]] = {
            population: [_Span(-math.inf, math.inf)] for population in populations or (None,)
        }

    def granting(self, population: str | None) -> None:
        """Note that a grant is about to be sent."""
        self._spans.setdefault(population, []).append(_Span(time.monotonic(), math.inf))

    def revoked(self, population: str | None) -> None:
        """Note that the end of the newest grant, or its rollback, is done."""
        self._spans[population][-1].end = time.monotonic()

    def may_show(self, population: str | None, asked_at: float, answered_at: float) -> bool:
        """Return whether a live access of `population` may be in an answer given between two moments."""
        return any(
            span.begin <= answered_at and asked_at <= span.end
            for granted in {population, None}
            for span in self._spans.get(granted, ())
        )

    def ever(self, population: str | None) -> bool:
        """Return whether anything of `population` may ever have been shown."""
        return population in self._spans or None in self._spans
