"""Other releases of PostgreSQL: whichever this machine has, and the older one that the wheel ships."""

import asyncio
from pathlib import Path

import pytest

from onapi import ids
from onapi.actions import providers
from onapi.storage import accesses, doctor, embedded, migrate
from onapi.vocabulary import Dialect
from tests import given
from tests.conftest import opened

_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
_RELEASES = [embedded.installed() / "pginstall" / "bin", *(program.parent for program in _DEBIAN)]


@pytest.mark.parametrize("programs", _RELEASES, ids=[str(path.parent.name) for path in _RELEASES])
def test_the_schema_and_the_queries_work_there(data_folder: Path, programs: Path) -> None:
    async def use(url: str) -> tuple[bytes, list[str]]:
        got = bytearray()

        async def sink(documents: bytes) -> None:
            got.extend(documents)

        async with opened(url) as database:
            async with database.transaction() as tx:
                await migrate.apply(tx)
            await providers.add(
                database, sp=ids.Sp("alfa"), name="Alfa", dialect=Dialect.BITVIS, populations=["Centrum"]
            )
            await given.accesses_in(database, given.access("A-1"), given.access("A-2", population="Hemsö"))
            async with database.connection() as tx:
                await accesses.copy_everything(tx, sink, sp=ids.Sp("alfa"), between=b"\n")
                findings = await doctor.findings(tx)
        return bytes(got), [finding.subject for finding in findings if not finding.good]

    with embedded.running(data_folder, durable=True, programs=programs) as url:
        listed, wrong = asyncio.run(use(url))
    assert listed.count(b"\n") == 0
    assert b'"A-1"' in listed
    assert wrong == []
