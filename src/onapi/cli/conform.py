"""The command that checks a server against the standard."""

import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from onapi.cli import output
from onapi.cli.sp import exits, profiles
from onapi.conformance import suite
from onapi.conformance.chapters import CHECKS
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Stopped, TooMany, Unreachable, Verdict
from onapi.conformance.levels import Reading
from onapi.conformance.register import Check
from onapi.conformance.reports import as_json, html, junit, scorecard
from onapi.conformance.server import NOBODY, Server
from onapi.conformance.session import Session

_DOES_NOT_CONFORM = 8
_NOT_FOUND = 404
_USUAL_ROOTS = ("onapi/2.6/", "2.6/")
_OWN, _OTHER = "ONAPI_SP_PASSWORD", "ONAPI_SP_OTHER_PASSWORD"


class Dialect(StrEnum):
    """Which reading a server is held to."""

    AUTO = "auto"
    BITVIS = "bitvis"
    STANDARD = "standard"


class Report(StrEnum):
    """The forms of a report that is kept."""

    HTML = "html"
    JUNIT = "junit"
    JSON = "json"


_FILES = {
    Report.HTML: ("conformance.html", html.written),
    Report.JUNIT: ("conformance.xml", junit.written),
    Report.JSON: ("conformance.json", as_json.written),
}


def conform(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The version's root, such as https://example.com/onapi/2.6/.")
    ],
    user: Annotated[str, typer.Option(help="The provider's user; password: as for `onapi sp`, or asked for.")],
    dialect: Annotated[
        Dialect, typer.Option(help="The reading; auto: what the server seems to follow.")
    ] = Dialect.AUTO,
    write: Annotated[
        bool, typer.Option("--write", help="Also place orders and tickets, and take them back.")
    ] = False,
    access: Annotated[list[str] | None, typer.Option(help="With --write: an access to do it on; repeatable.")] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(help="With --write: a service to order; a second one of its type to change to."),
    ] = None,
    other_user: Annotated[
        str | None,
        typer.Option(help="A second provider's user, to see what it is not shown."),
    ] = None,
    check: Annotated[
        list[str] | None, typer.Option(help="Only this check, or chapter: ACC-007, ACC; repeatable.")
    ] = None,
    report: Annotated[list[Report] | None, typer.Option(help="Also keep a report in this form; repeatable.")] = None,
    into: Annotated[Path, typer.Option(help="The folder for reports.", file_okay=False)] = Path(),
) -> None:
    """Check any ON-API against the sentences of the standard, whoever made it.

    It only reads, unless --write. Exits 8 when a MUST is broken.
    """
    root = _root(url)
    checks = suite.only(CHECKS, _known(check)) if check else list(CHECKS)
    if report:
        into.mkdir(parents=True, exist_ok=True)
    _writes(write=write, access=access, service=service)
    log: list[Exchange] = []
    server = Server(
        session=Session(root, user, _own_password(root, user), log=log),
        dialect=None if dialect is Dialect.AUTO else Reading(dialect),
        accesses=tuple(access or ()),
        services=tuple(service or ()),
        other=None
        if other_user is None
        else Session(root, other_user, os.environ.get(_OTHER) or _typed(_OTHER, other_user), log=log),
    )
    found = _done(server, checks)
    _show(found)
    _keep(found, report or (), into)
    raise typer.Exit(_code(found))


def _known(names: list[str]) -> list[str]:
    """See that each is a check or a chapter."""
    for name in names:
        if not suite.only(CHECKS, [name]):
            raise typer.BadParameter(f"{name!r} is no such check or chapter as ACC-007 or ACC", param_hint="--check")
    return names


def _writes(*, write: bool, access: list[str] | None, service: list[str] | None) -> None:
    """See that --write comes with what it needs, and that comes with it."""
    if write and not (access and service):
        raise typer.BadParameter(
            "needs --access and --service: where orders may be placed, and of what", param_hint="--write"
        )
    if (access or service) and not write:
        raise typer.BadParameter("are for --write, which is not given", param_hint="--access and --service")


def _done(server: Server, checks: list[Check]) -> suite.Report:
    try:
        _greet(server)
        return _asked(server, checks)
    except Unreachable as error:
        output.complain(str(error))
        raise typer.Exit(exits.UNREACHABLE) from error
    except Stopped as error:
        output.complain(str(error))
        raise typer.Exit(exits.TOO_MANY) from error
    finally:
        for session in filter(None, (server.session, server.other)):
            session.close()


def _greet(server: Server) -> None:
    """See that this is an ON-API, and that the users are let in."""
    for session in filter(None, (server.session, server.other)):
        # Some show the list of endpoints to everybody.
        for path in ("", f"accesses/{NOBODY}"):
            greeting = session.ask("GET", path)
            if greeting.status in {401, 403}:
                output.complain(f"{session.url} does not let {session.user} in: it answers {greeting.status}.")
                raise typer.Exit(exits.LOGIN)
    _see_that_it_is_the_root(server)


def _see_that_it_is_the_root(server: Server) -> None:
    """See that there is a list of endpoints, or at least of accesses."""
    session = server.session
    if server.root.objects or session.ask("GET", "accesses/").status != _NOT_FOUND:
        return
    told = f"There is no ON-API at {session.url}: neither a list of endpoints nor accesses/."
    for tail in _USUAL_ROOTS:
        if session.ask("GET", tail).objects:
            output.complain(f"{told} It is at {session.absolute(tail)}, it seems.")
            raise typer.Exit(exits.USAGE)
    output.complain(f"{told} The URL is that of the version's root, such as https://example.com/onapi/2.6/.")
    raise typer.Exit(exits.USAGE)


def _asked(server: Server, checks: list[Check]) -> suite.Report:
    """Have the checks done, and show how far that is, if somebody looks."""
    terminal = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=terminal,
        disable=not terminal.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("asking", total=len(checks))

        def told(check: Check) -> None:
            bar.update(task, advance=1, description=check.id)

        return suite.run(server, checks, told)


def _keep(found: suite.Report, kinds: Iterable[Report], into: Path) -> None:
    for kind in kinds:
        name, written = _FILES[kind]
        (into / name).write_bytes(written(found))
        output.say(f"The report is in {into / name}.")


def _show(found: suite.Report) -> None:
    console = Console(highlight=False)
    scorecard.show(found, console if console.is_terminal else Console(highlight=False, width=120))


def _code(found: suite.Report) -> int:
    if found.of(Verdict.FAILED):
        return _DOES_NOT_CONFORM
    if found.stopped:
        return exits.TOO_MANY if isinstance(found.stopped, TooMany) else exits.FAILED
    return exits.UNREACHABLE if found.of(Verdict.UNKNOWN) else exits.OK


def _root(url: str) -> str:
    try:
        given = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise typer.BadParameter(f"is no URL: {error}", param_hint="URL") from error
    if given.scheme not in {"http", "https"} or not given.host:
        raise typer.BadParameter("begins with https://, or http://", param_hint="URL")
    if given.userinfo:
        raise typer.BadParameter("has a password in it, which others can read; give --user", param_hint="URL")
    return url


def _own_password(root: str, user: str) -> str:
    """Return the provider's password: the environment's, that of a login, or what is typed; never an argument."""
    found = profiles.from_environment(os.environ)
    if found is not None:
        return found
    store = profiles.store(os.environ)
    for profile in store.all():
        if profile.user == user and profile.url.rstrip("/") == root.rstrip("/"):
            return store.password(profile) or _typed(_OWN, user)
    return _typed(_OWN, user)


def _typed(variable: str, user: str) -> str:
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"its password is expected in {variable}", param_hint=f"--user {user}")
    asked: str = typer.prompt(f"Password of {user}", hide_input=True, err=True)
    return asked
