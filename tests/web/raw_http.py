"""HTTP as an adversary speaks it: targets and bytes are sent exactly as given, and nothing is made nice."""

import contextlib
import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from tests.conftest import Server

ROOT = "/onapi/2.6"


@dataclass(frozen=True)
class Answer:
    """What came back; the names in `headers` are looked up in any case."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """Return the body's value."""
        return json.loads(self.body)

    def refusal(self, status: int) -> str:
        """Return the cause, after checking that this refuses as every refusal of ours must."""
        assert self.status == status, (self.status, self.body[:300])
        assert self.headers["Content-Type"] == "application/json"
        assert self.headers["Cache-Control"] == "no-store"
        fault = self.json()
        assert set(fault) == {"cause", "code", "requestId"}
        assert self.headers["X-Request-Id"] == fault["requestId"]
        assert fault["cause"].endswith(".")
        return str(fault["cause"])


def ask(
    server: Server, target: str, headers: Mapping[str, str | bytes] | None = None, *, method: str = "GET"
) -> Answer:
    """Send one request whose target is exactly this, on a connection of its own."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        return answer_of(connection.getresponse())
    finally:
        connection.close()


def below(
    server: Server, path: str, headers: Mapping[str, str | bytes] | None = None, *, method: str = "GET"
) -> Answer:
    """Ask for a path below the version's root."""
    return ask(server, ROOT + path, headers, method=method)


def connected(server: Server, *, receive_buffer: int = 0) -> socket.socket:
    """Return a connection; a small receive buffer makes a client that falls behind at once."""
    made = socket.socket()
    made.settimeout(20)
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.connect((server.host, server.port))
    return made


def send(connection: socket.socket, raw: bytes) -> None:
    """Send bytes; a server that hangs up in the middle is what some tests want."""
    with contextlib.suppress(OSError):
        connection.sendall(raw)


def received(connection: socket.socket, *, method: str = "GET") -> Answer:
    """Read one answer."""
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        return answer_of(response)
    finally:
        response.close()


def hung_up(connection: socket.socket, *, within_s: float) -> bool:
    """Return whether the server ends the connection in time, and without a word."""
    connection.settimeout(within_s)
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def request(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the head of a GET below the version's root."""
    lines = [f"GET {ROOT}{path} HTTP/1.1", "Host: x", *(f"{n}: {v}" for n, v in (headers or {}).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer_of(response: http.client.HTTPResponse) -> Answer:
    """Read an answer to its end."""
    return Answer(response.status, response.headers, response.read())
