"""Followers get everything at least once and nothing twice, whoever dies, and begin anew when the history is gone."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from onapi.client import AsyncClient, Client, OrderEvent, Unreachable
from onapi.client.cursors import CallbackCursor, Cursor, FileCursor, SqliteCursor
from onapi.client.steps import Lost
from tests.client.scripted import Said, Script
from tests.town import Town

BB = "BB-100-100"


def _events(*numbers: int) -> Said:
    order = {"path": "/orders/O", "accessId": "A", "service": "S", "operation": "ACTIVATE", "state": "RECEIVED"}
    return Said(body=msgspec.json.encode([{"event": f"E{number}", "order": order} for number in numbers]))


def _things(names: str, modified: str) -> Said:
    return Said(body=msgspec.json.encode([{"accessId": name} for name in names]), headers={"last-modified": modified})


def _client(*answers: Said | Lost) -> tuple[Client, Script]:
    script = Script(*answers)
    return Client("", transport=script), script


class Kept:
    """A cursor in memory, which remembers what was saved."""

    def __init__(self) -> None:
        self.saved: list[str] = []

    def cursor(self) -> Cursor:
        return CallbackCursor(lambda: self.saved[-1] if self.saved else None, self.saved.append)


@pytest.fixture(params=["file", "sqlite", "callback"])
def cursors(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Cursor]:
    """Return what opens the same cursor anew, as a process does that starts again."""
    kept = Kept()
    made: dict[str, Callable[[], Cursor]] = {
        "file": lambda: FileCursor(tmp_path / "cursor"),
        "sqlite": lambda: SqliteCursor(tmp_path / "cursor.db", "events"),
        "callback": kept.cursor,
    }
    return made[request.param]


def test_a_follower_that_is_left_goes_on_after_what_it_worked_on(cursors: Callable[[], Cursor]) -> None:
    client, script = _client(_events(1, 2, 3), _events(2, 3), _events())
    got = []
    for event in client.orderevents.follow(cursors(), forever=False):
        got.append(event.event)
        if event.event == "E2":
            break  # It was not worked on, as far as the follower can know.
    got += [event.event for event in client.orderevents.follow(cursors(), forever=False)]
    assert got == ["E1", "E2", "E2", "E3"]
    assert [dict(request.query) for request in script.requests] == [{}, {"since": "E1"}]
    assert list(client.orderevents.follow(cursors(), forever=False)) == []
    assert dict(script.requests[-1].query) == {"since": "E3"}


def test_events_of_the_second_that_comes_again_are_not_given_again(cursors: Callable[[], Cursor]) -> None:
    client, script = _client(
        _things("AB", "Mon, 01"),
        _things("BC", "Mon, 02"),
        Said(304, headers={"last-modified": "Mon, 03"}),
        _things("D", "x"),
    )
    got = [[access.access_id for access in client.accesses.follow(cursors(), forever=False)] for _ in range(4)]
    assert got == [["A", "B"], ["C"], [], ["D"]]
    asked = [request.headers.get("If-Modified-Since") for request in script.requests]
    assert asked == [None, "Mon, 01", "Mon, 02", "Mon, 03"]


def test_what_was_worked_on_before_an_answer_broke_off_is_not_given_again() -> None:
    kept = Kept()
    client, script = _client(
        _things("AB", "Mon, 01"),
        Said(body=b'[{"accessId":"C"},{"accessId":"D"},{"acc', headers={"last-modified": "Mon, 02"}, breaks=True),
        _things("CDE", "Mon, 02"),
    )
    got: list[str] = []

    def follow() -> None:
        got.extend(access.access_id for access in client.accesses.follow(kept.cursor(), forever=False))

    follow()
    with pytest.raises(Unreachable):
        follow()
    follow()
    assert got in (list("ABCDE"), list("ABCD") + list("E"))
    assert [request.headers.get("If-Modified-Since") for request in script.requests] == [None, "Mon, 01", "Mon, 01"]


def test_when_the_server_no_longer_knows_the_place_it_is_told_and_all_comes_again() -> None:
    kept = Kept()
    client, script = _client(_events(1), Said(404, b'{"cause":"There is no event."}'), _events(7, 8))
    gone: list[str] = []
    assert len(list(client.orderevents.follow(kept.cursor(), forever=False))) == 1
    again = client.orderevents.follow(kept.cursor(), forever=False, gone=lambda: gone.append("gone"))
    assert [event.event for event in again] == ["E7", "E8"]
    assert gone == ["gone"]
    assert [dict(request.query) for request in script.requests] == [{}, {"since": "E1"}, {}]


def test_a_place_of_the_past_is_gone_for_events_which_have_no_way_to_say_so() -> None:
    kept = Kept()
    kept.saved.append('{"since": "Mon, 01", "at": 1}')
    gone: list[str] = []
    event = {"type": "CREATE", "objectType": "orders", "objectId": "O", "time": "2026-11-25T20:00:00Z"}
    client, script = _client(Said(body=msgspec.json.encode([event, event]), headers={"last-modified": "Tue, 02"}))
    followed = client.events.follow(kept.cursor(), forever=False, gone=lambda: gone.append("gone"))
    assert [event.name for event in followed] == ["O"]
    assert (gone, script.requests[0].headers.get("If-Modified-Since")) == (["gone"], None)


def test_troubles_that_pass_do_not_end_a_follower(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    client, _ = _client(*[Lost("No connection", sent=False)] * 12, _events(1), Said(503), _events(2))
    stream = iter(client.orderevents.follow(Kept().cursor()))
    assert [next(stream).event for _ in range(2)] == ["E1", "E2"]
    assert max(waited) <= 300


def test_every_event_of_a_real_server_comes_once_to_either_client(town: Town, tmp_path: Path) -> None:
    url = town.server.url + town.server.root
    got: list[OrderEvent] = []

    def done() -> int:
        return sum(event.order.state == "DONE_SUCCESS" for event in got)

    async def rest() -> None:
        async with AsyncClient(url, "alfa", "alfa-secret") as other:
            while done() < 2:
                follower = other.orderevents.follow(FileCursor(tmp_path / "c"), forever=False)
                got.extend([event async for event in follower])

    with Client(url, "alfa", "alfa-secret") as client:
        client.orders.activate(town.access(), BB).wait(30)
        while done() < 1:
            got.extend(client.orderevents.follow(FileCursor(tmp_path / "c"), forever=False))
        client.orders.activate(town.access(), BB).wait(30)
        asyncio.run(rest())
    told = [event.event for event in got]
    assert len(told) == len(set(told)) == 6


_FOLLOWER = """
import os, sys
from onapi.client import Client
from onapi.client.cursors import FileCursor

url, folder, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Client(url, "alfa", "alfa-secret") as client, open(folder + "/got", "a") as got:
    for number, event in enumerate(client.orderevents.follow(FileCursor(folder + "/place"), forever=False), 1):
        got.write(event.event + "\\n")
        got.flush()
        if number == most:
            os.kill(os.getpid(), 9)
"""


def test_a_follower_that_is_killed_misses_nothing(town: Town, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(town.alfa.active, [town.access() for _ in range(90)]))
    all_of_them = [event["event"] for event in town.alfa.orderevents()]
    assert len(all_of_them) >= 270
    for most in ("3", "130", "99", "100000"):
        url = town.server.url + town.server.root
        done = subprocess.run([sys.executable, "-c", _FOLLOWER, url, str(tmp_path), most], check=False, timeout=60)
        assert done.returncode == (0 if most == "100000" else -9)
    got = (tmp_path / "got").read_text().split()
    assert list(dict.fromkeys(got)) == all_of_them, "each in its turn, when those that came again are left out"
    assert len(got) <= len(all_of_them) + 3 * 100
