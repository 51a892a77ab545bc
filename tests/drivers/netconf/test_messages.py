"""Messages of NETCONF are found in a stream however they arrive, and nothing in them does harm."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onapi.drivers.contract import AuthFailed, Busy, DriverError, Garbled, Rejected, Unsupported
from onapi.drivers.netconf import messages, tree
from onapi.drivers.netconf.framing import Framer

_BASE = tree.BASE
_MESSAGES = st.lists(st.binary(min_size=1, max_size=60).filter(lambda message: b"]" not in message))


def _cut(stream: bytes, places: list[int]) -> list[bytes]:
    borders = sorted({place % (len(stream) + 1) for place in places} | {0, len(stream)})
    return [stream[start:end] for start, end in pairwise(borders)]


def _framer(*, chunked: bool, largest: int = 10_000) -> Framer:
    framer = Framer(largest)
    if chunked:
        framer.chunk()
    return framer


@pytest.mark.parametrize("chunked", [False, True])
@given(sent=_MESSAGES, places=st.lists(st.integers(0, 1000), max_size=8))
@example(sent=[b"\n##\n", b"\n#1\n", b"]]>]]]>x"], places=[1, 2, 3, 4, 5])
def test_what_is_framed_is_found_again_however_it_is_cut(chunked: bool, sent: list[bytes], places: list[int]) -> None:
    framer = _framer(chunked=chunked)
    found = []
    for part in _cut(b"".join(framer.frame(message) for message in sent), places):
        framer.feed(part)
        while (message := framer.next()) is not None:
            found.append(message)
    assert found == sent


def test_a_message_may_be_several_chunks() -> None:
    # As in RFC 6242, section 4.2.
    framer = _framer(chunked=True)
    framer.feed(b'\n#4\n<rpc\n#18\n message-id="102"\n\n#2\n/>\n##\n')
    assert framer.next() == b'<rpc message-id="102"\n/>'
    assert framer.next() is None


@pytest.mark.parametrize(
    "stream", [b"x", b"\nx", b"\n#x", b"\n#0\n", b"\n#01\nx", b"\n#99999999999\n", b"\n#-1\n", b"#1\nx"]
)
def test_what_are_no_chunks_are_garbled(stream: bytes) -> None:
    framer = _framer(chunked=True)
    framer.feed(stream + b" " * 20)
    with pytest.raises(Garbled):
        framer.next()


_SIXTY = b"\n#60\n" + b"x" * 60


@pytest.mark.parametrize(("chunked", "stream"), [(False, b"x" * 101), (True, b"\n#101\n"), (True, _SIXTY + _SIXTY)])
def test_a_message_without_end_is_not_waited_for(chunked: bool, stream: bytes) -> None:
    framer = _framer(chunked=chunked, largest=100)
    framer.feed(stream)
    with pytest.raises(Garbled, match="more than 100 bytes"):
        framer.next()


@given(st.lists(st.binary(max_size=20) | st.sampled_from([b"\n#", b"\n##\n", b"\n#3\n", b"]]>]]>"])), st.booleans())
def test_nonsense_is_a_message_or_garbled(parts: list[bytes], chunked: bool) -> None:
    framer = _framer(chunked=chunked, largest=100)
    with suppress(Garbled):
        for part in parts:
            framer.feed(part)
            while framer.next() is not None:
                pass


def test_a_greeting_says_whether_both_know_chunks() -> None:
    assert messages.chunks(messages.HELLO)
    assert not messages.chunks(messages.HELLO.replace(b"base:1.1", b"base:9.9"))
    for wrong in (b"", b"<hello/>", messages.HELLO.replace(b"base:1.", b"vase:1."), b"<html></html>"):
        with pytest.raises(Garbled):
            messages.chunks(wrong)


def _reply(inside: str, number: str = "7") -> str | DriverError:
    return messages.reply(f'<rpc-reply xmlns="{_BASE}" message-id="{number}">{inside}</rpc-reply>'.encode(), 7)


def test_an_answer_is_what_is_inside_with_its_namespaces() -> None:
    told = _reply('<data><a xmlns="urn:x" b="&lt;1">t</a></data>')
    assert isinstance(told, str)
    forest = tree.forest(told)
    assert tree.text_of(forest.find(f"{{{_BASE}}}data"), "a", "urn:x") == "t"
    assert _reply("") == ""


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("lock-denied", Busy),
        ("in-use", Busy),
        ("resource-denied", Busy),
        ("access-denied", AuthFailed),
        ("operation-not-supported", Unsupported),
        ("unknown-element", Unsupported),
        ("invalid-value", Rejected),
        ("", Rejected),
    ],
)
def test_an_error_is_of_the_kind_and_in_the_words_that_the_element_says(tag: str, kind: type[DriverError]) -> None:
    told = _reply(f"<rpc-error><error-tag>{tag}</error-tag><error-message>Not today</error-message></rpc-error>")
    assert isinstance(told, kind)
    assert "Not today" in told.sentence


def test_a_warning_is_no_error() -> None:
    warning = "<rpc-error><error-severity>warning</error-severity></rpc-error>"
    assert isinstance(_reply(f"{warning}<ok/>"), str)


@pytest.mark.parametrize("number", ["6", "", "x"])
def test_an_answer_to_another_question_is_garbled(number: str) -> None:
    with pytest.raises(Garbled, match="something else"):
        _reply("<ok/>", number)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        "<!DOCTYPE x><x/>",
        "<x>&unknown;</x>",
        "<x>" * 200 + "</x>" * 200,
        "<x>" * 50,
        "<x/><y/>",
        "",
        "\x00",
        b'<?xml version="1.0" encoding="klingon"?><x/>',
        "<x>\ud800</x>",
    ],
)
def test_xml_that_could_do_harm_or_is_none_is_garbled(text: str | bytes) -> None:
    with pytest.raises(Garbled):
        tree.parse(text)


@given(st.text() | st.binary())
@example(b"\xff\xfe<\x00")
def test_nonsense_is_a_tree_or_garbled(text: str | bytes) -> None:
    with suppress(Garbled):
        tree.parse(text)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_what_is_written_into_a_leaf_is_read_from_it(text: str) -> None:
    written = tree.element("x", tree.leaf("y", text), "urn:x")
    assert tree.text_of(tree.parse(written), "y", "urn:x") == (text.strip() if text.isprintable() else None)
