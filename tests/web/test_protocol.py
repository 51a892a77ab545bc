"""Before there is a request to answer: heads without end, and bytes that are not HTTP."""

import select
import socket
import time

import pytest

from onapi.web import protocol
from tests.conftest import Server
from tests.web.conftest import City
from tests.web.raw_http import connected, hung_up, received, request, send

WORTHLESS = "GET /onapi/2.6/ HTTP/1.1\r\nHost: x\r\n"


def refused(server: Server, raw: bytes, status: int) -> str:
    """Send bytes, and return the cause of the refusal."""
    with connected(server) as connection:
        send(connection, raw)
        answer = received(connection)
    assert answer.headers["Connection"] == "close"
    return answer.refusal(status)


def cut_off_after(server: Server, start: bytes, piece: bytes, *, most: int) -> bool:
    """Return whether the server stops listening before it has taken `most` bytes of a thing without end."""
    with connected(server) as connection:
        connection.setblocking(False)
        sent, until = 0, time.monotonic() + 3
        send(connection, start)
        while sent < most and time.monotonic() < until:
            readable, writable, _ = select.select([connection], [connection], [], 0.5)
            try:
                if readable and connection.recv(65536, socket.MSG_PEEK) == b"":
                    return True
                if writable:
                    sent += connection.send(piece)
            except ConnectionError:
                return True
    return False


def test_too_many_headers_are_refused_and_as_many_as_allowed_are_not(city: City) -> None:
    many = "".join(f"X-H{number}: 1\r\n" for number in range(100_000))
    assert "100 headers" in refused(city.server, (WORTHLESS + many + "\r\n").encode(), 431)
    allowed = {f"X-H{number}": "1" for number in range(protocol.MOST_HEADERS - 2)}
    with connected(city.server) as connection:
        send(connection, request("/accesses/A-01", city.alfa | allowed))
        assert received(connection).status == 200


def test_one_header_of_40_kb_is_refused_and_one_of_30_kb_is_not(city: City) -> None:
    for line in ("X-Big: " + "x" * 40_000, "x" * 40_000 + ": 1"):
        assert "headers" in refused(city.server, f"{WORTHLESS}{line}\r\n\r\n".encode(), 431)
    with connected(city.server) as connection:
        send(connection, request("/accesses/A-01", city.alfa | {"X-Big": "x" * 30_000}))
        assert received(connection).status == 200


def test_a_url_of_10_kb_is_refused(city: City) -> None:
    for url in ("/" * 10_000, "/onapi/2.6/accesses/?" + "x" * 10_000):
        assert "URL" in refused(city.server, f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 414)


@pytest.mark.parametrize(
    "start",
    [f"{WORTHLESS}X-Endless: ", WORTHLESS, "GET /", "X", f"{WORTHLESS}Cookie: a\r\n"],
    ids=["value", "name", "url", "method", "continued"],
)
def test_a_part_of_a_head_that_never_ends_is_cut_off_by_its_size(city: City, start: str) -> None:
    assert cut_off_after(city.server, start.encode(), b"x" * 65536, most=16 * 1024 * 1024)


@pytest.mark.parametrize("endless", ["0\r\nX-Endless: ", "0\r\n"], ids=["value", "name"])
def test_a_trailer_that_never_ends_is_cut_off_by_its_size(city: City, endless: str) -> None:
    head = f"POST /onapi/2.6/accesses/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{endless}"
    assert cut_off_after(city.server, head.encode(), b"x" * 65536, most=16 * 1024 * 1024)


@pytest.mark.parametrize(
    "raw",
    [
        b"HELO mail.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"SMUGGLE / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_in_the_standards_form(city: City, raw: bytes) -> None:
    assert refused(city.server, raw, 400)


@pytest.mark.parametrize("start", [b"", b"GET /onapi", WORTHLESS.encode(), (WORTHLESS + "X: ").encode()])
def test_a_head_that_does_not_end_in_time_is_cut_off(
    city: City, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    assert protocol.HEAD_PATIENCE_S <= 30
    monkeypatch.setattr(protocol, "HEAD_PATIENCE_S", 0.3)
    with connected(city.server) as connection:
        send(connection, start)
        began = time.monotonic()
        assert hung_up(connection, within_s=5)
        assert 0.2 < time.monotonic() - began < 3


def test_a_head_that_trickles_is_cut_off_as_one_that_stops(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_PATIENCE_S", 0.5)
    with connected(city.server) as connection:
        for byte in (WORTHLESS + "X: ").encode()[:20]:
            send(connection, bytes([byte]))
            time.sleep(0.05)
        assert hung_up(connection, within_s=1)


@pytest.mark.parametrize("more", [b"GET /onapi", b"\r\n"], ids=["half a head", "an empty line"])
def test_a_connection_that_was_answered_is_not_held_open_by_what_is_no_request(
    city: City, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    monkeypatch.setattr(protocol, "HEAD_PATIENCE_S", 0.3)
    with connected(city.server) as connection:
        send(connection, request("/accesses/A-01", city.alfa))
        assert received(connection).status == 200
        send(connection, more)
        # The ordinary patience between requests is five seconds here.
        assert hung_up(connection, within_s=7)


def test_the_time_for_a_head_begins_anew_with_each_request(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_PATIENCE_S", 0.4)
    with connected(city.server) as connection:
        for _ in range(3):
            time.sleep(0.25)
            send(connection, request("/accesses/A-01", city.alfa))
            assert received(connection).status == 200


def test_requests_that_come_in_one_piece_are_answered_in_order(city: City) -> None:
    paths = ["/accesses/A-01", "/accesses/UNKNOWN", "/accesses/", "/accesses/A-02"]
    with connected(city.server) as connection:
        send(connection, b"".join(request(path, city.alfa) for path in paths))
        stream, statuses = connection.makefile("rb"), []
        for _ in paths:
            statuses.append(int(stream.readline().split()[1]))
            length = 0
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert length
            stream.read(length)
        stream.close()
    assert statuses == [200, 404, 200, 200]


@pytest.mark.parametrize("protocol_name", ["websocket", "h2c"])
def test_an_upgrade_is_not_taken_up_and_the_request_is_answered(city: City, protocol_name: str) -> None:
    offered = {"Connection": "Upgrade", "Upgrade": protocol_name, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    with connected(city.server) as connection:
        send(connection, request("/accesses/A-01", city.alfa | offered))
        assert received(connection).status == 200
