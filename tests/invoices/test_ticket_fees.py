"""A ticket that is closed with a fee charges its provider, once."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from onapi import errors, ids
from onapi.actions import invoice_entries, ticket_admin
from onapi.actions.invoice_entries import TicketFee, Wish
from onapi.domain import invoicing
from onapi.domain.tickets import Comment
from onapi.storage.pool import Database
from onapi.vocabulary import Party, RowType
from tests import months
from tests.invoices.test_compile import compiled, several
from tests.months import stored
from tests.operators import Operator

WORDS = Comment("Olle", "The router was off.")


def close(
    operator: Operator,
    ticket: str,
    amount: str = "950.00",
    responsible: Party = Party.SP,
    zone: str = "Europe/Stockholm",
) -> None:
    async def done(database: Database) -> None:
        await ticket_admin.close(
            database,
            ticket_id=ids.TicketId(ticket),
            responsible=responsible,
            comment=WORDS,
            fee=TicketFee(Decimal(amount), zone),
        )

    operator.do(done)


def complain(operator: Operator, name: str, access: str, **fields: Any) -> str:
    async def complained(database: Database) -> str:
        async with database.connection() as tx:
            return await months.complain(tx, name, access, **fields)

    return operator.do(complained)


def today(operator: Operator) -> date:
    found: date = operator.value("SELECT (clock_timestamp() AT TIME ZONE 'Europe/Stockholm')::date")
    return found


def test_the_fee_is_in_the_month_in_which_it_is_closed(operator: Operator) -> None:
    operator.do(several)
    close(operator, complain(operator, "T-1", "A-1"))
    day = today(operator)
    compiled(operator, invoicing.of(day))
    columns = ("subscription_id", "row_type", "amount", "invoice.fromDate", "invoice.comment")
    period = invoicing.of(day).name
    rows = operator.do(lambda database: stored(database, *columns, period=period))
    assert ("S-1", "TROUBLESHOOTING_FEE", Decimal("950.00"), day.isoformat(), "Ticket T-1") in rows
    assert operator.value("SELECT status FROM tickets") == "CLOSED"


def test_a_ticket_costs_once_however_often_it_is_closed_and_whoever_is_at_it(operator: Operator) -> None:
    operator.do(several)
    complain(operator, "T-1", "A-1")

    async def both(database: Database) -> list[object]:
        def closing() -> Any:
            return ticket_admin.close(
                database,
                ticket_id=ids.TicketId("T-1"),
                responsible=Party.SP,
                comment=WORDS,
                fee=TicketFee(Decimal("950.00"), "Europe/Stockholm"),
            )

        return [*await asyncio.gather(closing(), closing(), return_exceptions=True)]

    outcomes = operator.do(both)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict", "NoneType"]
    with pytest.raises(errors.Conflict, match="or ticket T-1 its fee"):
        close(operator, "T-1", "1.00")
    # Nor does a refused one leave its comment.
    assert operator.value("SELECT count(*) FROM ticket_entries") == 1
    assert operator.value("SELECT sum(amount) FROM invoice_entries") == Decimal("950.00")


@pytest.mark.parametrize(
    ("amount", "zone", "says"),
    [
        ("-1", "Europe/Stockholm", "above zero, not -1"),
        ("0", "Europe/Stockholm", "above zero, not 0"),
        ("NaN", "Europe/Stockholm", "not NaN"),
        ("950.00", "Mars", "ONAPI_TIME_ZONE must be the name of a time zone"),
    ],
)
def test_a_fee_that_is_none_closes_nothing(operator: Operator, amount: str, zone: str, says: str) -> None:
    operator.do(several)
    with pytest.raises(errors.Invalid, match=says):
        close(operator, complain(operator, "T-1", "A-1"), amount, zone=zone)
    assert operator.value("SELECT status FROM tickets") == "CREATED"
    assert operator.value("SELECT count(*) FROM invoice_entries") == 0


def test_the_ticket_tells_which_of_several_subscriptions_it_is_about(operator: Operator) -> None:
    async def more(database: Database) -> None:
        async with database.connection() as tx:
            await months.subscribe(tx, "S-9", "A-1", service="VOIP")

    operator.do(several)
    operator.do(more)
    with pytest.raises(errors.Invalid, match="has 2 on the access"):
        close(operator, complain(operator, "T-1", "A-1"))
    assert operator.value("SELECT status FROM tickets") == "CREATED"
    close(operator, complain(operator, "T-2", "A-1", subscription="S-9"))
    assert operator.value("SELECT subscription_id FROM invoice_entries") == "S-9"
    # Beta has nothing there.
    with pytest.raises(errors.Invalid, match="has 0 on the access"):
        close(operator, complain(operator, "T-3", "A-1", sp="beta"))


def test_there_is_no_fee_for_the_operators_own_trouble_nor_one_of_half_a_cent(operator: Operator) -> None:
    operator.do(several)
    complain(operator, "T-1", "A-1")
    with pytest.raises(errors.Invalid, match="the SP is responsible"):
        close(operator, "T-1", responsible=Party.CO)
    with pytest.raises(errors.Invalid, match="two decimals"):
        close(operator, "T-1", "0.005")
    assert operator.value("SELECT status FROM tickets") == "CREATED"


def test_an_entry_names_a_ticket_of_its_own_provider(operator: Operator) -> None:
    operator.do(several)
    complain(operator, "T-1", "A-2", sp="beta")
    wish = Wish(
        subscription_id=ids.SubscriptionId("S-1"),
        row_type=RowType.OTHER,
        amount=Decimal(1),
        comment="x",
        ticket="T-1",
    )
    with pytest.raises(errors.NotFound, match="has no ticket 'T-1'"):
        operator.do(lambda database: invoice_entries.add(database, months.NOVEMBER, wish))
