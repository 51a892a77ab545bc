"""Fixtures: a town where alfa and beta have orders and subscriptions, whose names nobody else may ever read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests import town as towns
from tests.town import Provider, Town

LATER = "2199-01-01T00:00:00Z"


@dataclass(frozen=True)
class Belongings:
    """What an SP has: an order that waits, subscriptions live and ended, an event, a ticket; all its secrets."""

    sp: Provider
    access: str
    waiting: dict[str, Any]
    subscription: str
    reference: str
    ended: str
    event: str
    ticket: str
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def town(cluster_url: str) -> Iterator[Town]:
    """Make a town with an engine."""
    with towns.made(cluster_url) as url, towns.living(url) as living, living.operator.working():
        living.operator.rows("INSERT INTO agreements (sp, population) VALUES ('gamma', 'Centrum')")
        _invoice(living)
        yield living


def _complain(town: Town, sp: Provider, access: str) -> str:
    """Open a ticket, on which its SP and the CO say something, and the CO also notes something for itself."""
    said = {name: f"{sp.sp}-{name}" for name in ("createdBy", "heading", "description", "spTicketReference")}
    fields = {"accessId": access, "problemType": "OTHER", "additionalInfo": {"ip": f"{sp.sp}-ip"}, **said}
    answer = sp.http.post("/tickets/", json=fields, headers={"Idempotency-Key": f"{sp.sp}-ticket"})
    assert answer.status_code == 201, answer.text
    ticket = str(answer.json()["coTicketReference"])
    comment = {"createdBy": f"{sp.sp}-person", "message": f"{sp.sp}-message"}
    assert sp.http.patch(f"/tickets/{ticket}", json={"comment": comment}).status_code == 204
    town.operator.rows(
        "INSERT INTO ticket_notes (ticket_id, author, message) VALUES ($1, 'anybody', $2)",
        ticket,
        f"{sp.sp}-internal",
    )
    return ticket


def _invoice(town: Town) -> None:
    """Have two months be locked: one in which alfa and gamma have a row each, and one that only alfa has."""
    town.operator.rows("INSERT INTO invoice_periods (period) VALUES ('202510'), ('202511')")
    town.operator.rows(
        """INSERT INTO invoice_rows (run, sp, position, row_id, subscription_id, row_type, amount, doc)
           SELECT r, s, 0, 'x', s || '-invoiced', 'OTHER', 1, '{"spName":"' || s || '-invoiced"}'
             FROM (VALUES (1, 'alfa'), (1, 'gamma'), (2, 'alfa')) v (r, s)"""
    )
    town.operator.rows(
        """INSERT INTO invoice_specifications (period, sp, run, rows, amount, compiled_at)
           SELECT CASE r.run WHEN 1 THEN '202511' ELSE '202510' END, r.sp, r.run, 1, 1, now() FROM invoice_rows r"""
    )
    town.operator.rows("UPDATE invoice_periods SET locked_at = now()")


def _settle(town: Town, sp: Provider) -> Belongings:
    access, waiting_on, ended_on = (town.access() for _ in range(3))
    reference = f"{sp.sp}-own-reference"
    said: dict[str, Any] = {
        "spReference": f"{sp.sp}-customer",
        "externalNote": f"{sp.sp}-note",
        "equipment": {"vendorId": f"{sp.sp}-v"},
    }
    subscription = sp.active(access, spSubscriptionId=reference, **said)
    ended = sp.active(ended_on, spSubscriptionId=f"{sp.sp}-gone")
    sp.done("DEACTIVATE", subscriptionId=ended)
    waiting = sp.order("ACTIVATE", accessId=waiting_on, service="BB-100-100", requestedDateTime=LATER, **said)
    keyed = sp.post("RESUME", key=f"{sp.sp}-key", subscriptionId=subscription)
    assert keyed.status_code == 200
    orders = [order["orderId"] for order in sp.get("/orders/?state=DONE_SUCCESS")]
    ticket = _complain(town, sp, access)
    secrets = (f"{sp.sp}-", ticket, subscription, ended, waiting["orderId"], waiting["subscriptionId"], *orders)
    event = sp.orderevents()[-1]["event"]
    return Belongings(sp, access, waiting, subscription, reference, ended, event, ticket, secrets)


@pytest.fixture(scope="module")
def alfa(town: Town) -> Belongings:
    """Give alfa something to lose."""
    return _settle(town, town.alfa)


@pytest.fixture(scope="module")
def gamma(town: Town) -> Belongings:
    """Give gamma something, so that its lists are not empty."""
    return _settle(town, town.gamma)
