"""Settings: every spelling is one name, every value keeps its type, and the catalogue decides what there is."""

import ipaddress
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import characteristics
from onapi.domain.characteristics import Rule, Value

RULES: Mapping[str, Rule] = {
    "fixedIp": Rule(values=(True,)),
    "ipAddresses": Rule(values=()),
    "sla": Rule(required=True, values=("a", 1, True)),
    "any": Rule(),
}


@pytest.mark.parametrize(
    ("spellings", "ours"),
    [
        (("fixedIp", "fixedIP", "FIXEDIP"), "fixedIp"),
        (("ipAddress", "ipAddresses", "IPADDRESS", "ipaddresses"), "ipAddresses"),
        (("sla", "SLA", "Sla"), "sla"),
        (("colour",), "colour"),
        (("Colour",), "Colour"),
    ],
)
def test_every_spelling_is_one_name(spellings: tuple[str, ...], ours: str) -> None:
    assert {characteristics.name(spelling) for spelling in spellings} == {ours}


def test_settings_are_read_in_the_order_of_their_names_and_null_is_absent() -> None:
    read = characteristics.read({"sla": "x", "ipAddress": "::1", "a": None, "FixedIp": True, "list": ["y", ""]})
    assert list(read.items()) == [("fixedIp", True), ("ipAddresses", ("::1",)), ("list", ("y", "")), ("sla", "x")]


@given(st.ip_addresses() | st.ip_addresses().map(ipaddress.ip_interface))
def test_any_address_with_or_without_a_mask_is_kept_as_it_was_sent(address: object) -> None:
    assert characteristics.read({"ipAddress": str(address)}) == {"ipAddresses": (str(address),)}


@pytest.mark.parametrize(
    "text", ["", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4 ", "::1/129", "1.2.3.4\n", "01.2.3.4", "::g"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid, match=r"characteristics\.ipAddresses: .* is not an IP address"):
        characteristics.read({"ipAddresses": ["192.0.2.1", text]})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.text(max_size=6) | st.sampled_from(["sla", "SLA", "fixedIp", "ipAddress"]), _JSON, max_size=4)
)
def test_any_object_is_read_or_refused_by_the_fields_name(given_settings: dict[str, object]) -> None:
    refusal = ""
    read: dict[str, Value] = {}
    try:
        read = characteristics.read(given_settings)
    except errors.Invalid as error:
        refusal = error.cause
    assert not refusal or refusal.startswith("characteristics")
    assert len(refusal) < 400
    assert list(read) == sorted(read)
    assert all(isinstance(value, str | bool | int | tuple) for value in read.values())


def test_there_are_at_most_fifty_names_and_items() -> None:
    assert len(characteristics.read({f"x{n}": ["y"] * 50 for n in range(50)})) == 50
    for too_much in ({f"x{n}": 1 for n in range(51)}, {"x": ["y"] * 51}):
        with pytest.raises(errors.Invalid, match="at most 50"):
            characteristics.read(too_much)


@pytest.mark.parametrize(
    "settings",
    [{"sla": "a"}, {"sla": 1}, {"sla": True}, {"sla": "a", "fixedIp": True, "ipAddresses": ("::1",), "any": 7}],
)
def test_what_the_catalogue_has_is_taken(settings: dict[str, Value]) -> None:
    characteristics.check(settings, RULES, "s", complete=True)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"sla": "b"}, "characteristics.sla 'b' is not on offer for 's': 'a', 1, true"),
        ({"sla": False}, "characteristics.sla false is not on offer"),
        ({"sla": 0}, "characteristics.sla 0 is not on offer"),
        ({"sla": "1"}, "characteristics.sla '1' is not on offer"),
        ({"fixedIp": 1, "sla": "a"}, "characteristics.fixedIp 1 is not on offer"),
        (
            {"sla": "a", "x": 1},
            "characteristics.x: service 's' has no such setting; it has any, fixedIp, ipAddresses",
        ),
        ({"any": 1}, "characteristics.sla is required for service 's', and is missing"),
    ],
)
def test_what_it_does_not_have_is_refused(settings: dict[str, Value], says: str) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        characteristics.check(settings, RULES, "s", complete=True)
    assert refusal.value.cause.startswith(says)


def test_what_is_required_may_be_missing_when_only_a_part_is_said() -> None:
    characteristics.check({"any": 1}, RULES, "s", complete=False)
    with pytest.raises(errors.Invalid, match="it has none"):
        characteristics.check({"any": 1}, {}, "s", complete=False)
