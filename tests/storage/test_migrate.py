"""Migrations: once each, all or nothing, from several hosts at once, and never over a strange schema."""

import asyncio

import asyncpg
import pytest

from onapi import errors
from onapi.storage import migrate
from tests.conftest import opened
from tests.storage import schema


def test_the_migrations_make_the_schema_that_readers_are_shown(database_url: str) -> None:
    assert schema.dump(database_url) == schema.FILE.read_text(encoding="utf-8"), "run `make schema`"


def test_a_second_run_applies_nothing(database_url: str) -> None:
    async def again() -> list[str]:
        async with opened(database_url) as database, database.transaction() as tx:
            return await migrate.apply(tx)

    assert asyncio.run(again()) == []


def test_several_hosts_migrate_an_empty_database_at_once_and_each_file_is_applied_once(empty_url: str) -> None:
    async def one() -> list[str]:
        async with opened(empty_url) as database, database.transaction() as tx:
            return await migrate.apply(tx)

    async def all_at_once() -> list[list[str]]:
        return await asyncio.gather(*(one() for _ in range(4)))

    applied = asyncio.run(all_at_once())
    assert sorted(map(len, applied)) == [0, 0, 0, len(migrate.known())]


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [*migrate.known(), migrate.Migration("9999_broken", "CREATE TABLE half (x int); SELECT 1/0;")]
    monkeypatch.setattr(migrate, "known", lambda: broken)

    async def attempt() -> None:
        async with opened(empty_url) as database, database.transaction() as tx:
            await migrate.apply(tx)

    async def tables() -> int:
        async with opened(empty_url) as database, database.connection() as tx:
            return int(await tx.fetchval("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"))

    with pytest.raises(asyncpg.DivisionByZeroError):
        asyncio.run(attempt())
    assert asyncio.run(tables()) == 0


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE migrations SET checksum = 'x' WHERE name = '0001_time'", "0001_time was applied .* another text"),
        (
            "INSERT INTO migrations (name, checksum) VALUES ('9999_future', 'x')",
            "newer than this onapi: .*9999_future",
        ),
    ],
)
def test_a_strange_schema_is_refused(database_url: str, statement: str, says: str) -> None:
    async def attempt() -> None:
        async with opened(database_url) as database, database.transaction() as tx:
            await tx.execute(statement)
            await migrate.pending(tx)

    with pytest.raises(errors.Conflict, match=says):
        asyncio.run(attempt())
