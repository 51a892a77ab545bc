"""Decide what is sold: bring the catalogue in, and out again."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from onapi import errors
from onapi.actions import catalogue_files
from onapi.domain import catalogue_changes
from onapi.domain.catalogue import Catalogue
from onapi.domain.catalogue_changes import Changes, Stored
from onapi.storage import catalogue as storage
from onapi.storage.pool import Database
from onapi.storage.tx import Tx


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do; `unknown_populations` are named in the catalogue, and no access is there."""

    changes: Changes
    unknown_populations: tuple[str, ...]


class _RolledBack(Exception):
    """Ends a transaction whose work is not to be kept."""


async def import_catalogue(database: Database, catalogue: Catalogue, *, dry_run: bool) -> Outcome:
    """Make the catalogue what is sold, in one transaction; what it lacks is withdrawn.

    Only rows that differ are written, so that SPs' deltas hold nothing that is as before.

    Args:
        database: where.
        catalogue: all of it.
        dry_run: do everything, and then undo it.

    Raises:
        Invalid: a seller has no account.
        Conflict: a service would change its type, or a type with services whether it is exclusive.
    """
    outcomes: list[Outcome] = []
    try:
        async with database.transaction() as tx:
            outcomes.append(await _import(tx, catalogue))
            if dry_run:
                raise _RolledBack
    except _RolledBack:
        pass
    return outcomes[0]


async def everything(database: Database) -> Stored:
    """Return what is sold and what was, as it is at one moment."""
    async with database.transaction() as tx:
        # Without the lock an import could come between the reading of services and of prices.
        await storage.lock_import(tx)
        return await storage.everything(tx)


def demo() -> Catalogue:
    """Return the demo's catalogue."""
    found = catalogue_files.read(Path(__file__).with_name("demo_catalogue.yaml").read_bytes())
    if not isinstance(found, Catalogue):
        raise errors.Invalid(f"The demo's catalogue is broken: {found}")
    return found


async def _import(tx: Tx, catalogue: Catalogue) -> Outcome:
    await storage.lock_import(tx)
    await _see_sellers(tx, catalogue)
    there = await storage.everything(tx)
    obstacles = catalogue_changes.forbidden(there, catalogue)
    if obstacles:
        raise errors.Conflict(" ".join(obstacles))
    changes = catalogue_changes.compare(there, catalogue)
    await storage.make(tx, changes)
    populations = _named(one.populations for one in catalogue.services)
    return Outcome(changes, tuple(await storage.unknown_populations(tx, populations)))


async def _see_sellers(tx: Tx, catalogue: Catalogue) -> None:
    unknown = await storage.unknown_sellers(tx, _named(one.sellers for one in catalogue.services))
    if unknown:
        users = [one.name for one in catalogue.services if not set(one.sellers or ()).isdisjoint(unknown)]
        raise errors.Invalid(
            f"There is no provider {' or '.join(unknown)}, who is to sell {', '.join(users)}; "
            "`onapi provider list` has those there are."
        )


def _named(lists: Iterable[tuple[str, ...] | None]) -> list[str]:
    return sorted({name for names in lists for name in names or ()})
