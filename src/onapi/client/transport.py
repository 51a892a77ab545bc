"""How requests get to the server: the protocol of a transport, and the two transports that httpx2 gives."""

import base64
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol

import httpx2

from onapi.client.steps import Answer, Lost, Request
from onapi.client.unpacking import ACCEPTED, Unpacker, unpacker


class Reply(Protocol):
    """An answer whose body is being read."""

    head: Answer

    def more(self) -> bytes:
        """Return up to 256 KiB of the body, unpacked, `b""` at its end; raises Lost."""

    def close(self) -> None:
        """Give the connection back; may be called at any time, and again."""


class Transport(Protocol):
    """Sends requests, one after the other or from several threads."""

    def open(self, request: Request) -> Reply:
        """Send a request, and return when the answer's head is there; raises Lost."""

    def close(self) -> None:
        """Give everything back."""


class AsyncReply(Protocol):
    """An answer whose body is being read."""

    head: Answer

    async def more(self) -> bytes:
        """Return up to 256 KiB of the body, unpacked, `b""` at its end; raises Lost."""

    async def close(self) -> None:
        """Give the connection back; may be called at any time, and again."""


class AsyncTransport(Protocol):
    """Sends requests, any number at once."""

    async def open(self, request: Request) -> AsyncReply:
        """Send a request, and return when the answer's head is there; raises Lost."""

    async def close(self) -> None:
        """Give everything back."""


def settings(user: str, password: str, agent: str) -> dict[str, str]:
    """Return the headers of every request."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {
        "Authorization": f"Basic {login}",
        "Accept": "application/json",
        "Accept-Encoding": ACCEPTED,
        "User-Agent": agent,
    }


def rooted(url: str) -> str:
    """Return the version's root as paths are put after it.

    Raises:
        ValueError: it is no URL of HTTP, or has a user, a query or a fragment in it.
    """
    parsed = httpx2.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"{url!r} is no URL such as https://co.example/onapi/2.6/")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("The URL must be the version's root alone: no user, password, query or fragment.")
    return str(parsed).rstrip("/") + "/"


class Httpx2Transport:
    """Over httpx2, for threads."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self._root = rooted(url)
        self._client = httpx2.Client(headers=dict(headers), timeout=_timeout(timeout_s))

    def open(self, request: Request) -> "Httpx2Reply":
        """Send a request, and return when the answer's head is there; raises Lost."""
        built = self._client.build_request(
            request.method, self._root + request.target, headers=dict(request.headers), content=request.body
        )
        try:
            return Httpx2Reply(self._client.send(built, stream=True))
        except httpx2.TransportError as error:
            raise _lost(error) from error

    def close(self) -> None:
        """Give everything back."""
        self._client.close()


class Httpx2Reply:
    """An answer of httpx2's."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._raw: Iterator[bytes] = response.iter_raw()
        self._unpacker: Unpacker | None = None
        self.head = _head(response)

    def more(self) -> bytes:
        """Return up to 256 KiB of the body, unpacked, `b""` at its end; raises Lost."""
        self._unpacker = self._unpacker or unpacker(self.head.headers.get("content-encoding", ""))
        while not (piece := self._unpacker.take()):
            try:
                self._unpacker.feed(next(self._raw))
            except StopIteration:
                self._unpacker.finish()
                return b""
            except httpx2.TransportError as error:
                raise _lost(error) from error
        return piece

    def close(self) -> None:
        """Give the connection back."""
        self._response.close()


class AsyncHttpx2Transport:
    """Over httpx2, for a loop."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self._root = rooted(url)
        self._client = httpx2.AsyncClient(headers=dict(headers), timeout=_timeout(timeout_s))

    async def open(self, request: Request) -> "AsyncHttpx2Reply":
        """Send a request, and return when the answer's head is there; raises Lost."""
        built = self._client.build_request(
            request.method, self._root + request.target, headers=dict(request.headers), content=request.body
        )
        try:
            return AsyncHttpx2Reply(await self._client.send(built, stream=True))
        except httpx2.TransportError as error:
            raise _lost(error) from error

    async def close(self) -> None:
        """Give everything back."""
        await self._client.aclose()


class AsyncHttpx2Reply:
    """An answer of httpx2's."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._raw: AsyncIterator[bytes] = response.aiter_raw()
        self._unpacker: Unpacker | None = None
        self.head = _head(response)

    async def more(self) -> bytes:
        """Return up to 256 KiB of the body, unpacked, `b""` at its end; raises Lost."""
        self._unpacker = self._unpacker or unpacker(self.head.headers.get("content-encoding", ""))
        while not (piece := self._unpacker.take()):
            try:
                self._unpacker.feed(await anext(self._raw))
            except StopAsyncIteration:
                self._unpacker.finish()
                return b""
            except httpx2.TransportError as error:
                raise _lost(error) from error
        return piece

    async def close(self) -> None:
        """Give the connection back."""
        await self._response.aclose()


def _timeout(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=min(seconds, 10.0))


def _head(response: httpx2.Response) -> Answer:
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()})


def _lost(error: httpx2.TransportError) -> Lost:
    sent = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    words = str(error) or type(error).__name__
    if isinstance(error, httpx2.TimeoutException):
        return Lost(f"The server did not answer in time ({type(error).__name__})", sent=sent)
    return Lost(f"The connection {'broke' if sent else 'was not made'}: {words}", sent=sent)
