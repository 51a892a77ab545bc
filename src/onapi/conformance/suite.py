"""Doing the checks, one after the other, and what comes of it."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, islice

from onapi.conformance import signs
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing, NotOffered, Stopped, Unreachable, Verdict
from onapi.conformance.levels import Level, Reading
from onapi.conformance.register import Check
from onapi.conformance.server import Server

MOST_FINDINGS = 5
"""So many findings of a check are told; a list with one flaw has it in every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a check went.

    `findings` are the first few, `more` says that there were others; `reason` is why it did not look.
    """

    check: Check
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    more: bool = False
    reason: str | None = None
    seconds: float = 0.0

    @property
    def by_exchange(self) -> list[tuple[Exchange | None, list[str]]]:
        """Return what the findings say, those of an exchange together."""
        groups = groupby(self.findings, key=lambda finding: finding.exchange)
        return [(exchange, [finding.says for finding in found]) for exchange, found in groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a server did.

    `dialect` is the reading it was held to, which the caller `named` or the `signs` told; `stopped` is why the run
    ended early, `left` what could not be taken back.
    """

    url: str
    user: str
    version: str
    at: datetime
    dialect: Reading
    named: bool
    signs: tuple[str, ...]
    wrote: bool
    results: tuple[Result, ...]
    requests: int
    seconds: float
    stopped: Stopped | None = None
    left: tuple[str, ...] = ()

    def of(self, verdict: Verdict) -> list[Result]:
        """Return the results with a verdict."""
        return [result for result in self.results if result.verdict is verdict]


@dataclass(slots=True)
class _Run:
    server: Server
    dialect: Reading
    stopped: Stopped | None = None
    results: list[Result] = field(default_factory=list)

    def do(self, check: Check) -> Result:
        began = time.monotonic()
        reason = str(self.stopped) if self.stopped else _not_asked(check, self.server, self.dialect)
        if reason is not None:
            return Result(check=check, verdict=Verdict.NOT_ASKED, reason=reason)
        findings: list[Finding] = []
        why: str | None = None
        verdict = Verdict.PASSED
        try:
            if check.endpoint is not None:
                self.server.path(check.endpoint)
            for finding in islice(check.look(self.server), MOST_FINDINGS + 1):
                findings.append(finding)  # noqa: PERF402 — what was found before it broke off counts
        except NotOffered as error:
            verdict, why = Verdict.NOT_OFFERED, str(error)
        except Nothing as error:
            verdict, why = Verdict.NOTHING, str(error)
        except Unreachable as error:
            verdict, why = Verdict.UNKNOWN, str(error)
        except Stopped as error:
            self.stopped = error
            verdict, why = Verdict.NOT_ASKED, str(error)
        except KeyboardInterrupt:
            # Whoever stops it wants what was placed to be taken back, and to read what was found.
            self.stopped = Stopped("It was interrupted.")
            verdict, why = Verdict.NOT_ASKED, str(self.stopped)
        if findings:
            verdict, why = self._weight(check), None
        return Result(
            check=check,
            verdict=verdict,
            findings=tuple(findings[:MOST_FINDINGS]),
            more=len(findings) > MOST_FINDINGS,
            reason=why,
            seconds=time.monotonic() - began,
        )

    def _weight(self, check: Check) -> Verdict:
        # Where the texts disagree and nobody said which one the server follows, it cannot break either.
        guessed = check.reading is not None and self.server.dialect is None
        return Verdict.FAILED if check.level is Level.MUST and not guessed else Verdict.WARNED


def run(server: Server, checks: Sequence[Check], told: Callable[[Check], None] = lambda _check: None) -> Report:
    """Do checks in their order, and report; `told` hears of each before it begins.

    Raises:
        Unreachable: the server does not answer at all.
    """
    began, at = time.monotonic(), datetime.now(UTC)
    version, found = "2.6", tuple[signs.Sign, ...]()
    stopped: Stopped | None = None
    try:
        version = server.version
        found = signs.read(server) if server.dialect is None else ()
    except Stopped as error:
        stopped = error
    dialect = server.dialect or signs.weigh(found)
    doing = _Run(server, dialect, stopped)
    for check in sorted(checks, key=_turn):
        told(check)
        doing.results.append(doing.do(check))
    for session in filter(None, (server.session, server.other)):
        session.allow_more()
    left = tuple(sentence for story in server.stories.values() for sentence in story.tidy())
    return Report(
        url=server.session.url,
        user=server.session.user,
        version=version,
        at=at,
        dialect=dialect,
        named=server.dialect is not None,
        signs=tuple(sign.says for sign in found),
        wrote=bool(server.accesses),
        results=tuple(sorted(doing.results, key=lambda result: checks.index(result.check))),
        requests=len(server.session.log),
        seconds=time.monotonic() - began,
        stopped=doing.stopped,
        left=left,
    )


def _turn(check: Check) -> int:
    """Return when a check has its turn: first those that place something, so that all others have more to look at."""
    if check.writes:
        return 0
    return 2 if check.looks_back else 1


def _not_asked(check: Check, server: Server, dialect: Reading) -> str | None:
    if check.writes and not server.accesses:
        return "It places orders or tickets, which needs --write and --access."
    if check.reading not in (None, dialect):
        return f"It is of the other reading, {check.reading}; the server is held to {dialect}."
    if _number(check.since) > _number(server.version):
        return f"It came with {check.since}; the server says that it speaks {server.version}."
    return None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def only(checks: Iterable[Check], ids: Iterable[str]) -> list[Check]:
    """Return those checks whose IDs, or letters, are named."""
    wanted = set(ids)
    return [check for check in checks if check.id in wanted or check.id.partition("-")[0] in wanted]
