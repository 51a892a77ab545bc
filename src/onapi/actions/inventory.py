"""Bring the CO's inventory in: lists of elements, and of where accesses are connected."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from onapi import errors
from onapi.actions import places
from onapi.actions.accesses import Progress
from onapi.domain.address_lists import RowError
from onapi.domain.inventory import AUTO, Element, Place
from onapi.domain.inventory_lists import Kind, Reading
from onapi.drivers.network import Network, Probed
from onapi.drivers.registry import Registry
from onapi.storage import inventory as storage
from onapi.storage.inventory import Comparison, Listed, Row
from onapi.storage.pool import Database

_TELL_EVERY = 1000
_ANALYSE_FROM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did, or would do.

    `comparison` is None when rows were refused, and then nothing was done; `row_errors` are the first ones of
    `error_count`, in the order of lines. `ambiguous` is how many accesses have all DHCP identifiers in common with
    another, so that nobody can tell them apart.
    """

    rows: int
    row_errors: tuple[RowError, ...] = ()
    error_count: int = 0
    comparison: Comparison | None = None
    ambiguous: int = 0


class _RolledBack(Exception):
    """Ends a transaction whose work is not to be kept."""


async def import_list(
    database: Database, reading: Reading, *, drivers: Registry, dry_run: bool, progress: Progress
) -> Outcome:
    """Make the inventory as a list has it: all rows or none, in one transaction and in constant memory.

    Args:
        database: where.
        reading: the list; it is read once.
        drivers: those that elements may have.
        dry_run: do everything, and then undo it.
        progress: see Progress.

    Raises:
        Invalid: the list cannot be read to its end, or holds nothing.
    """
    outcomes: list[Outcome] = []
    try:
        async with database.transaction() as tx:
            sorter = _Sorter(reading, drivers, progress)
            await storage.stage(tx, reading.kind, sorter.rows(), told=reading.told)
            if not sorter.count:
                raise errors.Invalid(f"The list holds no {reading.kind}.")
            found, more = await storage.flaws(tx, reading.kind)
            if sorter.error_count or more:
                outcomes.append(_refused(sorter, found, more))
                raise _RolledBack
            comparison = await storage.compare(tx, reading.kind)
            await storage.merge(tx, reading.kind)
            ambiguous = await storage.ambiguous(tx) if reading.kind is Kind.PORTS else 0
            outcomes.append(Outcome(rows=sorter.count, comparison=comparison, ambiguous=ambiguous))
            if dry_run:
                raise _RolledBack
    except _RolledBack:
        return outcomes[0]
    if comparison.new + comparison.changed >= _ANALYSE_FROM:
        async with database.connection() as tx:
            await storage.analyse(tx, reading.kind)
    return outcomes[0]


async def elements(database: Database) -> list[Listed]:
    """Return all elements, by name."""
    async with database.connection() as tx:
        return await storage.elements(tx)


async def element(database: Database, name: str) -> tuple[Listed, list[Place]]:
    """Return an element and what is connected to it.

    Raises:
        NotFound: there is no such element.
    """
    async with database.connection() as tx:
        found = await storage.element(tx, element=name)
        if found is None:
            raise errors.NotFound(f"There is no element {name!r}; `onapi elements list` has them all.")
        return found, await storage.ports(tx, element=name)


async def probe(database: Database, network: Network, name: str) -> Probed:
    """Ask an element what it is, and keep what it says.

    Raises:
        NotFound: there is no such element.
        DriverError: it cannot be asked.
    """
    found, _ = await element(database, name)
    probed = await network.probe(places.known(found))
    kept = {"asked_by": probed.driver, "can": " ".join(probed.capabilities), **asdict(probed.facts)}
    async with database.connection() as tx:
        await storage.put_facts(tx, element=name, facts=kept)
    return probed


def _refused(sorter: "_Sorter", found: list[RowError], more: int) -> Outcome:
    told = sorted([*sorter.row_errors, *found], key=lambda error: error.line)[: storage.MOST_ERRORS]
    return Outcome(rows=sorter.count, row_errors=tuple(told), error_count=sorter.error_count + more)


class _Sorter:
    """Parts records into rows, which go on to the database, and errors, of which the first are kept."""

    def __init__(self, reading: Reading, drivers: Registry, progress: Progress) -> None:
        self._records = reading.records
        self._drivers = drivers
        self._progress = progress
        self.count = 0
        self.error_count = 0
        self.row_errors: list[RowError] = []

    def rows(self) -> Iterator[Row]:
        """Yield the rows without errors, also after others: the database looks for more that is wrong."""
        for record in self._records:
            self.count += 1
            if self.count % _TELL_EVERY == 0:
                self._progress(self.count)
            flaws = record if isinstance(record, list) else self._flaws(*record)
            self.error_count += len(flaws)
            self.row_errors += flaws[: max(storage.MOST_ERRORS - len(self.row_errors), 0)]
            if not isinstance(record, list):
                yield record
        self._progress(self.count)

    def _flaws(self, line: int, row: Element | Place) -> list[RowError]:
        """Return what is wrong with a row that can be read: an element may have a driver that is not here."""
        if isinstance(row, Place) or row.driver in {AUTO, *self._drivers.drivers}:
            return []
        why = self._drivers.refused.get(row.driver)
        known = ", ".join(sorted(self._drivers.drivers))
        reason = f"cannot be used: {why}" if why else f"must be auto, or one of {known}"
        return [RowError(line, "driver", row.driver, reason)]
