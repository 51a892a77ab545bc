"""API servers die in the middle of tickets: none is lost or doubled, no comment is, and nothing is half done."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from tests import given
from tests.crash.servers import Server, serving
from tests.crash.village import Village, village
from tests.crash.workers import Nursery

pytestmark = pytest.mark.anyio

_KILLS = 4
_AGENTS = 4
_COMMENTS = 3
_PATIENCE_S = 60.0


@dataclass(eq=False)
class Agent:
    """Somebody who opens tickets and comments on them, and does not give up when a server dies."""

    name: str
    servers: list[Server]
    tickets: dict[str, list[str]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)

    async def work(self, killing: "asyncio.Task[None]") -> None:
        """Go on until the killing is over."""
        number = 0
        while not killing.done() or not number:
            number += 1
            await self.ticket(f"{self.name} {number}")

    async def ticket(self, key: str) -> None:
        """Open a ticket, say some things on it, and close it; each is sent again until it is answered."""
        body = {
            "accessId": "A-0",
            "createdBy": self.name,
            "heading": key,
            "description": "x",
            "problemType": "OTHER",
        }
        opened = await self._send("POST", "tickets/", body, {"Idempotency-Key": key})
        assert opened.status_code == 201, opened.text
        ticket = str(opened.json()["coTicketReference"])
        said = self.tickets[ticket] = [f"{key}: {n}" for n in range(_COMMENTS)]
        for version, message in enumerate(said):
            comment: dict[str, Any] = {"comment": {"createdBy": self.name, "message": message}}
            if message is said[-1]:
                comment |= {"status": "CLOSED", "responsible": "CO"}
            answer = await self._send("PATCH", f"tickets/{ticket}", comment, {"If-Match": f'"{version}"'})
            # 412: it was done before, and nobody heard.
            assert answer.status_code in (204, 412), answer.text

    async def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> httpx2.Response:
        proof = given.basic("alfa", "alfa-secret")
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                server = random.choice(self.servers) if self.servers else None
                answer = None if server is None else await _asked(server, method, path, body, proof | {**headers})
                self.seen["unanswered" if answer is None else str(answer.status_code)] += server is not None
                # 409 under_way: the dead server's transaction has not ended yet.
                if answer is not None and answer.status_code < 500 and answer.status_code != 409:
                    return answer
                await asyncio.sleep(0.02)


async def _asked(
    server: Server, method: str, path: str, body: Any, headers: Mapping[str, str]
) -> httpx2.Response | None:
    server.posting += 1
    try:
        async with httpx2.AsyncClient(timeout=20) as client:
            answer = await client.request(method, server.url + path, json=body, headers=dict(headers))
    except httpx2.HTTPError:
        return None
    finally:
        server.posting -= 1
    server.answered += 1
    return answer


async def _kill(url: str, servers: list[Server], last: Server) -> None:
    """Start one server after the other, and kill each while somebody waits for its answer."""
    for _ in range(_KILLS):
        async with serving(url) as server:
            servers.append(server)
            enough = random.randint(4, 15)
            while server.answered < enough or not server.posting:
                await asyncio.sleep(0.001)
            await asyncio.sleep(random.uniform(0, 0.01))
            servers.remove(server)
            await server.killed()
    servers.append(last)


async def test_tickets_and_comments_are_there_once_when_servers_are_killed(
    nursery: Nursery, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    servers: list[Server] = []
    agents = [Agent(f"agent {number}", servers) for number in range(_AGENTS)]
    async with village(database_url, nursery.fates, accesses=1) as played, serving(database_url) as last:
        killing = asyncio.create_task(_kill(database_url, servers, last))
        await asyncio.gather(killing, *(agent.work(killing) for agent in agents))
        wanted = {ticket: said for agent in agents for ticket, said in agent.tickets.items()}
        assert await _found(played) == wanted
        assert await _half_done(played) == []
    seen = sum((agent.seen for agent in agents), Counter[str]())
    with capsys.disabled():
        sys.stdout.write(f"\n{_KILLS} servers were killed: {len(wanted)} tickets, {dict(seen)}.\n")
    assert seen["unanswered"] >= _KILLS // 2


async def _found(played: Village) -> dict[str, list[str]]:
    """Return every ticket with what was said on it."""
    async with played.database.connection() as tx:
        rows = await tx.fetch(
            "SELECT t.ticket_id, array_remove(array_agg(e.message ORDER BY e.number), NULL) AS said "
            "FROM tickets t LEFT JOIN ticket_entries e USING (ticket_id) GROUP BY t.ticket_id"
        )
    return {row["ticket_id"]: list(row["said"]) for row in rows}


async def _half_done(played: Village) -> list[str]:
    """Return the tickets whose row, entries and events do not tell the same."""
    async with played.database.connection() as tx:
        rows = await tx.fetch(
            "SELECT t.ticket_id FROM tickets t "
            "WHERE t.entries <> (SELECT count(*) FROM ticket_entries e WHERE e.ticket_id = t.ticket_id) "
            "   OR t.entries + 1 <> (SELECT count(*) FROM journal j WHERE j.object_id = t.ticket_id) "
            "   OR t.status <> 'CLOSED' OR t.updated_at <> (SELECT max(j.at) FROM journal j "
            "                                                WHERE j.object_id = t.ticket_id)"
        )
    return [row["ticket_id"] for row in rows]
