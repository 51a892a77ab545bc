"""How a server is asked: politely, within bounds, and without ever showing the password."""

import gzip
import itertools
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from onapi.conformance import session as sessions
from onapi.conformance import suite
from onapi.conformance.chapters import CHECKS
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Nothing, NotOffered, Stopped, Unreachable, Verdict
from onapi.conformance.levels import Reading
from onapi.conformance.register import Check
from onapi.conformance.server import Server
from onapi.conformance.session import Session

Answering = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answering, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run a server that answers every GET so, over TLS if it has a context, and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 — the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}/onapi/2.6"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def asking(url: str, *, time_limit_s: float = 5.0) -> Iterator[tuple[Session, list[float]]]:
    """Yield a session, and the pauses that it makes instead of sleeping."""
    pauses: list[float] = []
    session = Session(
        url, "alfa", "alfa-secret", log=list[Exchange](), sleep=pauses.append, time_limit_s=time_limit_s
    )
    try:
        yield session, pauses
    finally:
        session.close()


def told(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"[]", **headers: str) -> None:
    """Send an answer."""
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def test_429_is_waited_out_as_retry_after_says() -> None:
    turns = itertools.count()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        told(handler, 429, Retry_After="7") if next(turns) < 2 else told(handler, 200)

    with answering(answer) as url, asking(url) as (session, pauses):
        assert session.ask("GET", "accesses/").status == 200
        assert pauses == [7.0, 7.0]


def test_a_server_that_goes_on_saying_429_is_left_alone() -> None:
    with (
        answering(lambda handler: told(handler, 429, Retry_After="50")) as url,
        asking(url) as (session, pauses),
        pytest.raises(Stopped, match="longer than a run waits"),
    ):
        session.ask("GET", "accesses/")
    assert sum(pauses) <= sessions.MOST_WAITING_S


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, 5.0), ("0", 1.0), ("12", 12.0), ("soon", 5.0), ("Thu, 26 Nov 2026 00:00:30 GMT", 30.0)],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float) -> None:
    assert sessions.retry_after_s(value, datetime(2026, 11, 26, tzinfo=UTC)) == seconds


def test_a_run_stops_when_the_server_says_that_it_is_too_much() -> None:
    turns = itertools.count()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        told(handler, 200, b"[]") if next(turns) < 8 else told(handler, 429, Retry_After="3600")

    with answering(answer) as url, asking(url) as (session, pauses):
        report = suite.run(Server(session=session), CHECKS)
    assert report.stopped
    assert not pauses
    assert len(report.of(Verdict.NOT_ASKED)) > 300
    assert not report.of(Verdict.UNKNOWN)


def test_a_list_without_end_is_read_up_to_a_bound_and_looked_at_as_far_as_it_came() -> None:
    row = b'{"accessId": "A-1", "streetName": "B\xc3\xa4ckv\xc3\xa4gen"},'

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"[")
        try:
            while True:
                handler.wfile.write(row * 1_000)
        except OSError:
            return

    with answering(answer) as url, asking(url) as (session, _):
        exchange = session.ask("GET", "accesses/")
    assert not exchange.whole
    assert len(exchange.content) == sessions.SAMPLE_BYTES
    assert len(exchange.objects) == (sessions.SAMPLE_BYTES - 1) // len(row)
    assert exchange.flaw is None


@pytest.mark.parametrize("zeros", [100, 50_000_000])
def test_what_is_packed_is_unpacked_up_to_the_bound(zeros: int) -> None:
    packed = gzip.compress(b"[" + b"0" * zeros + b"]")
    with (
        answering(lambda handler: told(handler, 200, packed, Content_Encoding="gzip")) as url,
        asking(url) as (session, _),
    ):
        exchange = session.ask("GET", "accesses/")
    assert exchange.whole is (zeros == 100)
    assert len(exchange.content) == min(zeros + 2, sessions.SAMPLE_BYTES)


def test_what_is_packed_wrongly_is_no_answer() -> None:
    with (
        answering(lambda handler: told(handler, 200, b"[]", Content_Encoding="gzip")) as url,
        asking(url) as (session, _),
        pytest.raises(Unreachable, match="had no answer"),
    ):
        session.ask("GET", "accesses/")


def test_a_list_that_drips_is_given_up_after_a_while() -> None:
    ended = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not ended.wait(0.05):
                handler.wfile.write(b"[ ")
        except OSError:
            return

    began = datetime.now(UTC)
    with answering(answer) as url, asking(url, time_limit_s=0.5) as (session, _):
        exchange = session.ask("GET", "accesses/")
        ended.set()
    assert not exchange.whole
    assert datetime.now(UTC) - began < timedelta(seconds=5)


def test_a_server_that_is_not_there_or_speaks_no_http_is_unreachable() -> None:
    def silent(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x00\x01 no HTTP at all\r\n\r\n")
        handler.close_connection = True

    with answering(silent) as url, asking(url) as (session, _), pytest.raises(Unreachable):
        session.ask("GET", "accesses/")
    with asking("http://127.0.0.1:1/onapi/2.6") as (session, _), pytest.raises(Unreachable, match="had no answer"):
        session.ask("GET", "accesses/")


def test_a_run_sends_so_many_requests_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_REQUESTS", 3)
    with answering(lambda handler: told(handler, 200)) as url, asking(url) as (session, _):
        for _ in range(3):
            session.ask("GET", "accesses/")
        with pytest.raises(Stopped, match="a run ends after"):
            session.ask("GET", "accesses/")


def test_the_password_is_in_nothing_that_is_shown() -> None:
    def echo(handler: BaseHTTPRequestHandler) -> None:
        said = handler.headers["Authorization"]
        told(handler, 400, f'{{"cause": "alfa-secret {said}"}}'.encode(), X_Echo=said)

    with answering(echo) as url, asking(url) as (session, _):
        exchange = session.ask("GET", "accesses/")
    shown = exchange.request_text() + exchange.response_text() + repr(exchange.secrets and exchange.title)
    assert "alfa-secret" not in shown
    assert session.authorization.removeprefix("Basic ") not in shown
    assert "••••" in shown


def test_a_429_that_does_not_say_when_to_come_back_is_a_finding() -> None:
    with answering(lambda handler: told(handler, 429)) as url, asking(url) as (session, pauses):
        report = suite.run(Server(session=session, dialect=Reading.STANDARD), suite.only(CHECKS, ["ANS-007"]))
        assert set(pauses) == {5.0}
        assert report.stopped
        found = list(_check("ANS-007").look(Server(session=session)))
    assert found[0].says == "There is no Retry-After"


@pytest.mark.parametrize(("url", "secure"), [("http://co.example/2.6", False), ("https://co.example/2.6", True)])
def test_a_url_without_tls_is_a_finding(url: str, secure: bool) -> None:
    with asking(url) as (session, _):
        assert (not list(_check("TRA-001").look(Server(session=session)))) is secure


def test_on_this_machine_tls_is_not_asked_for() -> None:
    with asking("http://127.0.0.1:1/2.6") as (session, _), pytest.raises(Nothing):
        list(_check("TRA-001").look(Server(session=session)))


def test_a_url_without_a_version_is_a_finding() -> None:
    with answering(lambda handler: told(handler, 200)) as url:
        for root, good in ((url, True), (url.removesuffix("/2.6"), False)):
            with asking(root) as (session, _):
                assert (not list(_check("TRA-002").look(Server(session=session)))) is good


def _check(name: str) -> Check:
    return next(check for check in CHECKS if check.id == name)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("//evil.example/2.6/x", "http://co.example//evil.example/2.6/x"),
        ("https://evil.example/x", "http://co.example/2.6/https://evil.example/x"),
        ("/2.6/orders/1", "http://co.example/2.6/orders/1"),
        ("accesses/", "http://co.example/2.6/accesses/"),
    ],
)
def test_whatever_a_server_calls_a_path_the_password_stays_with_it(path: str, url: str) -> None:
    with asking("http://co.example/2.6") as (session, _):
        assert session.absolute(path) == url


def test_an_endpoint_on_another_server_is_not_asked() -> None:
    listed = b'[{"name": "accesses", "endpoint": "https://other.example/2.6/accesses/", "version": "2.6"}]'
    with (
        answering(lambda handler: told(handler, 200, listed)) as url,
        asking(url) as (session, _),
        pytest.raises(NotOffered, match=r"on another server, other\.example"),
    ):
        Server(session=session).path("accesses")


def test_a_run_that_ended_early_may_still_clean_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_REQUESTS", 1)
    with answering(lambda handler: told(handler, 200)) as url, asking(url) as (session, _):
        session.ask("GET", "accesses/")
        with pytest.raises(Stopped):
            session.ask("GET", "accesses/")
        session.allow_more()
        assert session.ask("GET", "accesses/").status == 200


def test_a_certificate_that_nobody_vouches_for_is_not_taken() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with (
        answering(lambda handler: told(handler, 200), context) as url,
        asking(url) as (session, _),
        pytest.raises(Unreachable, match="certificate"),
    ):
        session.ask("GET", "accesses/")
