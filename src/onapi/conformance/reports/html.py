"""The report for people: one page that needs nothing else, no script and no network."""

from collections import Counter
from functools import cache
from html import escape
from importlib.resources import files

from onapi.conformance.chapters import CHAPTERS
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Verdict
from onapi.conformance.register import Chapter
from onapi.conformance.reports.scorecard import notes, summary, told_reading
from onapi.conformance.suite import Report, Result

_MARKS = {
    Verdict.PASSED: ("✓", "passed"),
    Verdict.FAILED: ("✗", "failed"),
    Verdict.WARNED: ("!", "warned"),
    Verdict.UNKNOWN: ("?", "unknown"),
    Verdict.NOTHING: ("–", "rest"),
    Verdict.NOT_OFFERED: ("–", "rest"),
    Verdict.NOT_ASKED: ("–", "rest"),
}
_BAD = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.WARNED)


def written(report: Report) -> bytes:
    """Return a report as a page of HTML."""
    failed = bool(report.of(Verdict.FAILED))
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>ON-API 2.6 conformance of {escape(report.url)}</title>",
        f"<style>{_style()}</style></head><body>",
        '<a class="skip" href="#chapters">Skip to the chapters</a>',
        f"<header><p class=eyebrow>ON-API 2.6.0 conformance</p><h1>{escape(report.url)}</h1>",
        f"<p class='sentence {'bad' if failed else 'good'}'>{escape(summary(report))}</p>",
        *(f"<p class=note>{escape(note)}</p>" for note in notes(report)),
        _facts(report),
        "</header><main>",
        _overview(report),
        _bad(report),
        "<section id=chapters><h2>Every check</h2>",
        *(_chapter(report, chapter) for chapter in CHAPTERS),
        "</section></main><footer><p>Made by <code>onapi conform</code>, which is independent of the ",
        " publisher of the standard, <code>github.com/on-api/on-api</code>.</p></footer></body></html>",
    ]
    return "\n".join(parts).encode()


@cache
def _style() -> str:
    return files("onapi.conformance.reports").joinpath("report.css").read_text(encoding="utf-8")


def _facts(report: Report) -> str:
    signs = "".join(f"<li>{escape(sign)}</li>" for sign in report.signs)
    facts = {
        "Provider": escape(report.user),
        "Reading": escape(told_reading(report).removeprefix("reading ")) + (f"<ul>{signs}</ul>" if signs else ""),
        "Speaks": escape(report.version) + ("" if report.version == "2.6" else "; what came later is not asked"),
        "Orders and tickets": "placed, and taken back" if report.wrote else "only read",
        "When": f"<time datetime='{report.at.isoformat()}'>{report.at:%Y-%m-%d %H:%M} UTC</time>",
    }
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items()) + "</dl>"


def _overview(report: Report) -> str:
    rows = []
    for chapter in CHAPTERS:
        results = _of(report, chapter)
        counted = Counter(_MARKS[result.verdict][1] for result in results)
        if results:
            rows.append(
                f"<tr><th scope=row><a href='#{chapter.letters}'>{escape(chapter.name)}</a></th>"
                + "".join(f"<td class={kind if counted[kind] else 'none'}>{counted[kind]}</td>" for kind in _KINDS)
                + f"<td class=bar>{_bar(counted, len(results))}</td></tr>"
            )
    heads = "".join(
        f"<th scope=col>{head}</th>" for head in ("Passed", "Failed", "Warned", "Unknown", "Not looked at")
    )
    return (
        "<section><h2>Scorecard</h2><div class=wide><table><thead><tr><th scope=col>Chapter</th>"
        f"{heads}<th scope=col><span class=hidden>Share</span></th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></section>"
    )


_KINDS = ("passed", "failed", "warned", "unknown", "rest")


def _bar(counted: Counter[str], total: int) -> str:
    parts = "".join(f"<i class={kind} style='flex:{counted[kind]}'></i>" for kind in _KINDS if counted[kind])
    return f"<span class=share aria-hidden=true>{parts}</span><span class=hidden>{total} checks</span>"


def _bad(report: Report) -> str:
    found = [result for verdict in _BAD for result in report.of(verdict)]
    if not found:
        return "<section><h2>Findings</h2><p>All that was looked at is as the standard has it.</p></section>"
    return "<section><h2>Findings</h2>" + "".join(_told(result) for result in found) + "</section>"


def _told(result: Result) -> str:
    check = result.check
    kind = _MARKS[result.verdict][1]
    findings = "".join(_finding(exchange, told) for exchange, told in result.by_exchange)
    more = "<p>And more of the same.</p>" if result.more else ""
    reason = f"<p>{escape(result.reason)}</p>" if result.reason else ""
    return (
        f"<article class={kind} id='found-{check.id}'><h3><span class='badge {kind}'>{result.verdict}</span> "
        f"<a href='#{check.id}'>{check.id}</a> {escape(check.says)}</h3>"
        f"<p class=source>{check.level} · {escape(check.source)}</p>{reason}{findings}{more}</article>"
    )


def _finding(exchange: Exchange | None, told: list[str]) -> str:
    says = "".join(f"<p class=says>{escape(sentence)}</p>" for sentence in told)
    if exchange is None:
        return says
    return (
        f"{says}<details><summary>{escape(exchange.title)}</summary><div class=exchange>"
        f"<pre tabindex=0 role=region aria-label=Request>{escape(exchange.request_text())}</pre>"
        f"<pre tabindex=0 role=region aria-label=Answer>{escape(exchange.response_text())}</pre></div></details>"
    )


def _chapter(report: Report, chapter: Chapter) -> str:
    results = _of(report, chapter)
    if not results:
        return ""
    counted = Counter(result.verdict for result in results)
    told = ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict])
    rows = "".join(_row(result) for result in results)
    return (
        f"<details id={chapter.letters}>"
        f"<summary><strong>{escape(chapter.name)}</strong> <span>{told}</span></summary>"
        f"<div class=wide><table class=checks><thead><tr><th scope=col>Check</th><th scope=col>Verdict</th>"
        f"<th scope=col>Sentence</th></tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _row(result: Result) -> str:
    check = result.check
    mark, kind = _MARKS[result.verdict]
    reason = f"<p class=source>{escape(result.reason)}</p>" if result.reason else ""
    link = f" <a href='#found-{check.id}'>what was found</a>" if result.verdict in _BAD else ""
    reading = f" · reading {check.reading}" if check.reading else ""
    return (
        f"<tr id='{check.id}'><th scope=row>{check.id}</th>"
        f"<td class={kind}><span aria-hidden=true>{mark}</span> {result.verdict}</td>"
        f"<td>{escape(check.says)}{link}"
        f"<p class=source>{check.level}{reading} · {escape(check.source)}</p>{reason}</td></tr>"
    )


def _of(report: Report, chapter: Chapter) -> list[Result]:
    return [result for result in report.results if result.check.id.startswith(chapter.letters + "-")]
