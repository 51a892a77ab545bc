"""Accesses: addresses with an outlet, where services can be delivered.

Source: the seed, "Get all accesses"; ON-API 2.6.0 and 2.4.0 spec/accesses.md.
"""

from typing import ClassVar

import msgspec

from onapi.client import follow, lists, tolerance
from onapi.client.binding import K, Resource, listing, operation
from onapi.client.cursors import Cursor
from onapi.client.services import Service
from onapi.client.steps import Flow, Listing, quoted
from onapi.client.tolerance import ApartmentNumber, Model


class Access(Model, kw_only=True):
    """An access; `services` only where the server is of 2.4, or 2.5, and has them here."""

    access_id: str
    legacy_access_id: str | None = None
    street_name: str | None = None
    street_number: str | None = None
    street_littera: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country_code: str | None = None
    premises_type: str | None = None
    mdu_apartment_number: ApartmentNumber | None = None
    mdu_distinguisher: str | None = None
    outlet: str | None = None
    population: str | None = None
    price_group: int | None = None
    access_state: str | None = None
    national_address_uuid: str | None = msgspec.field(name="nationalAddressUUID", default=None)
    services: tuple[Service, ...] | None = None

    aliases: ClassVar[dict[str, str]] = {"id": "accessId"}

    @property
    def address(self) -> str:
        """The address in one line, as it is written on a letter."""
        street = " ".join(filter(None, [self.street_name, self.street_number, self.street_littera]))
        flat = self.mdu_apartment_number or self.mdu_distinguisher
        town = " ".join(filter(None, [self.postal_code, self.city]))
        return ", ".join(filter(None, [street, f"lgh {flat}" if flat else None, town]))


class Accesses(Resource[K]):
    """Below `accesses/`."""

    @operation
    def show(self, access_id: str) -> Flow[Access]:
        """Return one access, or raise NotFound."""
        answer = yield from self._ask(f"accesses/{quoted(access_id)}")
        return tolerance.read(Access, tolerance.decode(answer.body))

    @listing
    def list(self, *, since: str | None = None) -> Listing[Access]:
        """Return all accesses; with `since`, a `last_modified` from before, only those that changed.

        An access that left says so by `access_state` DISCONNECTED.
        """
        return lists.models(self._around, "accesses/", Access, since=since)

    @listing
    def follow(self, cursor: Cursor, *, every_s: float = 60.0, forever: bool = True) -> Listing[Access]:
        """Return all of `list`, and then what changes, from where the cursor is; see `follow.Manner`."""
        manner = follow.Manner(every_s=every_s, forever=forever)
        return follow.following(
            self._around, follow.objects("accesses/", lambda value: tolerance.read(Access, value)), cursor, manner
        )
