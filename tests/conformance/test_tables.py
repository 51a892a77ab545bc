"""A row of a table is a check: of the field's presence, and of its format."""

from typing import Any

import httpx2
import pytest

from onapi.conformance import formats, tables
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Nothing
from onapi.conformance.register import Chapter
from onapi.conformance.server import Seen, Server
from onapi.conformance.session import Session
from onapi.conformance.tables import Field, Presence

_ANSWER = Exchange(
    method="GET",
    url="http://co.example/2.6/",
    sent={},
    body=None,
    status=200,
    headers=httpx2.Headers(),
    content=b"[]",
)


def looked(presence: Presence, *values: dict[str, Any]) -> list[str]:
    """Return what a row of the field `city` says of some objects."""
    chapter = Chapter("XYZ", "Anything")
    seen = [Seen(value, f"objects[{number}]", _ANSWER) for number, value in enumerate(values)]
    tables.declare(
        chapter, "spec/anything.md", "It", lambda _: seen, [Field(1, "city", "a text", formats.text, presence)]
    )
    session = Session("http://co.example/2.6", "alfa", "alfa-secret", log=list[Exchange]())
    try:
        return [finding.says for finding in chapter.checks[0].look(Server(session=session))]
    finally:
        session.close()


@pytest.mark.parametrize("value", [{}, {"city": None}, {"city": ""}, {"city": 7}, {"city": "x" * 256}])
def test_a_mandatory_field_is_there_filled_and_of_its_format(value: dict[str, Any]) -> None:
    found = looked(Presence.MANDATORY, {"city": "Ankeborg"}, value)
    assert [says.partition(":")[0] for says in found] == ["objects[1]"]


@pytest.mark.parametrize("value", [{}, {"city": None}, {"city": 7}])
def test_a_field_that_may_be_empty_is_there(value: dict[str, Any]) -> None:
    assert looked(Presence.MAY_BE_EMPTY, {"city": ""}, {"city": "Ankeborg"}) == []
    assert len(looked(Presence.MAY_BE_EMPTY, value)) == 1


def test_an_optional_field_has_its_format_where_it_is() -> None:
    assert looked(Presence.OPTIONAL, {"city": "Ankeborg"}, {}, {"city": None}, {"city": ""}) == []
    assert len(looked(Presence.OPTIONAL, {"city": 7}, {"city": "Ankeborg"})) == 1


def test_where_nobody_has_an_optional_field_there_is_nothing_to_look_at() -> None:
    with pytest.raises(Nothing, match="city"):
        looked(Presence.OPTIONAL, {}, {"city": ""})


def test_a_row_says_what_it_checks() -> None:
    chapter = Chapter("XYZ", "Anything")
    row = Field(7, "city", "a text", formats.text, Presence.MANDATORY, section="address")
    tables.declare(chapter, "spec/anything.md", "It", lambda _: [], [row])
    check = chapter.checks[0]
    assert (check.id, check.source) == ("XYZ-007", "spec/anything.md, address")
    assert check.says == "It: city is mandatory, and not empty; a text."
