"""API servers as processes of their own, which can be killed, and SPs that do not give up."""

import asyncio
import itertools
import json
import random
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests import given
from tests.cli.command import PROGRAM, environment
from tests.crash.village import Village

_PATIENCE_S = 60.0
_NO_ORDERS = "SELECT NOT EXISTS (SELECT FROM orders WHERE access_id = $1 AND finished_at IS NULL)"
_TOLD = {"operation": "operation", "access_id": "accessId", "subscription_id": "subscriptionId"}


@dataclass(eq=False)
class Server:
    """A server's process, the URL of its version's root, and how many POSTs it has before it and behind it."""

    url: str
    process: Process
    posting: int = 0
    answered: int = 0

    async def killed(self) -> None:
        """Kill it."""
        self.process.kill()
        assert await self.process.wait() == -signal.SIGKILL


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[Server]:
    """Run `onapi serve` on a database until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "serve", "--port", "0", env=environment(url), stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            ready, _, address = (await process.stdout.readline()).decode().partition(" ")
        assert ready == "ready"
        yield Server(address.strip(), process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass(eq=False)
class Sp:
    """An SP's system: sends each order to any server that is there, and again until it has an answer.

    `wanted` has the operations ordered on each access, `answered` the orders that it was told of; `unanswered`
    counts the POSTs whose connection broke, `found` the orders that were there when they were sent again.
    """

    name: str
    servers: Sequence[Server]
    wanted: dict[str, list[str]] = field(default_factory=dict)
    answered: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    found: int = 0

    async def order(self, *, key: str | None = None, unheard: bool = False, **fields: Any) -> Mapping[str, Any]:
        """Have an order answered, with 201 or 200; one that is not answered is sent again as it was."""
        self.wanted.setdefault(fields["accessId"], []).append(fields["operation"])
        again = False
        sent_ms = 0
        async with asyncio.timeout(_PATIENCE_S):
            while (response := await self._post(self._headers(key), fields)) is None or response.status_code >= 500:
                again = True
                if response is not None:
                    self._check_refusal(response)
                await asyncio.sleep(0.02)
                sent_ms = time.time_ns() // 1_000_000
        assert response.status_code in (200, 201), response.text
        answer: dict[str, Any] = response.json()
        if response.status_code == 200:
            assert again or unheard, "nobody had sent it before"
        if "orderId" in answer:
            self.answered[answer["orderId"]] = answer
            # An order's name begins with the moment when it was made.
            self.found += int(answer["orderId"][:12], 16) < sent_ms
        else:
            assert answer["state"] == "DONE_SUCCESS"
            self.found += 1
        return answer

    async def order_unheard(self, server: Server, *, key: str | None = None, **fields: Any) -> asyncio.StreamWriter:
        """Send an order and do not listen to the answer; return the connection, which stays open."""
        url = httpx2.URL(f"{server.url}orders/")
        body = json.dumps(fields)
        headers = self._headers(key) | {"Host": url.host, "Content-Type": "application/json"}
        headers["Content-Length"] = str(len(body))
        lines = [f"POST {url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", body]
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write("\r\n".join(lines).encode())
        return writer

    def _headers(self, key: str | None) -> dict[str, str]:
        return given.basic(self.name, f"{self.name}-secret") | ({} if key is None else {"Idempotency-Key": key})

    def faults(self, rows: Sequence[Any]) -> list[str]:
        """Return what is not as it should be with the orders that there are, in the order of acceptance."""
        stored = {row["order_id"]: row for row in rows}
        lost = [name for name in self.answered if name not in stored]
        wrong = [
            name
            for name, answer in self.answered.items()
            if name in stored and any(stored[name][column] != answer[field] for column, field in _TOLD.items())
        ]
        ordered = {a: [row["operation"] for row in rows if row["access_id"] == a] for a in self.wanted}
        return [
            *(f"{name} was answered and is lost" for name in lost),
            *(f"{name} is not as it was answered" for name in wrong),
            *(f"{a} has {ordered[a]}, not {self.wanted[a]}" for a in self.wanted if ordered[a] != self.wanted[a]),
        ]

    async def _post(self, headers: Mapping[str, str], fields: Mapping[str, Any]) -> httpx2.Response | None:
        if not self.servers:
            return None
        server = random.choice(self.servers)
        # A connection of its own for each order: one that was kept would be the reason why it is not answered.
        async with httpx2.AsyncClient(headers=headers, timeout=_PATIENCE_S) as client:
            server.posting += 1
            try:
                response = await client.post(f"{server.url}orders/", json=fields)
            except httpx2.ConnectError:
                return None
            except httpx2.TransportError:
                self.unanswered += 1
                return None
            finally:
                server.posting -= 1
        server.answered += 1
        self.statuses[response.status_code] += 1
        return response

    @staticmethod
    def _check_refusal(response: httpx2.Response) -> None:
        """See that a refusal says when to come back, and why; a server that ends says less, but is no refusal."""
        assert response.status_code == 503, response.text
        assert int(response.headers["Retry-After"]) > 0
        assert response.json()["cause"]


async def order_until(sp: Sp, village: Village, access: str, enough: "asyncio.Task[None]") -> None:
    """Order one thing after the other on an access, every second one with an Idempotency-Key."""
    keys = itertools.count()

    async def order(operation: str, **fields: Any) -> None:
        number = next(keys)
        # To modify twice is no harm, and no order too many either: only a key says that the second is the first.
        key = f"{access} {number}" if number % 2 or operation == "MODIFY" else None
        await sp.order(key=key, operation=operation, accessId=access, **fields)
        await village.until(_NO_ORDERS, access)

    while not enough.done():
        await order("ACTIVATE", service="BB-100", spReference=f"turn {next(keys)}")
        await order("SUSPEND", service="BB-100")
        await order("MODIFY", service="BB-100", equipment={"macAddress": "AABBCCDDEEFF"})
        await order("CHANGE", service="BB-250")
        await order("RESUME", service="BB-250")
        await order("DEACTIVATE", service="BB-250")
