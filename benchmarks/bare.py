"""The floor: the least ASGI application that answers the same questions rightly."""

import hashlib
import secrets
import time
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

import asyncpg
from starlette.types import Receive, Scope, Send

POOL = 12
ONE = "SELECT a.doc FROM accesses a WHERE a.access_id = $2 AND sees($1, a.population)"
"""One access that the SP sees; the FastAPI peer has the same predicate."""

_ROOT = "/onapi/2.6/accesses/"
_KNOWN_S = 3600.0

Headers = list[tuple[bytes, bytes]]


class Bare:
    """Answers `accesses/{accessId}` from the database, and `accesses/` with 304."""

    def __init__(self, url: str, sp: str, authorization: str) -> None:
        self._url = url
        self._key = secrets.token_bytes(32)
        self._known = {self._digest(authorization.encode()): (sp, time.monotonic() + _KNOWN_S)}
        self._pool: asyncpg.Pool[asyncpg.Record]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live from startup to shutdown."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        status, headers, body = await self._answer(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        given = dict(scope["headers"])
        sp, until = self._known.get(self._digest(given.get(b"authorization", b"")), ("", 0.0))
        if until < time.monotonic():
            return 401, [(b"content-length", b"0")], b""
        path = scope["raw_path"].decode()
        if path == _ROOT:
            return self._not_modified(given[b"if-modified-since"].decode())
        async with self._pool.acquire() as connection:
            document = await connection.fetchval(ONE, sp, unquote(path[len(_ROOT) :]))
        if document is None:
            return 404, [(b"content-length", b"0")], b""
        body = document.encode()
        return 200, [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())], body

    def _not_modified(self, since: str) -> tuple[int, Headers, bytes]:
        if parsedate_to_datetime(since) > datetime.now(UTC):
            return 400, [(b"content-length", b"0")], b""
        now = format_datetime(datetime.now(UTC), usegmt=True)
        return 304, [(b"last-modified", now.encode())], b""

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(self._url, min_size=POOL, max_size=POOL, reset=_keep)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _digest(self, header: bytes) -> bytes:
        return hashlib.blake2b(header, key=self._key, digest_size=16).digest()


async def _keep(_connection: object) -> None:
    """Leave a released connection as it is; a floor does not pay for resets that it does not need."""


def application(url: str, sp: str, authorization: str) -> Bare:
    """Return the application."""
    return Bare(url, sp, authorization)
