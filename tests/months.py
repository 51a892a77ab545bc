"""Months that tests begin with: subscriptions that began and changed when a test says so, and their prices."""

from datetime import date
from decimal import Decimal
from typing import Any

from onapi import ids
from onapi.actions.invoices import Issuer
from onapi.domain import invoicing
from onapi.domain.prices import Fee, Price
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from tests import given

ISSUER = Issuer("Ankeborgs Stadsnät", "Europe/Stockholm")
OCTOBER, NOVEMBER = invoicing.read("202510"), invoicing.read("202511")
"""Months that are over."""


def price(amount: str, fee: Fee = Fee.PERIODIC, **fields: Any) -> Price:
    """Return a list price."""
    return Price(fee=fee, amount=Decimal(amount), **fields)


SERVICES = (
    given.service("BB-100", down_kbps=100_000, up_kbps=100_000, prices=(
        price("300.00"), price("330.00", group=3), price("195.00", Fee.START), price("50.00", Fee.END))),
    given.service("BB-250", down_kbps=250_000, up_kbps=250_000, prices=(
        price("600.00"), price("25.00", Fee.UPGRADE))),
    given.service("VOIP", "VOIP", prices=(price("19.90"),)),
)  # fmt: skip


async def town(database: Database, *access_ids: str, **fields: Any) -> dict[str, dict[str, str]]:
    """Make accesses, the services above, and the providers alfa and beta; return the headers of both."""
    await given.accesses_in(database, *(given.access(one, **fields) for one in access_ids))
    await given.catalogue_in(database, *SERVICES)
    # As long as they invoice anything, they have been there.
    headers = {sp: await given.provider(database, sp) for sp in ("alfa", "beta")}
    async with database.connection() as tx:
        await tx.execute("UPDATE providers SET created_at = '2025-01-01'")
    return headers


async def subscribe(
    tx: Tx,
    name: str,
    access_id: str,
    *,
    connected: str = "2025-01-01T12:00:00+01:00",
    ended: str | None = None,
    service: str = "BB-100",
    sp: str = "alfa",
    **fields: str,
) -> ids.SubscriptionId:
    """Have a subscription, with the moments at which it began and ended; `fields` are columns of its references."""
    columns = {"sp_reference": None, "sp_subscription_id": None} | fields
    await tx.execute(
        """INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state,
                                      connected_at, ended_at, sp_reference, sp_subscription_id, down_kbps,
                                      up_kbps, changed_at)
           SELECT $1::text, $2, $3, v.service, v.service_type, CASE WHEN t.exclusive THEN '' ELSE $1::text END,
                  CASE WHEN $6::text IS NULL THEN 'ACTIVATED' ELSE 'ENDED' END, $5::text::timestamptz,
                  $6::text::timestamptz, $7, $8, v.down_kbps, v.up_kbps, now()
             FROM services v JOIN service_types t USING (service_type) WHERE v.service = $4""",
        *(name, sp, access_id, service, connected, ended, columns["sp_reference"], columns["sp_subscription_id"]),
    )
    return ids.SubscriptionId(name)


async def complain(tx: Tx, name: str, access_id: str, *, sp: str = "alfa", subscription: str | None = None) -> str:
    """Have a ticket that an SP opened."""
    await tx.execute(
        """INSERT INTO tickets (ticket_id, sp, access_id, subscription_id, opened_by, created_by, heading,
                                description, problem_type, status, responsible, entries, created_at, updated_at)
           VALUES ($1, $2, $3, $4, 'SP', 'Anna', 'No link', 'Since.', 'NO_LINK', 'CREATED', 'CO', 0, now(), now())""",
        *(name, sp, access_id, subscription),
    )
    return name


async def was(tx: Tx, name: str, service: str, until: str) -> None:
    """Say what a subscription was until a moment, as a CHANGE then would have."""
    await tx.execute(
        """INSERT INTO subscription_pasts (subscription_id, until, service, down_kbps, up_kbps)
           SELECT $1::text, $3::text::timestamptz, v.service, v.down_kbps, v.up_kbps
             FROM services v WHERE v.service = $2""",
        *(name, service, until),
    )


async def stored(database: Database, *columns: str, period: str = "202511") -> list[tuple[Any, ...]]:
    """Return columns of a month's rows, in their order; what is no column is looked for in the documents."""
    known = ("sp", "row_id", "subscription_id", "row_type", "amount", "doc", "position")
    wanted = [f"r.{name}" if name in known else f"r.doc::json #>> '{{{name.replace('.', ',')}}}'" for name in columns]
    async with database.connection() as tx:
        rows = await tx.fetch(
            f"""SELECT {", ".join(wanted)} FROM invoice_specifications s
                  JOIN invoice_rows r ON (r.run, r.sp) = (s.run, s.sp)
                 WHERE s.period = $1 ORDER BY r.sp, r.position""",
            period,
        )
    return [tuple(row.values()) for row in rows]


def day(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)
