"""Whole lists of many accesses: every form is the same list, and no client costs anybody else anything."""

import http.client
import json
import socket
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from backports import zstd

from onapi import ids
from onapi.domain import demo_city
from onapi.storage import accesses
from onapi.storage.pool import Database
from onapi.web import conditional
from onapi.web.spool import Spool
from tests import given
from tests.conftest import Server
from tests.web.raw_http import ROOT, Answer, ask, below, connected, received, request, send

COUNT = 20_000
_COPIES = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
    " AND state = 'active'"
)


@dataclass(frozen=True)
class Large:
    """A server with a city of COUNT accesses, an SP's headers, and the documents by ID."""

    server: Server
    alfa: dict[str, str]
    documents: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def large(module_server: Server) -> Large:
    """Fill the module's server."""

    async def filled(database: Database) -> tuple[dict[str, str], dict[str, str]]:
        alfa = await given.provider(database, "alfa")
        await given.accesses_in(database, *demo_city.accesses(COUNT, 1))
        async with database.connection() as tx:
            page = await accesses.page(tx, sp=ids.Sp("alfa"), since=None, after="", limit=COUNT + 1)
        return alfa, dict(page)

    alfa, documents = module_server.do(filled)
    assert len(documents) == COUNT
    return Large(module_server, alfa, {access_id: json.loads(document) for access_id, document in documents.items()})


def copies(server: Server) -> int:
    """Return how many lists the database is giving out now."""

    async def counted(database: Database) -> int:
        async with database.connection() as tx:
            return int(await tx.fetchval(_COPIES))

    return server.do(counted)


def no_copy_within(server: Server, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while copies(server) and time.monotonic() < until:
        time.sleep(0.1)
    return not copies(server)


def listed(large: Large, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = below(large.server, "/accesses/", large.alfa | sent)
    assert answer.status == 200
    return answer


def same(large: Large, body: bytes) -> bool:
    rows = json.loads(body)
    return len(rows) == COUNT and {row["accessId"]: row for row in rows} == large.documents


def test_the_whole_list_is_what_the_database_holds(large: Large) -> None:
    answer = listed(large)
    assert same(large, answer.body)
    assert "Content-Encoding" not in answer.headers


def test_gzip_is_one_member_and_zstd_one_frame(large: Large) -> None:
    unzip = zlib.decompressobj(31)
    packed = listed(large, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert same(large, unzip.decompress(packed.body))
    assert (unzip.eof, unzip.unused_data) == (True, b"")
    unpack = zstd.ZstdDecompressor()
    packed = listed(large, Accept_Encoding="zstd")
    assert packed.headers["Content-Encoding"] == "zstd"
    assert same(large, unpack.decompress(packed.body))
    assert (unpack.eof, unpack.unused_data) == (True, b"")


def test_lines_are_the_same_list(large: Large) -> None:
    answer = listed(large, Accept="application/x-ndjson")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.body.endswith(b"}\n")
    assert same(large, b"[" + b",".join(answer.body.splitlines()) + b"]")


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, *;q=0.3", "gzip"),
        ("*", "zstd"),
        ("GZIP", "gzip"),
        ("gzip;q=0", None),
        ("identity", None),
        ("br, deflate", None),
        ("gzip;q=nonsense", None),
        ("", None),
    ],
)
def test_the_client_chooses_how_it_is_packed(large: Large, accepted: str, chosen: str | None) -> None:
    for target in ("/accesses/", "/accesses/?limit=100"):
        answer = below(large.server, target, large.alfa | {"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == chosen
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_small_answers_are_not_packed(large: Large) -> None:
    for target in ("/accesses/DEMO-1", "/accesses/?limit=1", "/"):
        answer = below(large.server, target, large.alfa | {"Accept-Encoding": "gzip, zstd"})
        assert "Content-Encoding" not in answer.headers
        assert json.loads(answer.body)


def pages(large: Large, limit: int, more: dict[str, str]) -> Iterator[Answer]:
    target: str | None = f"{ROOT}/accesses/?limit={limit}"
    while target:
        answer = ask(large.server, target, large.alfa | more)
        assert answer.status == 200
        yield answer
        link = answer.headers.get("Link", "")
        target = link[1:].partition(">")[0] if link.endswith('rel="next"') else None


@pytest.mark.parametrize("limit", [2500, 10_000])
@pytest.mark.parametrize("delta", [False, True])
def test_pages_together_are_the_list_in_the_order_of_ids(large: Large, limit: int, delta: bool) -> None:
    day_before = conditional.http_date(datetime.now(UTC) - timedelta(days=1))
    got = list(pages(large, limit, {"If-Modified-Since": day_before} if delta else {}))
    rows = [row for answer in got for row in answer.json()]
    assert [row["accessId"] for row in rows] == sorted(large.documents)
    assert {row["accessId"]: row for row in rows} == large.documents
    assert len({answer.headers["Last-Modified"] for answer in got}) == 1
    assert len(got) == COUNT // limit


def test_clients_that_go_away_give_everything_back(large: Large) -> None:
    for _ in range(30):
        with connected(large.server, receive_buffer=4096) as connection:
            send(connection, request("/accesses/", large.alfa))
            assert connection.recv(1000)
    assert no_copy_within(large.server, 5)
    assert same(large, listed(large).body)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let slow readers be slow sooner."""
    monkeypatch.setattr(Spool.__init__, "__kwdefaults__", {"in_memory": 64 * 1024, "patience_s": 0.2})


@pytest.mark.usefixtures("impatient")
def test_a_client_that_does_not_read_holds_no_cursor_and_gets_its_list_all_the_same(large: Large) -> None:
    with connected(large.server, receive_buffer=4096) as connection:
        send(connection, request("/accesses/", large.alfa))
        assert connection.recv(10, socket.MSG_PEEK)
        assert no_copy_within(large.server, 5)
        assert same(large, received(connection).body)


@pytest.mark.usefixtures("impatient")
def test_slow_clients_do_not_keep_others_from_their_lists(large: Large) -> None:
    slow = [connected(large.server, receive_buffer=4096) for _ in range(12)]
    for connection in slow:
        send(connection, request("/accesses/", large.alfa))
    assert same(large, listed(large).body)
    for connection in slow:
        connection.close()


def test_a_list_that_breaks_off_does_not_look_whole(large: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Spool.__init__, "__kwdefaults__", {"in_memory": 64 * 1024, "patience_s": 60})

    async def killed(database: Database) -> int:
        async with database.connection() as tx:
            return int(await tx.fetchval(_COPIES.replace("count(*)", "count(pg_terminate_backend(pid))")))

    with connected(large.server, receive_buffer=4096) as connection:
        send(connection, request("/accesses/", large.alfa))
        assert connection.recv(10, socket.MSG_PEEK)
        if not large.server.do(killed):
            pytest.fail("The list was given out before it could be broken off.")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            received(connection)
    assert same(large, listed(large).body)
