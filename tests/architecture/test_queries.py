"""Every SQL query: fit for the schema, and one SP's unless it says why not."""

import asyncio
import re
from pathlib import Path

import pytest

import onapi
from onapi.storage import queries
from onapi.storage.queries import Query
from tests.conftest import opened

_SOURCES = sorted((Path(onapi.__file__).parent / "storage").glob("*.sql"))
_ALL = [
    (f"{path.stem}.{name}", query)
    for path in _SOURCES
    if path.name != "schema.sql"
    for name, query in queries.parse(path.read_text(encoding="utf-8")).items()
]
_SCOPE = re.compile(r"^-- scope: operator \(.{8,}\)$", re.MULTILINE)


def test_there_are_queries_to_look_at() -> None:
    assert len(_ALL) > 20


@pytest.mark.parametrize(("name", "query"), _ALL, ids=[name for name, _ in _ALL])
def test_a_query_is_one_sps_or_says_why_not(name: str, query: Query) -> None:
    assert ("sp" in query.parameters) != bool(_SCOPE.search(query.text)), (
        f"{name} must take $sp, or say `-- scope: operator (why)`, and not both"
    )


def test_every_query_can_be_prepared_against_the_migrated_schema(database_url: str) -> None:

    async def prepare() -> list[str]:
        wrong = []
        async with opened(database_url) as database, database.transaction() as tx:
            for name, query in _ALL:
                if ".create_staged" in name:
                    await tx.execute(query.text)
            for name, query in _ALL:
                try:
                    async with tx.transaction():
                        await tx.prepare(query.text)
                except Exception as error:  # noqa: BLE001 — whatever it is, the test tells it
                    wrong.append(f"{name}: {error}")
        return wrong

    assert asyncio.run(prepare()) == []


def test_a_call_with_wrong_parameters_is_refused() -> None:
    query = queries.parse("-- name: one\nSELECT $sp, $other, $sp;")["one"]
    assert query.text == "SELECT $1, $2, $1"
    assert query.arguments({"other": 2, "sp": 1}) == [1, 2]
    with pytest.raises(TypeError, match="takes"):
        query.arguments({"sp": 1})
