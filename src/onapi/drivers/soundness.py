"""What a reading must be to be believed; used by the contract's checks."""

import dataclasses
import ipaddress
import math
import re
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from onapi.drivers.readings import Counters

_MAC = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}\Z")
# Clocks of machines differ by this much without anybody noticing.
_SLACK = timedelta(minutes=5)
_RANGES: Mapping[str, tuple[float, float]] = {
    "rx_dbm": (-100, 50),
    "tx_dbm": (-100, 50),
    "temperature_c": (-100, 250),
    "bias_ma": (0, 5000),
    "supply_v": (0, 60),
    "vlan": (1, 4094),
    "speed_mbps": (1, 10_000_000),
}
_TECHS = ("bb", "iptv", "voip", "unknown")


def complaints(reading: Any, where: str) -> list[str]:
    """Return what is wrong with a reading, or some of them; nothing when it can be believed."""
    return list(_wrong(reading, where))


def claims(reading: Any, where: str, *, texts: bool = True) -> list[str]:
    """Return what a reading says beyond vendors and models; of an element that said nothing, it is made up.

    Without `texts` only what is no text counts.
    """
    if dataclasses.is_dataclass(reading) and not isinstance(reading, type):
        found = []
        for field in dataclasses.fields(reading):
            if field.name not in ("read_at", "vendor", "model"):
                found += claims(getattr(reading, field.name), f"{where}.{field.name}", texts=texts)
        return found
    if isinstance(reading, Mapping):
        return [
            claim for name, below in reading.items() for claim in claims(below, f"{where}[{name!r}]", texts=texts)
        ]
    if isinstance(reading, tuple):
        return [
            claim for place, below in enumerate(reading) for claim in claims(below, f"{where}[{place}]", texts=texts)
        ]
    is_claim = reading is not None and (texts or not isinstance(reading, str))
    return [f"{where} is {reading!r}, which the element did not say"] if is_claim else []


def backwards(earlier: Counters, later: Counters) -> list[str]:
    """Return the counts that went backwards between two readings, unless the counters began anew."""
    if earlier.reset_at != later.reset_at:
        return []
    found = []
    for way in ("input", "output"):
        before, after = dataclasses.asdict(getattr(earlier, way)), dataclasses.asdict(getattr(later, way))
        names = [name for name, count in after.items() if None not in (count, before[name]) and count < before[name]]
        found += [f"counters().{way}.{name} went backwards" for name in names]
    return found


def _wrong(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _wrong(below, f"{where}[{name!r}]")
    elif isinstance(value, tuple):
        for place, below in enumerate(value):
            yield from _wrong(below, f"{where}[{place}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _wrong_fields(value, where)


def _wrong_fields(reading: Any, where: str) -> Iterator[str]:
    kinds = typing.get_type_hints(type(reading))
    for field in dataclasses.fields(reading):
        value, at = getattr(reading, field.name), f"{where}.{field.name}"
        if not _is(value, kinds[field.name]):
            yield f"{at} is {value!r}, which is not {kinds[field.name]}"
        elif value is not None:
            yield from _unbelievable(field.name, value, at)
            yield from _wrong(value, at)
    if {"packets", "unicast"} <= kinds.keys():
        yield from _miscounted(reading, where)


def _unbelievable(name: str, value: Any, at: str) -> Iterator[str]:
    if isinstance(value, str):
        yield from _wrong_text(name, value, at)
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            yield f"{at} has no time zone"
        elif name != "end" and value > datetime.now(UTC) + _SLACK:
            yield f"{at} is {value}, which is yet to come"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        least, most = _RANGES.get(name, (0, 2**64 - 1))
        if not least <= value <= most or not math.isfinite(value):
            yield f"{at} is {value}, which is not within {least:g} and {most:g}"


def _wrong_text(name: str, value: str, at: str) -> Iterator[str]:
    if not value.strip() or not value.isprintable():
        yield f"{at} is {value!r}; what is not known is None, and what is is printable"
    elif name == "mac" and not _MAC.match(value):
        yield f"{at} is {value!r}, which is not of the form AA:BB:CC:DD:EE:FF"
    elif name == "ip" and not _is_network(value):
        yield f"{at} is {value!r}, which is neither an IP address nor a prefix"
    elif name == "multicast" and not (_MAC.match(value) or _is_ip(value)):
        yield f"{at} is {value!r}, which is neither an IP address nor one on Ethernet"
    elif name == "tech" and value not in _TECHS:
        yield f"{at} is {value!r}, which is none of {', '.join(_TECHS)}"


def _miscounted(traffic: Any, where: str) -> Iterator[str]:
    parts = [count for count in (traffic.unicast, traffic.multicast, traffic.broadcast) if isinstance(count, int)]
    if isinstance(traffic.packets, int) and sum(parts) > traffic.packets:
        yield f"{where} has more packets of the three kinds than packets"


def _is(value: Any, kind: Any) -> bool:
    """Return whether a value is of an annotated kind; a truth value is no number, a whole number is a real one."""
    if isinstance(kind, types.UnionType):
        return any(_is(value, one) for one in typing.get_args(kind))
    origin = typing.get_origin(kind)
    if origin is tuple:
        return isinstance(value, tuple) and all(_is(one, typing.get_args(kind)[0]) for one in value)
    if kind is type(None):
        return value is None
    if kind in (int, float):
        return isinstance(value, int | kind) and not isinstance(value, bool)
    return isinstance(value, origin or kind)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
