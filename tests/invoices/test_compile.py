"""A month is computed from what was so, again and again alike, and by one at a time."""

import json
from decimal import Decimal
from typing import Any

import pytest

from onapi import errors, ids
from onapi.actions import invoices
from onapi.actions.invoices import Issuer, Outcome
from onapi.domain.invoicing import Period
from onapi.storage.pool import Database
from onapi.vocabulary import PremisesType
from tests import given, months
from tests.months import ISSUER, NOVEMBER, stored
from tests.operators import Operator


def compiled(operator: Operator, period: Period = NOVEMBER, issuer: Issuer = ISSUER, **options: Any) -> Outcome:
    return operator.do(lambda database: invoices.compile_period(database, issuer, period, **options))


def test_a_row_has_every_field_of_the_standard(operator: Operator) -> None:
    async def lived(database: Database) -> None:
        await months.town(
            database, "A-1", street_littera="G", premises_type=PremisesType.MDU_APARTMENT, price_group=3,
            mdu_apartment_number="0901", mdu_distinguisher="Dörr 4", outlet="2",
        )  # fmt: skip
        async with database.connection() as tx:
            await months.subscribe(
                tx,
                "S-1",
                "A-1",
                connected="2025-11-16T08:00:00+01:00",
                sp_reference='r "1"\n',
                sp_subscription_id="u",
            )

    operator.do(lived)
    compiled(operator)
    start, partial = [json.loads(doc) for (doc,) in operator.do(lambda database: stored(database, "doc"))]
    assert start["invoice"]["rowType"] == "START_FEE"
    assert partial == {
        "coId": "Ankeborgs Stadsnät",
        "spName": "alfa",
        "access": {
            "accessId": "A-1",
            "streetName": "Björkvägen",
            "streetNumber": "1",
            "streetLittera": "G",
            "postalCode": "12345",
            "city": "Ankeborg",
            "countryCode": "SE",
            "mduApartmentNumber": "0901",
            "mduDistinguisher": "Dörr 4",
            "outlet": "2",
            "population": "Centrum",
            "premisesType": "MDU_APARTMENT",
            "priceGroup": 3,
        },
        "subscription": {
            "service": "BB-100",
            "connectionDate": "2025-11-16",
            "spReference": 'r "1"\n',
            "spSubscriptionId": "u",
            "coSubscriptionId": "S-1",
        },
        "invoice": {
            "listPrice": 330.00,
            "billingItem": "BB-100",
            "invoiceType": "DEBIT",
            "rowType": "PARTIAL_PERIODIC_FEE",
            "fromDate": "2025-11-16",
            "toDate": "2025-11-30",
            "invoicedAmount": 165.00,
        },
    }


def test_amounts_are_written_with_their_two_decimals(operator: Operator) -> None:
    async def lived(database: Database) -> None:
        await months.town(database, "A-1")
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", service="VOIP", connected="2025-11-30T23:59:59+01:00")

    operator.do(lived)
    compiled(operator)
    [(doc,)] = operator.do(lambda database: stored(database, "doc"))
    assert '"listPrice":19.90,' in doc
    assert '"invoicedAmount":0.66}' in doc


@pytest.mark.parametrize(
    ("connected", "zone", "expected"),
    [
        # 23:30 UTC on the 9th is half past midnight in Sweden.
        ("2025-11-09T23:30:00Z", "Europe/Stockholm", "2025-11-10"),
        ("2025-11-09T23:30:00Z", "UTC", "2025-11-09"),
        ("2025-11-09T23:30:00Z", "America/New_York", "2025-11-09"),
        # On the last evening of October it is November already.
        ("2025-10-31T23:30:00Z", "Europe/Stockholm", "2025-11-01"),
    ],
)
def test_a_day_is_a_day_where_the_operator_is(operator: Operator, connected: str, zone: str, expected: str) -> None:
    async def lived(database: Database) -> None:
        await months.town(database, "A-1")
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", service="VOIP", connected=connected)

    operator.do(lived)
    compiled(operator, issuer=Issuer("CO", zone))
    rows = operator.do(lambda database: stored(database, "invoice.fromDate", "subscription.connectionDate"))
    assert rows == [(expected, expected)]


def test_a_change_of_service_by_whoever_it_is_becomes_the_past(operator: Operator) -> None:
    async def lived(database: Database) -> Any:
        await months.town(database, "A-1")
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", sp_reference="old")
            await tx.execute("UPDATE subscriptions SET state = 'SUSPENDED'")
            await tx.execute("UPDATE subscriptions SET service = 'BB-250', down_kbps = 250000, up_kbps = 250000")
            await tx.execute("UPDATE subscriptions SET sp_reference = 'new'")
            await tx.execute("UPDATE subscriptions SET state = 'ACTIVATED'")
            now = await tx.fetchval("SELECT changed_at FROM subscriptions")
            rows = await tx.fetch("SELECT * FROM subscription_pasts ORDER BY seq")
            assert all(row["until"] < now for row in rows)
            return [(row["service"], row["down_kbps"], row["sp_reference"]) for row in rows]

    assert operator.do(lived) == [("BB-100", 100_000, "old"), ("BB-250", 250_000, "old")]


def test_a_change_of_what_invoices_show_of_an_access_becomes_the_past(operator: Operator) -> None:
    async def lived(database: Database) -> Any:
        await months.town(database, "A-1", "A-2")
        await given.accesses_in(database, given.access("A-1", price_group=3), given.access("A-2"))
        async with database.connection() as tx:
            await tx.execute("UPDATE accesses SET access_state = 'OUTMIGRATION'")
            return [tuple(row) for row in await tx.fetch("SELECT access_id, price_group FROM access_pasts")]

    assert operator.do(lived) == [("A-1", 0)]


@pytest.mark.parametrize("table", ["subscription_pasts", "access_pasts"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET until = now()", "TRUNCATE {}"])
def test_the_past_does_not_change(operator: Operator, table: str, statement: str) -> None:
    with pytest.raises(Exception, match="What was so does not change"):
        operator.rows(statement.format(table))


def test_rows_tell_of_the_service_the_address_and_the_references_as_they_were(operator: Operator) -> None:
    async def lived(database: Database) -> None:
        await months.town(database, "A-1", street_name="Nya vägen", price_group=3)
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", service="BB-250", sp_reference="now")
            await tx.execute(
                """INSERT INTO subscription_pasts (subscription_id, until, service, down_kbps, up_kbps, sp_reference)
                   VALUES ('S-1', '2025-11-11 09:00+01', 'BB-100', 100000, 100000, 'then')"""
            )
            await tx.execute(
                """INSERT INTO access_pasts (access_id, until, street_name, postal_code, city, country_code,
                                             premises_type, price_group)
                   VALUES ('A-1', '2025-11-11 09:00+01', 'Gamla vägen', '12345', 'Ankeborg', 'SE', 'UNKNOWN', 0)"""
            )

    operator.do(lived)
    compiled(operator)
    shown = operator.do(
        lambda database: stored(
            database, "row_type", "amount", "invoice.toDate", "access.streetName", "access.priceGroup",
            "subscription.spReference", "subscription.service",
        )
    )  # fmt: skip
    assert shown == [
        ("PARTIAL_PERIODIC_FEE", Decimal("100.00"), "2025-11-10", "Gamla vägen", "0", "then", "BB-100"),
        ("PARTIAL_PERIODIC_FEE", Decimal("400.00"), "2025-11-30", "Nya vägen", "3", "now", "BB-250"),
        ("UPGRADE_FEE", Decimal("25.00"), "2025-11-11", "Nya vägen", "3", "now", "BB-250"),
    ]


def test_what_happened_after_the_month_is_not_in_it(operator: Operator) -> None:
    async def lived(database: Database) -> None:
        await months.town(database, "A-1", "A-2")
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", service="BB-250")
            await months.was(tx, "S-1", "BB-100", "2025-12-01 00:00+01")
            await months.subscribe(tx, "S-2", "A-2", ended="2025-12-01 00:00+01")
            await months.subscribe(tx, "S-3", "A-2", connected="2025-12-01 00:00+01")

    operator.do(lived)
    compiled(operator)
    shown = operator.do(
        lambda database: stored(database, "subscription_id", "row_type", "amount", "subscription.disconnectionDate")
    )
    assert shown == [
        ("S-1", "PERIODIC_FEE", Decimal("300.00"), None),
        ("S-2", "PERIODIC_FEE", Decimal("300.00"), None),
    ]


def test_a_takeover_bills_both_for_its_day_and_a_suspended_service_is_billed_on(operator: Operator) -> None:
    async def lived(database: Database) -> None:
        await months.town(database, "A-1", "A-2")
        async with database.connection() as tx:
            at = "2025-11-10T15:00:00+01:00"
            await months.subscribe(tx, "S-1", "A-1", ended=at)
            await months.subscribe(tx, "S-2", "A-1", sp="beta", connected=at)
            await months.subscribe(tx, "S-3", "A-2")
            await tx.execute("UPDATE subscriptions SET state = 'SUSPENDED' WHERE subscription_id = 'S-3'")

    operator.do(lived)
    outcome = compiled(operator)
    columns = ("sp", "row_type", "invoice.fromDate", "invoice.toDate", "amount", "subscription.disconnectionDate")
    assert operator.do(lambda database: stored(database, *columns)) == [
        ("alfa", "PARTIAL_PERIODIC_FEE", "2025-11-01", "2025-11-10", Decimal("100.00"), "2025-11-10"),
        ("alfa", "END_FEE", "2025-11-10", "2025-11-10", Decimal("50.00"), "2025-11-10"),
        ("alfa", "PERIODIC_FEE", "2025-11-01", "2025-11-30", Decimal("300.00"), None),
        ("beta", "START_FEE", "2025-11-10", "2025-11-10", Decimal("195.00"), None),
        ("beta", "PARTIAL_PERIODIC_FEE", "2025-11-10", "2025-11-30", Decimal("210.00"), None),
    ]
    assert [(one.sp, one.rows, one.amount) for one in outcome.sums] == [
        ("alfa", 3, Decimal("450.00")),
        ("beta", 2, Decimal("405.00")),
    ]


async def several(database: Database) -> dict[str, dict[str, str]]:
    """Make alfa's and beta's subscriptions, one of which changes twice on a day."""
    headers = await months.town(database, *(f"A-{number}" for number in range(8)))
    async with database.connection() as tx:
        for number in range(6):
            await months.subscribe(tx, f"S-{number}", f"A-{number}", sp="alfa" if number % 2 else "beta")
        await months.subscribe(tx, "S-6", "A-6", service="BB-250")
        await months.was(tx, "S-6", "BB-250", "2025-11-11 09:00+01")
        await months.was(tx, "S-6", "BB-100", "2025-11-11 10:00+01")
        await months.was(tx, "S-6", "BB-250", "2025-11-11 11:00+01")
        await months.was(tx, "S-6", "BB-100", "2025-11-11 12:00+01")
    return headers


def test_the_same_gives_the_same_rows_with_the_same_names(operator: Operator) -> None:
    operator.do(several)
    first = compiled(operator)
    before = operator.do(lambda database: stored(database, "position", "row_id", "doc"))
    assert compiled(operator) == first
    assert operator.do(lambda database: stored(database, "position", "row_id", "doc")) == before
    names = [name for _, name, _ in before]
    assert "S-6.UPGRADE_FEE.2025-11-11" in names
    assert "S-6.UPGRADE_FEE.2025-11-11+" in names
    assert len(set(names)) == len(names)
    # Nothing is left of the first run.
    assert operator.value("SELECT count(*) FROM invoice_rows") == len(before)


def test_one_providers_month_is_computed_without_touching_the_others(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    operator.rows("UPDATE prices SET amount = 310 WHERE service = 'BB-100' AND fee = 'PERIODIC'")
    outcome = compiled(operator, provider=ids.Sp("beta"))
    assert [one.sp for one in outcome.sums] == ["beta"]
    sums = {row["sp"]: row["amount"] for row in operator.rows("SELECT sp, amount FROM invoice_specifications")}
    assert sums == {"alfa": Decimal("1550.00"), "beta": Decimal("930.00")}
    assert {
        amount for sp, amount in operator.do(lambda database: stored(database, "sp", "amount")) if sp == "beta"
    } == {Decimal("310.00")}
    with pytest.raises(errors.NotFound, match="no provider 'gamma'"):
        compiled(operator, provider=ids.Sp("gamma"))


def test_a_rehearsal_tells_the_same_and_keeps_nothing(operator: Operator) -> None:
    operator.do(several)
    rehearsed = compiled(operator, dry_run=True)
    for table in ("invoice_rows", "invoice_periods", "invoice_specifications"):
        assert operator.value(f"SELECT count(*) FROM {table}") == 0
    assert compiled(operator) == rehearsed


def test_services_without_a_price_are_told_with_their_number(operator: Operator) -> None:
    operator.do(several)
    operator.rows("DELETE FROM prices WHERE service = 'BB-250'")
    assert compiled(operator).unpriced == {"BB-250": 1}


def test_a_month_of_nobody_is_there_and_empty(operator: Operator) -> None:
    operator.do(lambda database: months.town(database, "A-1"))
    assert compiled(operator).sums == ()
    rows = operator.rows("SELECT sp, rows, amount FROM invoice_specifications ORDER BY sp")
    assert [tuple(row) for row in rows] == [("alfa", 0, Decimal(0)), ("beta", 0, Decimal(0))]


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        (Issuer("", "Europe/Stockholm"), "ONAPI_CO_ID"),
        (Issuer(" ", "Europe/Stockholm"), "ONAPI_CO_ID"),
        (Issuer("a\nb", "Europe/Stockholm"), "ONAPI_CO_ID"),
        (Issuer("x" * 256, "Europe/Stockholm"), "ONAPI_CO_ID"),
        (Issuer("CO", "Europe/Ankeborg"), "ONAPI_TIME_ZONE .* 'Europe/Ankeborg'"),
        (Issuer("CO", ""), "ONAPI_TIME_ZONE"),
    ],
)
def test_without_a_name_and_a_time_zone_nothing_is_computed(operator: Operator, issuer: Issuer, reason: str) -> None:
    with pytest.raises(errors.Invalid, match=reason):
        compiled(operator, issuer=issuer)


def test_a_month_that_has_not_begun_is_not_computed(operator: Operator) -> None:
    with pytest.raises(errors.Invalid, match="has not begun"):
        compiled(operator, Period(months.day("2090-01-01"), months.day("2090-01-31")))
