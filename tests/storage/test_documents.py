"""The stored wire form: always what the columns say, whoever wrote them, and always what the wire types allow."""

import asyncio
import json

import asyncpg
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onapi.domain import accesses as domain
from onapi.domain.accesses import Access
from onapi.storage import accesses
from onapi.wire.accesses import Access as WireAccess
from tests.conftest import opened
from tests.given import ANY_ACCESS, access, accesses_in, provider

_LISTS = st.lists(ANY_ACCESS, min_size=20, max_size=60, unique_by=lambda access: access.access_id)


async def _documents(url: str, listed: list[Access]) -> dict[str, str]:
    """Put accesses in, return the documents, and undo it."""
    async with opened(url) as database, database.connection() as tx:
        undone = tx.transaction()
        await undone.start()
        await accesses.stage(tx, listed)
        await accesses.merge(tx)
        rows = await tx.fetch("SELECT access_id, doc FROM accesses")
        await undone.rollback()
    return {row["access_id"]: row["doc"] for row in rows}


def test_the_document_of_any_access_is_its_fields_and_fits_the_wire_type(database_url: str) -> None:
    @settings(max_examples=25)
    @given(_LISTS)
    def check(listed: list[Access]) -> None:
        documents = asyncio.run(_documents(database_url, listed))
        for one in listed:
            expected = domain.write(one) | {"priceGroup": one.price_group}
            assert json.loads(documents[one.access_id]) == expected
            assert msgspec.json.encode(
                msgspec.json.decode(documents[one.access_id], type=WireAccess), order="sorted"
            ) == msgspec.json.encode(expected, order="sorted")

    check()


def test_a_change_by_hand_changes_the_document_and_its_stamp(database_url: str) -> None:
    async def change() -> tuple[str, bool]:
        async with opened(database_url) as database:
            await accesses_in(database, access("A-1"))
            async with database.connection() as tx:
                before = await tx.fetchval("SELECT changed_at FROM accesses")
                await tx.execute(
                    "UPDATE accesses SET city = 'Ånge', changed_at = '1999-01-01' WHERE access_id = 'A-1'"
                )
                row = await tx.fetchrow("SELECT doc, changed_at FROM accesses")
                assert row is not None
                return row["doc"], row["changed_at"] > before

    document, later = asyncio.run(change())
    assert json.loads(document)["city"] == "Ånge"
    assert later


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accesses",
        "UPDATE accesses SET access_id = 'B-1'",
        "UPDATE accesses SET access_id = E'A-1\\n'",
        "UPDATE accesses SET street_name = ''",
        "UPDATE accesses SET street_name = E'two\\nlines'",
        "UPDATE accesses SET postal_code = E'12345\\n'",
        "UPDATE accesses SET postal_code = '02345'",
        "UPDATE accesses SET country_code = 'se'",
        "UPDATE accesses SET street_number = '1A'",
        "UPDATE accesses SET street_number = '12345-6'",
        "UPDATE accesses SET mdu_apartment_number = '901'",
        "UPDATE accesses SET premises_type = 'MDU_APARTMENT'",
        "UPDATE accesses SET premises_type = 'CASTLE'",
        "UPDATE accesses SET access_state = 'PASSED'",
        "UPDATE accesses SET price_group = -1",
        "UPDATE accesses SET doc = '{}'",
        "DELETE FROM agreements",
        "UPDATE agreements SET population = 'Elsewhere'",
        "UPDATE credentials SET secret_hash = 'clear text'",
    ],
)
def test_what_must_always_hold_is_refused_by_the_database_itself(database_url: str, statement: str) -> None:
    async def attempt() -> None:
        async with opened(database_url) as database:
            await accesses_in(database, access("A-1"))
            await provider(database, "alfa")
            async with database.connection() as tx:
                await tx.execute(statement)

    with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError, asyncpg.GeneratedAlwaysError)):
        asyncio.run(attempt())
