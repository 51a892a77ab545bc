"""The catalogue's rules: every flaw is found and named by its place, and what is different is found exactly."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as for_any

from onapi.domain import catalogue, catalogue_changes, prices
from onapi.domain.catalogue import Catalogue, Service
from onapi.domain.catalogue_changes import Stored
from onapi.domain.catalogue_fields import Flaw
from onapi.domain.characteristics import Rule
from onapi.domain.prices import Fee, Price
from tests import given


def _raw(**fields: Any) -> dict[str, Any]:
    """Return a raw catalogue of one service with these keys."""
    types = [{"name": one.name, "exclusive": one.exclusive, "tech": str(one.tech)} for one in given.TYPES]
    return {"types": types, "services": [{"name": "BB", "type": "Broadband"} | fields]}


def _read(**fields: Any) -> Service:
    found = catalogue.read(_raw(**fields))
    assert isinstance(found, Catalogue), found
    return found.services[0]


def _flaws(raw: object) -> dict[str, str]:
    found = catalogue.read(raw)
    assert isinstance(found, list)
    return {flaw.place: flaw.reason for flaw in found}


def _price(number: str, **fields: Any) -> dict[str, Any]:
    return {"fee": "PERIODIC", "amount": Decimal(number)} | fields


@for_any(given.any_catalogue())
def test_any_catalogue_reads_back_as_it_was_written(wanted: Catalogue) -> None:
    assert catalogue.read(catalogue.write(wanted)) == wanted


def test_a_service_with_a_name_and_a_type_is_sold_by_all_everywhere_always() -> None:
    assert _read() == given.service("BB")


def test_a_service_is_read_with_all_it_has() -> None:
    found = _read(
        down=250_000,
        up=100_000,
        populations=["Åsen", "Hemsö"],
        sellers=["beta", "alfa"],
        **{"from": "2026-12-01", "until": "2027-01-01T08:00:00.5+01:00"},
        takeover=True,
        comments=["b", "a"],
        characteristics={"SLA": {"required": True, "values": ["SLA-2", 1, True]}, "ipAddress": {}, "colour": {}},
        prices=[_price("10", group=1), _price("149.5", until="2027-01-01"), {"fee": "START", "amount": 0}],
    )
    assert found == given.service(
        "BB",
        down_kbps=250_000,
        up_kbps=100_000,
        populations=("Hemsö", "Åsen"),
        sellers=("alfa", "beta"),
        offered_from=datetime(2026, 12, 1, tzinfo=UTC),
        offered_until=datetime(2027, 1, 1, 7, 0, 0, 500_000, UTC),
        takeover=True,
        comments=("b", "a"),
        characteristics={
            "colour": Rule(),
            "ipAddresses": Rule(),
            "sla": Rule(required=True, values=("SLA-2", 1, True)),
        },
        prices=(
            Price(fee=Fee.PERIODIC, amount=Decimal("149.50"), valid_until=date(2027, 1, 1)),
            Price(fee=Fee.PERIODIC, amount=Decimal("10.00"), group=1),
            Price(fee=Fee.START, amount=Decimal("0.00")),
        ),
    )


@pytest.mark.parametrize(
    ("key", "value", "place", "reason"),
    [
        ("name", 12, "name", "must be text; put it in quotes"),
        ("name", "", "name", "must not be empty"),
        ("name", "x" * 256, "name", "is 256 characters long; 255 are allowed"),
        ("name", "a\nb", "name", "holds a control character"),
        ("name", "a\u2028b", "name", "holds a control character"),
        ("name", "a\ud800", "name", "holds a control character"),
        ("name", "BB ", "name", "begins or ends with a blank"),
        ("type", "Telegraphy", "type", "is none of the types of this file; they are: Broadband, IPTV, VOIP"),
        ("down", "100 Mbit/s", "down", "must be kbit/s"),
        ("down", True, "down", "must be kbit/s"),
        ("down", 0, "down", "must be kbit/s"),
        ("up", 2**31, "up", "must be kbit/s"),
        ("up", Decimal("1.5"), "up", "must be kbit/s"),
        ("Down", 1, "Down", "is not known here; did you mean down?"),
        ("colour", 1, "colour", "is not known here; there are name, type, down"),
        ("comments", None, "comments", "has no value; give it one, or leave it out"),
        ("comments", "one", "comments", "must be a list"),
        ("comments", ["fine", 1], "comments[1]", "must be text"),
        ("populations", [], "populations", "is an empty list; leave it out for everywhere"),
        ("populations", ["a", "b", "a"], "populations", "has 'a' 2 times"),
        ("sellers", [], "sellers", "is an empty list; leave it out for every provider"),
        ("sellers", ["al fa"], "sellers", "'al fa' is not an ID"),
        ("from", "yesterday", "from", "must be a date such as 2026-12-01"),
        ("from", "2026-12-01T08:00:00", "from", "must be a date such as 2026-12-01"),
        ("from", 2026, "from", "must be a date such as 2026-12-01"),
        ("until", "2026-02-30", "until", "must be a date such as 2026-12-01"),
        ("until", "9999-01-01", "until", "must be a date such as 2026-12-01"),
        ("takeover", "no", "takeover", "must be true or false"),
        ("takeover", 1, "takeover", "must be true or false"),
        ("characteristics", ["sla"], "characteristics", "must be a mapping"),
        ("characteristics", {"sla": True}, "characteristics.sla", "must be a mapping with required, values"),
        ("characteristics", {"sla": {"requierd": True}}, "characteristics.sla.requierd", "did you mean required?"),
        (
            "characteristics",
            {"sla": {}, "SLA": {}},
            "characteristics.SLA",
            "is sla, which is there in another spelling",
        ),
        ("characteristics", {"a\tb": {}}, "characteristics.a\tb", "holds a control character"),
        ("characteristics", {"sla": {"values": []}}, "characteristics.sla.values", "is an empty list"),
        ("characteristics", {"sla": {"values": ["a", "a"]}}, "characteristics.sla.values", "has a value twice"),
        ("characteristics", {"sla": {"values": [["a"]]}}, "characteristics.sla.values[0]", "must be text of at most"),
        ("characteristics", {"sla": {"values": [2**53]}}, "characteristics.sla.values[0]", "is too big a number"),
        ("characteristics", {"fixedIp": {"values": ["true"]}}, "characteristics.fixedIp.values[0]", "true or false"),
        (
            "characteristics",
            {"ipAddress": {"values": ["::1"]}},
            "characteristics.ipAddress.values",
            "cannot be listed",
        ),
        ("characteristics", {f"c{n}": {} for n in range(51)}, "characteristics", "has 51 names; at most 50"),
        ("prices", [1], "prices[0]", "must be a mapping with fee, amount, group, from, until"),
        (
            "prices",
            [_price("1", fee="MONTHLY")],
            "prices[0].fee",
            "must be one of PERIODIC, USAGE, TRANSMISSION",
        ),
        ("prices", [{"fee": "START"}], "prices[0].amount", "is missing"),
        ("prices", [_price("1", amount="149,00")], "prices[0].amount", "must be an amount such as 149"),
        ("prices", [_price("-1")], "prices[0].amount", "must be an amount such as 149"),
        ("prices", [_price("1.005")], "prices[0].amount", "must be an amount such as 149"),
        ("prices", [_price("NaN")], "prices[0].amount", "must be an amount such as 149"),
        ("prices", [_price("10000000000")], "prices[0].amount", "must be an amount such as 149"),
        ("prices", [_price("1", amount=True)], "prices[0].amount", "must be an amount such as 149"),
        ("prices", [_price("1", group=-1)], "prices[0].group", "must be a price group"),
        (
            "prices",
            [_price("1", until="2026-12-01T00:00:00Z")],
            "prices[0].until",
            "must be a date such as 2026-12-01",
        ),
    ],
)
def test_a_flaw_names_the_place_and_what_is_right(key: str, value: object, place: str, reason: str) -> None:
    found = _flaws(_raw(**{key: value}))
    assert list(found) == [f"services[0].{place}"]
    assert reason in found[f"services[0].{place}"]


@pytest.mark.parametrize("until", ["2026-12-01", "2026-11-30"])
def test_what_ends_before_it_begins_is_a_flaw(until: str) -> None:
    reversed_dates = {"from": "2026-12-01", "until": until}
    found = _flaws(_raw(**reversed_dates, prices=[_price("1", **reversed_dates)]))
    assert found == {
        "services[0].until": "must be later than from",
        "services[0].prices[0].until": "must be later than from",
    }


def test_all_flaws_are_found_at_once() -> None:
    raw = {
        "types": [
            {"name": "TV", "exclusive": "yes", "tech": "tv"},
            {"name": "TV", "exclusive": True, "tech": "iptv"},
            {},
            "Broadband",
        ],
        "services": [{"name": "A", "type": "TV", "up": -1}, {"name": "A", "type": "Radio"}, {"down": 1}, None],
        "service": [],
    }
    assert set(_flaws(raw)) == {
        "service",
        "types[0].exclusive",
        "types[0].tech",
        "types[1].name",
        "types[2].name",
        "types[2].exclusive",
        "types[2].tech",
        "types[3]",
        "services[0].up",
        "services[1].name",
        "services[1].type",
        "services[2].name",
        "services[2].type",
        "services[3]",
    }


@pytest.mark.parametrize("raw", [None, [], "services", 5, Decimal(1)])
def test_what_is_no_catalogue_at_all_is_one_flaw(raw: object) -> None:
    assert list(_flaws(raw)) == ["the file"]


def test_a_catalogue_must_have_both_its_lists_so_that_half_a_file_withdraws_nothing() -> None:
    assert _flaws({"types": []}) == {"services": "is missing"}
    assert catalogue.read({"types": [], "services": []}) == Catalogue()


def test_a_long_value_is_shown_shortened() -> None:
    found = catalogue.read(_raw(down="x" * 1000))
    assert found == [
        Flaw("services[0].down", repr("x" * 60 + "…"), "must be kbit/s: a whole number from 1 to 2147483647")
    ]


@pytest.mark.parametrize(
    ("one", "other", "fine"),
    [
        ({}, {}, False),
        ({"until": "2026-12-01"}, {"from": "2026-12-01"}, True),
        ({"until": "2026-12-02"}, {"from": "2026-12-01"}, False),
        ({"from": "2026-12-01"}, {"from": "2027-12-01"}, False),
        ({}, {"from": "2026-12-01", "until": "2026-12-02"}, False),
        ({"group": 1}, {}, True),
        ({"group": 1}, {"group": 1, "from": "2026-12-01"}, False),
        ({"group": 1}, {"group": 2}, True),
        ({"fee": "START"}, {}, True),
    ],
)
def test_two_prices_for_the_same_on_one_day_are_a_flaw(one: Any, other: Any, fine: bool) -> None:
    for pair in ([one, other], [other, one]):
        found = catalogue.read(_raw(prices=[_price(str(n), **fields) for n, fields in enumerate(pair)]))
        assert isinstance(found, Catalogue) is fine
        if isinstance(found, list):
            assert "overlaps another PERIODIC price" in found[0].reason


def test_a_group_has_its_own_price_while_that_is_valid_and_else_that_of_all() -> None:
    listed = _read(
        prices=[_price("149"), _price("99", group=3, **{"from": "2026-12-01", "until": "2027-01-01"})]
    ).prices

    def amount(group: int | None, *day: int) -> Decimal | None:
        price = prices.at(listed, Fee.PERIODIC, group, date(*day))
        return price.amount if price else None

    assert amount(3, 2026, 11, 30) == 149
    assert amount(3, 2026, 12, 1) == 99
    assert amount(3, 2027, 1, 1) == 149
    assert amount(4, 2026, 12, 1) == 149
    assert prices.at(listed, Fee.END, 3, date(2026, 12, 1)) is None


def _stored(*services: Service, withdrawn: tuple[str, ...] = ()) -> Stored:
    return Stored({one.name: one for one in given.TYPES}, {one.name: one for one in services}, frozenset(withdrawn))


def _names(services: tuple[Service, ...]) -> list[str]:
    return [one.name for one in services]


def test_changes_are_found_one_by_one() -> None:
    priced = given.service("B", prices=(Price(fee=Fee.START, amount=Decimal(1)),))
    there = _stored(*map(given.service, "ABCDE"), withdrawn=("D", "E"))
    wanted = given.catalogue(given.service("A"), priced, given.service("D"), given.service("F", takeover=True))
    found = catalogue_changes.compare(there, wanted)
    assert _names(found.new) == ["F"]
    assert _names(found.changed) == ["B", "D"]
    assert _names(found.unchanged) == ["A"]
    assert _names(found.withdrawn) == ["C"]
    assert _names(found.rewritten) == ["D", "F"]
    assert _names(found.repriced) == ["B"]
    assert (found.new_types, found.changed_types, found.unchanged_types) == ((), (), wanted.types)


def test_true_is_not_one() -> None:
    def offered(value: bool | int) -> Service:
        return given.service("A", characteristics={"lamp": Rule(values=(value,))})

    assert catalogue_changes.compare(_stored(offered(True)), given.catalogue(offered(1))).changed
    assert not catalogue_changes.compare(_stored(offered(True)), given.catalogue(offered(True))).changed


@for_any(given.any_catalogue())
def test_a_catalogue_that_is_there_changes_nothing(wanted: Catalogue) -> None:
    there = Stored({one.name: one for one in wanted.types}, {one.name: one for one in wanted.services})
    found = catalogue_changes.compare(there, wanted)
    assert (found.new, found.changed, found.withdrawn, found.rewritten, found.repriced) == ((), (), (), (), ())
    assert there.sold == wanted


def test_a_service_keeps_its_type_and_a_used_type_whether_it_is_exclusive() -> None:
    there = _stored(given.service("A"), given.service("B", "VOIP"), withdrawn=("B",))
    turned = tuple(dataclasses.replace(one, exclusive=not one.exclusive) for one in given.TYPES)
    sentences = catalogue_changes.forbidden(there, given.catalogue(given.service("A", "IPTV"), types=turned))
    assert [sentence.split(":")[0] for sentence in sentences] == [
        "Type 'Broadband' has services and cannot become not exclusive",
        "Type 'VOIP' has services and cannot become exclusive",
        "Service 'A' is of type 'Broadband' and cannot become 'IPTV'",
    ]
