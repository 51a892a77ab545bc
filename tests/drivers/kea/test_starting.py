"""Kea runs as the lab and the tests start it: it leases nothing to whom no reservation lets in."""

from tests.drivers.kea.conftest import Town
from tests.drivers.kea.relay import Line, new_mac


def test_nobody_has_an_address_whom_no_reservation_lets_in(town: Town) -> None:
    assert town.bb.lease(Line(b"sw1 p1"), new_mac()) is None
    assert town.iptv.lease(Line(b"sw1 p1"), new_mac()) is None


def test_ipv6_is_leased_to_everybody(town: Town) -> None:
    leased = town.six.lease(Line(b"sw1 p1"), new_mac())
    assert leased is not None
    assert leased[0].startswith("2001:db8:c00f:4:")
    assert leased[1].endswith("/56")
