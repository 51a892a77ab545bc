"""Interleaved rounds: A B C, A B C …, so that a noisy machine is equally noisy to all, and only ratios are kept."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One contestant in one round: seconds and CPU seconds for one answer."""

    each_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How fast ours is as a part of the floor, in each round: the median, and the least and the most."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    `ours` and `floor` are medians in `unit`; the ratios are of speed and of CPU time, above 1 where ours is better.
    `aim` is what the ratio of speed should reach, or, with `floor` None, what `ours` should stay below.
    """

    what: str
    size: int
    ours: float
    floor: float | None
    unit: str
    speed: Ratio | None = None
    cpu: Ratio | None = None
    our_cpu_s: float | None = None
    floor_cpu_s: float | None = None
    aim: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None when there is none."""
        if self.aim is None:
            return None
        return self.speed.median >= self.aim if self.speed else self.ours < self.aim


def interleave(contestants: Mapping[str, Callable[[], Measured]]) -> dict[str, list[Measured]]:
    """Measure every contestant once a round, in order, and return what came of it by name."""
    measured: dict[str, list[Measured]] = {name: [] for name in contestants}
    for number in range(1, ROUNDS + 1):
        for name, measure in contestants.items():
            tell(f"round {number} of {ROUNDS}: {name}")
            measured[name].append(measure())
    return measured


def compared(
    ours: Sequence[Measured], floor: Sequence[Measured], *, what: str, size: int, unit: str, **more: object
) -> Row:
    """Return the row that sets ours against the floor; `unit` is "requests/s" or "s"."""
    return Row(
        what=what,
        size=size,
        ours=_shown(ours, unit),
        floor=_shown(floor, unit),
        unit=unit,
        speed=_ratio([f.each_s / o.each_s for o, f in zip(ours, floor, strict=True)]),
        cpu=_ratio([f.cpu_s / o.cpu_s for o, f in zip(ours, floor, strict=True)]),
        our_cpu_s=statistics.median(m.cpu_s for m in ours),
        floor_cpu_s=statistics.median(m.cpu_s for m in floor),
        **more,  # type: ignore[arg-type]  # aim and note
    )


def tell(sentence: str) -> None:
    """Say on a terminal's stderr what goes on."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{sentence}", end="", file=sys.stderr, flush=True)


def _shown(measured: Sequence[Measured], unit: str) -> float:
    each_s = statistics.median(m.each_s for m in measured)
    return each_s if unit == "s" else 1 / each_s


def _ratio(values: Sequence[float]) -> Ratio:
    return Ratio(statistics.median(values), min(values), max(values))
