"""What passed through a port between two readings of its counters, five minutes apart. Pure.

A counter only grows, but for three things: it wraps at 32 or 64 bits, it begins anew, or the element does. And what
is measured with two clocks, ours and the element's, is wrong when either of them is set. What cannot be known for
certain is None, never a guess: the next five minutes are soon over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

INTERVAL = timedelta(minutes=5)
"""How far readings are apart."""

_SHORTEST = INTERVAL - timedelta(minutes=1)
_LONGEST = INTERVAL + timedelta(minutes=1)
_STALE = INTERVAL + timedelta(minutes=2)
# The element's clock is told in hundredths of a second, and what it tells travels.
_STEADY = timedelta(seconds=5)
_BITS_32 = 2**32
_BITS_64 = 2**64
# Of bytes, 400 Gbit/s; whatever else is counted is counted less often.
_MOST_A_SECOND = 50_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The counters of a port by name, as they were at `read_at`; what the element does not count is not there.

    `reset_at` is when they last began at zero, None when the element does not say.
    """

    read_at: datetime
    reset_at: datetime | None = None
    input: Mapping[str, int] = field(default_factory=dict)
    output: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What passed within `seconds`, by the names of the counters; what nobody knows is not there."""

    seconds: float
    input: Mapping[str, int]
    output: Mapping[str, int]

    @property
    def input_rate(self) -> int | None:
        """Bytes a second, from the customer."""
        return self._rate(self.input)

    @property
    def output_rate(self) -> int | None:
        """Bytes a second, to the customer."""
        return self._rate(self.output)

    def _rate(self, way: Mapping[str, int]) -> int | None:
        return round(way["bytes"] / self.seconds) if "bytes" in way else None


def passed(before: Reading | None, after: Reading) -> Passed | None:
    """Return what passed between two readings; None when they are not five minutes apart, or cannot be compared."""
    if before is None or not _SHORTEST <= after.read_at - before.read_at <= _LONGEST:
        return None
    moved = after.reset_at - before.reset_at if after.reset_at and before.reset_at else None
    if moved is not None and abs(moved) > _STEADY:
        # The counters began anew, or the element did, or one of the clocks was set.
        return None
    pairs = [*_pairs(before.input, after.input), *_pairs(before.output, after.output)]
    fell = [new < old for _, old, new in pairs if old]
    # They may have been cleared without a word. Then all of them fall, while one that wraps falls alone.
    if any(fell) and (moved is None or all(fell)):
        return None
    seconds = (after.read_at - before.read_at).total_seconds()
    return Passed(
        seconds=seconds,
        input=_differences(before.input, after.input, seconds),
        output=_differences(before.output, after.output, seconds),
    )


def is_recent(read_at: datetime, now: datetime) -> bool:
    """Return whether what passed before a reading is of the last five minutes, or nearly."""
    return now - _STALE <= read_at <= now + _STEADY


def _pairs(before: Mapping[str, int], after: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Return the counters that both readings have: name, old and new."""
    return [(name, before[name], new) for name, new in after.items() if name in before]


def _differences(before: Mapping[str, int], after: Mapping[str, int], seconds: float) -> dict[str, int]:
    found = {name: _difference(old, new) for name, old, new in _pairs(before, after)}
    most = seconds * _MOST_A_SECOND
    return {name: count for name, count in found.items() if count is not None and count <= most}


def _difference(old: int, new: int) -> int | None:
    """Return how far a counter went, which may have wrapped; None when it went more than half way round."""
    if new >= old:
        return new - old
    ring = _BITS_32 if old < _BITS_32 else _BITS_64
    count = new - old + ring
    return count if 0 <= count < ring // 2 else None
