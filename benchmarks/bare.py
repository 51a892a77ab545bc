"""The floor: the least ASGI application that answers the same questions rightly."""

import hashlib
import json
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
_ORDERS = "/onapi/2.6/orders/"
_TICKETS = "/onapi/2.6/tickets/"
INSERT = """
    INSERT INTO bare_orders (order_id, sp, access_id, service, service_type, claim, operation, subscription_id, state,
                             expected_at, forced_takeover, wish, message, received_at, plan, step, undoing, tries,
                             due_at, told_by)
    VALUES ($1, $2, $3, $4, 'Broadband', '', $5, $1, 'RECEIVED', now(), false, $6, '', now(), $7, 0, false, 0,
            now(), 0)"""
"""The row that an order is, into a table that has its columns and its key, and nothing else to look after."""
INSERT_TICKET = """
    INSERT INTO bare_tickets (ticket_id, sp, access_id, opened_by, created_by, heading, description, problem_type,
                              status, responsible, entries, created_at, updated_at)
    VALUES ($1, $2, $3, 'SP', $4, $5, $6, $7, 'CREATED', 'CO', 0, now(), now())"""
"""The same for a ticket."""
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
        status, headers, body = await self._answer(scope, receive)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Headers, bytes]:
        given = dict(scope["headers"])
        sp, until = self._known.get(self._digest(given.get(b"authorization", b"")), ("", 0.0))
        if until < time.monotonic():
            return 401, [(b"content-length", b"0")], b""
        path = scope["raw_path"].decode()
        if path == _ORDERS:
            return await self._insert(sp, (await receive())["body"])
        if path == _TICKETS:
            return await self._insert_ticket(sp, (await receive())["body"])
        if path != _ROOT and not path.startswith(_ROOT):
            return self._not_modified(given[b"if-modified-since"].decode())
        if path == _ROOT:
            return self._not_modified(given[b"if-modified-since"].decode())
        async with self._pool.acquire() as connection:
            document = await connection.fetchval(ONE, sp, unquote(path[len(_ROOT) :]))
        if document is None:
            return 404, [(b"content-length", b"0")], b""
        body = document.encode()
        return 200, [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())], body

    async def _insert(self, sp: str, body: bytes) -> tuple[int, Headers, bytes]:
        wish = json.loads(body)
        order_id = secrets.token_hex(16)
        values = (order_id, sp, wish["accessId"], wish["service"], wish["operation"])
        async with self._pool.acquire() as connection:
            await connection.execute(INSERT, *values, hashlib.sha256(body).hexdigest(), ["one", "two"])
        answer = json.dumps({"orderId": order_id, "state": "RECEIVED", **wish}).encode()
        return 201, [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())], answer

    async def _insert_ticket(self, sp: str, body: bytes) -> tuple[int, Headers, bytes]:
        said = json.loads(body)
        ticket_id = secrets.token_hex(16)
        values = [said[name] for name in ("accessId", "createdBy", "heading", "description", "problemType")]
        async with self._pool.acquire() as connection:
            await connection.execute(INSERT_TICKET, ticket_id, sp, *values)
        answer = json.dumps({"coTicketReference": ticket_id}).encode()
        return 201, [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())], answer

    def _not_modified(self, since: str) -> tuple[int, Headers, bytes]:
        if parsedate_to_datetime(since) > datetime.now(UTC):
            return 400, [(b"content-length", b"0")], b""
        now = format_datetime(datetime.now(UTC), usegmt=True)
        return 304, [(b"last-modified", now.encode())], b""

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(self._url, min_size=POOL, max_size=POOL, reset=_keep)
        await self._pool.execute("CREATE TABLE IF NOT EXISTS bare_orders (LIKE orders, PRIMARY KEY (order_id))")
        await self._pool.execute("ALTER TABLE bare_orders ALTER position DROP NOT NULL")
        await self._pool.execute("CREATE TABLE IF NOT EXISTS bare_tickets (LIKE tickets, PRIMARY KEY (ticket_id))")
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
