"""Deltas of tickets lose nothing, whatever slow, aborting and concurrent writers do."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from onapi import ids
from tests import town as towns
from tests.town import GMT, Provider, Town

_WRITERS = 6
_LASTS_S = 4.0
_INSERT = (
    "INSERT INTO tickets (ticket_id, sp, access_id, opened_by, created_by, heading, description, problem_type) "
    "VALUES ($1, 'alfa', $2, 'SP', 'a', 'b', 'c', 'OTHER')"
)
_ENTER = (
    "INSERT INTO ticket_entries (ticket_id, sp, party, author, message, status, responsible) "
    "VALUES ($1, 'alfa', 'CO', 'a', 'b', $2, $3)"
)


@pytest.fixture(scope="module")
def town(cluster_url: str) -> Iterator[Town]:
    """Make a town; nobody works."""
    with towns.made(cluster_url) as url, towns.living(url) as living:
        yield living


class Follower:
    """An SP that follows a list by its deltas, or the events."""

    def __init__(self, sp: Provider, path: str) -> None:
        self._sp = sp
        self._path = path
        self._last: str | None = None
        self.told: list[dict[str, Any]] = []

    def poll(self) -> datetime:
        """Ask once, and return how far the answer reaches."""
        headers = {} if self._last is None else {"If-Modified-Since": self._last}
        answer = self._sp.http.get(self._path, headers=headers)
        assert answer.status_code in (200, 304), answer.text
        self._last = answer.headers["Last-Modified"]
        if answer.status_code == 200:
            self.told += answer.json()
        return datetime.strptime(self._last, GMT).replace(tzinfo=UTC)


async def _write(url: str, ends: float, done: Counter[str], random_: random.Random) -> None:
    """Write now and then in transactions that take a while, and that end in either way."""
    connection = await asyncpg.connect(url)
    tickets: list[str] = []
    try:
        while time.monotonic() < ends:
            transaction = connection.transaction()
            await transaction.start()
            new = random_.random() < 0.4 or not tickets
            ticket = ids.new() if new else random_.choice(tickets)
            if new:
                await connection.execute(_INSERT, ticket, f"T-{random_.randint(1, 400)}")
            else:
                works = random_.choice(["IN_PROGRESS_CO", "IN_PROGRESS_SP"])
                await connection.execute(_ENTER, ticket, works, random_.choice(["SP", "CO"]))
            await asyncio.sleep(random_.choice([0, 0, 0.01, 0.3]))
            if random_.random() < 0.25:
                await transaction.rollback()
            else:
                await transaction.commit()
                done[ticket] += 1
                if new:
                    tickets.append(ticket)
    finally:
        await connection.close()


def test_a_follower_knows_every_ticket_as_it_is(town: Town) -> None:
    done: Counter[str] = Counter()
    ends = time.monotonic() + _LASTS_S
    seed = random.randrange(10**6)

    async def write_all() -> None:
        writers = (random.Random(seed + number) for number in range(_WRITERS))
        await asyncio.gather(*(_write(town.operator.url, ends, done, one) for one in writers))

    writing = threading.Thread(target=lambda: asyncio.run(write_all()))
    lists, events = Follower(town.alfa, "/tickets/"), Follower(town.alfa, "/events/")
    lists.poll()
    events.poll()
    writing.start()
    while writing.is_alive():
        lists.poll()
        events.poll()
    writing.join()
    until = town.ended()
    while lists.poll() < until or events.poll() < until:
        time.sleep(0.02)
    known = {row["coTicketReference"]: row for row in lists.told}
    there = {row["coTicketReference"]: row for row in town.alfa.get("/tickets/")}
    assert known == there, f"seed {seed}"
    assert len(there) > 10
    told = Counter(event["objectId"] for event in events.told if event["objectType"] == "tickets")
    # Each change once, and none of what was taken back.
    assert told == done, f"seed {seed}"
    first = {event["objectId"]: event["type"] for event in reversed(events.told) if event["objectType"] == "tickets"}
    assert set(first.values()) == {"CREATE"}
