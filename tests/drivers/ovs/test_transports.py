"""The ways to a switch: what a peer may do, good or bad, and which error it becomes."""

import asyncio
import json
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from onapi.drivers.contract import (
    AuthFailed,
    Busy,
    Drifted,
    DriverError,
    Garbled,
    Rejected,
    TimedOut,
    Unreachable,
    Unsupported,
)
from onapi.drivers.ovs.appctl import AppctlClient
from onapi.drivers.ovs.endpoints import Endpoint
from onapi.drivers.ovs.openflow import OpenFlowClient
from onapi.drivers.ovs.ovsdb import OvsdbClient

_SELECT = {"op": "select", "table": "Port", "where": []}
_WAIT = {"op": "wait", "table": "Port", "where": []}

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _listening(peer: Peer) -> AsyncIterator[str]:
    """Listen on loopback, and treat whoever connects as the peer does."""

    async def treat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await peer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(treat, "127.0.0.1", 0)
    async with server:
        yield f"tcp:127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _asked(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Return the next message, which must come in one piece."""
    message: dict[str, Any] = json.loads(await reader.read(65536))
    return message


def _says(answer: Callable[[int], bytes]) -> Peer:
    """Return a database that answers everything in this way."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            writer.write(answer((await _asked(reader))["id"]))

    return peer


def _result(result: object) -> Callable[[int], bytes]:
    return lambda number: json.dumps({"id": number, "result": result, "error": None}).encode()


async def _transacted(peer: Peer, *operations: dict[str, Any], **options: Any) -> list[Any]:
    async with _listening(peer) as endpoint:
        client = OvsdbClient(endpoint, **options)
        try:
            return list(await client.transact(operations or (_SELECT,)))
        finally:
            await client.close()


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


async def _rude(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(65536)


def test_a_database_that_answers_is_believed() -> None:
    results = [{"rows": [{"name": "p1"}]}]
    assert asyncio.run(_transacted(_says(_result(results)))) == results


def test_an_answer_may_come_a_byte_at_a_time() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in _result([{"rows": []}])((await _asked(reader))["id"]):
            writer.write(bytes([byte]))
            await writer.drain()

    assert asyncio.run(_transacted(slow)) == [{"rows": []}]


@pytest.mark.parametrize(
    ("results", "error"),
    [
        ([{"error": "timed out", "details": "it is another"}], Drifted),
        ([{"error": "constraint violation", "details": "no"}], Rejected),
        ([{"error": "resources exhausted"}], Busy),
        ([{"error": "permission error"}], AuthFailed),
        ([{"count": 1}, {"error": "referential integrity violation"}], Rejected),
        ([], Garbled),
        ([None], Garbled),
        ([{}, {}], Garbled),
        ({}, Garbled),
        ("done", Garbled),
        (None, Garbled),
    ],
    ids=repr,
)
def test_results_that_are_errors_become_ours(results: object, error: type[DriverError]) -> None:
    with pytest.raises(error):
        asyncio.run(_transacted(_says(_result(results)), _WAIT))


def test_only_a_wait_that_is_out_of_time_has_drifted() -> None:
    with pytest.raises(Rejected):
        asyncio.run(_transacted(_says(_result([{"error": "timed out"}])), _SELECT))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (lambda number: json.dumps({"id": number, "result": None, "error": "unknown database"}).encode(), Rejected),
        (lambda number: json.dumps({"id": number}).encode(), Garbled),
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", Garbled),
        (lambda _: b"[1,2]", Garbled),
        (lambda _: b'{"id":' + b"[" * 100_000, TimedOut),
        (lambda number: json.dumps({"id": number, "result": ["x" * 10_000]}).encode(), Garbled),
        (lambda number: json.dumps({"id": str(number), "result": []}).encode(), TimedOut),
        (lambda number: json.dumps({"id": number + 1, "result": []}).encode(), TimedOut),
    ],
)
def test_answers_that_are_none_become_errors(said: Callable[[int], bytes], error: type[DriverError]) -> None:
    with pytest.raises(error):
        asyncio.run(_transacted(_says(said), deadline_s=0.3, largest=1_000_000 if error is TimedOut else 5000))


def test_a_database_that_says_nothing_has_timed_out() -> None:
    with pytest.raises(TimedOut):
        asyncio.run(_transacted(_silent, deadline_s=0.1))


def test_a_database_that_hangs_up_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        asyncio.run(_transacted(_rude))


def test_echoes_are_answered_while_nothing_else_is_going_on() -> None:
    async def story() -> dict[str, Any]:
        echoed = asyncio.get_running_loop().create_future()

        async def curious(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(_result([{"rows": []}])((await _asked(reader))["id"]))
            writer.write(b'{"method":"echo","params":["are you there"],"id":"echo"}')
            echoed.set_result(await _asked(reader))
            await _silent(reader, writer)

        async with _listening(curious) as endpoint:
            client = OvsdbClient(endpoint)
            await client.transact([_SELECT])
            async with asyncio.timeout(10):
                answer: dict[str, Any] = await echoed
            await client.close()
        return answer

    assert asyncio.run(story()) == {"id": "echo", "result": ["are you there"], "error": None}


def test_one_connection_serves_all_transactions_and_is_replaced_when_it_has_gone() -> None:
    async def story() -> int:
        connections = 0

        async def one_after_two(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            for _ in range(2):
                writer.write(_result([{"rows": []}])((await _asked(reader))["id"]))

        async with _listening(one_after_two) as endpoint:
            client = OvsdbClient(endpoint)
            for _ in range(2):
                await client.transact([_SELECT])
            # The news that it is gone may come before or after it is used again.
            while True:
                try:
                    await client.transact([_SELECT])
                except Unreachable:
                    continue
                break
            await client.close()
        return connections

    assert asyncio.run(story()) == 2


def test_answers_find_whoever_asked_though_they_come_in_another_order() -> None:
    async def backwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked: list[dict[str, Any]] = []
        decoder = json.JSONDecoder()
        text = ""
        while len(asked) < 3:
            text += (await reader.read(65536)).decode()
            while text:
                message, end = decoder.raw_decode(text)
                asked.append(message)
                text = text[end:]
        for message in reversed(asked):
            writer.write(_result([{"rows": [message["params"][1]]}])(message["id"]))
        await writer.drain()

    async def story() -> None:
        async with _listening(backwards) as endpoint:
            client = OvsdbClient(endpoint)
            questions = [{"op": "select", "table": name} for name in ("A", "B", "C")]
            answers = await asyncio.gather(*(client.transact([question]) for question in questions))
            assert [answer[0]["rows"] for answer in answers] == [[question] for question in questions]
            await client.close()

    asyncio.run(story())


def test_nobody_listens_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(OvsdbClient(f"unix:{tmp_path}/nobody").transact([_SELECT]))
    with pytest.raises(Unreachable):
        asyncio.run(OpenFlowClient(f"unix:{tmp_path}/nobody").exchange([]))
    with pytest.raises(Unreachable):
        asyncio.run(AppctlClient(f"unix:{tmp_path}").ask("version"))


@pytest.mark.parametrize(
    "text",
    ["", "db.sock", "unix:db.sock", "tcp:host", "tcp:host:0", "tcp:host:65536", "tcp:::1:6640", "ssl:host:6640"],
)
def test_an_endpoint_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"none of|certificates"):
        Endpoint.parse(text)


def test_endpoints_are_read_as_the_switchs_own_tools_write_them() -> None:
    tls = ssl.create_default_context()
    assert Endpoint.parse("unix:/run/db.sock") == Endpoint(path="/run/db.sock")
    assert Endpoint.parse("tcp:192.0.2.1:6640") == Endpoint(host="192.0.2.1", port=6640)
    assert Endpoint.parse("tcp:[2001:db8::1]:6640") == Endpoint(host="2001:db8::1", port=6640)
    assert Endpoint.parse("ssl:sw1.example:6640", tls=tls) == Endpoint(host="sw1.example", port=6640, tls=tls)
    assert Endpoint.parse("tcp:192.0.2.1:6640", tls=tls).tls is None


def _frame(version: int, kind: int, number: int, body: bytes = b"", *, length: int | None = None) -> bytes:
    return struct.pack("!BBHI", version, kind, 8 + len(body) if length is None else length, number) + body


async def _exchanged(*said: bytes, messages: int = 1, **options: Any) -> list[tuple[int, bytes]]:
    """Exchange messages with a bridge that says all this, whatever it is asked."""

    async def bridge(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(said))
        await _silent(reader, writer)

    async with _listening(bridge) as endpoint:
        return await OpenFlowClient(endpoint, **options).exchange([(18, b"")] * messages)


_HELLO = _frame(4, 0, 0)
_BARRIER = _frame(4, 21, 2)


def test_a_bridge_that_answers_in_parts_and_talks_of_other_things_is_understood() -> None:
    parts = [_frame(4, 19, 1, b"one"), _frame(4, 12, 77, b"news"), _frame(4, 2, 9, b"echo"), _frame(4, 19, 1, b"two")]
    assert asyncio.run(_exchanged(_HELLO, *parts, _BARRIER)) == [(19, b"one"), (19, b"two")]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ([_frame(1, 0, 0)], Unsupported),
        ([_frame(4, 1, 0, struct.pack("!HH", 0, 0))], Unsupported),
        ([_HELLO, _frame(4, 1, 1, struct.pack("!HH", 12, 1))], Rejected),
        ([_HELLO, _frame(4, 1, 1, b"\0")], Garbled),
        ([_HELLO, _frame(4, 19, 1, length=3)], Garbled),
        ([_HELLO, *([_frame(4, 19, 1, bytes(60_000))] * 20)], Garbled),
        ([_HELLO], TimedOut),
        ([_HELLO, _frame(4, 21, 1)], TimedOut),
        ([b"HTTP/1.1 400"], Garbled),
    ],
)
def test_what_a_bridge_should_not_say_becomes_an_error(said: list[bytes], error: type[DriverError]) -> None:
    with pytest.raises(error):
        asyncio.run(_exchanged(*said, deadline_s=0.3, largest=1_000_000))


def test_a_bridge_that_hangs_up_is_unreachable() -> None:
    async def story() -> None:
        async with _listening(_rude) as endpoint:
            await OpenFlowClient(endpoint).exchange([])

    with pytest.raises(Unreachable):
        asyncio.run(story())
