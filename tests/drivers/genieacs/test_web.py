"""A web server is believed as far as it can be, and given up in time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from onapi.drivers.contract import (
    AuthFailed,
    Busy,
    DriverError,
    Garbled,
    Rejected,
    TimedOut,
    Unreachable,
    Unsupported,
)
from onapi.drivers.web import WebClient
from tests.drivers.genieacs.webserver import Web, serving


def _fetched(web: Web, **how: Any) -> Any:
    async def begin() -> Any:
        async with serving(web):
            client = WebClient(web.base + how.pop("below", ""), **how)
            try:
                return await client.fetch("/devices/", {"query": '{"_id": "a b&c"}'})
            finally:
                await client.close()

    return asyncio.run(begin())


def test_a_question_is_asked_as_it_was_meant_and_its_answer_decoded() -> None:
    web = Web(lambda _: (200, '[{"_id": "å"}]'.encode()))
    assert _fetched(web, below="/acs") == [{"_id": "å"}]
    assert web.asked[0].path == "/acs/devices/"
    assert web.asked[0].query == {"query": '{"_id": "a b&c"}'}
    assert "authorization" not in web.asked[0].headers


def test_each_server_does_not_cost_the_reading_of_all_authorities() -> None:
    _fetched(Web(lambda _: (200, b"[]")))

    def cpu_s(work: Callable[[], object]) -> float:
        began = time.process_time()
        for _ in range(4):
            work()
        return time.process_time() - began

    read = cpu_s(lambda: httpx2.create_ssl_context(trust_env=False))
    assert cpu_s(lambda: _fetched(Web(lambda _: (200, b"[]")))) < read


def test_who_asks_is_told() -> None:
    web = Web(lambda _: (200, b"[]"))
    _fetched(web, user="onapi", password="secret")
    _fetched(web, token="opaque")
    assert [asked.headers["authorization"] for asked in web.asked] == ["Basic b25hcGk6c2VjcmV0", "Bearer opaque"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthFailed),
        (403, AuthFailed),
        (404, Unsupported),
        (400, Rejected),
        (301, Rejected),
        (204, Rejected),
        (429, Busy),
        (500, Busy),
        (503, Busy),
    ],
)
def test_a_refusal_is_an_error_that_says_which(status: int, error: type[DriverError]) -> None:
    web = Web(lambda _: (status, b"no"))
    with pytest.raises(error):
        _fetched(web)
    assert len(web.asked) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 5000, b'{"a":'])
def test_what_is_no_json_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        _fetched(Web(lambda _: (200, body)))


def test_an_answer_without_end_is_not_read_to_it() -> None:
    with pytest.raises(Garbled, match="more than 100000 bytes"):
        _fetched(Web(lambda _: (200, b""), endless=True), largest=100_000)


def test_a_slow_server_is_given_up() -> None:
    with pytest.raises(TimedOut):
        _fetched(Web(lambda _: (200, b"[]"), latency_s=30), deadline_s=0.3)


def test_nobody_there_is_unreachable() -> None:
    async def begin() -> None:
        async with serving(Web(lambda _: (200, b"[]"))) as web:
            base = web.base
        client = WebClient(base)
        try:
            await client.fetch("/devices/", {})
        finally:
            await client.close()

    with pytest.raises(Unreachable):
        asyncio.run(begin())


@pytest.mark.parametrize(
    "base", ["", "acs.example.net", "ftp://acs", "http://", "http://user:secret@acs", "http://[::1"]
)
def test_what_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="web server's address") as refused:
        WebClient(base)
    assert "secret" not in str(refused.value)
