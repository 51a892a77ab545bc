"""What an HTTP library does not show: octets where none may be."""

import contextlib
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from onapi.conformance.findings import Nothing
from onapi.conformance.session import Session

_MOST = 65_536
_TIME_LIMIT_S = 10.0


def after_the_head(session: Session, path: str, headers: Mapping[str, str], *, status: int) -> bytes:
    """Return what a server sends after the head of an answer that has no body, until it closes the connection.

    Raises:
        Nothing: it could not be connected to without a library, or the answer has another status.
    """
    place = urlsplit(session.absolute(path))
    lines = [f"GET {place.path or '/'} HTTP/1.1", f"Host: {place.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in {**headers, "Authorization": session.authorization}.items()]
    try:
        answer = _exchanged(place.scheme, place.hostname or "", place.port, "\r\n".join([*lines, "", ""]).encode())
    except OSError as error:
        raise Nothing(f"{place.netloc} could not be connected to directly: {error}") from error
    head, _, rest = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or words[1] != str(status).encode():
        raise Nothing(f"Asked once more, it was no {status}.")
    return rest


def _exchanged(scheme: str, host: str, port: int | None, request: bytes) -> bytes:
    secure = scheme == "https"
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(
            socket.create_connection((host, port or (443 if secure else 80)), timeout=_TIME_LIMIT_S)
        )
        if secure:
            context = ssl.create_default_context()
            connection = stack.enter_context(context.wrap_socket(connection, server_hostname=host))
        connection.sendall(request)
        read = b""
        with contextlib.suppress(TimeoutError):
            while len(read) < _MOST and (chunk := connection.recv(_MOST)):
                read += chunk
        return read
