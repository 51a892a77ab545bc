"""What an operator types about orders: the engine, the list, and the ways out for an order that is stuck."""

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import given
from tests.cli.command import PROGRAM, environment, onapi
from tests.conftest import Server

_PATIENCE_S = 60


@pytest.fixture
def alfa(server: Server) -> dict[str, str]:
    """Make a provider, three accesses and a catalogue; return the provider's headers."""

    async def made(database: Any) -> dict[str, str]:
        headers = await given.provider(database, "alfa")
        await given.accesses_in(database, *(given.access(f"A-{number}") for number in range(3)))
        await given.catalogue_in(database, given.service("BB-100-100"))
        return headers

    return server.do(made)


@contextlib.contextmanager
def _working(url: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with (folder / "work.log").open("w") as log:
        process = subprocess.Popen(
            [PROGRAM, "work", *arguments], env=environment(url), stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "working\n", (folder / "work.log").read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _activate(client: httpx2.Client, access_id: str) -> str:
    wish = {"operation": "ACTIVATE", "accessId": access_id, "service": "BB-100-100"}
    answer = client.post("/orders/", json=wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["orderId"])


def _until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def _shown(server: Server, order: str) -> dict[str, Any]:
    ran = onapi("orders", "show", order, "--json", url=server.database_url)
    assert ran.code == 0, ran.err
    shown: dict[str, Any] = json.loads(ran.out)
    return shown


def test_work_carries_out_what_was_ordered_and_ends_cleanly(
    server: Server, alfa: dict[str, str], tmp_path: Path
) -> None:
    with server.client(alfa) as client:
        orders = [_activate(client, f"A-{number}") for number in range(3)]
        listed = json.loads(onapi("orders", "list", "--json", url=server.database_url).out)
        assert [order["order_id"] for order in listed] == orders[::-1]
        with _working(server.database_url, tmp_path, "--concurrency", "2") as work:
            _until(lambda: client.get("/orders/").json() == [])
            work.send_signal(signal.SIGTERM)
            assert work.wait(_PATIENCE_S) == 0
        assert {order["state"] for order in client.get("/orders/?state=DONE_SUCCESS").json()} == {"DONE_SUCCESS"}
    shown = _shown(server, orders[0])
    assert [step["name"] for step in shown["steps"]] == ["configure_port", "start_subscription"]
    assert all(step["finished_at"] for step in shown["steps"])
    assert "configure_port" in onapi("orders", "show", orders[0], url=server.database_url).out
    ports = json.loads(onapi("simulated", "ports", "--json", url=server.database_url).out)
    assert [port["access_id"] for port in ports] == ["A-0", "A-1", "A-2"]


def test_an_order_that_fails_is_tried_again_when_the_operator_says_so(
    server: Server, alfa: dict[str, str], tmp_path: Path
) -> None:
    nowhere = onapi("simulated", "fault", "A-99", "fail", url=server.database_url)
    assert (nowhere.code, nowhere.err) == (1, "onapi: There is no access 'A-99'.\n")
    assert onapi("simulated", "fault", "A-1", "garbage", url=server.database_url).code == 0
    with server.client(alfa) as client, _working(server.database_url, tmp_path):
        order = _activate(client, "A-1")
        _until(lambda: bool(_shown(server, order)["order"]["stuck"]))
        assert onapi("simulated", "fault", "A-1", "none", url=server.database_url).code == 0
        refused = onapi("orders", "retry", order, "--from", "no_such_step", url=server.database_url)
        assert (refused.code, "configure_port, start_subscription" in refused.err) == (1, True)
        ran = onapi("orders", "retry", order, "--from", "configure_port", url=server.database_url)
        assert ran.code == 0, ran.err
        _until(lambda: client.get(f"/orders/{order}").json()["state"] == "DONE_SUCCESS")


def test_an_order_is_given_up_and_its_provider_reads_why(
    server: Server, alfa: dict[str, str], tmp_path: Path
) -> None:
    with server.client(alfa) as client:
        order = _activate(client, "A-2")
        empty = onapi("orders", "abandon", order, "--reason", " ", url=server.database_url)
        assert (empty.code, "reason" in empty.err) == (1, True)
        given_up = onapi("orders", "abandon", order, "--reason", "The fibre is cut.", url=server.database_url)
        assert given_up.code == 0, given_up.err
        with _working(server.database_url, tmp_path):
            _until(lambda: client.get(f"/orders/{order}").json()["state"] == "DONE_FAILED")
        failed = client.get(f"/orders/{order}").json()
        assert failed["message"].startswith("The fibre is cut.")
        assert failed["code"] == "abandoned"
        assert client.get("/subscriptions/A-2").json()["subscriptions"] == []
    again = onapi("orders", "retry", order, url=server.database_url)
    assert (again.code, "DONE_FAILED" in again.err) == (1, True)


def test_what_is_asked_about_an_order_that_is_not_there_says_so(server: Server) -> None:
    ran = onapi("orders", "show", "nothing", url=server.database_url)
    assert (ran.code, ran.err) == (1, "onapi: There is no order nothing.\n")
    assert onapi("orders", "show", "a b", url=server.database_url).code == 2


def test_the_doctor_tells_of_orders_that_nobody_carries_out(server: Server, alfa: dict[str, str]) -> None:
    with server.client(alfa) as client:
        order = _activate(client, "A-0")

    async def wait_long(database: Any) -> None:
        async with database.connection() as tx:
            await tx.execute("UPDATE orders SET due_at = now() - interval '5 minutes' WHERE order_id = $1", order)

    server.do(wait_long)
    ran = onapi("doctor", url=server.database_url)
    assert ran.code == 1
    assert "onapi work" in ran.out
