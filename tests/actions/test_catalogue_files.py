"""The catalogue as YAML: whatever is written reads back the same, and only plain YAML is taken."""

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import example
from hypothesis import given as for_any
from hypothesis import strategies as st

from onapi import errors
from onapi.actions import catalogue, catalogue_files
from onapi.domain import catalogue as domain
from onapi.domain import prices
from onapi.domain.catalogue import Catalogue
from tests import given

_TYPE = "types: [{name: Broadband, exclusive: true, tech: bb}]\n"
_DOCS = Path(__file__).parents[2] / "docs"
_EXAMPLE = re.compile(r"^( *)```yaml\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def _reasons(text: str) -> dict[str, tuple[int | None, str, str]]:
    found = catalogue_files.read(text.encode())
    assert isinstance(found, list)
    return {flaw.place: (flaw.line, flaw.value, flaw.reason) for flaw in found}


@for_any(given.any_catalogue())
def test_any_catalogue_reads_back_as_it_was_written(wanted: Catalogue) -> None:
    assert catalogue_files.read(catalogue_files.write(wanted).encode()) == wanted


def test_the_demo_sells_broadband_television_and_telephony() -> None:
    demo = catalogue.demo()
    assert {one.name: one.exclusive for one in demo.types} == {"Broadband": True, "IPTV": True, "VOIP": False}
    assert [one.name for one in demo.services] == ["BB-100-100", "BB-1000-1000", "BB-250-250", "IPTV", "VOIP"]
    assert all(one.prices for one in demo.services)


def test_what_is_written_is_as_people_write_it() -> None:
    text = catalogue_files.write(catalogue.demo())
    assert "amount: 149.00\n" in text
    assert "'" not in text
    assert "&" not in text


def test_a_word_that_other_yaml_takes_for_something_else_is_text() -> None:
    text = _TYPE + "services: [{name: no, type: Broadband, populations: [on, 0901, 1_000, 1:30, 2026-12-01, 0x1F]}]"
    found = catalogue_files.read(text.encode())
    assert isinstance(found, Catalogue)
    assert found.services[0].name == "no"
    assert found.services[0].populations == ("0901", "0x1F", "1:30", "1_000", "2026-12-01", "on")


def test_a_flaw_is_told_with_its_line() -> None:
    text = _TYPE + "services:\n  - name: BB\n    type: Broadband\n    down: fast\n    prices:\n      - fee: START\n"
    assert _reasons(text) == {
        "services[0].down": (5, "'fast'", "must be kbit/s: a whole number from 1 to 2147483647"),
        "services[0].prices[0].amount": (7, "", "is missing"),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is empty"),
        (b"# nothing\n", "is empty"),
        (b"types: [\n", "Line 2 .* not YAML"),
        (b"types: []\n\tservices: []", "Line 2 .* not YAML"),
        (b"types: []\nservices: []\ntypes: []", "Line 3 .*types is there twice"),
        (b"types:\n - {name: a, name: b}", r"Line 2 .*types\[0\].name is there twice"),
        (b"types: &all []\nservices: *all", "Line 1 .*anchors"),
        (b"services: *all", "Line 1 .*aliases"),
        (b"types: !!python/object:os.system []", "Line 1 .*tags"),
        (b"types: !!str 12", "tags"),
        (b"? [a, b]\n: 1", "a key must be text"),
        (b"*a : 1", "a key must be text"),
        (b"? " + b"x" * 300 + b"\n: 1", "at most 255"),
        (b"types: []\n---\nservices: []", "Line 2 .*second document"),
        (b"[" * 100_000, "too deep"),
        (b"types: \x00", "character"),
        (b"types: []\n# \xc5sen", "Line 2 .*UTF-8"),
        ("types: []".encode("utf-16"), "UTF-8"),
    ],
)
def test_what_no_catalogue_needs_is_refused_with_its_line(text: bytes, says: str) -> None:
    with pytest.raises(errors.Invalid, match=says):
        catalogue_files.read(text)


def test_a_file_of_more_than_four_mebibytes_is_refused_unread() -> None:
    assert isinstance(catalogue_files.read(_TYPE.encode() + b"services: []\n" + b"#" * 4_000_000), Catalogue)
    with pytest.raises(errors.TooLarge, match="4194304"):
        catalogue_files.read(b"#" * (4 * 2**20 + 1))


def test_a_byte_order_mark_does_no_harm() -> None:
    assert catalogue_files.read(b"\xef\xbb\xbf" + _TYPE.encode() + b"services: []") == given.catalogue(
        types=given.TYPES[:1]
    )


@for_any(st.text() | st.text(alphabet="{}[]:,-&*!?|>'\"%@` \n#a1.~<="))
@example("{")
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = catalogue_files.read(text.encode("utf-8", "surrogatepass"))
    except errors.Invalid:
        return
    assert isinstance(found, Catalogue | list)


@pytest.mark.parametrize("page", ["reference/catalogue.md", "howto/sell-services.md"])
def test_the_examples_of_the_documentation_are_right(page: str) -> None:
    examples = [textwrap.dedent(found[1]) for found in _EXAMPLE.findall((_DOCS / page).read_text(encoding="utf-8"))]
    assert examples
    for text in examples:
        service = "services:\n  - name: A\n    type: Broadband\n"
        whole = text if "types:" in text else _TYPE + service + textwrap.indent(text, "    ")
        assert isinstance(catalogue_files.read(whole.encode()), Catalogue), whole


def test_every_key_is_in_the_reference() -> None:
    page = (_DOCS / "reference" / "catalogue.md").read_text(encoding="utf-8")
    assert not [key for key in (*domain.TYPE_KEYS, *domain.SERVICE_KEYS, *prices.KEYS) if f"`{key}`" not in page]
