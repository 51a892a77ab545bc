"""What an SP may order on an access.

Source: the seed, "Lists services for a certain accessId"; ON-API 2.6.0 spec/services.md.
"""

from typing import Annotated, Any

import msgspec

from onapi.wire.formats import DateTime, Id, Text, Wire

_Moment = Annotated[
    str, msgspec.Meta(description="A dateTime, or empty when it is not known.", examples=["2026-12-01T00:00:00Z", ""])
]


class Characteristic(Wire, kw_only=True, omit_defaults=False):
    """A setting of a service."""

    required: bool
    values: Annotated[list[Any] | msgspec.UnsetType, msgspec.Meta(description="Those on offer; absent: any.")] = (
        msgspec.UNSET
    )


class Service(Wire, kw_only=True):
    """One service on offer."""

    service: Text
    connection_date_time: Annotated[DateTime, msgspec.Meta(description="Technically deliverable from.")]
    available_date_time: Annotated[_Moment, msgspec.Meta(description="Orderable from.")]
    disconnection_date_time: Annotated[_Moment, msgspec.Meta(description="No longer available from.")]
    forced_takeover_possible: bool
    comments: list[Text] | msgspec.UnsetType = msgspec.UNSET
    characteristics: dict[str, Characteristic] | msgspec.UnsetType = msgspec.UNSET


class Services(Wire, kw_only=True):
    """An access and what can be ordered on it."""

    access_id: Id
    services: list[Service]
