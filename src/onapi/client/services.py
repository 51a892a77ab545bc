"""Services: what can be ordered on an access.

Source: the seed, "Lists services for a certain accessId"; ON-API 2.6.0 spec/services.md, 2.4.0 spec/accesses.md.
"""

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from onapi.client import errors, follow, lists, tolerance
from onapi.client.binding import K, Resource, listing, operation
from onapi.client.cursors import Cursor
from onapi.client.steps import Flow, Listing, quoted
from onapi.client.tolerance import Model, Since


class Characteristic(Model, kw_only=True):
    """A setting of a service; `values` are those on offer, None: any."""

    required: bool = False
    values: tuple[Any, ...] | None = None

    aliases: ClassVar[dict[str, str]] = {"validvalues": "values"}


class Service(Model, kw_only=True):
    """One service on offer.

    Technically deliverable from `connection_date_time`, orderable from `available_date_time`, until
    `disconnection_date_time`; None is not known, or never.
    """

    service: str
    connection_date_time: Since | None = None
    available_date_time: Since | None = None
    disconnection_date_time: Since | None = None
    forced_takeover_possible: bool = False
    comments: tuple[str, ...] = ()
    characteristics: dict[str, Characteristic] = msgspec.field(default_factory=dict)

    aliases: ClassVar[dict[str, str]] = {
        "connection": "connectionDateTime",
        "available": "availableDateTime",
        "disconnection": "disconnectionDateTime",
    }

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the characteristics; those that an order must have are marked with a star."""
        return tuple(f"{name}*" if one.required else name for name, one in self.characteristics.items())

    def orderable(self, now: datetime) -> bool:
        """Return whether it can be ordered at a moment."""
        begun = self.available_date_time is not None and self.available_date_time <= now
        return begun and (self.disconnection_date_time is None or now < self.disconnection_date_time)


class AccessServices(Model, kw_only=True):
    """An access, and what can be ordered on it."""

    access_id: str
    services: tuple[Service, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The services' names."""
        return tuple(one.service for one in self.services)


class Services(Resource[K]):
    """Below `services/`; where a server of 2.4 has no such path, the same is read from its accesses."""

    @operation
    def show(self, access_id: str) -> Flow[tuple[Service, ...]]:
        """Return what can be ordered on an access, or raise NotFound."""
        try:
            answer = yield from self._ask(f"services/{quoted(access_id)}")
        except (errors.NotFound, errors.Unsupported):
            older = yield from self._ask(f"accesses/{quoted(access_id)}")
            value = tolerance.decode(older.body)
            if not isinstance(value, dict) or "services" not in value:
                raise
            return tolerance.read(AccessServices, value).services
        return tolerance.read(AccessServices, tolerance.decode(answer.body)).services

    @listing
    def list(self, *, since: str | None = None) -> Listing[AccessServices]:
        """Return what can be ordered everywhere; with `since`, where the answer may have changed."""
        return lists.models(self._around, "services/", AccessServices, since=since)

    @listing
    def follow(self, cursor: Cursor, *, every_s: float = 60.0, forever: bool = True) -> Listing[AccessServices]:
        """Return all of `list`, and then what changes, from where the cursor is; see `follow.Manner`."""
        manner = follow.Manner(every_s=every_s, forever=forever)
        return follow.following(
            self._around,
            follow.objects("services/", lambda value: tolerance.read(AccessServices, value)),
            cursor,
            manner,
        )
