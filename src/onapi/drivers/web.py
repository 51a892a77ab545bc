"""The way to a web server that answers JSON; see `contract.Http`."""

import asyncio
import functools
import ssl
from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec

from onapi.drivers.contract import AuthFailed, Busy, Garbled, Rejected, TimedOut, Unreachable, Unsupported


class WebClient:
    """Reads from one server, below `base`, such as https://acs.example.net:7557.

    With a `user` and `password`, or with a `token`. `deadline_s` is the most that one `fetch` takes, `largest` the
    most bytes that an answer is believed to have. Redirects are not followed: they would take the password elsewhere.

    Raises:
        ValueError: the base is no address of the web.
    """

    def __init__(
        self,
        base: str,
        *,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        tls: ssl.SSLContext | None = None,
        deadline_s: float = 10.0,
        largest: int = 4 << 20,
    ) -> None:
        self._base = _address(base)
        self._login = (user, password or "") if user is not None else None
        self._token = token
        self._tls = tls
        self._deadline_s = deadline_s
        self._largest = largest
        self._client: httpx2.AsyncClient | None = None

    async def fetch(self, path: str, query: Mapping[str, str]) -> Any:
        """Return what the server answers, decoded.

        Raises:
            AuthFailed: 401 or 403.
            Unsupported: 404.
            Rejected: another refusal, or an address elsewhere.
            Busy: 429, or the server's own trouble.
            Unreachable: nobody is there.
            TimedOut: there was no answer in time.
            Garbled: the answer is no JSON, or too long.
        """
        try:
            async with asyncio.timeout(self._deadline_s):
                status, body = await self._read(path, query)
        except (TimeoutError, httpx2.TimeoutException):
            raise TimedOut("The web server did not answer in time.") from None
        except httpx2.TransportError:
            raise Unreachable("The web server cannot be reached.") from None
        except httpx2.HTTPError:
            raise Garbled("The web server answers what is no HTTP.") from None
        _judge(status)
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Garbled("The web server answers something that is no JSON.") from None

    async def close(self) -> None:
        """Let go of the connections; the next question opens others."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                base_url=self._base,
                auth=self._login,
                headers={"Authorization": f"Bearer {self._token}"} if self._token is not None else None,
                verify=self._tls or authorities(),
                timeout=self._deadline_s,
                # What the machine's environment says of proxies is not meant for elements.
                trust_env=False,
            )
        return self._client

    async def _read(self, path: str, query: Mapping[str, str]) -> tuple[int, bytes]:
        body = bytearray()
        async with self._opened().stream("GET", path, params=dict(query)) as answer:
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > self._largest:
                    raise Garbled(f"The web server answers more than {self._largest} bytes.")
            return answer.status_code, bytes(body)


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return whom this machine trusts to vouch for servers; read once, since that takes a tenth of a second."""
    return httpx2.create_ssl_context(trust_env=False)


def _address(base: str) -> httpx2.URL:
    try:
        address = httpx2.URL(base)
    except httpx2.InvalidURL:
        address = httpx2.URL("")
    if address.scheme not in ("http", "https") or not address.host or address.userinfo:
        raise ValueError("The web server's address should be such as https://acs.example.net:7557.")
    return address


def _judge(status: int) -> None:
    if status in (401, 403):
        raise AuthFailed("The web server does not let us in.")
    if status == 404:
        raise Unsupported("The web server has no such thing.")
    if status == 429 or status >= 500:
        raise Busy(f"The web server is in trouble ({status}).")
    if status != 200:
        raise Rejected(f"The web server refuses ({status}).")
