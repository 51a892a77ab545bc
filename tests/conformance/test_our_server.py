"""Our server keeps every sentence that the suite knows, in either reading, read only and with orders placed."""

import pytest

from onapi.conformance.findings import Verdict
from onapi.conformance.levels import Reading
from onapi.conformance.suite import Report
from tests.conformance.conftest import KNOWN, Lab


def wrong(report: Report) -> dict[str, list[str]]:
    """Return what is not as it should be, and how."""
    good = {Verdict.PASSED, Verdict.NOTHING, Verdict.NOT_OFFERED, Verdict.NOT_ASKED}
    return {
        result.check.id: [finding.says for finding in result.findings] or [str(result.reason)]
        for result in report.results
        if result.verdict not in good and result.check.id not in KNOWN
    }


@pytest.mark.parametrize("sp", ["alfa", "beta"])
def test_read_only_it_passes(lab: Lab, sp: str) -> None:
    report = lab.check(sp=sp, other=True)
    assert wrong(report) == {}
    passed = {result.check.id for result in report.of(Verdict.PASSED)}
    assert len(passed) > 170
    assert len({check.partition("-")[0] for check in passed}) >= 12


@pytest.mark.parametrize("sp", ["alfa", "beta"])
def test_with_orders_placed_it_passes_and_nothing_is_left(lab: Lab, sp: str) -> None:
    access = lab.town.access()
    report = lab.check(sp=sp, access=access, other=True)
    assert wrong(report) == {}
    assert (report.left, report.stopped) == ((), None)
    placed = [result for result in report.results if result.check.writes and result.check.id.startswith("ORD")]
    assert {result.check.id for result in placed if result.verdict is not Verdict.PASSED} <= {"ORD-181"}
    provider = lab.town.alfa if sp == "alfa" else lab.town.beta
    assert provider.subscriptions(access) == []
    assert provider.get(f"/orders/?accessId={access}&state=RECEIVED") == []


@pytest.mark.parametrize(("sp", "dialect"), [("alfa", "bitvis"), ("beta", "standard")])
def test_the_reading_is_found_by_what_is_sent(lab: Lab, sp: str, dialect: str) -> None:
    report = lab.check("SUB", sp=sp, auto=True)
    assert (report.dialect, report.named) == (dialect, False)
    assert wrong(report) == {}
    assert len(report.signs) >= 2


@pytest.mark.parametrize(
    ("sp", "held_to", "breaks"),
    [("alfa", "standard", {"SUB-006", "SUB-010", "SUB-025"}), ("beta", "bitvis", {"SUB-007", "SUB-011", "SUB-026"})],
)
def test_a_server_that_is_held_to_the_other_reading_fails(lab: Lab, sp: str, held_to: str, breaks: set[str]) -> None:
    report = lab.check("SUB", sp=sp, dialect=Reading(held_to))
    assert breaks <= {result.check.id for result in report.of(Verdict.FAILED)}
