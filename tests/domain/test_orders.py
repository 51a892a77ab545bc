"""Wishes: what an operation needs, which are the same, and what is left of one when its subscription is found."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from onapi import errors, ids
from onapi.domain import orders
from onapi.domain.equipment import Equipment
from onapi.domain.orders import Wish
from onapi.vocabulary import Operation

ACCESS, SUBSCRIPTION = ids.AccessId("A-1"), ids.SubscriptionId("s1")
FULL = Wish(
    operation=Operation.ACTIVATE,
    access_id=ACCESS,
    service="BB",
    subscription_id=SUBSCRIPTION,
    requested_at=datetime(2030, 1, 1, tzinfo=UTC),
    sp_reference="r",
    sp_subscription_id="o",
    external_note="n",
    characteristics={"sla": "a"},
    forced_takeover=True,
    equipment=(Equipment(vendor_id="v"),),
)
OTHER: dict[str, Any] = {
    "operation": Operation.CHANGE,
    "access_id": ids.AccessId("A-2"),
    "service": "BB2",
    "subscription_id": ids.SubscriptionId("s2"),
    "requested_at": datetime(2030, 1, 1, microsecond=1, tzinfo=UTC),
    "sp_reference": "r ",
    "sp_subscription_id": "O",
    "external_note": "",
    "characteristics": {"sla": "b"},
    "forced_takeover": False,
    "equipment": (Equipment(mac_address="v"),),
}
ADDRESSES: tuple[dict[str, Any], ...] = (
    {"subscription_id": SUBSCRIPTION},
    {"sp_subscription_id": "o"},
    {"access_id": ACCESS, "service": "BB"},
)
OPERATIONS = [operation for operation in Operation if operation is not Operation.ACTIVATE]


def but(**said: Any) -> Wish:
    """Return the full wish, but for the fields given."""
    return replace(FULL, **said)


def test_the_same_wish_has_the_same_fingerprint_and_any_other_another() -> None:
    assert OTHER.keys() == {field.name for field in fields(Wish)}
    prints = {but(**{name: value}).fingerprint for name, value in OTHER.items()}
    gone = {but(**{name: None}).fingerprint for name in OTHER if name not in ("operation", "forced_takeover")}
    assert len(prints | gone | {FULL.fingerprint}) == len(prints) + len(gone) + 1
    assert but().fingerprint == FULL.fingerprint
    assert len(FULL.fingerprint) == 64


def test_nothing_and_an_empty_one_are_not_the_same() -> None:
    empty = {but(**{name: kind}).fingerprint for name, kind in (("characteristics", {}), ("equipment", ()))}
    absent = {but(**{name: None}).fingerprint for name in ("characteristics", "equipment")}
    assert len(empty | absent) == 4


def test_one_moment_in_two_zones_is_the_same_wish() -> None:
    stockholm = datetime(2030, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert but(requested_at=stockholm).fingerprint == FULL.fingerprint


def test_what_stands_in_one_field_cannot_be_taken_for_another() -> None:
    assert Wish(operation=Operation.MODIFY, sp_reference="x").fingerprint != (
        Wish(operation=Operation.MODIFY, sp_subscription_id="x").fingerprint
    )
    nasty = '","note":"'
    assert but(sp_reference=f"a{nasty}b", external_note=None).fingerprint != (
        but(sp_reference="a", external_note="b").fingerprint
    )


@pytest.mark.parametrize("missing", ["access_id", "service"])
def test_activate_needs_an_access_and_a_service(missing: str) -> None:
    orders.check(FULL)
    named = {"access_id": "accessId", "service": "service"}[missing]
    with pytest.raises(errors.Invalid, match=f"^{named} is missing: ACTIVATE needs it"):
        orders.check(but(**{missing: None}))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_others_need_a_subscription_by_any_of_its_names(operation: Operation) -> None:
    service: dict[str, Any] = {"service": "BB"} if operation is Operation.CHANGE else {}
    for address in ADDRESSES:
        orders.check(Wish(operation=operation, **(service | address)))
    little: tuple[dict[str, Any], ...] = ({}, {"access_id": ACCESS}, {"service": "BB"})
    for too_little in little:
        with pytest.raises(errors.Invalid, match=r"^subscriptionId is missing"):
            orders.check(Wish(operation=operation, **too_little))
    with pytest.raises(errors.Invalid, match=r"^forcedTakeover goes with ACTIVATE"):
        orders.check(Wish(operation=operation, subscription_id=SUBSCRIPTION, service="BB", forced_takeover=True))


@pytest.mark.parametrize("field", ["service", "sp_reference", "sp_subscription_id", "external_note", "equipment"])
def test_nul_is_refused_wherever_it_is(field: str) -> None:
    value: Any = (Equipment(vendor_id="a\0"),) if field == "equipment" else "a\0"
    with pytest.raises(errors.Invalid, match="holds the character NUL"):
        orders.check(but(**{field: value}))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_found_subscription_is_named_and_its_address_falls_away(operation: Operation) -> None:
    said: dict[str, Any] = {"sp_reference": "r"} if operation is Operation.MODIFY else {}
    prints = set()
    for address in ADDRESSES:
        wish = Wish(
            operation=operation, **(({"service": "BB"} if operation is Operation.CHANGE else {}) | address), **said
        )
        found = orders.addressed(wish, subscription_id=SUBSCRIPTION, access_id=ACCESS, service="BB")
        assert (found.subscription_id, found.access_id, found.service) == (SUBSCRIPTION, ACCESS, "BB")
        assert found.sp_subscription_id is None
        prints.add(found.fingerprint)
    assert len(prints) == 1


def test_a_reference_beside_the_id_is_a_reference_to_be() -> None:
    wish = Wish(operation=Operation.MODIFY, subscription_id=SUBSCRIPTION, sp_subscription_id="new")
    found = orders.addressed(wish, subscription_id=SUBSCRIPTION, access_id=ACCESS, service="BB")
    assert found.sp_subscription_id == "new"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"access_id": ids.AccessId("A-2")}, "accessId 'A-2' is not that of subscription 's1'"),
        ({"service": "BB2"}, "service 'BB2' is not the service of subscription 's1'"),
    ],
)
def test_what_contradicts_the_subscription_is_refused(said: dict[str, Any], says: str) -> None:
    wish = Wish(operation=Operation.SUSPEND, subscription_id=SUBSCRIPTION, **said)
    with pytest.raises(errors.Invalid, match=says):
        orders.addressed(wish, subscription_id=SUBSCRIPTION, access_id=ACCESS, service="BB")


@pytest.mark.parametrize(
    "said",
    [
        {"sp_reference": "r"},
        {"characteristics": {}},
        {"equipment": ()},
        {"subscription_id": SUBSCRIPTION, "sp_subscription_id": "n"},
    ],
)
def test_modify_modifies_something(said: dict[str, Any]) -> None:
    address: dict[str, Any] = {} if "subscription_id" in said else {"sp_subscription_id": "o"}
    found = Wish(operation=Operation.MODIFY, **address, **said)
    assert orders.addressed(found, subscription_id=SUBSCRIPTION, access_id=ACCESS, service="BB").modifies
    with pytest.raises(errors.Invalid, match="nothing to modify"):
        orders.addressed(
            Wish(operation=Operation.MODIFY, sp_subscription_id="o", external_note="n"),
            subscription_id=SUBSCRIPTION,
            access_id=ACCESS,
            service="BB",
        )


def test_settings_and_equipment_are_json_as_the_wire_has_it() -> None:
    wish = replace(
        FULL,
        characteristics={"a": ("x", "ÅÄÖ\n"), "b": True},
        equipment=(Equipment(vendor_id='"'), Equipment(vendor_id="v", mac_address="M")),
    )
    assert wish.characteristics_json == '{"a":["x","ÅÄÖ\\n"],"b":true}'
    assert wish.equipment_json == '[{"vendorId":"\\""},{"vendorId":"v","macAddress":"M"}]'
    bare = Wish(operation=Operation.SUSPEND)
    assert (bare.characteristics_json, bare.equipment_json) == (None, None)
