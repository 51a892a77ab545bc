"""The HTTP parser's outer wall: bounds that must hold before there is a request to answer.

A request's head is bounded in size, number of headers and time; a client that stops reading is cut off.
"""

import asyncio
import secrets
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from onapi.wire.faults import Fault

MOST_HEADERS = 100
MOST_HEAD_BYTES = 32 * 1024
MOST_URL_BYTES = 8 * 1024
HEAD_PATIENCE_S = 15.0
STALL_PATIENCE_S = 60.0
LINGER_S = 1.0
LINGER_BYTES = 4 * 1024 * 1024

_MALFORMED = (400, "malformed", "This is not an HTTP/1.1 request.")


class _Refused(Exception):
    """The head breaks a bound; the parser ends at once."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds, and with refusals in the standard's form."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._headers_seen = 0
        self._head_bytes = 0
        self._unparsed_bytes = 0
        self._in_head = True
        self._got_on = False
        self._refused = False
        self._discarded_bytes = 0
        self._refusal = _MALFORMED
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the clock: a head must come."""
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_head_timer()
        self._stop_stall_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and bound what the parser keeps to itself: a header or a trailer that does not end."""
        if self._refused:
            self._discard(data)
        else:
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        self._got_on = False
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        self._unparsed_bytes = 0 if self._got_on else self._unparsed_bytes + len(data)
        if self._unparsed_bytes > MOST_HEAD_BYTES:
            self._refusal = (431, "headers_too_large", f"The headers are over {MOST_HEAD_BYTES} bytes.")
            self.send_400_response("")
        elif self._in_head and self._head_timer is None and self._idle():
            # Bytes that begin no request, such as an empty line, have stopped the clock between requests.
            self._start_head_timer()

    def on_message_begin(self) -> None:
        """Count anew."""
        super().on_message_begin()
        self._got_on = True
        self._headers_seen = 0
        self._head_bytes = 0
        if self._head_timer is None:
            self._start_head_timer()

    def on_url(self, url: bytes) -> None:
        """Take a part of the URL."""
        super().on_url(url)
        if len(self.url) > MOST_URL_BYTES:
            self._refuse(414, "url_too_long", f"The URL is over {MOST_URL_BYTES} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._got_on = True
        self._headers_seen += 1
        self._head_bytes += len(name) + len(value)
        if self._headers_seen > MOST_HEADERS:
            self._refuse(431, "too_many_headers", f"The request has over {MOST_HEADERS} headers.")
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(431, "headers_too_large", f"The headers are over {MOST_HEAD_BYTES} bytes.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Stop the head's clock, and let the request be answered."""
        self._stop_head_timer()
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; what comes next is another head."""
        self._got_on = True
        self._in_head = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not read: give it a while."""
        super().pause_writing()
        self._stall_timer = self.loop.call_later(STALL_PATIENCE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._stop_stall_timer()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer a head that cannot be a request, and end the connection."""
        status, code, cause = self._refusal
        request_id = secrets.token_hex(6)
        body = msgspec.json.encode(Fault(cause=cause, code=code, request_id=request_id))
        head = [
            STATUS_LINE[status],
            b"content-type: application/json\r\n",
            b"content-length: " + str(len(body)).encode() + b"\r\n",
            b"x-request-id: " + request_id.encode() + b"\r\n",
            b"cache-control: no-store\r\n",
            b"connection: close\r\n\r\n",
        ]
        self.transport.write(b"".join(head) + body)
        self._stop_head_timer()
        # To close with bytes unread would reset the connection, and the answer could be lost with it.
        self._refused = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._head_timer = self.loop.call_later(LINGER_S, self.transport.abort)

    def _discard(self, data: bytes) -> None:
        self._discarded_bytes += len(data)
        if self._discarded_bytes > LINGER_BYTES:
            self.transport.abort()

    def _idle(self) -> bool:
        """Return whether no request is being answered."""
        cycle: Any = self.cycle
        return cycle is None or bool(cycle.response_complete)

    def _refuse(self, status: int, code: str, cause: str) -> None:
        self._refusal = (status, code, cause)
        raise _Refused

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_PATIENCE_S, self.transport.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
