"""Lists are split into their elements whatever they look like and however they come."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.client import errors
from onapi.client.splitting import Splitter

_TEXT = st.text(max_size=12) | st.sampled_from(
    ['{"accessId":"', '"},{"accessId":"x', "\\", '\\"', "[", "]}", ",", "{}"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_DOCUMENTS = st.fixed_dictionaries({"accessId": _TEXT, "services": st.lists(_VALUES, max_size=2)})
_ELEMENTS = st.lists(_DOCUMENTS | _VALUES, max_size=12)


def _split(text: bytes, size: int) -> list[Any]:
    splitter = Splitter()
    found: list[msgspec.Raw] = []
    for at in range(0, len(text), size):
        found += splitter.feed(text[at : at + size])
    found += splitter.finish()
    return [msgspec.json.decode(one) for one in found]


@given(elements=_ELEMENTS, size=st.integers(1, 80), indent=st.sampled_from([None, 0, 2]), ascii_only=st.booleans())
def test_any_list_in_any_pieces_is_split_into_its_elements(
    elements: list[Any], size: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(elements, indent=indent, ensure_ascii=ascii_only).encode()
    assert _split(b" \n" + text + b"\r\n", size) == elements


def test_elements_come_before_the_list_is_whole() -> None:
    splitter = Splitter()
    document = json.dumps({"accessId": "A", "x": [{"accessId": "no"}] * 3}).encode()
    first = splitter.feed(b"[" + b",\n".join([document] * 100) + b",\n" + document[:20])
    assert len(first) == 100
    assert len(splitter.feed(document[20:] + b"]")) + len(splitter.finish()) == 1


def test_a_single_object_is_the_one_element_and_nothing_is_none() -> None:
    assert _split(b'{"accessId": "A"}', 5) == [{"accessId": "A"}]
    assert _split(b"  ", 1) == _split(b"[]", 1) == _split(b" [ ] ", 2) == []


@pytest.mark.parametrize(
    "text", [b'[{"a":1},', b'[{"a":1}', b"[{]", b'[{"a":1}]]', b"<html>", b'[{"a":1} {"a":2}]', b'[{"a":"', b"[1,2"]
)
def test_what_breaks_off_or_is_no_json_is_never_taken_for_whole(text: bytes) -> None:
    for size in (1, 4, 100):
        with pytest.raises(errors.Garbled):
            _split(text, size)


def test_one_huge_element_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(errors.Garbled, match="64 MiB"):
        _split(b"[" + b"1" * 70 * 1024 * 1024, 1024 * 1024)


def test_an_ordinary_list_is_never_read_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: Splitter) -> None:
        raise AssertionError("guessing is a hundred times faster")

    monkeypatch.setattr(Splitter, "_read_to_the_last_comma", slow)
    documents = [{"accessId": str(number), "services": [{"service": "S"}] * 3} for number in range(2000)]
    assert _split(json.dumps(documents, indent=1).encode(), 65_536) == documents
