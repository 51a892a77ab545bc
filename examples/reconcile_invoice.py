"""A cron job: compare the newest invoiced month with the subscriptions that we know, and exit 1 if they disagree.

`onapi sp sync --to co.db` has to run more often than subscriptions come and go; then once a month:

    python examples/reconcile_invoice.py co.db
"""

import json
import os
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from onapi.client import Client, Row

PERIODIC = ("PERIODIC_FEE", "PARTIAL_PERIODIC_FEE")


def known(copy: sqlite3.Connection) -> set[str]:
    """Return the IDs of all subscriptions that our orders ever made or changed, or that are live now."""
    found = {
        json.loads(document).get("subscriptionId") for (document,) in copy.execute("SELECT document FROM orders")
    }
    for (document,) in copy.execute("SELECT document FROM subscriptions"):
        found |= {one["subscriptionId"] for one in json.loads(document)["subscriptions"]}
    return found - {None}


def disagreements(rows: Iterator[Row], ours: set[str], totals: dict[str, Decimal]) -> Iterator[str]:
    """Return a sentence for each periodic fee that we should not pay, and add all amounts up by type."""
    paid: dict[tuple[str, str | None], int] = defaultdict(int)
    for row in rows:
        totals[row.invoice.row_type or "?"] += row.invoice.invoiced_amount
        name = row.subscription.co_subscription_id if row.subscription else None
        if row.invoice.row_type not in PERIODIC or row.invoice.invoice_type == "CREDIT" or name is None:
            continue
        if name not in ours:
            yield f"{name}: {row.invoice.invoiced_amount} for a subscription that is none of ours."
        paid[name, str(row.invoice.from_date)] += 1
        if paid[name, str(row.invoice.from_date)] == 2:
            yield f"{name}: a periodic fee from {row.invoice.from_date} twice."


def reconcile(co: Client, copy: sqlite3.Connection) -> int:
    """Print what disagrees and what it comes to, and return the exit code."""
    periods = sorted(co.invoicespecification.periods(), key=lambda one: one.id)
    if not periods:
        print("No month has been invoiced.")
        return 0
    totals: dict[str, Decimal] = defaultdict(Decimal)
    wrong = list(disagreements(iter(co.invoicespecification.rows(periods[-1].id)), known(copy), totals))
    for sentence in wrong:
        print(sentence)
    for kind, amount in sorted(totals.items()):
        print(f"{periods[-1].id}  {kind:<22} {amount:>14,.2f}")
    return 1 if wrong else 0


if __name__ == "__main__":
    with Client(os.environ["ONAPI_SP_URL"], os.environ["ONAPI_SP_USER"], os.environ["ONAPI_SP_PASSWORD"]) as operator:
        sys.exit(reconcile(operator, sqlite3.connect(sys.argv[1])))
