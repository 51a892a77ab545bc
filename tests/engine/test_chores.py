"""What a worker does now and then: the month that ended is computed, once, and by one."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

from onapi.actions import invoice_entries, invoices
from onapi.actions.invoice_entries import Wish
from onapi.actions.invoices import Issuer
from onapi.domain import invoicing
from onapi.engine.chores import Chores
from onapi.ids import SubscriptionId
from onapi.storage.pool import Database
from onapi.vocabulary import RowType
from tests.conftest import opened
from tests.invoices.test_compile import several
from tests.months import ISSUER

CLOSING = invoicing.of(datetime.now(UTC).date()).previous


async def runs(database: Database) -> list[int]:
    async with database.connection() as tx:
        return [row["run"] for row in await tx.fetch("SELECT DISTINCT run FROM invoice_specifications ORDER BY run")]


def test_the_month_that_ended_is_computed_once_and_again_after_an_entry(database_url: str) -> None:
    async def looked() -> None:
        async with opened(database_url) as database:
            await several(database)
            await asyncio.gather(*(Chores(database, ISSUER).look() for _ in range(3)))
            first = await runs(database)
            assert len(first) == 1
            months = await invoices.listed(database)
            assert [one.period for one in months] == [CLOSING.name]
            await Chores(database, ISSUER).look()
            assert await runs(database) == first
            credit = Wish(
                subscription_id=SubscriptionId("S-1"), row_type=RowType.OTHER, amount=Decimal(-1), comment="x"
            )
            await invoice_entries.add(database, CLOSING, credit)
            await Chores(database, ISSUER).look()
            assert await runs(database) > first
            await invoices.lock(database, ISSUER, CLOSING)
            last = await runs(database)
            await Chores(database, ISSUER).look()
            assert await runs(database) == last

    asyncio.run(looked())


def test_without_a_name_or_with_a_wrong_zone_nothing_is_computed_and_other_chores_are_done(database_url: str) -> None:
    async def looked() -> None:
        async with opened(database_url) as database:
            await several(database)
            async with database.connection() as tx:
                await tx.execute(
                    """INSERT INTO idempotency_keys (sp, key, wish, status, answer, created_at)
                       VALUES ('alfa', 'k', 'w', 200, '{}', '2020-01-01')"""
                )
            for issuer in (None, Issuer("", "Europe/Stockholm"), Issuer("CO", "Nowhere")):
                await Chores(database, issuer).look()
            assert await runs(database) == []
            async with database.connection() as tx:
                assert await tx.fetchval("SELECT count(*) FROM idempotency_keys") == 0

    asyncio.run(looked())
