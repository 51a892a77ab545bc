"""What tests begin with: accesses, providers, and headers, each with the fields that the test cares about."""

import base64
import itertools
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from onapi import ids
from onapi.actions import catalogue as catalogue_actions
from onapi.actions import providers
from onapi.domain import prices
from onapi.domain.accesses import Access
from onapi.domain.catalogue import Catalogue, Service, ServiceType, Tech
from onapi.domain.characteristics import Rule
from onapi.domain.prices import Fee, Price
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


TYPES = (
    ServiceType(name="Broadband", exclusive=True, tech=Tech.BB),
    ServiceType(name="IPTV", exclusive=True, tech=Tech.IPTV),
    ServiceType(name="VOIP", exclusive=False, tech=Tech.VOIP),
)


def service(name: str, service_type: str = "Broadband", **fields: Any) -> Service:
    """Return a service that every SP may sell everywhere, without prices, but for the fields given."""
    return Service(name=name, service_type=service_type, **fields)


def catalogue(*services: Service, types: tuple[ServiceType, ...] = TYPES) -> Catalogue:
    """Return a catalogue of these services, in the order that a catalogue has."""
    return Catalogue(
        types=tuple(sorted(types, key=lambda one: one.name)),
        services=tuple(sorted(services, key=lambda one: one.name)),
    )


async def catalogue_in(
    database: Database, *services: Service, types: tuple[ServiceType, ...] = TYPES
) -> catalogue_actions.Outcome:
    """Make these services what is sold, by the code that imports them; others are withdrawn."""
    return await catalogue_actions.import_catalogue(database, catalogue(*services, types=types), dry_run=False)


def _allowed(text: str) -> bool:
    return bool(text) and not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)


_LABELS = st.text(max_size=20).map(str.strip).filter(_allowed) | st.sampled_from(
    [
        *(
            "no",
            "Yes",
            "on",
            "true",
            "null",
            "~",
            "1",
            "-1",
            "+46",
            "1.50",
            "0901",
            "1_000",
            "0x1F",
            "1:30",
            ".5",
            "1e3",
        ),
        *(
            "2026-12-01",
            "2026-12-01T08:00:00Z",
            "- x",
            "# x",
            "a: b",
            "a #b",
            "{a",
            "[",
            "&a",
            "*a",
            "!!str",
            "%x",
            "@x",
        ),
        *(
            "`",
            "'",
            '"',
            "\\",
            "<<",
            "=",
            "---",
            "...",
            "?",
            ",",
            "Åsen",
            "🏠",
            "\ufeff",
            "a\u00a0b",
            "x " * 127 + "x",
        ),
    ]
)
_DAYS = st.dates(date(1, 1, 1), date(9998, 12, 31))
_VALUES = st.lists(
    _LABELS | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=3, unique_by=repr
)
_RULES = st.builds(Rule, required=st.booleans(), values=st.none() | _VALUES.map(tuple))
_CHARACTERISTICS = st.fixed_dictionaries(
    {},
    optional={
        "fixedIp": st.builds(Rule, required=st.booleans(), values=st.sampled_from([None, (True,), (True, False)])),
        "ipAddresses": st.builds(Rule, required=st.booleans()),
        "sla": _RULES,
        "colour": _RULES,
        "no": _RULES,
    },
).map(lambda rules: dict(sorted(rules.items())))
_NAMES = st.none() | st.lists(_LABELS, min_size=1, max_size=3, unique=True).map(sorted).map(tuple)


@st.composite
def _price_lists(draw: st.DrawFn) -> tuple[Price, ...]:
    found = []
    for fee in draw(st.lists(st.sampled_from(list(Fee)), unique=True)):
        for group in draw(st.lists(st.none() | st.integers(0, 999_999_999), unique=True, max_size=2)):
            days: list[date | None] = [*sorted(draw(st.lists(_DAYS, min_size=2, max_size=4, unique=True)))]
            if draw(st.booleans()):
                days[0], days[-1] = None, None
            for start, end in itertools.pairwise(days):
                amount = draw(st.integers(0, 10**12 - 1).map(lambda cents: Decimal(cents) / 100))
                found.append(Price(fee=fee, amount=amount, group=group, valid_from=start, valid_until=end))
    return prices.sort(found)


@st.composite
def _services(draw: st.DrawFn, name: str, types: list[str]) -> Service:
    moments = st.datetimes(datetime(1, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    start = draw(st.none() | moments)
    end = draw(st.none() | moments)
    if start and end and end <= start:
        end = start + timedelta(microseconds=1)
    return Service(
        name=name,
        service_type=draw(st.sampled_from(types)),
        down_kbps=draw(st.none() | st.integers(1, 2**31 - 1)),
        up_kbps=draw(st.none() | st.integers(1, 2**31 - 1)),
        populations=draw(_NAMES),
        sellers=draw(st.sampled_from([None, (ids.Sp("alfa"),), (ids.Sp("12"), ids.Sp("alfa"))])),
        offered_from=start,
        offered_until=end,
        takeover=draw(st.booleans()),
        comments=draw(st.lists(_LABELS, max_size=2).map(tuple)),
        characteristics=draw(_CHARACTERISTICS),
        prices=draw(_price_lists()),
    )


@st.composite
def any_catalogue(draw: st.DrawFn) -> Catalogue:
    """Return any valid catalogue whose sellers are alfa and 12, with values that are easy to get wrong."""
    named = draw(st.lists(_LABELS, min_size=1, max_size=3, unique=True))
    types = [
        ServiceType(name=name, exclusive=draw(st.booleans()), tech=draw(st.sampled_from(list(Tech))))
        for name in named
    ]
    names = draw(st.lists(_LABELS, max_size=4, unique=True))
    return catalogue(*[draw(_services(name, named)) for name in names], types=tuple(types))
