"""A cursor that was changed in any way is refused, and never an error of ours."""

import string

import pytest
from hypothesis import given as inputs
from hypothesis import strategies as st

from onapi import errors, ids
from onapi.web.cursors import Cursors, Position

POSITION = Position("accesses", "alfa", "A-0001", 784111777, 1790000000)
CURSORS = Cursors(b"k" * 32)
ALPHABET = string.ascii_letters + string.digits + "-_"


def read(cursor: str) -> Position | None:
    try:
        return CURSORS.read(cursor, list_name="accesses", sp=ids.Sp("alfa"))
    except errors.Invalid:
        return None


@inputs(
    st.text(max_size=40),
    st.integers(-(2**35), 2**35) | st.none(),
    st.integers(0, 2**35),
)
def test_a_cursor_is_read_as_it_was_written_and_needs_no_escaping(
    after: str, since: int | None, last_modified: int
) -> None:
    position = Position("accesses", "alfa", after, since, last_modified)
    written = CURSORS.write(position)
    assert set(written) <= set(ALPHABET)
    assert read(written) == position


def test_a_cursor_with_any_character_changed_never_names_another_position() -> None:
    written = CURSORS.write(POSITION)
    for place in range(len(written)):
        for other in "Aa0_-=+/ \n\0å":
            changed = written[:place] + other + written[place + 1 :]
            # The last character holds bits that mean nothing; they may differ.
            assert read(changed) in (None, POSITION), (place, other)
            if place < len(written) - 1 and other in ALPHABET and other != written[place]:
                assert read(changed) is None, (place, other)


def test_a_cursor_that_was_cut_or_lengthened_is_refused() -> None:
    written = CURSORS.write(POSITION)
    assert all(read(written[:length]) is None for length in range(len(written)))
    assert all(read(written + more) is None for more in ("AAAA", "A", written, "=AAA"))


@pytest.mark.parametrize(
    ("list_name", "sp"), [("services", "alfa"), ("accesses", "beta"), ("", "alfa"), ("accesses", "")]
)
def test_a_cursor_of_another_list_or_sp_is_refused(list_name: str, sp: str) -> None:
    written = CURSORS.write(POSITION)
    with pytest.raises(errors.Invalid):
        CURSORS.read(written, list_name=list_name, sp=ids.Sp(sp))


def test_a_cursor_of_another_installation_is_refused() -> None:
    assert read(Cursors(b"x" * 32).write(POSITION)) is None


@inputs(st.text(max_size=200) | st.text(alphabet=ALPHABET, max_size=200))
def test_whatever_the_text_it_is_a_position_or_invalid(text: str) -> None:
    assert read(text) is None
