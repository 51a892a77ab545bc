"""How characteristics, equipment and other things are written, where the seed and the standard differ."""

from collections.abc import Iterable

from onapi.conformance import formats
from onapi.conformance.findings import Nothing
from onapi.conformance.register import Findings
from onapi.conformance.server import Seen


def called(right: str, wrong: str, found: Iterable[Seen], none: str) -> Findings:
    """Find those of the objects that have a field under its wrong name.

    Raises:
        Nothing: none has it under either name; `none` begins the sentence.
    """
    for seen in _having({right, wrong}, found, f"{none} has {right}."):
        if wrong in seen.value:
            yield seen.wrong(f'has "{wrong}"')


def array_of_equipment(found: Iterable[Seen], none: str) -> Findings:
    """Find those whose equipment is no array; raises Nothing as `called`."""
    for seen in _having({"equipment"}, found, f"{none} has equipment."):
        if formats.objects(seen.value["equipment"]):
            yield seen.wrong("equipment is no array of objects")


def one_or_more_of_equipment(found: Iterable[Seen], none: str) -> Findings:
    """Find those whose equipment is neither an object nor an array of several; raises Nothing as `called`."""
    for seen in _having({"equipment"}, found, f"{none} has equipment."):
        given = seen.value["equipment"]
        if not isinstance(given, dict) and (formats.objects(given) or len(given) == 1):
            yield seen.wrong("equipment is neither an object nor an array of several")


def capitals(equipment: Iterable[Seen], none: str) -> Findings:
    """Find MAC addresses with small letters; raises Nothing as `called`."""
    for seen in _having({"macAddress"}, equipment, f"{none} has a macAddress."):
        given = seen.value["macAddress"]
        if isinstance(given, str) and given != given.upper():
            yield seen.wrong(f"macAddress is {given}")


def _having(names: set[str], found: Iterable[Seen], otherwise: str) -> list[Seen]:
    having = [seen for seen in found if names & seen.value.keys()]
    if not having:
        raise Nothing(otherwise)
    return having
