"""The report for build servers, as JUnit's XML: a suite for each chapter, a case for each check."""

import re
import xml.etree.ElementTree as ET

from onapi.conformance.chapters import CHAPTERS
from onapi.conformance.findings import Verdict
from onapi.conformance.suite import Report, Result

_NOT_OF_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(report: Report) -> bytes:
    """Return a report as XML. A warning is a case that passed, with its findings in system-out."""
    root = ET.Element("testsuites", _counts(list(report.results)) | {"name": f"ON-API 2.6.0 at {report.url}"})
    for chapter in CHAPTERS:
        results = [result for result in report.results if result.check.id.startswith(chapter.letters + "-")]
        if results:
            suite = ET.SubElement(root, "testsuite", _counts(results) | {"name": chapter.name})
            suite.set("timestamp", report.at.isoformat(timespec="seconds"))
            for result in results:
                _case(suite, result)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _case(suite: ET.Element, result: Result) -> None:
    check = result.check
    case = ET.SubElement(
        suite, "testcase", {"classname": f"onapi.{check.chapter}", "name": _clean(f"{check.id} {check.says}")}
    )
    case.set("time", f"{result.seconds:.3f}")
    told = _clean("\n".join(finding.says for finding in result.findings))
    if result.verdict is Verdict.FAILED:
        failure = ET.SubElement(case, "failure", {"message": told.partition("\n")[0], "type": check.level})
        failure.text = f"{told}\n\nSource: {check.source}\n{_shown(result)}"
    elif result.verdict is Verdict.WARNED:
        ET.SubElement(case, "system-out").text = f"{check.level}: {told}\n{_shown(result)}"
    elif result.verdict is Verdict.UNKNOWN:
        ET.SubElement(case, "error", {"message": _clean(result.reason or "")})
    elif result.verdict is not Verdict.PASSED:
        ET.SubElement(case, "skipped", {"message": _clean(f"{result.verdict}: {result.reason}")})


def _shown(result: Result) -> str:
    exchange = next((finding.exchange for finding in result.findings if finding.exchange), None)
    return "" if exchange is None else _clean(f"\n{exchange.request_text()}\n\n{exchange.response_text()}")


def _counts(results: list[Result]) -> dict[str, str]:
    skipped = {Verdict.NOTHING, Verdict.NOT_OFFERED, Verdict.NOT_ASKED}
    return {
        "tests": str(len(results)),
        "failures": str(sum(result.verdict is Verdict.FAILED for result in results)),
        "errors": str(sum(result.verdict is Verdict.UNKNOWN for result in results)),
        "skipped": str(sum(result.verdict in skipped for result in results)),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _clean(text: str) -> str:
    return _NOT_OF_XML.sub("�", text)
