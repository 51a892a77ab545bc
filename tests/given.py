"""What tests begin with: accesses, providers, and headers, each with the fields that the test cares about."""

import base64
from typing import Any

from onapi import ids
from onapi.actions import providers
from onapi.domain.accesses import Access
from onapi.storage import accesses
from onapi.storage.pool import Database
from onapi.vocabulary import AccessState, Dialect, PremisesType


def access(access_id: str, **fields: Any) -> Access:
    """Return an ordinary house, but for the fields given."""
    house: dict[str, Any] = {
        "access_id": ids.AccessId(access_id),
        "street_name": "Björkvägen",
        "street_number": "1",
        "postal_code": "12345",
        "city": "Ankeborg",
        "country_code": "SE",
        "premises_type": PremisesType.RESIDENTIAL_HOUSE,
        "access_state": AccessState.CONNECTED,
        "population": "Centrum",
    }
    return Access(**(house | fields))


async def accesses_in(database: Database, *listed: Access) -> None:
    """Put accesses into the database, by the code that imports them."""
    async with database.transaction() as tx:
        await accesses.stage(tx, listed)
        await accesses.merge(tx)


async def provider(
    database: Database, sp: str, *, dialect: Dialect = Dialect.BITVIS, populations: tuple[str, ...] = ()
) -> dict[str, str]:
    """Make a provider whose password is `<sp>-secret`, and return the headers that prove it."""
    await providers.add_with_secret(
        database, sp=ids.Sp(sp), name=sp, dialect=dialect, populations=populations, secret=f"{sp}-secret"
    )
    return basic(sp, f"{sp}-secret")


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
