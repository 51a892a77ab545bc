"""Asking a server: bounded in size, time and number, and polite when it says that it is too much."""

import base64
import json
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Stopped, TooMany, Unreachable

SAMPLE_BYTES = 2_000_000
"""So much is read of an answer; lists of whole networks are gigabytes."""

MOST_REQUESTS = 1_500
MOST_RUN_S = 1_800.0
MOST_WAITING_S = 120.0
"""So long is waited in all, in a run, because the server asks for it with 429 and Retry-After."""

_MORE_REQUESTS, _MORE_RUN_S = 100, 300.0

_TIME_LIMIT_S = 30.0
_SHORTEST_SECRET = 4
_SHOWN_HEADERS = ("content-type", "if-modified-since", "accept")


class Session:
    """A caller with a user and a password, or without; it keeps every exchange in `log`, in their order."""

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        log: list[Exchange],
        sleep: Callable[[float], None] = time.sleep,
        time_limit_s: float = _TIME_LIMIT_S,
    ) -> None:
        self.url, self.user, self.log, self.sleep = url.rstrip("/"), user, log, sleep
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        # A shorter one cannot be told from the words around it.
        secrets = (password, self.authorization.removeprefix("Basic "))
        self._secrets = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
        self._client = httpx2.Client(
            timeout=time_limit_s,
            headers={"User-Agent": "onapi-conform", "Accept-Encoding": "gzip"},
            # Only TLS needs the certificates, and reading them takes a while; every request is to this one server.
            verify=url.lower().startswith("https:"),
        )
        self._time_limit_s, self._waited_s = time_limit_s, 0.0
        self._most, self._deadline = MOST_REQUESTS, time.monotonic() + MOST_RUN_S

    def allow_more(self) -> None:
        """Allow what it takes to clean up, whatever has been asked already."""
        self._most = len(self.log) + _MORE_REQUESTS
        self._deadline, self._waited_s = time.monotonic() + _MORE_RUN_S, 0.0

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        given: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        authorization: str | None = "",
    ) -> Exchange:
        """Send a request, and return the exchange; 429 is waited out for as long as it may be.

        Args:
            method: GET, POST …
            path: a path below the root, or from the server's root when it begins with a slash; may have a query.
            given: a body, as JSON.
            raw: a body that is sent as it is, and called JSON.
            headers: further headers.
            authorization: None sends none, a text sends that; not given, the session's own.

        Raises:
            Unreachable: there was no answer, or none of HTTP.
            Stopped: too much was asked, or the server went on answering 429.
        """
        while True:
            body = raw if given is None else json.dumps(given, ensure_ascii=False).encode()
            exchange = self._once(method, path, body, dict(headers or {}), authorization)
            if exchange.status != 429:
                return exchange
            self._wait(exchange)

    def _once(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], authorization: str | None
    ) -> Exchange:
        if len(self.log) >= self._most or time.monotonic() > self._deadline:
            raise Stopped(f"{len(self.log)} requests were sent; a run ends after {MOST_REQUESTS}, or half an hour.")
        if body is not None:
            headers["Content-Type"] = "application/json"
        shown = {name: value for name, value in headers.items() if name.lower() in _SHOWN_HEADERS}
        if authorization is not None:
            headers["Authorization"] = authorization or self.authorization
            shown["Authorization"] = "Basic ••••"
        url = self.absolute(path)
        try:
            answer, content, whole = self._sent(method, url, body, headers)
        except (httpx2.TransportError, zlib.error) as error:
            raise Unreachable(f"{method} {url} had no answer: {str(error) or type(error).__name__}") from error
        exchange = Exchange(
            method=method,
            url=url,
            sent=shown,
            body=None if body is None else body.decode("utf-8", "replace"),
            status=answer.status_code,
            headers=answer.headers,
            content=content,
            whole=whole,
            secrets=self._secrets,
        )
        self.log.append(exchange)
        return exchange

    def _sent(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[httpx2.Response, bytes, bool]:
        try:
            return self._streamed(method, url, body, headers)
        except httpx2.RemoteProtocolError:
            # A connection that was kept may have been closed, or have too much in it from the answer before.
            if method != "GET":
                raise
            return self._streamed(method, url, body, headers)

    def _streamed(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[httpx2.Response, bytes, bool]:
        with self._client.stream(method, url, content=body, headers=headers) as answer:
            return answer, *self._content(answer)

    def absolute(self, path: str) -> str:
        """Return the URL of a path."""
        if path.startswith("/"):
            # Joined as text: whatever a server calls a path, it stays on that server, for the password goes with it.
            place = urlsplit(self.url)
            return f"{place.scheme}://{place.netloc}{path}"
        return f"{self.url}/{path}"

    def _content(self, answer: httpx2.Response) -> tuple[bytes, bool]:
        # Until it is enough, by size or by time: whoever drips a list does not hold us for ever. It is unpacked here,
        # for the library would unpack a chunk whole, however much it becomes.
        packed = answer.headers.get("Content-Encoding", "").lower() in {"gzip", "deflate"}
        unpack = zlib.decompressobj(wbits=47) if packed else None
        read = bytearray()
        deadline = time.monotonic() + self._time_limit_s
        for chunk in answer.iter_raw():
            room = SAMPLE_BYTES + 1 - len(read)
            read += chunk[:room] if unpack is None else unpack.decompress(chunk, room)
            if len(read) > SAMPLE_BYTES or time.monotonic() > deadline:
                return bytes(read[:SAMPLE_BYTES]), False
        return bytes(read), True

    def _wait(self, exchange: Exchange) -> None:
        pause = retry_after_s(exchange.headers.get("Retry-After"), datetime.now(UTC))
        if self._waited_s + pause > MOST_WAITING_S:
            raise TooMany(
                f"{exchange.method} {exchange.url} was answered 429, and {pause:.0f} more seconds are longer than "
                "a run waits."
            )
        self._waited_s += pause
        self.sleep(pause)


def retry_after_s(value: str | None, now: datetime) -> float:
    """Return for how many seconds to wait: what the header says, as seconds or as a date; 5 without it."""
    if value is None:
        return 5.0
    if value.strip().isdecimal():
        return max(1.0, float(value))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 5.0
    return max(1.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
