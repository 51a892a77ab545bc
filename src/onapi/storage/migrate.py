"""Bring a database's schema up to this version: numbered SQL files, each applied once, in one transaction."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from onapi import errors
from onapi.storage import queries
from onapi.storage.pool import Database
from onapi.storage.tx import Tx

_FOLDER = Path(__file__).parent / "migrations"
_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `migrations/`: its number and name, its text, and the text's checksum."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text, in hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known() -> list[Migration]:
    """Return this version's migrations, in order."""
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.sql"))]


async def pending(tx: Tx) -> list[Migration]:
    """Return the migrations that the database lacks; takes no lock.

    Raises:
        Conflict: the database has a migration that this version does not know, or knows otherwise.
    """
    applied: dict[str, str] = {}
    if await _SQL["table_exists"].value(tx, bool):
        applied = {row["name"]: row["checksum"] for row in await _SQL["applied"].rows(tx)}
    migrations = known()
    for migration in migrations:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise errors.Conflict(
                f"Migration {migration.name} was applied to this database with another text; "
                "use the onapi version that the database belongs to."
            )
    newer = sorted(applied.keys() - {migration.name for migration in migrations})
    if newer:
        raise errors.Conflict(
            f"The database is newer than this onapi: it has {', '.join(newer)}. Install the onapi it belongs to."
        )
    return [migration for migration in migrations if migration.name not in applied]


async def refuse_other_schema(database: Database) -> None:
    """Raise Unavailable unless the database's schema is this version's."""
    async with database.connection() as tx:
        lacks = await pending(tx)
    if lacks:
        raise errors.Unavailable(f"The database lacks {len(lacks)} migrations; run `onapi migrate`.", retry_after=30)


async def apply(tx: Tx) -> list[str]:
    """Apply what is pending and return its names; safe to run from several hosts at once.

    The caller's transaction makes it all or nothing. A table that is in use for more than five seconds stops
    the migration rather than the service.
    """
    await _SQL["lock"].run(tx, timeout_s=queries.LONG_S)
    await _SQL["patience"].run(tx)
    await _SQL["create_table"].run(tx)
    todo = await pending(tx)
    for migration in todo:
        try:
            await tx.execute(migration.sql, timeout=queries.LONG_S)
        except asyncpg.InsufficientPrivilegeError as error:
            raise errors.Conflict(
                f"Migration {migration.name}: {error}. Have an administrator of PostgreSQL run CREATE ROLE onapi_api "
                "NOLOGIN, and GRANT onapi_api TO the role of ONAPI_DATABASE_URL; then run `onapi migrate` again."
            ) from error
        await _SQL["record"].run(tx, name=migration.name, checksum=migration.checksum)
    await _SQL["resume_journal"].run(tx)
    return [migration.name for migration in todo]
