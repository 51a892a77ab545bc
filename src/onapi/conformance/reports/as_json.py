"""The report for programs."""

from typing import Any

import msgspec

from onapi.conformance.findings import Finding
from onapi.conformance.suite import Report, Result


def written(report: Report) -> bytes:
    """Return a report as JSON."""
    value = {
        "standard": "ON-API 2.6.0",
        "url": report.url,
        "user": report.user,
        "version": report.version,
        "at": report.at.isoformat(timespec="seconds"),
        "dialect": report.dialect,
        "dialectNamed": report.named,
        "signs": report.signs,
        "wrote": report.wrote,
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "stopped": str(report.stopped) if report.stopped else None,
        "left": report.left,
        "checks": [_result(result) for result in report.results],
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _result(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "id": check.id,
        "verdict": result.verdict,
        "level": check.level,
        "says": check.says,
        "source": check.source,
        "chapter": check.chapter,
        "reading": check.reading,
        "reason": result.reason,
        "seconds": round(result.seconds, 3),
        "findings": [_finding(finding) for finding in result.findings],
        "more": result.more,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    exchange = finding.exchange
    if exchange is None:
        return {"says": finding.says}
    return {
        "says": finding.says,
        "exchange": exchange.title,
        "request": exchange.request_text(),
        "response": exchange.response_text(),
    }
