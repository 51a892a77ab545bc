"""Bring a CO's address list in, and out again."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from onapi import errors
from onapi.domain.accesses import Access
from onapi.domain.address_lists import Record, RowError
from onapi.storage import accesses as storage
from onapi.storage.accesses import Comparison
from onapi.storage.pool import Database

Progress = Callable[[int], None]
"""Told how many rows have been read; called every thousand, and at the end."""

_TELL_EVERY = 1000
_ANALYSE_FROM = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do: `comparison` is None when rows were refused, and then nothing was done.

    `brake` is a sentence when too many accesses would be disconnected, and then nothing was done either.
    """

    rows: int
    row_errors: tuple[RowError, ...]
    comparison: Comparison | None
    brake: str | None = None

    @property
    def refused(self) -> bool:
        """Whether the list was not taken."""
        return bool(self.row_errors or self.brake)


class _RolledBack(Exception):
    """Ends a transaction whose work is not to be kept."""


async def import_list(
    database: Database,
    records: Iterable[Record],
    *,
    dry_run: bool,
    disconnect_missing: bool,
    max_missing: float,
    progress: Progress,
) -> Outcome:
    """Make the accesses as a list has them: all rows or none, in one transaction.

    Args:
        database: where.
        records: each an access, or what is wrong with its row.
        dry_run: do everything, and then undo it.
        disconnect_missing: make live accesses that the list lacks DISCONNECTED; otherwise they stay.
        max_missing: the part of the live accesses, 0 to 1, that may be disconnected so.
        progress: see Progress.

    Raises:
        Invalid: a record cannot be read at all.
    """
    sorter = _Sorter(records, progress)
    outcomes: list[Outcome] = []
    try:
        async with database.transaction() as tx:
            comparison = await storage.stage(tx, sorter.accesses())
            outcomes.append(_judged(sorter, comparison, max_missing if disconnect_missing else None))
            if outcomes[0].refused:
                raise _RolledBack
            await storage.merge(tx)
            if disconnect_missing:
                await storage.disconnect_missing(tx)
            if dry_run:
                raise _RolledBack
    except _RolledBack:
        return outcomes[0]
    await _analyse(database, comparison)
    return outcomes[0]


def _judged(sorter: "_Sorter", comparison: Comparison, max_missing: float | None) -> Outcome:
    if sorter.row_errors:
        return Outcome(sorter.rows, tuple(sorter.row_errors), None)
    if sorter.rows == 0:
        raise errors.Invalid("The list holds no accesses.")
    brake = None
    if max_missing is not None and comparison.live and comparison.missing / comparison.live > max_missing:
        brake = (
            f"{comparison.missing} of {comparison.live} live accesses are missing from the list, "
            f"{comparison.missing / comparison.live:.1%}; at most {max_missing:.1%} may be disconnected at once. "
            "If the list is right, raise --max-missing."
        )
    return Outcome(sorter.rows, (), comparison, brake)


async def _analyse(database: Database, comparison: Comparison) -> None:
    if comparison.new + comparison.changed >= _ANALYSE_FROM:
        async with database.connection() as tx:
            await storage.analyse(tx)


class _Sorter:
    """Parts records into accesses, which go on to the database, and errors, which are all kept."""

    def __init__(self, records: Iterable[Record], progress: Progress) -> None:
        self._records = records
        self._progress = progress
        self.rows = 0
        self.row_errors: list[RowError] = []

    def accesses(self) -> Iterator[Access]:
        """Yield the accesses; after the first error none, since nothing will be kept."""
        for record in self._records:
            self.rows += 1
            if self.rows % _TELL_EVERY == 0:
                self._progress(self.rows)
            if isinstance(record, list):
                self.row_errors.extend(record)
            elif not self.row_errors:
                yield record
        self._progress(self.rows)


async def everyones(database: Database) -> AsyncIterator[Access]:
    """Yield all accesses as they are at one moment, in the order of their ids."""
    async with database.transaction() as tx, aclosing(storage.everyones(tx)) as rows:
        async for access in rows:
            yield access
