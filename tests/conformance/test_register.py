"""The register of checks: each has its own ID, is written down once, and is in the reference."""

import re
from collections import Counter
from pathlib import Path

import pytest

import onapi
from onapi.conformance.chapters import CHAPTERS, CHECKS
from onapi.conformance.levels import Level
from tests.conformance import reference

_MODULES = Path(onapi.__file__).parent / "conformance" / "checks"


def test_every_check_has_an_id_of_its_own() -> None:
    assert [name for name, times in Counter(check.id for check in CHECKS).items() if times > 1] == []
    assert not [check.id for check in CHECKS if not re.fullmatch(r"[A-Z][A-Z0-9]{2}-\d{3}", check.id)]


def test_every_module_of_checks_is_among_the_chapters() -> None:
    page = (_MODULES.parent / "chapters.py").read_text(encoding="utf-8")
    assert not [path.stem for path in _MODULES.glob("[a-z]*.py") if f"    {path.stem},\n" not in page]
    assert len(CHECKS) == sum(len(chapter.checks) for chapter in CHAPTERS) > 350


def test_every_check_is_a_sentence_with_its_place_in_the_standard() -> None:
    assert not [check.id for check in CHECKS if not check.says.endswith(".") or len(check.says) > 200]
    place = re.compile(r"common/|spec/|README\.md|seed, |RFC ")
    assert not [check.id for check in CHECKS if not place.match(check.source)]


def test_what_contradicts_itself_never_fails() -> None:
    assert {check.level for check in CHECKS} == set(Level)


def test_the_reference_is_made_from_the_register() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.written(), (
        "run `python -m tests.conformance.reference`"
    )


@pytest.mark.parametrize("row", sorted({check.deviation for check in CHECKS if check.deviation}))
def test_a_deviation_that_a_check_names_is_on_the_page_of_deviations(row: str) -> None:
    assert row in reference.rows_of_deviations()
