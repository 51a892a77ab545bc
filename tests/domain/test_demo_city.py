"""The made-up city: always the same, always valid, and with something of everything."""

import hashlib
import uuid
from collections import Counter, defaultdict

import pytest

from onapi.domain import accesses as domain
from onapi.domain import demo_city
from onapi.domain.accesses import Access
from onapi.vocabulary import AccessState, PremisesType

SEEDS = range(25)


def city(count: int, seed: int = 1) -> list[Access]:
    return list(demo_city.accesses(count, seed))


def address(access: Access) -> tuple[str | None, ...]:
    return (access.postal_code, access.street_name, access.street_number, access.street_littera)


def test_the_same_seed_gives_the_same_city() -> None:
    assert city(2000, seed=7) == city(2000, seed=7)


def test_another_seed_gives_another_city() -> None:
    assert city(200, seed=7)[4:] != city(200, seed=8)[4:]


def test_a_city_is_the_same_on_every_python() -> None:
    text = "\n".join(repr(domain.write(access)) for access in city(2000, seed=2026))
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "ae6e5f1c06faa366072c9559f89972bdd314a260f475b6d936c974af19752d12"
    )


@pytest.mark.parametrize("count", [4, 5, 200, 2000])
def test_a_city_has_exactly_as_many_accesses_as_asked_for(count: int) -> None:
    assert len(city(count)) == count


@pytest.mark.parametrize("count", [3, 0, -1])
def test_a_city_too_small_for_the_demo_accesses_is_refused_at_once(count: int) -> None:
    with pytest.raises(ValueError, match=r"too small: it has at least 4\.$"):
        demo_city.accesses(count, 1)


@pytest.mark.parametrize("count", [200, 5000])
def test_every_access_is_read_back_as_it_is_written(count: int) -> None:
    for access in city(count):
        assert domain.read(domain.write(access)) == access


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_four_are_connected_demo_houses_in_the_first_population(seed: int) -> None:
    demo = city(4, seed)
    assert [access.access_id for access in demo] == ["DEMO-1", "DEMO-2", "DEMO-FAIL-1", "DEMO-SLOW-1"]
    assert {access.access_state for access in demo} == {AccessState.CONNECTED}
    assert {access.premises_type for access in demo} == {PremisesType.RESIDENTIAL_HOUSE}
    assert {access.population for access in demo} == {demo_city.POPULATIONS[0]}


def test_no_access_id_and_no_legacy_id_occurs_twice() -> None:
    made = city(20_000)
    legacy = [access.legacy_access_id for access in made if access.legacy_access_id]
    assert len({access.access_id for access in made}) == len(made)
    assert legacy
    assert len(set(legacy)) == len(legacy)


def test_no_outlet_of_an_apartment_at_an_address_occurs_twice() -> None:
    made = city(20_000)
    places = Counter((*address(access), access.mdu_apartment_number, access.outlet) for access in made)
    assert [place for place, times in places.items() if times > 1] == []


def test_addresses_stay_apart_when_every_street_has_been_built_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_city, "_STEMS", ("Björk",))
    monkeypatch.setattr(demo_city, "_BASES", 7)
    monkeypatch.setattr(demo_city, "_STREETS", 7 * 9)
    made = city(60_000)
    places = Counter((*address(access), access.mdu_apartment_number, access.outlet) for access in made)
    assert len({access.street_name for access in made}) == 7 * 9
    assert max(places.values()) == 1
    assert all(isinstance(domain.read(domain.write(access)), Access) for access in made)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_hundred_accesses_have_every_premises_type_and_every_state(seed: int) -> None:
    made = city(200, seed)
    assert {access.premises_type for access in made} == set(PremisesType)
    assert {access.access_state for access in made} == set(AccessState)


@pytest.mark.parametrize("seed", SEEDS)
def test_about_four_in_five_accesses_are_connected(seed: int) -> None:
    made = city(5000, seed)
    assert 0.75 < sum(access.access_state is AccessState.CONNECTED for access in made) / len(made) < 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_two_thousand_accesses_have_every_kind_of_swedish_address(seed: int) -> None:
    made = city(2000, seed)
    letters = {letter for access in made for letter in access.street_name}
    assert set("åäö") <= letters
    assert any("-" in (access.street_number or "") for access in made)
    assert {access.street_littera for access in made} >= {None, *"ABC"}
    assert {access.mdu_apartment_number for access in made} >= {None, "0901", "1001", "1002", "1101"}
    assert any(access.mdu_distinguisher for access in made)


def test_apartments_of_one_address_share_all_that_belongs_to_the_address() -> None:
    buildings = defaultdict(list)
    for access in city(5000):
        buildings[address(access)].append(access)
    assert max(map(len, buildings.values())) >= 20
    for building in buildings.values():
        assert len({access.national_address_uuid for access in building}) == 1
        assert len({access.population for access in building}) == 1
    uuids = [building[0].national_address_uuid for building in buildings.values()]
    known = [known for known in uuids if known]
    assert len(uuids) / 2 < len(known) < len(uuids)
    assert len(set(known)) == len(known)
    assert {(uuid.UUID(value).version, uuid.UUID(value).variant) for value in known} == {(4, uuid.RFC_4122)}


def test_a_population_has_one_price_group_one_city_and_at_most_two_postal_codes() -> None:
    made = [access for access in city(5000) if access.population]
    assert {access.population for access in made} == set(demo_city.POPULATIONS)
    for population in demo_city.POPULATIONS:
        members = [access for access in made if access.population == population]
        assert len({(access.price_group, access.city) for access in members}) == 1
        assert len({access.postal_code for access in members}) <= 2
    cities = {(access.postal_code, access.city) for access in made}
    assert len(cities) == len({postal_code for postal_code, _ in cities})


def test_only_a_large_city_has_accesses_without_a_population() -> None:
    sizes = Counter(access.population for access in city(5000))
    assert 0 < sizes[None] < min(sizes[population] for population in demo_city.POPULATIONS)
    assert [sizes[population] for population in demo_city.POPULATIONS] == sorted(
        (sizes[population] for population in demo_city.POPULATIONS), reverse=True
    )
    assert all(access.population for access in city(999))
