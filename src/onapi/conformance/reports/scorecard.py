"""The scorecard: what a person reads on a terminal."""

import re
from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from onapi.conformance.chapters import CHAPTERS
from onapi.conformance.findings import Verdict
from onapi.conformance.suite import Report, Result

_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.WARNED: "yellow", Verdict.UNKNOWN: "magenta"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_COLUMNS = (Verdict.PASSED, Verdict.FAILED, Verdict.WARNED, Verdict.UNKNOWN)


def show(report: Report, console: Console) -> None:
    """Print a scorecard: a row for each chapter, then what is not as it should be, then what it comes to."""
    console.print(Text(f"{report.url} as {report.user}: ON-API 2.6.0, {told_reading(report)}"))
    if report.version != "2.6":
        console.print(Text(f"It says that it speaks {_tame(report.version)}; what came later is not asked."))
    console.print()
    console.print(_table(report))
    for verdict in (Verdict.FAILED, Verdict.UNKNOWN, Verdict.WARNED):
        for result in report.of(verdict):
            _tell(result, console)
    console.print()
    for sentence in notes(report):
        console.print(Text(_tame(sentence), style="bold"))
    console.print(Text(summary(report), style="bold"))


def told_reading(report: Report) -> str:
    """Return in words which reading a server was held to, and why."""
    why = "as you said" if report.named else ("as it seems to be" if report.signs else "since nothing tells another")
    return f"reading {report.dialect}, {why}"


def notes(report: Report) -> list[str]:
    """Return why a run ended early, if it did, and what it left behind."""
    return [*([f"It ended early: {report.stopped}"] if report.stopped else []), *report.left]


def summary(report: Report) -> str:
    """Return what it comes to, in a sentence."""
    failed = report.of(Verdict.FAILED)
    rest = sum(
        result.verdict in {Verdict.NOTHING, Verdict.NOT_OFFERED, Verdict.NOT_ASKED} for result in report.results
    )
    counts = (
        f"{len(report.of(Verdict.PASSED))} passed, {len(failed)} failed, {len(report.of(Verdict.WARNED))} warned, "
        f"{rest} had nothing to look at; {report.requests} requests in {report.seconds:.1f} s."
    )
    return ("Does not conform: " if failed else "No MUST is broken: ") + counts


def _table(report: Report) -> Table:
    table = Table("chapter", box=None, pad_edge=False, header_style="bold")
    for verdict in _COLUMNS:
        table.add_column(str(verdict), justify="right")
    table.add_column("not looked at")
    for chapter in CHAPTERS:
        results = [result for result in report.results if result.check.id.startswith(chapter.letters + "-")]
        counted = Counter(result.verdict for result in results)
        if not results:
            continue
        cells = [Text(str(counted[one] or "·"), style=_STYLES[one] if counted[one] else "dim") for one in _COLUMNS]
        table.add_row(f"{chapter.letters} {chapter.name}", *cells, Text(_rest(counted), style="dim"))
    return table


def _rest(counted: Counter[Verdict]) -> str:
    kinds = (Verdict.NOT_OFFERED, Verdict.NOTHING, Verdict.NOT_ASKED)
    return ", ".join(f"{counted[kind]} {kind}" for kind in kinds if counted[kind])


def _tell(result: Result, console: Console) -> None:
    check = result.check
    console.print()
    console.print(
        Text.assemble(
            (f"{check.id} ", "bold"), (f"{result.verdict}", _STYLES[result.verdict]), f"  {check.level}: {check.says}"
        )
    )
    console.print(Text(f"  {check.source}", style="dim"))
    for exchange, told in result.by_exchange:
        for says in told:
            console.print(Text(f"  - {_tame(says)}"))
        if exchange is not None:
            console.print(Text(f"    {_tame(exchange.title)}", style="dim"))
    if result.more:
        console.print(Text("  - and more of the same"))
    if result.reason:
        console.print(Text(f"  {_tame(result.reason)}"))


def _tame(text: str) -> str:
    """Return what a server said without what would steer the terminal."""
    return _CONTROL.sub("�", text)
