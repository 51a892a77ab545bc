"""A month's invoice, row by row.

Source: ON-API 2.6.0 spec/invoice_specification.md.
"""

from decimal import Decimal
from typing import Annotated

import msgspec

from onapi.vocabulary import InvoiceType, PremisesType, RowType
from onapi.wire.formats import ApartmentNumber, CountryCode, Id, PostalCode, Reference, StreetNumber, Text, Wire

PeriodId = Annotated[
    str, msgspec.Meta(pattern="^20[0-9]{2}(0[1-9]|1[0-2])$", description="A year and a month.", examples=["202611"])
]
Day = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day, where the CO is.", examples=["2026-11-01"]
    ),
]
Amount = Annotated[Decimal, msgspec.Meta(description="A number with at most two decimals, exact.", examples=[149.00])]


class InvoicePeriod(Wire, kw_only=True):
    """A month whose invoice can be read."""

    id: PeriodId
    from_date: Day
    to_date: Day


class InvoicedAccess(Wire, kw_only=True):
    """The access, as it was on the row's last day."""

    access_id: Id
    street_name: Text
    street_number: StreetNumber | None = None
    street_littera: Text | None = None
    postal_code: PostalCode
    city: Text
    country_code: CountryCode
    mdu_apartment_number: ApartmentNumber | None = None
    mdu_distinguisher: Text | None = None
    outlet: Text | None = None
    population: Text | None = None
    premises_type: PremisesType
    price_group: Annotated[int, msgspec.Meta(ge=0)]


class InvoicedSubscription(Wire, kw_only=True):
    """The subscription, as it was on the row's last day."""

    service: Text
    connection_date: Day
    disconnection_date: Annotated[
        Day | None, msgspec.Meta(description="Its last day, if that is not after the period.")
    ] = None
    sp_reference: Reference | None = None
    sp_subscription_id: Reference | None = None
    co_subscription_id: Annotated[Id, msgspec.Meta(description="subscriptionId elsewhere.")]


class Invoice(Wire, kw_only=True):
    """What is invoiced; both days are in it."""

    list_price: Amount
    billing_item: Text
    invoice_type: InvoiceType
    row_type: RowType
    from_date: Day
    to_date: Day
    invoiced_amount: Annotated[Amount, msgspec.Meta(description="Below zero: a credit.")]
    comment: Text | None = None


class InvoiceRow(Wire, kw_only=True):
    """One row."""

    co_id: Text
    sp_name: Text
    access: InvoicedAccess
    subscription: InvoicedSubscription
    invoice: Invoice


class RowToSend(Wire, kw_only=True):
    """One row, whose access is JSON already."""

    co_id: str
    sp_name: str
    access: msgspec.Raw
    subscription: InvoicedSubscription
    invoice: Invoice


encode = msgspec.json.Encoder(decimal_format="number").encode
decode = msgspec.json.Decoder(InvoiceRow).decode
"""Returns a row of its JSON; amounts stay exact."""
