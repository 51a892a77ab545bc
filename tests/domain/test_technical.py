"""Whose something behind a shared port is: shown to the one SP that it can only be of, or to nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.domain.technical import KINDS, Standing, Vlans

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_KINDS = st.sets(st.sampled_from(KINDS))


def standing(*own: str, others: frozenset[str] | set[str] = frozenset(), everything: bool = False) -> Standing:
    """Return how an SP stands that has delivered these kinds since noon."""
    return Standing(allowed=True, everything=everything, own=dict.fromkeys(own, NOON), others=frozenset(others))


@given(one=_KINDS, other=_KINDS, kind=st.sampled_from([*KINDS, None]))
def test_nothing_is_shown_to_two_sps_or_to_one_that_does_not_deliver_it(
    one: set[str], other: set[str], kind: str | None
) -> None:
    of_one, of_other = standing(*one, others=other), standing(*other, others=one)
    assert not (of_one.shows(kind) and of_other.shows(kind))
    assert not of_one.shows(kind) or kind in one or (kind is None and one and not other)
    assert standing(*one, others=other, everything=True).shows(kind)


def test_what_only_one_sp_delivers_is_its_own() -> None:
    assert standing("bb", others={"iptv"}).shows("bb")
    assert not standing("bb", others={"iptv"}).shows("iptv")
    assert not standing("bb").shows("iptv"), "nobody delivers it any more"
    assert not standing("bb", "voip", others={"voip"}).shows("voip")


def test_traffic_is_shown_to_who_delivers_and_from_then_on() -> None:
    assert standing("bb", others={"iptv"}).sees_traffic
    assert standing("bb").since == NOON
    assert not standing(others={"bb"}).sees_traffic, "an open ticket alone"
    assert not standing().sees_traffic, "it would be their predecessor's"
    assert standing(everything=True, others={"bb"}).sees_traffic
    assert standing("bb", everything=True).since is None


def test_what_nobody_can_attribute_is_shown_to_who_is_alone() -> None:
    assert standing("bb").shows(None)
    assert not standing("bb", others={"iptv"}).shows(None)
    assert not standing().shows(None), "an open ticket alone"


@pytest.mark.parametrize(
    ("minutes", "shown"), [(None, True), (60, True), (0, True), (-4, True), (-6, False), (-60 * 24, False)]
)
def test_a_lease_from_before_the_subscription_is_its_predecessors(minutes: int | None, shown: bool) -> None:
    last = None if minutes is None else NOON + timedelta(minutes=minutes)
    for kind in ("bb", None):
        assert standing("bb").shows_lease(kind, last=last) is shown
    assert standing("bb", everything=True).shows_lease("bb", last=last)
    assert not standing("bb").shows_lease("iptv", last=last)


def test_vlans_tell_kinds_where_the_inventory_is_clear() -> None:
    vlans = Vlans.of(
        {"vlan.bb": "100,101", "vlan.iptv": "200", "vlan.voip": "x", "vlan.idle": "4094", "profile": "p"}
    )
    assert vlans.numbers == (100, 101, 200)
    assert [vlans.kind(vlan) for vlan in (100, 101, 200, 4094, 1, None)] == ["bb", "bb", "iptv", None, None, None]
    assert Vlans.of({"vlan.bb": "10", "vlan.iptv": "10", "vlan.unknown": "40"}).kinds == {40: "unknown"}
    assert Vlans.of({}).numbers == ()
