"""The rows of the operator's invoices.

Source: ON-API 2.6.0 spec/invoice_specification.md.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from onapi.client import errors, exchange, lists, tolerance
from onapi.client.accesses import Access
from onapi.client.binding import K, Resource, listing, operation
from onapi.client.steps import Flow, Give, Listing, Lost, More, Request, quoted
from onapi.client.tolerance import Model

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Period(Model, kw_only=True):
    """A period whose invoice can be read."""

    id: str
    from_date: date | None = None
    to_date: date | None = None


class InvoicedSubscription(Model, kw_only=True):
    """What a row is for."""

    service: str | None = None
    connection_date: date | None = None
    disconnection_date: date | None = None
    sp_reference: str | None = None
    sp_subscription_id: str | None = None
    co_subscription_id: str | None = None


class Invoiced(Model, kw_only=True):
    """What a row costs; amounts are exact."""

    list_price: Decimal | None = None
    billing_item: str | None = None
    invoice_type: str | None = None
    row_type: str | None = None
    from_date: date | None = None
    to_date: date | None = None
    invoiced_amount: Decimal
    comment: str | None = None


class Row(Model, kw_only=True):
    """A row of an invoice."""

    co_id: str | None = None
    sp_name: str | None = None
    access: Access | None = None
    subscription: InvoicedSubscription | None = None
    invoice: Invoiced


class InvoiceSpecification(Resource[K]):
    """Below `invoicespecification/`."""

    @operation
    def periods(self) -> Flow[list[Period]]:
        """Return the periods that there are."""
        answer = yield from self._ask("invoicespecification/")
        value: Any = tolerance.decode(answer.body)
        return [tolerance.read(Period, one) for one in (value if isinstance(value, list) else [value])]

    @listing
    def rows(self, period: str) -> Listing[Row]:
        """Return the rows of a period."""
        return lists.models(self._around, f"invoicespecification/{quoted(period)}", Row)

    @listing
    def excel(self, period: str) -> Listing[bytes]:
        """Return a period's rows as an Excel file, in pieces; Unsupported where the server makes none."""
        around = self._around

        def begin(listing: Listing[bytes]) -> Flow[None]:
            request = Request(path=f"invoicespecification/{quoted(period)}", headers={"Accept": EXCEL})
            answer = yield from exchange.head(around, request)
            listing.head = answer.headers
            if EXCEL not in answer.headers.get("content-type", ""):
                raise errors.Unsupported("This server makes no Excel file of an invoice.")
            try:
                while piece := (yield More()):
                    yield Give(piece)
            except Lost as lost:
                raise errors.Unreachable(f"{lost.reason}, in the middle of the file.", unsure=False) from lost

        return Listing(begin)
