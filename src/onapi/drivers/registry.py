"""Which drivers there are: our own and strangers', by the entry point group `onapi.drivers`.

A package brings a driver by naming its class in that group; installed beside onapi, it is there on the next start:

    [project.entry-points."onapi.drivers"]
    acme = "acme_onapi:AcmeDriver"
"""

import functools
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from onapi.drivers.contract import VERSION, Driver, Unsupported

GROUP = "onapi.drivers"

_OWN = "onapi"


@dataclass(frozen=True, slots=True)
class Registry:
    """The drivers by name, and of those that cannot be used, a sentence that says why."""

    drivers: Mapping[str, type[Driver]]
    refused: Mapping[str, str]

    def named(self, name: str) -> type[Driver]:
        """Return a driver's class.

        Raises:
            Unsupported: there is none of that name, or it cannot be used; the sentence says why.
        """
        driver = self.drivers.get(name)
        if driver is None:
            known = ", ".join(sorted(self.drivers))
            raise Unsupported(self.refused.get(name) or f"There is no driver {name}; there are {known}.")
        return driver

    def best(self, sys_object_id: str, description: str) -> str | None:
        """Return the name of the driver that suits such an element best, None when none does.

        Of equals it is the first by name.
        """
        scores = {name: driver.match(sys_object_id, description) for name, driver in sorted(self.drivers.items())}
        name = max(scores, key=lambda candidate: scores[candidate], default=None)
        return name if name is not None and scores[name] > 0 else None


@functools.cache
def installed() -> Registry:
    """Return the drivers of this installation; looked for once, as they do not come and go while a program runs."""
    return read(entry_points(group=GROUP))


def read(points: Iterable[EntryPoint]) -> Registry:
    """Return the drivers of these entry points; of two with one name, ours is it, or else the first by package."""
    drivers: dict[str, type[Driver]] = {}
    refused: dict[str, str] = {}
    for point in sorted(points, key=lambda point: (_package(point) != _OWN, _package(point), point.name)):
        if point.name in drivers or point.name in refused:
            refused.setdefault(
                f"{point.name} of {_package(point)}", f"The name {point.name} is another driver's; see {point.value}."
            )
            continue
        found = _load(point)
        if isinstance(found, str):
            refused[point.name] = found
        else:
            drivers[point.name] = found
    return Registry(drivers, refused)


def _load(point: EntryPoint) -> type[Driver] | str:
    """Return a driver's class, or why it cannot be used."""
    where = f"The driver {point.name} ({point.value}, of {_package(point)})"
    try:
        driver: object = point.load()
    except Exception as error:  # noqa: BLE001 — a stranger's module may do anything, and the others are there
        return f"{where} cannot be loaded: {str(error) or type(error).__name__}."
    if not inspect.isclass(driver):
        return f"{where} is no class."
    version = getattr(driver, "contract", None)
    if version != VERSION:
        return f"{where} was written for version {version} of the driver contract; this onapi has version {VERSION}."
    lacks = [name for name in ("match", "probe") if not callable(getattr(driver, name, None))]
    return f"{where} lacks {' and '.join(lacks)}." if lacks else cast("type[Driver]", driver)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""
