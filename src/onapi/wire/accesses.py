"""An access as SPs read it.

Source: the seed, "Get all accesses"; ON-API 2.6.0 spec/accesses.md.
"""

from typing import Annotated

import msgspec

from onapi.vocabulary import AccessState, PremisesType
from onapi.wire.formats import ApartmentNumber, CountryCode, Id, PostalCode, StreetNumber, Text, Wire


class Access(Wire, kw_only=True):
    """An address with an outlet, where services can be delivered."""

    access_id: Id
    legacy_access_id: Id | msgspec.UnsetType = msgspec.UNSET
    street_name: Text
    street_number: StreetNumber | msgspec.UnsetType = msgspec.UNSET
    street_littera: Text | msgspec.UnsetType = msgspec.UNSET
    postal_code: PostalCode
    city: Text
    country_code: CountryCode
    premises_type: PremisesType
    mdu_apartment_number: ApartmentNumber | msgspec.UnsetType = msgspec.UNSET
    mdu_distinguisher: Text | msgspec.UnsetType = msgspec.UNSET
    outlet: Text | msgspec.UnsetType = msgspec.UNSET
    population: Text | msgspec.UnsetType = msgspec.UNSET
    price_group: Annotated[
        int, msgspec.Meta(ge=0, description="Points to a price list of the CO; 0 when there is only one.")
    ]
    access_state: AccessState
    national_address_uuid: Text | msgspec.UnsetType = msgspec.field(name="nationalAddressUUID", default=msgspec.UNSET)
