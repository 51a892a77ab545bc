"""Profiles as files; docs/reference/snmp-profiles.md says what one holds.

A file is read strictly: what is not known is a flaw, and so is a column of a kind that its reading cannot be.
"""

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path

from onapi.drivers.contract import Manners
from onapi.drivers.readings import Traffic, Transceiver
from onapi.drivers.snmp import places
from onapi.drivers.snmp.places import Place
from onapi.drivers.snmp.profiles import Column, Columns, Optics, Profile, Shelf, Table
from onapi.drivers.snmp.quirks import QUIRKS

FOLDER = Path(__file__).parent / "profiles"

_SECTIONS = {
    "extends", "vendor", "match", "words", "model", "manners", "interface_types", "uptime_s",
    "link", "counters", "optics", "macs", "groups", "bindings",
}  # fmt: skip
_MERGED = ("manners", "link", "counters", "input", "output")


class _Kind(Enum):
    FLAG = "true or false, by values"
    WORD = "a word, by values or as it is"
    NUMBER = "a number"
    TEXT = "text"


_LINK = {
    "up": _Kind.FLAG,
    "admin_down": _Kind.FLAG,
    "full_duplex": _Kind.FLAG,
    "changed": _Kind.NUMBER,
    "speed_mbps": _Kind.NUMBER,
    "configured": _Kind.WORD,
}
_TRAFFIC = {field.name: _Kind.NUMBER for field in dataclasses.fields(Traffic)}
_OPTICS = {
    field.name: _Kind.NUMBER if "float" in str(field.type) else _Kind.TEXT
    for field in dataclasses.fields(Transceiver)
}
_INDEXES = ("interface", "entity", "sensors")
_PARTS = ("ip", "mac", "vlan", "interface", "any")
_STATION = {"mac": _Kind.TEXT, "ip": _Kind.TEXT, "vlan": _Kind.NUMBER, "left_s": _Kind.NUMBER}


@cache
def shipped() -> Shelf:
    """Return the profiles that come with onapi."""
    return shelf(FOLDER)


def shelf(*folders: Path) -> Shelf:
    """Return the profiles of some folders; of two with one name it is the one of the later folder.

    Raises:
        Flaw: a file is not as it should be.
    """
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}
    raw = {name: places.read(str(path.name), path.read_bytes()) for name, path in files.items()}
    return Shelf({name: _profile(name, _whole(name, raw, ())) for name in raw})


def _whole(name: str, raw: Mapping[str, Place], below: tuple[str, ...]) -> Place:
    """Return a profile's place with what it takes from the one that it extends."""
    place = raw[name]
    extends = place.fields(_SECTIONS).get("extends")
    if extends is None:
        return place
    base = extends.choice(raw)
    if base in (name, *below):
        raise extends.wrong("extends itself")
    return _merged(_whole(base, raw, (name, *below)), place)


def _merged(base: Place, place: Place) -> Place:
    """Return a place with what only its base has; of the sections that have many readings, reading by reading."""
    if not isinstance(base.value, dict) or not isinstance(place.value, dict):
        return place
    fields = dict(base.value)
    for name, own in place.value.items():
        fields[name] = _merged(fields[name], own) if name in _MERGED and name in fields else own
    return dataclasses.replace(place, value=fields)


def _profile(name: str, place: Place) -> Profile:
    fields = {section: found for section, found in place.fields(_SECTIONS).items() if found.value is not None}
    counters = _fields(fields, "counters", ("reset", "input", "output"))
    vendor, words = fields.get("vendor"), fields.get("words")
    macs = fields.get("macs")
    return Profile(
        name=name,
        vendor=vendor.text() if vendor else None,
        prefixes=tuple(item.oid() for item in _needed(place, fields, "match").items()),
        words=words.text() if words else None,
        model=_pattern(fields.get("model")),
        manners=_manners(_fields(fields, "manners", [field.name for field in dataclasses.fields(Manners)])),
        interface_types=frozenset(item.whole(1, 999) for item in _needed(place, fields, "interface_types").items()),
        uptime_s=_columns(_needed(place, fields, "uptime_s"), _Kind.NUMBER),
        link=_readings(fields.get("link"), _LINK),
        reset=_columns(counters["reset"], _Kind.NUMBER) if "reset" in counters else (),
        input=_readings(counters.get("input"), _TRAFFIC),
        output=_readings(counters.get("output"), _TRAFFIC),
        optics=_optics(fields.get("optics")),
        macs=macs.choice(["q-bridge"]) if macs else None,
        groups=_groups(fields.get("groups")),
        bindings=_bindings(fields.get("bindings")),
    )


def _needed(place: Place, fields: Mapping[str, Place], name: str) -> Place:
    if name not in fields:
        raise place.wrong(f"lacks {name}")
    return fields[name]


def _fields(fields: Mapping[str, Place], name: str, allowed: Collection[str]) -> dict[str, Place]:
    found = fields[name].fields(allowed) if name in fields else {}
    return {key: below for key, below in found.items() if below.value is not None}


def _manners(fields: Mapping[str, Place]) -> Manners:
    usual = Manners()
    return Manners(
        timeout_s=fields["timeout_s"].number(0.1, 10) if "timeout_s" in fields else usual.timeout_s,
        retries=fields["retries"].whole(0, 10) if "retries" in fields else usual.retries,
        instances=fields["instances"].whole(1, 100) if "instances" in fields else usual.instances,
        repetitions=fields["repetitions"].whole(1, 100) if "repetitions" in fields else usual.repetitions,
    )


def _pattern(place: Place | None) -> re.Pattern[str] | None:
    if place is None:
        return None
    try:
        pattern = re.compile(place.text())
    except re.error as error:
        raise place.wrong(f"is no regular expression: {error}") from None
    if pattern.groups != 1:
        raise place.wrong("should have one group, which is the model")
    return pattern


def _readings(place: Place | None, kinds: Mapping[str, _Kind]) -> dict[str, Columns]:
    if place is None:
        return {}
    return {
        name: _columns(below, kinds[name]) for name, below in place.fields(kinds).items() if below.value is not None
    }


def _columns(place: Place, kind: _Kind) -> Columns:
    return tuple(_column(item, kind) for item in place.items())


def _column(place: Place, kind: _Kind) -> Column:
    fields = place.fields(("oid", "after", "scale", "quirk", "values", "absent"))
    column = Column(
        oid=_needed(place, fields, "oid").oid(),
        after=_after(fields.get("after")),
        scale=fields["scale"].number(1e-15, 1e15) if "scale" in fields else 1.0,
        quirk=fields["quirk"].choice(QUIRKS) if "quirk" in fields else None,
        values=_values(fields.get("values")),
        absent=frozenset(item.whole() for item in fields["absent"].items()) if "absent" in fields else frozenset(),
    )
    if not _fits(column, kind):
        raise place.wrong(f"should be {kind.value}")
    return column


def _fits(column: Column, kind: _Kind) -> bool:
    is_number = column.scale != 1 or column.quirk is not None or bool(column.absent)
    kinds = {type(value) for value in (column.values or {}).values()}
    match kind:
        case _Kind.FLAG:
            return kinds == {bool} and not is_number
        case _Kind.WORD:
            return bool not in kinds and not is_number
        case _Kind.NUMBER:
            return column.values is None
        case _Kind.TEXT:
            return column.values is None and not is_number


def _after(place: Place | None) -> str:
    return "".join(f".{item.whole(0, 2**32 - 1)}" for item in place.items()) if place else ""


def _values(place: Place | None) -> dict[int, bool | str] | None:
    if place is None:
        return None
    if not isinstance(place.value, dict) or not place.value:
        raise place.wrong("should have what the numbers stand for, such as {1: true, 2: false}")
    found: dict[int, bool | str] = {}
    for number, below in place.value.items():
        flag = below.flag()
        found[dataclasses.replace(below, value=number).whole()] = below.text() if flag is None else flag
    return found


def _optics(place: Place | None) -> Optics | None:
    if place is None:
        return None
    fields = place.fields(("index", "present", *_OPTICS))
    index = _needed(place, fields, "index").choice(_INDEXES)
    columns = {name: _columns(below, _OPTICS[name]) for name, below in fields.items() if name in _OPTICS}
    if (index == "sensors") == bool(columns):
        raise place.wrong("should have columns, or else the index sensors, which has none")
    present = _column(fields["present"], _Kind.FLAG) if "present" in fields else None
    return Optics(index=index, present=present, columns=columns)


def _groups(place: Place | None) -> str | Table | None:
    if place is None or not isinstance(place.value, dict):
        return place.choice(["q-bridge"]) if place else None
    table = _table(place)
    _require(place, table, ("ip", "interface"))
    return table


def _bindings(place: Place | None) -> Table | None:
    if place is None:
        return None
    table = _table(place)
    _require(place, table, ("ip", "mac", "interface"))
    return table


def _table(place: Place) -> Table:
    fields = place.fields(("rows", "holds", "index", "columns"))
    below = _fields(fields, "columns", _STATION)
    return Table(
        rows=_needed(place, fields, "rows").oid(),
        holds=_needed(place, fields, "holds").choice(("interface", "any")),
        index=tuple(item.choice(_PARTS) for item in _needed(place, fields, "index").items()),
        columns={name: _column(found, _STATION[name]) for name, found in below.items()},
    )


def _require(place: Place, table: Table, parts: Iterable[str]) -> None:
    known = {*table.index, *table.columns, table.holds}
    lacks = [part for part in parts if part not in known]
    if lacks:
        raise place.wrong(f"does not say where to find {' and '.join(lacks)}")
