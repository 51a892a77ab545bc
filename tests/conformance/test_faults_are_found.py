"""The suite finds faults: each that is planted is found by the checks that should find it, and by no other."""

import re

import pytest

from onapi.conformance.chapters import CHECKS
from onapi.conformance.findings import Verdict
from tests.conformance.conftest import KNOWN, Lab
from tests.conformance.faults_read import READ
from tests.conformance.faults_read_too import READ_TOO
from tests.conformance.faults_written import WRITTEN
from tests.conformance.planting import Planted

_ALL = [*READ, *READ_TOO, *WRITTEN]
_NAMES = [f"{number:03}-{planted.name}" for number, planted in enumerate(_ALL)]


_NOT_PLANTED = {
    "TRA-001": "of the URL alone; test_session looks",
    "TRA-002": "of the URL alone; test_session looks",
    "ANS-007": "test_session looks",
    "SVC-010": "ours has the fault",
    "DEL-304": "the same function as DEL-104, and needs more rows than the town has",
    "DEL-404": "the same function as DEL-104, and needs more rows than the town has",
}
_FIELD = re.compile(r": \w+ is (mandatory|optional)")
"""What a row of a table says, of which test_tables tells."""


def test_every_check_has_a_fault_that_it_finds() -> None:
    caught = set().union(*(planted.caught_by for planted in _ALL), _NOT_PLANTED)
    assert [check.id for check in CHECKS if check.id not in caught and not _FIELD.search(check.says)] == []
    assert len(_ALL) >= 250


@pytest.mark.parametrize("planted", _ALL, ids=_NAMES)
def test_a_fault_is_found_by_the_checks_that_should_find_it_and_by_no_other(lab: Lab, planted: Planted) -> None:
    report = lab.check(
        *planted.looked_for_with,
        sp=planted.sp,
        access=lab.town.access() if planted.writes else None,
        other=planted.other,
        fault=planted.fault,
    )
    found = {
        result.check.id: [finding.says for finding in result.findings] or [str(result.reason)]
        for result in report.results
        if result.verdict in {Verdict.FAILED, Verdict.WARNED, Verdict.UNKNOWN}
    }
    assert set(found) - KNOWN == planted.caught_by, found
