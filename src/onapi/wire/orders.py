"""Orders as SPs send and read them.

Source: the seed, "Create a new order"; ON-API 2.6.0 spec/orders.md.
"""

from typing import Annotated, Any

import msgspec

from onapi.vocabulary import Failure, Operation, OrderState
from onapi.wire.formats import DateTime, Id, Reference, Text, Wire


class Equipment(Wire, kw_only=True):
    """Equipment which is used to deliver a service."""

    vendor_id: Annotated[Reference | None, msgspec.Meta(description="DHCP vendor class identifier, option 60.")] = (
        None
    )
    mac_address: Annotated[str | None, msgspec.Meta(description="As AA:BB:CC:DD:EE:FF; also taken otherwise.")] = None


Characteristics = Annotated[
    dict[str, Any],
    msgspec.Meta(
        description="Settings of the service, as /services/ lists them.",
        examples=[{"fixedIp": True, "ipAddresses": ["192.0.2.1"], "sla": "SLA-3"}],
    ),
]


# Read as text, so that the refusal of another word can name those there are.
_OperationName = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(Operation)})]


class OrderFields(Wire, kw_only=True):
    """What an SP says in an order: a POST, a PUT or a PATCH. Fields of the server's are ignored, null is absent."""

    order_id: Annotated[str | None, msgspec.Meta(description="Cannot be changed.")] = None
    access_id: Id | None = None
    service: Annotated[Reference | None, msgspec.Meta(description="As /services/ lists it for the access.")] = None
    operation: _OperationName | None = None
    requested_date_time: Annotated[
        DateTime | None, msgspec.Meta(description="Earliest moment; absent or past: at once.")
    ] = None
    sp_reference: Reference | None = None
    sp_subscription_id: Reference | None = None
    subscription_id: Id | None = None
    external_note: Annotated[Reference | None, msgspec.Meta(description="For the end customer to read.")] = None
    characteristics: Characteristics | None = None
    forced_takeover: Annotated[
        bool | None, msgspec.Meta(description="Take the access over from another SP; only where /services/ says so.")
    ] = None
    equipment: Equipment | list[Equipment] | None = None
    state: Annotated[str | None, msgspec.Meta(description="Cannot be changed.")] = None


class Order(Wire, kw_only=True):
    """An order."""

    path: Annotated[str | None, msgspec.Meta(description="Absent when nothing had to be ordered.")] = None
    order_id: Id | None = None
    access_id: Id
    service: Text
    operation: Operation
    requested_date_time: DateTime | None = None
    expected_completion_date: DateTime | None = None
    sp_reference: Reference | None = None
    sp_subscription_id: Reference | None = None
    subscription_id: Id
    external_note: Reference | None = None
    characteristics: Characteristics | None = None
    forced_takeover: bool | None = None
    equipment: Equipment | list[Equipment] | None = None
    state: OrderState
    message: Annotated[Text, msgspec.Meta(description="Why it is DONE_FAILED, for people.")]
    code: Annotated[Failure | None, msgspec.Meta(description="The same for programs; an extension.")] = None
