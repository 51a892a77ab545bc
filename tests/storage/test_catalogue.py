"""The catalogue in PostgreSQL: it comes back as it was put, and nothing is written that is as before."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import given as for_any
from hypothesis import settings

from onapi import errors
from onapi.actions import catalogue, catalogue_files
from onapi.domain import catalogue_changes
from onapi.domain.catalogue import Catalogue, ServiceType, Tech
from onapi.domain.catalogue_changes import Stored
from onapi.domain.characteristics import Rule
from onapi.domain.prices import Fee, Price
from onapi.storage import catalogue as storage
from onapi.storage.pool import Database
from tests import given
from tests.conftest import opened

T = TypeVar("T")

_MONTHLY = Price(fee=Fee.PERIODIC, amount=Decimal("149.50"))
_STARTING = Price(fee=Fee.START, amount=Decimal("195.00"))


def _do(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    async def connected() -> T:
        async with opened(url) as database:
            return await work(database)

    return asyncio.run(connected())


async def _rows(database: Database) -> dict[str, tuple[str, object]]:
    """Return each row's version, by kind and name: it is another after every write, also one that changes nothing."""
    async with database.connection() as tx:
        rows = await tx.fetch(
            "SELECT 'type ' || service_type AS name, xmin::text AS version, changed_at FROM service_types UNION ALL "
            "SELECT 'service ' || service, xmin::text, changed_at FROM services UNION ALL "
            "SELECT 'price ' || service, string_agg(xmin::text, ' '), NULL FROM prices GROUP BY service"
        )
    return {row["name"]: (row["version"], row["changed_at"]) for row in rows}


def test_any_catalogue_comes_back_as_it_was_put_and_its_export_changes_nothing(database_url: str) -> None:
    async def put_and_export(database: Database, wanted: Catalogue) -> None:
        async with database.connection() as tx:
            undone = tx.transaction()
            await undone.start()
            await storage.make(tx, catalogue_changes.compare(Stored({}, {}), wanted))
            there = await storage.everything(tx)
            await undone.rollback()
        assert there.sold == wanted
        again = catalogue_files.read(catalogue_files.write(there.sold).encode())
        assert isinstance(again, Catalogue)
        changes = catalogue_changes.compare(there, again)
        assert (changes.new, changes.changed, changes.withdrawn, changes.changed_types) == ((), (), (), ())

    @settings(max_examples=60)
    @for_any(given.any_catalogue())
    def check(wanted: Catalogue) -> None:
        _do(database_url, lambda database: put_and_export(database, wanted))

    check()


def test_only_what_differs_is_written(database_url: str) -> None:
    async def work(database: Database) -> None:
        same = given.service(
            "A", comments=("x",), characteristics={"sla": Rule(values=("a", True))}, prices=(_MONTHLY,)
        )
        faster, dearer = given.service("B", down_kbps=1, prices=(_MONTHLY,)), given.service("C", prices=(_MONTHLY,))
        await given.catalogue_in(database, same, faster, dearer)
        before = await _rows(database)
        await given.catalogue_in(database, same, faster, dearer)
        assert await _rows(database) == before
        await given.catalogue_in(
            database,
            same,
            dataclasses.replace(faster, down_kbps=2),
            dataclasses.replace(dearer, prices=(_MONTHLY, _STARTING)),
            types=(*given.TYPES[:2], dataclasses.replace(given.TYPES[2], tech=Tech.UNKNOWN)),
        )
        after = await _rows(database)
        assert {name for name in after if after[name] != before[name]} == {"service B", "price C", "type VOIP"}

    _do(database_url, work)


def test_what_is_no_longer_sold_is_withdrawn_once_and_comes_back(database_url: str) -> None:
    async def work(database: Database) -> None:
        a, b = given.service("A"), given.service("B", prices=(_MONTHLY,))
        await given.catalogue_in(database, a, b)
        gone = await given.catalogue_in(database, a)
        assert [one.name for one in gone.changes.withdrawn] == ["B"]
        there = await catalogue.everything(database)
        assert there.withdrawn == {"B"}
        assert there.sold.services == (a,)
        assert there.services["B"].prices == (_MONTHLY,), "subscriptions to it are still invoiced"
        before = await _rows(database)
        assert (await given.catalogue_in(database, a)).changes.withdrawn == ()
        assert await _rows(database) == before
        back = await given.catalogue_in(database, a, b)
        assert [one.name for one in back.changes.changed] == ["B"]
        there = await catalogue.everything(database)
        assert (there.withdrawn, there.sold.services) == (frozenset(), (a, b))

    _do(database_url, work)


def test_a_type_that_is_no_longer_in_the_file_stays(database_url: str) -> None:
    async def work(database: Database) -> None:
        await given.catalogue_in(database, given.service("A"))
        await given.catalogue_in(database, given.service("A"), types=given.TYPES[:1])
        assert (await catalogue.everything(database)).sold.types == given.TYPES

    _do(database_url, work)


def test_a_rehearsal_tells_the_same_and_writes_nothing(database_url: str) -> None:
    async def work(database: Database) -> None:
        wanted = given.catalogue(given.service("A", prices=(_MONTHLY,)))
        rehearsed = await catalogue.import_catalogue(database, wanted, dry_run=True)
        assert await _rows(database) == {}
        assert await catalogue.import_catalogue(database, wanted, dry_run=False) == rehearsed

    _do(database_url, work)


def test_a_seller_must_have_an_account(database_url: str) -> None:
    async def work(database: Database) -> None:
        await given.provider(database, "alfa")
        alfas = given.service("A", sellers=("alfa",))
        with pytest.raises(errors.Invalid, match=r"no provider beta or gamma, who is to sell B, C;"):
            await given.catalogue_in(
                database,
                alfas,
                given.service("B", sellers=("alfa", "gamma")),
                given.service("C", sellers=("beta",)),
            )
        assert await _rows(database) == {}
        await given.catalogue_in(database, alfas)

    _do(database_url, work)


def test_a_population_without_accesses_is_told(database_url: str) -> None:
    async def work(database: Database) -> None:
        await given.accesses_in(database, given.access("A-1", population="Åsen"))
        outcome = await given.catalogue_in(
            database, given.service("A", populations=("Asen", "Åsen")), given.service("B", populations=("Asen",))
        )
        assert outcome.unknown_populations == ("Asen",)

    _do(database_url, work)


def test_a_service_does_not_change_its_type(database_url: str) -> None:
    async def work(database: Database) -> None:
        await given.catalogue_in(database, given.service("A"))
        await given.catalogue_in(database)
        before = await _rows(database)
        with pytest.raises(errors.Conflict, match="'A' is of type 'Broadband' and cannot become 'VOIP'"):
            await given.catalogue_in(database, given.service("A", "VOIP"))
        turned = (ServiceType(name="Broadband", exclusive=False, tech=Tech.BB),)
        with pytest.raises(errors.Conflict, match="cannot become not exclusive"):
            await given.catalogue_in(database, types=turned)
        assert await _rows(database) == before

    _do(database_url, work)


def test_imports_at_the_same_time_come_one_after_the_other(database_url: str) -> None:
    async def work(database: Database) -> None:
        lists = [[given.service(f"{n}-{m}", prices=(_MONTHLY,)) for m in range(20)] for n in range(6)]
        outcomes = await asyncio.gather(*(given.catalogue_in(database, *listed) for listed in lists))
        assert sorted(len(outcome.changes.withdrawn) for outcome in outcomes) == [0, 20, 20, 20, 20, 20]
        there = await catalogue.everything(database)
        assert list(there.sold.services) in [sorted(listed, key=lambda one: one.name) for listed in lists]

    _do(database_url, work)


def test_the_demos_catalogue_goes_in(database_url: str) -> None:
    async def work(database: Database) -> None:
        await catalogue.import_catalogue(database, catalogue.demo(), dry_run=False)
        assert (await catalogue.everything(database)).sold == catalogue.demo()

    _do(database_url, work)
