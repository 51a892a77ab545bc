"""A month that is locked does not change any more, whoever tries; corrections go into an open month."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from onapi import errors, ids
from onapi.actions import invoice_entries, invoices
from onapi.actions.invoice_entries import Wish
from onapi.domain import invoicing
from onapi.domain.invoicing import Period
from onapi.storage.pool import Database
from onapi.vocabulary import RowType
from tests import months
from tests.invoices.test_compile import compiled, several
from tests.months import ISSUER, NOVEMBER, OCTOBER, stored
from tests.operators import Operator

THIS_MONTH = invoicing.of(datetime.now(UTC).date())


def lock(operator: Operator, period: Period = NOVEMBER) -> datetime:
    return operator.do(lambda database: invoices.lock(database, ISSUER, period))


def wish(amount: str, row_type: RowType = RowType.OTHER, **fields: Any) -> Wish:
    given: dict[str, Any] = {"subscription_id": "S-1", "comment": "Wrong port."}
    return Wish(amount=Decimal(amount), row_type=row_type, **(given | fields))


def add(operator: Operator, entry: Wish, period: Period = NOVEMBER) -> str:
    return operator.do(lambda database: invoice_entries.add(database, period, entry))


def locked(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    lock(operator)


def test_a_locked_month_is_not_computed_again(operator: Operator) -> None:
    locked(operator)
    before = operator.do(lambda database: stored(database, "doc"))
    with pytest.raises(errors.Conflict, match="202511 is locked"):
        compiled(operator)
    with pytest.raises(errors.Conflict, match="202511 is locked"):
        compiled(operator, provider=ids.Sp("alfa"))
    assert operator.do(lambda database: stored(database, "doc")) == before
    assert operator.value("SELECT count(*) FROM invoice_rows") == len(before)


def test_a_month_whose_prices_changed_since_is_computed_again_before_it_is_locked(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    operator.rows("UPDATE prices SET amount = amount + 1 WHERE fee = 'PERIODIC'")
    with pytest.raises(errors.Conflict, match="the last change of prices, for alfa"):
        lock(operator)
    compiled(operator)
    lock(operator)


def test_locking_again_changes_nothing(operator: Operator) -> None:
    locked(operator)
    assert lock(operator) == lock(operator)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoice_rows SET amount = 0",
        "DELETE FROM invoice_rows WHERE sp = 'alfa'",
        "TRUNCATE invoice_rows",
        """INSERT INTO invoice_rows (run, sp, position, row_id, subscription_id, row_type, amount, doc)
           SELECT run, sp, 900, 'x', 'x', 'OTHER', 1, '{}' FROM invoice_specifications WHERE sp = 'alfa'""",
        "UPDATE invoice_specifications SET run = run + 1 WHERE sp = 'alfa'",
        "DELETE FROM invoice_specifications WHERE sp = 'alfa'",
        "TRUNCATE invoice_specifications",
        """INSERT INTO invoice_specifications (period, sp, run, rows, amount, compiled_at)
           VALUES ('202511', 'gamma', 1, 0, 0, now())""",
        "UPDATE invoice_periods SET locked_at = NULL",
        "UPDATE invoice_periods SET locked_at = now()",
        "DELETE FROM invoice_periods",
        "TRUNCATE invoice_periods CASCADE",
        """INSERT INTO invoice_entries (entry_id, period, sp, subscription_id, row_type, list_price, amount,
                                        from_date, to_date, created_at)
           VALUES ('x', '202511', 'alfa', 'S-1', 'MOVE_FEE', 1, 1, now(), now(), now())""",
    ],
)
def test_a_locked_month_does_not_change_by_sql_either(operator: Operator, statement: str) -> None:
    locked(operator)
    before = operator.do(lambda database: stored(database, "doc"))
    with pytest.raises(asyncpg.RaiseError, match=r"locked|does not change|stays"):
        operator.rows(statement)
    assert operator.do(lambda database: stored(database, "doc")) == before


def test_an_open_month_gives_way_where_a_locked_one_stays(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    operator.rows("DELETE FROM invoice_rows WHERE sp = 'alfa'")
    operator.rows("UPDATE invoice_specifications SET rows = 0 WHERE sp = 'alfa'")
    operator.rows("DELETE FROM invoice_specifications")
    operator.rows("DELETE FROM invoice_periods")


def test_what_is_locked_is_as_it_was_computed_last(operator: Operator) -> None:
    operator.do(several)
    with pytest.raises(errors.Conflict, match="alfa, beta; run `onapi invoices compile 202511`"):
        lock(operator)
    compiled(operator, provider=ids.Sp("alfa"))
    with pytest.raises(errors.Conflict, match="for beta; run"):
        lock(operator)
    compiled(operator)
    entry = add(operator, wish("-10.00"))
    with pytest.raises(errors.Conflict, match="for alfa; run"):
        lock(operator)
    compiled(operator)
    operator.do(lambda database: invoice_entries.withdraw(database, NOVEMBER, entry))
    with pytest.raises(errors.Conflict, match="for alfa; run"):
        lock(operator)
    compiled(operator)
    assert lock(operator).tzinfo is not None


def test_a_month_that_was_computed_before_it_ended_or_has_not_ended_is_not_locked(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    operator.rows("UPDATE invoice_specifications SET compiled_at = '2025-11-30 23:59:59+01'")
    with pytest.raises(errors.Conflict, match="not computed since it ended"):
        lock(operator)
    compiled(operator, THIS_MONTH)
    with pytest.raises(errors.Conflict, match="is not over"):
        lock(operator, THIS_MONTH)


def test_a_provider_who_came_later_keeps_no_month_open(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    operator.rows("INSERT INTO providers (sp, name, created_at) VALUES ('gamma', 'Gamma', '2025-12-01 00:00+01')")
    lock(operator)


def test_a_correction_is_a_credit_in_an_open_month_and_says_why(operator: Operator) -> None:
    operator.do(several)
    compiled(operator, OCTOBER)
    lock(operator, OCTOBER)
    entry = add(
        operator,
        wish("-100.00", RowType.PERIODIC_FEE, from_date=months.day("2025-10-01"), to_date=months.day("2025-10-10")),
    )
    compiled(operator)
    rows = {name: json.loads(doc) for name, doc in operator.do(lambda database: stored(database, "row_id", "doc"))}
    assert rows[entry]["invoice"] == {
        "listPrice": 100.00,
        "billingItem": "BB-100",
        "invoiceType": "CREDIT",
        "rowType": "PERIODIC_FEE",
        "fromDate": "2025-10-01",
        "toDate": "2025-10-10",
        "invoicedAmount": -100.00,
        "comment": "Wrong port.",
    }
    assert rows[entry]["subscription"]["coSubscriptionId"] == "S-1"
    assert operator.value("SELECT amount FROM invoice_specifications WHERE sp = 'beta'") == Decimal("900.00")


def test_an_entry_for_a_subscription_that_ended_long_ago_has_its_service_of_then(operator: Operator) -> None:
    async def lived(database: Database) -> None:
        await months.town(database, "A-1")
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", ended="2025-03-31T12:00+02:00", service="BB-250")
            await months.was(tx, "S-1", "BB-100", "2025-02-01 12:00+01")
            await months.complain(tx, "T-1", "A-1")

    operator.do(lived)
    january = {"from_date": months.day("2025-01-05"), "to_date": months.day("2025-01-06")}
    add(operator, wish("95.00", RowType.TROUBLESHOOTING_FEE, comment=None, ticket="T-1", **january))
    compiled(operator)
    columns = ("row_type", "amount", "invoice.billingItem", "subscription.disconnectionDate", "invoice.invoiceType")
    assert operator.do(lambda database: stored(database, *columns)) == [
        ("TROUBLESHOOTING_FEE", Decimal("95.00"), "BB-100", "2025-03-31", "DEBIT")
    ]


def test_the_same_entry_twice_is_a_command_that_was_repeated(operator: Operator) -> None:
    operator.do(several)
    entry = add(operator, wish("-10.00"))
    with pytest.raises(errors.Conflict, match="has this entry already"):
        add(operator, wish("-10.00"))
    add(operator, wish("-10.00", comment="Again."))
    operator.do(lambda database: invoice_entries.withdraw(database, NOVEMBER, entry))
    again = add(operator, wish("-10.00"))
    left = operator.do(lambda database: invoice_entries.of(database, NOVEMBER))
    assert [one.comment for one in left] == ["Again.", "Wrong port."]
    assert left[1].entry_id == again
    with pytest.raises(errors.NotFound, match="no entry"):
        operator.do(lambda database: invoice_entries.withdraw(database, NOVEMBER, entry))


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (wish("1.001"), "two decimals"),
        (wish("NaN"), "two decimals"),
        (wish("Infinity"), "two decimals"),
        (wish("10000000000.00"), "two decimals"),
        (wish("1.00", list_price=Decimal("-1")), "0 or more"),
        (wish("-1.00", RowType.PERIODIC_FEE, comment=None), "needs a comment"),
        (wish("1.00", comment=None), "needs a comment"),
        (wish("1.00", comment="  "), "needs a comment"),
        (wish("1.00", comment="a\nb"), "printable"),
        (wish("1.00", comment="x" * 256), "printable"),
        (wish("1.00", ticket="no id"), "is not an ID"),
        (wish("1.00", from_date=months.day("2025-11-02"), to_date=months.day("2025-11-01")), "before the first"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(operator: Operator, entry: Wish, reason: str) -> None:
    with pytest.raises(errors.Invalid, match=reason):
        add(operator, entry)


def test_an_entry_needs_its_subscription_and_an_open_month(operator: Operator) -> None:
    locked(operator)
    with pytest.raises(errors.Conflict, match="202511 is locked"):
        add(operator, wish("-1.00"))
    with pytest.raises(errors.Conflict, match="202511 is locked"):
        operator.do(lambda database: invoice_entries.withdraw(database, NOVEMBER, "x"))
    with pytest.raises(errors.NotFound, match="no subscription 'S-99'"):
        add(operator, wish("-1.00", subscription_id="S-99"), THIS_MONTH)


@pytest.mark.parametrize("statement", ["DELETE FROM invoice_entries", "UPDATE invoice_entries SET amount = 0"])
def test_an_entry_is_withdrawn_and_not_changed_or_deleted(operator: Operator, statement: str) -> None:
    operator.do(several)
    add(operator, wish("-1.00"))
    with pytest.raises(asyncpg.RaiseError, match="withdrawn, not changed or deleted"):
        operator.rows(statement)
