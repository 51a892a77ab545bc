"""What tests begin with: accesses, providers, and headers, each with the fields that the test cares about."""

import base64
from typing import Any

from hypothesis import strategies as st

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


_PRINTABLE = st.characters(exclude_categories=["C", "Z"]) | st.just(" ")
_TEXT = st.text(_PRINTABLE, min_size=1, max_size=40).map(str.strip).filter(bool) | st.sampled_from(
    [
        "=1+1",
        "+46",
        "-1",
        "@SUM(A1)",
        '"',
        '""',
        "a,b",
        "a;b",
        "a|b",
        "'",
        "\\",
        "å",
        "🏠",
        "null",
        "[",
        "Ã¥",
        "x" * 255,
    ]
)
_IDS = st.from_regex(r"[-0-9a-zA-Z.]{1,36}", fullmatch=True)
_MAYBE = st.none() | _TEXT
ANY_ACCESS = st.builds(
    Access,
    access_id=_IDS.map(ids.AccessId),
    legacy_access_id=st.none() | _IDS,
    street_name=_TEXT,
    street_number=st.sampled_from([None, "6", "550-70"]),
    street_littera=_MAYBE,
    postal_code=st.integers(10_000, 99_999).map(str),
    city=_TEXT,
    country_code=st.sampled_from(["SE", "NO"]),
    premises_type=st.sampled_from(list(PremisesType)),
    mdu_apartment_number=st.from_regex(r"[0-9]{4}", fullmatch=True),
    mdu_distinguisher=_MAYBE,
    outlet=_MAYBE,
    population=_MAYBE,
    price_group=st.integers(0, 999_999_999),
    access_state=st.sampled_from(list(AccessState)),
    national_address_uuid=st.none() | st.uuids().map(str),
)
"""Any valid access, with values that are easy to get wrong."""
