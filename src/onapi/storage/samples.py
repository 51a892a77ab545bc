"""The five-minute samples: which element is read next, each port's last reading, and its highest rates.

What is kept, and why no more than that: docs/decisions/0019-samples.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from onapi.domain import samples as domain
from onapi.domain.inventory import Element
from onapi.domain.samples import Passed, Reading
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_encode = msgspec.json.Encoder().encode
_reading = msgspec.json.Decoder(Reading).decode
_passed = msgspec.json.Decoder(Passed).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An element whose counters are to be read, and its ports with their last readings; None: there is none."""

    element: Element
    ports: dict[str, Reading | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A reading of a port, and what passed before it; None: nobody knows."""

    element: str
    port: str
    reading: Reading
    passed: Passed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The highest rate that was seen, in bytes a second over five minutes, and when."""

    rate: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What is known of a port: what passed until `read_at`, and the peaks of some weeks; None is not known."""

    read_at: datetime | None = None
    passed: Passed | None = None
    input_peak: Peak | None = None
    output_peak: Peak | None = None


OfPort = tuple[str, str, datetime | None]
"""An element, a port of it, and from when on its peaks are wanted; None is from ever."""

UNSAMPLED = Sampled()
"""What is known of a port of which nothing is."""


async def claim(tx: Tx, *, most: int) -> list[Due]:
    """Take elements that are due, at most so many; nobody else takes them for the next five minutes."""
    rows = await _SQL["claim"].rows(tx, most=most, every=domain.INTERVAL)
    return [_due(row) for row in rows]


async def record(tx: Tx, taken: Sequence[Sample]) -> None:
    """Keep samples, with one statement; one that is older than what is kept changes nothing."""
    await _SQL["record"].run(
        tx,
        elements=[sample.element for sample in taken],
        ports=[sample.port for sample in taken],
        read_at=[sample.reading.read_at for sample in taken],
        counted=[_encode(sample.reading).decode() for sample in taken],
        passed=[_encode(sample.passed).decode() if sample.passed else None for sample in taken],
        input_rates=[sample.passed.input_rate if sample.passed else None for sample in taken],
        output_rates=[sample.passed.output_rate if sample.passed else None for sample in taken],
    )


async def of_ports(tx: Tx, wanted: Sequence[OfPort]) -> Mapping[OfPort, Sampled]:
    """Return what is known of ports."""
    elements, ports, since = zip(*wanted, strict=True)
    rows = await _SQL["of_ports"].rows(tx, elements=elements, ports=ports, since=since)
    return {wanted[row["number"] - 1]: _sampled(row) for row in rows}


async def forget(tx: Tx) -> None:
    """Remove what is older than it is kept."""
    await _SQL["forget_peaks"].run(tx)
    await _SQL["forget_samples"].run(tx)


def _due(row: Any) -> Due:
    ports, counted = row["ports"] or (), row["counted"] or ()
    return Due(
        element=Element(
            element=row["element"],
            address=row["address"],
            driver=row["driver"],
            credentials=row["credentials"],
            options=msgspec.json.decode(row["options"]),
        ),
        ports={port: _reading(told) if told is not None else None for port, told in zip(ports, counted, strict=True)},
    )


def _sampled(row: Any) -> Sampled:
    return Sampled(
        read_at=row["read_at"],
        passed=_passed(row["passed"]) if row["passed"] else None,
        input_peak=_peak(row["input_rate"], row["input_at"]),
        output_peak=_peak(row["output_rate"], row["output_at"]),
    )


def _peak(rate: int | None, at: datetime | None) -> Peak | None:
    return Peak(rate=rate, at=at) if rate is not None and at is not None else None
