"""Equipment: addresses in one form, whatever they came in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors
from onapi.domain import equipment
from onapi.domain.equipment import Equipment

_MACS = st.binary(min_size=6, max_size=6)


@given(_MACS, st.sampled_from([":", "-", ""]), st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_an_address_in_any_form_is_sent_as_the_standard_has_it(raw: bytes, separator: str, case: object) -> None:
    assert callable(case)
    given_as = case(separator.join(f"{byte:02x}" for byte in raw))
    (read,) = equipment.read([Equipment(vendor_id="v", mac_address=given_as)])
    assert read == Equipment(vendor_id="v", mac_address=":".join(f"{byte:02X}" for byte in raw))
    assert equipment.read([read]) == (read,)


@given(st.text(max_size=20))
def test_any_other_text_is_refused_with_its_place(text: str) -> None:
    digits = text.replace(":", "").replace("-", "")
    if len(digits) == 12 and all(digit in "0123456789abcdefABCDEF" for digit in digits):
        return
    with pytest.raises(errors.Invalid, match=r"equipment\[1\]\.macAddress"):
        equipment.read([Equipment(vendor_id="v"), Equipment(mac_address=text)])


@pytest.mark.parametrize("mixed", ["AA:BB-CC:DD-EE:FF", "AABB:CC:DD:EE:FF", "AA::BB:CC:DD:EE:FF", "aabb.ccdd.eeff"])
def test_separators_do_not_mix(mixed: str) -> None:
    with pytest.raises(errors.Invalid, match="six pairs"):
        equipment.read([Equipment(mac_address=mixed)])


def test_a_piece_says_something_and_there_are_at_most_a_hundred() -> None:
    with pytest.raises(errors.Invalid, match=r"equipment\[0\] has neither"):
        equipment.read([Equipment()])
    hundred = (Equipment(vendor_id="v"),) * 100
    assert equipment.read(hundred) == hundred
    with pytest.raises(errors.Invalid, match="101 pieces"):
        equipment.read((*hundred, Equipment(vendor_id="v")))
    assert equipment.read([]) == ()
