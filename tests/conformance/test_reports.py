"""The reports: each is what its readers expect, says what was found, and keeps the password to itself."""

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from onapi.conformance.findings import Verdict
from onapi.conformance.reports import as_json, html, junit, scorecard
from onapi.conformance.suite import Report
from tests.conformance.conftest import Lab
from tests.conformance.planting import at, each, either

_HOSTILE = '<script>alert("1")</script>\x00\x1b[31m'


@pytest.fixture(scope="module")
def report(lab: Lab) -> Report:
    """Return a report with failures, whose values try to break out of it."""
    return lab.check(
        "ACC", "END", "TIC", fault=each(either(at("accesses"), at("accesses/{}")), city="", accessState=_HOSTILE)
    )


class _Page(HTMLParser):
    """Reads a page: its tags, what it refers to, and its IDs."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.refers: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "br", "link", "img"}:
            self.open.append(tag)
        self.refers += [value or "" for name, value in attrs if name in {"src", "href"}]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_is_well_formed(report: Report) -> None:
    page = _Page()
    text = html.written(report).decode()
    page.feed(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert all(target.startswith("#") for target in page.refers)
    assert {target[1:] for target in page.refers} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_tells_what_was_found_with_its_exchange(report: Report) -> None:
    text = html.written(report).decode()
    assert "id='found-ACC-026'" in text
    assert "city is empty" in text
    assert "Authorization: Basic ••••" in text
    assert "alfa-secret" not in text
    assert "<script" not in text


def test_junit_has_a_case_for_each_check_and_counts_them(report: Report) -> None:
    root = ET.fromstring(junit.written(report).decode())
    cases = root.findall(".//testcase")
    assert len(cases) == len(report.results) == int(root.attrib["tests"])
    failures = root.findall(".//failure")
    assert len(failures) == len(report.of(Verdict.FAILED)) == int(root.attrib["failures"]) == 2
    assert any("city is empty" in (failure.text or "") for failure in failures)
    skipped = {Verdict.NOTHING, Verdict.NOT_OFFERED, Verdict.NOT_ASKED}
    assert len(root.findall(".//skipped")) == sum(result.verdict in skipped for result in report.results)


def test_json_tells_everything(report: Report) -> None:
    told = json.loads(as_json.written(report))
    assert (told["standard"], told["dialect"], told["wrote"]) == ("ON-API 2.6.0", "bitvis", False)
    failed = {check["id"]: check for check in told["checks"] if check["verdict"] == "failed"}
    assert set(failed) == {"ACC-026", "ACC-033"}
    assert failed["ACC-026"]["more"] is True
    assert "Authorization: Basic ••••" in failed["ACC-026"]["findings"][0]["request"]


def test_the_scorecard_says_what_it_comes_to(report: Report) -> None:
    written = StringIO()
    scorecard.show(report, Console(file=written, width=120))
    text = written.getvalue()
    assert "ACC Accesses" in text
    assert "ACC-026 failed  MUST" in text
    assert "Does not conform" in text
    assert "\x1b" not in text
