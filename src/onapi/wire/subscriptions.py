"""What an SP delivers on an access.

Source: the seed, "Get subscriptions for an access"; ON-API 2.6.0 spec/subscriptions.md.
"""

from typing import Annotated

import msgspec

from onapi.vocabulary import OperationalState
from onapi.wire.dhcplookup import DhcpIdentifier, Option82
from onapi.wire.formats import Id, Reference, Text, Wire
from onapi.wire.orders import Characteristics, Equipment

_Date = Annotated[
    str,
    msgspec.Meta(
        description="A dateTime in the dialect `bitvis`, a date in `standard`.",
        examples=["2026-12-01T08:00:00Z", "2026-12-01"],
    ),
]


class Subscription(Wire, kw_only=True):
    """A live subscription."""

    subscription_id: Id
    service: Text
    operational_state: OperationalState
    connection_date: _Date
    disconnection_date: Annotated[_Date | None, msgspec.Meta(description="When a dated DEACTIVATE will end it.")] = (
        None
    )
    sp_reference: Reference | None = None
    sp_subscription_id: Reference | None = None
    option82: Annotated[
        Option82 | None,
        msgspec.Meta(description="Deprecated; dhcpIdentifier says the same.", extra_json_schema={"deprecated": True}),
    ] = None
    dhcp_identifier: DhcpIdentifier | None = None
    note: Reference | None = None
    characteristics: Characteristics | None = None
    equipment: Equipment | list[Equipment] | None = None


class Subscriptions(Wire, kw_only=True):
    """An access and the SP's subscriptions on it."""

    access_id: Id
    subscriptions: list[Subscription]
