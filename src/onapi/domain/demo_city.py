"""A made-up Swedish city network, of any size, to try the server with and to test it against.

The same count and seed give the same accesses on every Python: only `random()` and `getrandbits()` are
drawn from, and no set is iterated. Nothing is kept of what was made, so memory does not grow with the count.
Two cities of different counts need not begin alike.
"""

import functools
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, TypeVar

from onapi.domain.accesses import Access
from onapi.ids import AccessId
from onapi.vocabulary import AccessState, PremisesType

_Kept = TypeVar("_Kept")

DEMO_IDS: tuple[str, ...] = ("DEMO-1", "DEMO-2", "DEMO-FAIL-1", "DEMO-SLOW-1")
"""The first accesses of every city: connected houses in the first population."""


@dataclass(frozen=True, slots=True)
class _District:
    """One population's area; `country` says that most of its roads have metre addresses."""

    population: str
    id_prefix: str
    city: str
    postal_codes: tuple[str, ...]
    price_group: int
    country: bool = False


# No Swedish postal code in use begins with 99, so nobody lives at these addresses.
_DISTRICTS = (
    _District("Ankeborg Centrum", "ANK", "Ankeborg", ("99110", "99112"), 0),
    _District("Västra Åsen", "VAS", "Ankeborg", ("99130", "99131"), 1),
    _District("Hemsöhem", "HEM", "Ankeborg", ("99145",), 2),
    _District("Gåsdalen", "GAS", "Gåsdalen", ("99210", "99211"), 3, country=True),
    _District("Ödemyra", "ODE", "Ödemyra", ("99260",), 4, country=True),
)
_MIX = (0,) * 12 + (1,) * 8 + (2,) * 5 + (3,) * 4 + (4,) * 3
_MIX_OF_APARTMENTS = (0,) * 16 + (1,) * 10 + (2,) * 6
"""Of 32 buildings, the districts they stand in; apartment buildings do not stand on country roads."""

POPULATIONS: tuple[str, ...] = tuple(district.population for district in _DISTRICTS)
"""The populations of every city, the largest first."""

_PREFIXES = ("", "Norra ", "Södra ", "Östra ", "Västra ", "Lilla ", "Stora ", "Gamla ", "Nya ")
_STEMS = (
    *("Björk", "Åker", "Kyrko", "Ängs", "Skol", "Rönn", "Älg", "Kvarn", "Sjö", "Äppel", "Smedje", "Hägg"),
    *("Mjölnar", "Lärk", "Ås", "Fågel", "Lind", "Käll", "Slåtter", "Tegel", "Räv", "Öst", "Hamn", "Blåbärs"),
    *("Ek", "Järnvägs", "Tall", "Häger", "Körsbärs", "Ört", "Gran", "Hästhovs", "Brunns", "Skräddar"),
    *("Lövsångar", "Smultron", "Väderkvarns", "Fiskar", "Blåklocks", "Rödklöver"),
)
_ENDINGS = ("gatan", "vägen", "gränd", "stigen", "backen", "allén", "slingan")
_BASES = len(_STEMS) * len(_ENDINGS)
_STREETS = _BASES * len(_PREFIXES)
_STRIDE = 83
"""Coprime to `_BASES`, so that a walk of this stride meets every base of a street's name once a round."""


class _Building(Enum):
    HOUSE = auto()
    NUMBERED_APARTMENTS = auto()
    DISTINGUISHED_APARTMENTS = auto()
    SHOP = auto()
    SCHOOL = auto()
    UNKNOWN = auto()


_BUILDINGS = (
    *(_Building.HOUSE,) * 13,
    *(_Building.NUMBERED_APARTMENTS,) * 5,
    *(_Building.DISTINGUISHED_APARTMENTS,) * 2,
    *(_Building.SHOP,) * 3,
    *(_Building.SCHOOL, _Building.UNKNOWN),
)
_APARTMENTS = (_Building.NUMBERED_APARTMENTS, _Building.DISTINGUISHED_APARTMENTS)
_STAGES = (
    *(AccessState.CONNECTED,) * 21,
    *(AccessState.PLANNED, AccessState.DEPLOYING, AccessState.HOMESPASSED),
)
"""How far buildings are built; in a connected one the accesses differ, as `_STATES` says."""
_STATES = (
    *(AccessState.CONNECTED,) * 29,
    *(AccessState.DISCONNECTED, AccessState.INMIGRATION, AccessState.OUTMIGRATION),
)

_TOWN_FROM = 1000
"""From this many accesses on, houses are tall, and a few accesses have no population."""


class _Address(NamedTuple):
    street_name: str
    number: str
    littera: str | None
    postal_code: str


class _Unit(NamedTuple):
    """What tells an access from the others at its address."""

    premises_type: PremisesType
    apartment_number: str | None
    distinguisher: str | None
    outlet: str | None


def accesses(count: int, seed: int) -> Iterator[Access]:
    """Return the `count` accesses of the city that `seed` names, made as they are asked for.

    From 200 accesses on, every premises type and every access state occurs.

    Raises:
        ValueError: `count` is below 4, the accesses that every city has.
    """
    if count < len(DEMO_IDS):
        raise ValueError(f"A demo city of {count} accesses is too small: it has at least {len(DEMO_IDS)}.")
    rng = random.Random(seed)  # noqa: S311 — addresses, not secrets
    return itertools.islice(_city(rng, is_town=count >= _TOWN_FROM), count)


def _city(rng: random.Random, *, is_town: bool) -> Iterator[Access]:
    """Yield accesses without end, building by building."""
    sites = [(district, _addresses(rng, district), itertools.count(1)) for district in _DISTRICTS]
    bits = rng.getrandbits
    stages, states = _bags(rng, _STAGES), _bags(rng, _STATES)
    legacy_numbers = itertools.count(100001)
    yield from _demo(rng, sites[0][1])
    for building in _bags(rng, _BUILDINGS):
        mix = _MIX_OF_APARTMENTS if building in _APARTMENTS else _MIX
        district, addresses, numbers = sites[mix[bits(5)]]
        street_name, street_number, littera, postal_code = next(addresses)
        address_uuid = _uuid(bits(128)) if bits(3) else None
        population = None if is_town and not bits(7) else district.population
        has_legacy_ids = not bits(2)
        stage = next(stages)
        built = stage is AccessState.CONNECTED
        units = _units(building, bits(8), is_town=is_town)
        for premises_type, apartment_number, distinguisher, outlet in units:
            yield Access(
                access_id=AccessId(f"{district.id_prefix}-{next(numbers):06}"),
                street_name=street_name,
                postal_code=postal_code,
                city=district.city,
                country_code="SE",
                premises_type=premises_type,
                access_state=next(states) if built else stage,
                price_group=district.price_group,
                legacy_access_id=f"SN.{next(legacy_numbers)}" if has_legacy_ids else None,
                street_number=street_number,
                street_littera=littera,
                mdu_apartment_number=apartment_number,
                mdu_distinguisher=distinguisher,
                outlet=outlet,
                population=population,
                national_address_uuid=address_uuid,
            )


def _demo(rng: random.Random, addresses: Iterator[_Address]) -> Iterator[Access]:
    """Yield the accesses of `DEMO_IDS`, each a house of its own in the first district."""
    district = _DISTRICTS[0]
    for demo_id, address in zip(DEMO_IDS, addresses, strict=False):
        yield Access(
            access_id=AccessId(demo_id),
            street_name=address.street_name,
            postal_code=address.postal_code,
            city=district.city,
            country_code="SE",
            premises_type=PremisesType.RESIDENTIAL_HOUSE,
            access_state=AccessState.CONNECTED,
            price_group=district.price_group,
            street_number=address.number,
            street_littera=address.littera,
            outlet="1",
            population=district.population,
            national_address_uuid=_uuid(rng.getrandbits(128)),
        )


def _bags(rng: random.Random, contents: tuple[_Kept, ...]) -> Iterator[_Kept]:
    """Yield `contents` again and again, each time in another order: small cities have of everything too."""
    while True:
        yield from sorted(contents, key=lambda _: rng.random())


def _addresses(rng: random.Random, district: _District) -> Iterator[_Address]:
    """Yield addresses of a district without end, street after street, none twice."""
    bits = rng.getrandbits
    offset = bits(16)
    for street in itertools.count():
        street_name = _street_name(street, offset)
        postal_code = district.postal_codes[street % len(district.postal_codes)]
        lap = street // _STREETS
        buildings = 4 + bits(4)
        # Metre addresses end at four digits, so only the first lap over the streets has them.
        if district.country and street % 4 != 3 and not lap:
            metres = 0
            for _ in range(buildings):
                metres += 5 * (1 + bits(4))
                yield _Address(street_name, f"{metres}-{5 * (1 + bits(5))}", None, postal_code)
            continue
        number = 50 * lap  # More than the highest number of a street in one lap, which is 19 twos.
        for _ in range(buildings):
            number += 1 + (not bits(2))
            entrances = "ABCDEF"[: 2 + bits(2)] if not bits(3) else (None,)
            for littera in entrances:
                yield _Address(street_name, str(number), littera, postal_code)


def _street_name(street: int, offset: int) -> str:
    """Return the name of the `street`th street; they repeat after `_STREETS`.

    A round goes over every stem with every ending; three in four of them come without a prefix at first.
    """
    base = (offset + street * _STRIDE) % _BASES
    turn = 0 if base % 4 else base // 4
    stem, ending = _STEMS[base // len(_ENDINGS)], _ENDINGS[base % len(_ENDINGS)]
    return f"{_PREFIXES[(street // _BASES + turn) % len(_PREFIXES)]}{stem}{ending}"


def _units(building: _Building, dice: int, *, is_town: bool) -> tuple[_Unit, ...]:
    """Return the accesses of one building; `dice` is 8 random bits that say how large it is."""
    outlets = 1 if dice & 15 else 2
    match building:
        case _Building.NUMBERED_APARTMENTS:
            storeys = 1 + (dice & 7 if is_town else dice % 3)
            return _numbered(storeys, 2 + (dice >> 3) % 3, has_basement=dice >= 192)
        case _Building.DISTINGUISHED_APARTMENTS:
            return _distinguished(2 + (dice & 7))
        case _Building.HOUSE:
            return _outlets(PremisesType.RESIDENTIAL_HOUSE, outlets)
        case _Building.SHOP:
            return _outlets(PremisesType.COMMERCIAL, outlets)
        case _Building.SCHOOL:
            return _outlets(PremisesType.PUBLIC, outlets)
        case _Building.UNKNOWN:
            return (_Unit(PremisesType.UNKNOWN, None, None, None),)


@functools.cache
def _numbered(storeys: int, width: int, *, has_basement: bool) -> tuple[_Unit, ...]:
    """Return apartments numbered as Lantmäteriet does: the storey, 10 at the entrance, then the door."""
    floors = range(9 if has_basement else 10, 10 + storeys)
    numbers = [f"{floor:02}{door:02}" for floor in floors for door in range(1, width + 1)]
    apartments = [_Unit(PremisesType.MDU_APARTMENT, number, None, "1") for number in numbers]
    # The last apartment at the top is a large one and has two outlets.
    return (*apartments, _Unit(PremisesType.MDU_APARTMENT, numbers[-1], None, "2"), *_shared_rooms())


@functools.cache
def _distinguished(apartments: int) -> tuple[_Unit, ...]:
    """Return apartments that have no number of Lantmäteriet's, by their outlet in the building."""
    doors = range(1, apartments + 1)
    return (
        *(_Unit(PremisesType.MDU_APARTMENT, None, f"Dörr {door}", str(door)) for door in doors),
        *_shared_rooms(),
    )


def _shared_rooms() -> tuple[_Unit, ...]:
    return (
        _Unit(PremisesType.MDU_COMMON, None, "Tvättstuga", "G1"),
        _Unit(PremisesType.MDU_TECHNICAL, None, "Undercentral", "T1"),
    )


@functools.cache
def _outlets(premises_type: PremisesType, outlets: int) -> tuple[_Unit, ...]:
    return tuple(_Unit(premises_type, None, None, str(outlet)) for outlet in range(1, outlets + 1))


def _uuid(bits: int) -> str:
    """Return 128 random bits as a UUID of version 4; several times faster than `uuid.UUID` writes it."""
    digits = f"{bits & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
