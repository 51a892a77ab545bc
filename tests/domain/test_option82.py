"""Option 82 in hex, its sub-options, Kea's form of it, and identifiers as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import dhcp, option82
from onapi.domain.dhcp import Identifiers
from onapi.domain.option82 import Option82

_SUB_OPTIONS = st.lists(
    st.tuples(st.integers(0, 255), st.binary(max_size=40)), min_size=1, max_size=6, unique_by=lambda one: one[0]
).map(tuple)
_OCTETS = st.binary(min_size=1, max_size=60) | st.text(min_size=1, max_size=20).map(str.encode) | st.just(b"0x41")


def test_the_standards_examples_are_read() -> None:
    assert option82.read("520A01036162630203313233").sub_options == ((1, b"abc"), (2, b"123"))
    assert option82.read("5216010765746820302F31020B31302E31302E31302E3130").identifiers == Identifiers(
        ipv4_circuit_id=b"eth 0/1", ipv4_remote_id=b"10.10.10.10"
    )


def test_an_empty_remote_id_as_in_the_standards_subscription_names_nothing() -> None:
    text = "52270123434F2D38373332633266303635653234393062616263653832306539346231303131610200"
    option = option82.read(text)
    assert option.sub_options[1] == (2, b"")
    assert option.identifiers == Identifiers(ipv4_circuit_id=b"CO-8732c2f065e2490babce820e94b1011a")
    assert option82.write(option) == text


@given(_SUB_OPTIONS)
def test_whatever_has_a_form_in_hex_is_read_back_from_it(sub_options: tuple[tuple[int, bytes], ...]) -> None:
    option = Option82(sub_options)
    text = option82.write(option)
    assert text.startswith("52")
    assert text == text.upper()
    assert option82.read(text) == option82.read(text.lower()) == option
    assert option82.from_kea(option82.to_kea(option)) == option


def test_kea_stores_the_payload_alone() -> None:
    stored = "0x010765746820302F31020B31302E31302E31302E3130"
    option = option82.from_kea(stored)
    assert option82.write(option) == "5216010765746820302F31020B31302E31302E31302E3130"
    assert option82.to_kea(option) == stored


@given(st.binary(max_size=300))
def test_octets_are_an_option_or_refused_and_never_anything_else(octets: bytes) -> None:
    for text in (octets.hex(), "52" + octets.hex(), f"52{min(len(octets), 255):02x}" + octets.hex()):
        try:
            option = option82.read(text)
        except errors.Invalid:
            continue
        assert option82.write(option) == text.upper()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not start with 52"),
        ("5305010361", "does not start with 52"),
        ("52", "ends before its length"),
        ("5200", "holds no sub-option"),
        ("520", "is not hex"),
        ("52 05 01 03 61 62 63", "is not hex"),
        ("5205010361626x", "is not hex"),
        ("52050103616263\n", "is not hex"),
        ("٥٢", "is not hex"),
        ("5206010361626", "is not hex"),
        ("52060103616263", "says that 6 octets follow its length, but 5 do"),
        ("52040103616263", "says that 4 octets follow its length, but 5 do"),
        ("52050104616263", "Sub-option 1 says that it has 4 octets, but 3 follow"),
        ("5206010361626302", "ends after the code of sub-option 2"),
        ("52060101610101" + "62", "sub-option 1 more than once"),
        ("5206020161020162", "sub-option 2 more than once"),
        ("52" * 200, "says that 82 octets follow"),
    ],
)
def test_what_is_no_option_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        option82.read(text)
    assert says in refusal.value.cause
    assert len(refusal.value.cause) < 160


@pytest.mark.parametrize("text", ["0107", "0x1", "0x", "0xzz", "0x0107"])
def test_what_kea_would_not_store_is_refused(text: str) -> None:
    with pytest.raises(errors.Invalid):
        option82.from_kea(text)


def test_an_option_is_made_of_the_identifiers_that_are_known() -> None:
    both = Identifiers(ipv4_circuit_id=b"abc", ipv4_remote_id=b"123", ipv6_interface_id=b"x")
    option = Option82.of(both)
    assert option is not None
    assert option82.write(option) == "520A01036162630203313233"
    remote = Option82.of(Identifiers(ipv4_remote_id=b"1"))
    assert remote is not None
    assert option82.write(remote) == "5203020131"
    assert Option82.of(Identifiers(ipv6_interface_id=b"x")) is None


def test_an_option_has_255_octets_and_no_more() -> None:
    whole = Option82(((1, b"x" * 253),))
    assert option82.read(option82.write(whole)) == whole
    for sub_options in (((1, b"x" * 254),), ((1, b"x" * 252), (2, b"")), ((256, b""),)):
        with pytest.raises(errors.Invalid):
            Option82(sub_options)


@given(_OCTETS)
def test_any_octets_have_one_text_which_stands_for_them(octets: bytes) -> None:
    text = dhcp.text_of(octets)
    assert dhcp.octets_of(text) == octets
    # Files lose blanks around a value; it must not matter.
    assert text == text.strip()
    assert not any(ord(character) < 32 for character in text)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"eth 0/1", "eth 0/1"),
        ("Ålö port 7".encode(), "Ålö port 7"),
        (b"\x00\x04\x00\x64\x00\x01", "0x000400640001"),
        ("Ålö".encode("latin-1"), "0xc56cf6"),
        (b"0x41", "0x30783431"),
        (b"0x4", "0x4"),
        (b" eth0", "0x2065746830"),
        (b"a\nb", "0x610a62"),
    ],
)
def test_octets_that_do_not_read_are_in_hex(octets: bytes, text: str) -> None:
    assert dhcp.text_of(octets) == text


def test_hex_may_be_of_either_case_and_may_stand_for_what_reads() -> None:
    assert dhcp.octets_of("0x4A") == dhcp.octets_of("0x4a") == b"J"
    assert dhcp.octets_of("0x4") == b"0x4"
    assert dhcp.octets_of("0x4a\n") == b"0x4a\n"


def test_identifiers_are_joined_unless_they_contradict_each_other() -> None:
    circuit, remote = Identifiers(ipv4_circuit_id=b"c"), Identifiers(ipv4_remote_id=b"r")
    assert circuit.also(remote) == Identifiers(ipv4_circuit_id=b"c", ipv4_remote_id=b"r")
    assert circuit.also(circuit) == circuit
    assert circuit.also(Identifiers(ipv4_circuit_id=b"d", ipv4_remote_id=b"r")) is None
