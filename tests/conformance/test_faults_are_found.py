"""The suite finds faults: each that is planted is found by the checks that should find it, and by no other."""

import pytest

from onapi.conformance.findings import Verdict
from tests.conformance.conftest import KNOWN, Lab
from tests.conformance.faults_read import READ
from tests.conformance.faults_read_too import READ_TOO
from tests.conformance.faults_written import WRITTEN
from tests.conformance.planting import Planted

_ALL = [*READ, *READ_TOO, *WRITTEN]
_NAMES = [f"{number:03}-{planted.name}" for number, planted in enumerate(_ALL)]


def test_there_are_many_faults() -> None:
    assert len(_ALL) >= 100


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
