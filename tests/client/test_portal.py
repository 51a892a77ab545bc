"""The web portal's links: made as the standard's example is, and refused when they are not genuine."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.client import portal

KEY = "secret-password"
EXAMPLE = (
    "https://sp.example.com/some-path?ko=example_net&accessId=ABCD1234&mac=01:23:45:67:89:AB"
    "&tid=2017-08-15T06:58:26.628Z&hash=16eec7df7085f2de0a8d351ac4c75a0c02fb775c5eb823f96e6fb19bedaf65ed"
)
AT = datetime(2017, 8, 15, 6, 58, 26, 628000, tzinfo=UTC)
HANDOVER = portal.Handover(ko="example_net", access_id="ABCD1234", mac="01:23:45:67:89:AB", at=AT)


def test_the_example_of_the_standard_is_genuine_and_is_what_is_made() -> None:
    assert portal.check(EXAMPLE, KEY, now=AT + timedelta(minutes=1)) == HANDOVER
    made = portal.link(
        "https://sp.example.com/some-path",
        KEY,
        ko="example_net",
        access_id="ABCD1234",
        mac="01:23:45:67:89:ab",
        at=AT,
    )
    assert made.replace("%3A", ":") == EXAMPLE


def test_escapes_in_the_link_do_not_matter() -> None:
    escaped = EXAMPLE.replace("01:23:45:67:89:AB", quote("01:23:45:67:89:AB", safe=""))
    assert portal.check(escaped, KEY.encode(), now=AT) == HANDOVER


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (EXAMPLE.replace("ABCD1234", "ABCD1235"), "changed"),
        (EXAMPLE.replace("AB&tid", "AC&tid"), "changed"),
        (EXAMPLE.replace("hash=16", "hash=17"), "changed"),
        (EXAMPLE.replace("hash=16", "hash=é"), "changed"),
        (EXAMPLE.partition("&hash")[0], "lacks"),
        (EXAMPLE + "&accessId=ABCD1235", "twice"),
        ("https://sp.example.com/", "lacks"),
    ],
)
def test_a_link_that_was_changed_is_not_genuine(url: str, words: str) -> None:
    with pytest.raises(portal.NotGenuine, match=words):
        portal.check(url, KEY, now=AT)


def test_an_old_link_another_key_and_one_of_the_future_are_not_genuine() -> None:
    for now, key in ((AT + timedelta(minutes=6), KEY), (AT, "other"), (AT - timedelta(minutes=3), KEY)):
        with pytest.raises(portal.NotGenuine):
            portal.check(EXAMPLE, key, now=now)


@given(ko=st.text(min_size=1), access=st.text(min_size=1), mac=st.text(min_size=1), key=st.binary(min_size=1))
def test_what_was_made_is_genuine_whatever_is_in_it(ko: str, access: str, mac: str, key: bytes) -> None:
    try:
        url = portal.link("https://sp.example/p?own=1", key, ko=ko, access_id=access, mac=mac, at=AT)
    except UnicodeEncodeError:
        return  # Half of a surrogate pair is no text.
    handover = portal.check(url, key, now=AT)
    assert (handover.ko, handover.access_id, handover.mac) == (ko, access, mac.upper())


def test_a_page_with_parameters_of_a_links_is_refused() -> None:
    with pytest.raises(ValueError, match="parameters"):
        portal.link("https://sp.example/?tid=1", KEY, ko="k", access_id="A", mac="m", at=AT)
