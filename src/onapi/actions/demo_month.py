"""Give the demo an invoiced month, as an operator would have one."""

from decimal import Decimal

from onapi import ids
from onapi.actions import invoice_entries, invoices
from onapi.actions.invoice_entries import Wish
from onapi.actions.invoices import Issuer
from onapi.domain import invoicing
from onapi.storage import demo as storage
from onapi.storage import facts
from onapi.storage import invoices as invoice_storage
from onapi.storage.pool import Database
from onapi.vocabulary import RowType

CO_ID = "Ankeborgs Stadsnät"

_FACT = "demo_month"


async def invoice(database: Database, issuer: Issuer) -> None:
    """Have last month be lived, computed and locked, unless that was done. Repeatable, also when it broke off."""
    async with database.transaction() as tx:
        name = await facts.get(tx, _FACT)
        if name is None:
            today = await invoice_storage.today(tx, zone=issuer.time_zone)
            name = invoicing.of(today).previous.name
            await facts.put(tx, _FACT, name)
            await storage.live_last_month(tx, today=today, zone=issuer.time_zone)
    month = invoicing.read(name)
    if any(one.locked_at for one in await invoices.listed(database) if one.period == name):
        return
    if not await invoice_entries.of(database, month):
        credit = Wish(
            subscription_id=ids.SubscriptionId("demo-2"),
            row_type=RowType.OTHER,
            amount=Decimal("-49.00"),
            comment="Credit: the port was down for a week.",
        )
        await invoice_entries.add(database, month, credit)
    await invoices.compile_period(database, issuer, month)
    await invoices.lock(database, issuer, month)
