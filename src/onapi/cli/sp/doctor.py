"""The command that examines the way to a server."""

import email.utils
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import typer

from onapi import errors
from onapi.cli import output
from onapi.cli.sp.session import Session, command
from onapi.client import ClientError, Endpoint, once
from onapi.client.exchange import head, whole
from onapi.client.steps import Answer, Call, Flow, Request

_WANTED = ("accesses", "services", "subscriptions", "orders", "orderevents", "events")
_CLOCK_S = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    subject: str
    sentence: str


def doctor(session: Session) -> None:
    """Examine the way to the server, who you are there, and what it has; exit 1 when something is wrong."""
    findings: list[Finding] = []
    try:
        findings.extend(_examined(session))
    except ClientError as error:
        output.print_table(("", "what", "finding"), [("ok", one.subject, one.sentence) for one in findings])
        raise error from None
    rows = [("ok" if one.good else "WRONG", one.subject, one.sentence) for one in findings]
    output.print_table(("", "what", "finding"), rows)
    wrong = [one for one in findings if not one.good]
    if wrong:
        raise errors.Conflict(f"{len(wrong)} of {len(findings)} findings are wrong; each says what to do.")


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    command(app, prints=False)(doctor)


def _examined(session: Session) -> Iterator[Finding]:
    who, client = session.profile, session.client
    url = httpx2.URL(who.url)
    yield Finding(
        good=True, subject="profile", sentence=f"{who.name}: {who.user} at {who.url}, orders as {who.dialect}"
    )
    here = url.host in ("127.0.0.1", "::1", "localhost")
    told = "https" if url.scheme == "https" else "http, on this machine" if here else "plain http; use https."
    yield Finding(url.scheme == "https" or here, "transport", told)

    def root() -> Flow[Answer]:
        return (yield from whole(client.around, Request(path="")))

    began = time.perf_counter()
    answer = client.run(Call(root))
    yield Finding(good=True, subject="answer", sentence=f"after {(time.perf_counter() - began) * 1000:.0f} ms")
    yield _clock(answer.headers.get("date"))
    endpoints = client.endpoints.list()
    names = {one.name: one.endpoint for one in endpoints}
    lacks = [name for name in _WANTED if name not in names and name.rstrip("s") not in names]
    yield Finding(
        good=not lacks,
        subject="endpoints",
        sentence=f"lacks {', '.join(lacks)}" if lacks else ", ".join(names),
    )
    yield from _limits(endpoints)
    yield _deltas(session, answer.headers.get("date"))

    def keys() -> Flow[bool]:
        return (yield from once.takes_keys(client.around))

    kept = "are kept" if client.run(Call(keys)) else "are not kept: after a lost answer the order is looked for first"
    yield Finding(good=True, subject="keys of orders", sentence=kept)


def _clock(date: str | None) -> Finding:
    try:
        apart = abs(email.utils.parsedate_to_datetime(date or "").timestamp() - time.time())
    except (ValueError, TypeError):
        return Finding(good=True, subject="clock", sentence="The server does not say what time it is.")
    good = apart <= _CLOCK_S
    return Finding(good, "clock", f"{apart:.0f} s apart" + ("" if good else "; set the clock of this machine."))


def _limits(endpoints: list[Endpoint]) -> Iterator[Finding]:
    for one in endpoints:
        if one.note or one.unsupported_fields:
            lacks = f" It lacks {', '.join(one.unsupported_fields)}." if one.unsupported_fields else ""
            yield Finding(good=True, subject=one.name, sentence=f"{one.note or ''}{lacks}".strip())


def _deltas(session: Session, date: str | None) -> Finding:
    """Ask for the accesses that changed since now, which are few."""
    around = session.client.around
    request = Request(path="accesses/", headers={"If-Modified-Since": date} if date else {})

    def asked() -> Flow[Answer]:
        return (yield from head(around, request, or_nothing=True))

    answer = session.client.run(Call(asked))
    good = "last-modified" in answer.headers
    told = "by If-Modified-Since" if good else "The server sends no Last-Modified: each time all is read."
    return Finding(good, "deltas", told)
