"""JSON objects that follow each other without anything between them are found, wherever the pieces break."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.drivers.contract import Garbled
from onapi.drivers.ovs.jsonrpc import Splitter

# No half characters: UTF-8 has none.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)
_OBJECTS = st.lists(st.dictionaries(_TEXTS, _VALUES, max_size=4), min_size=1, max_size=4)


@given(_OBJECTS, st.sampled_from(["", " ", "\n", "\r\n\t"]), st.data())
def test_objects_come_out_as_they_went_in(
    objects: list[dict[str, object]], between: str, data: st.DataObject
) -> None:
    ascii_only = data.draw(st.booleans())
    stream = between.join(json.dumps(one, ensure_ascii=ascii_only) for one in objects).encode()
    splitter = Splitter(1 << 20)
    found = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += list(splitter.feed(stream[:size]))
        stream = stream[size:]
    assert found == objects


@pytest.mark.parametrize(
    "stream",
    [
        b"[]",
        b"x",
        b'"{}"',
        b"}",
        b"  7 {}",
        b"{]}",
        b'{"a":}',
        b'{"a":1,}',
        b'{"a":"\xff"}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
    ids=repr,
)
def test_what_is_no_object_is_garbled(stream: bytes) -> None:
    with pytest.raises(Garbled):
        list(Splitter(1 << 20).feed(stream))


def test_an_object_may_be_as_large_as_allowed_and_no_larger() -> None:
    just_right = b'{"a":"' + b"x" * 92 + b'"}'
    assert len(list(Splitter(100).feed(just_right * 3))) == 3
    with pytest.raises(Garbled, match="more than 99 bytes"):
        list(Splitter(99).feed(just_right))


def test_an_object_that_never_ends_is_not_kept_for_ever() -> None:
    splitter = Splitter(100_000)
    for _ in range(99):
        assert not list(splitter.feed(b'{"a":"' + b"x" * 1000))
    with pytest.raises(Garbled):
        list(splitter.feed(b"x" * 1000))
