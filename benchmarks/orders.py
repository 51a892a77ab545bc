"""Rows of orders: placed, carried out, and told of; all on a city with a past of as many orders as accesses."""

import asyncio
import contextlib
import json
import statistics
import time
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

import asyncpg

from benchmarks import cities, history, processes, requests, rounds
from benchmarks.cities import City
from benchmarks.load import Question
from benchmarks.processes import Server
from benchmarks.rounds import Measured, Row

_OF_BARE = 0.6
_OF_SMALL = 0.9
_DONE_A_SECOND = 1000.0
_P50_S = 0.030
_PLACED_S = 2.0
_WORK = 5_000
_ALONE = 300
_SETTLED_S = 2.0
_UNFINISHED = "SELECT EXISTS (SELECT FROM orders WHERE state IN ('RECEIVED', 'IN_PROGRESS'))"


def placing(places: Sequence[City], seconds: float) -> Iterator[Row]:
    """Yield the rows of `POST orders`, durable, against a bare insert of the same row."""
    measured: dict[str, list[Measured]] = {}
    for _ in range(rounds.ROUNDS):
        for city in places:
            for name in ("onapi", "bare"):
                rounds.tell(f"placing orders: {name}, {city.rows}")
                measured.setdefault(f"{name} {city.rows}", []).append(_place(name, city, seconds))
    for city in places:
        yield rounds.compared(
            measured[f"onapi {city.rows}"],
            measured[f"bare {city.rows}"],
            what="POST order, durable : bare ASGI insert",
            size=city.rows,
            unit="requests/s",
            aim=_OF_BARE,
        )
    yield from _small_and_large(measured, places, "POST order")


def polling(places: Sequence[City], seconds: float) -> Iterator[Row]:
    """Yield the rows of polls for events that find nothing new."""
    for what, path in (("orderevents?since, nothing new", "orderevents/"), ("events, 304", "events/")):
        measured: dict[str, list[Measured]] = {}
        with contextlib.ExitStack() as stack:
            targets: dict[str, requests.Target] = {}
            for city in places:
                for name in ("onapi", "bare"):
                    server = stack.enter_context(requests.started(name, city.url))
                    status, question = _poll(server, path)
                    target = requests.target(server, status, [question], seconds)
                    targets[f"{name} {city.rows}"] = stack.enter_context(target)
            measured = rounds.interleave({name: target.measure for name, target in targets.items()})
        for city in places:
            yield rounds.compared(
                measured[f"onapi {city.rows}"],
                measured[f"bare {city.rows}"],
                what=f"{what} : bare ASGI 304",
                size=city.rows,
                unit="requests/s",
            )
        yield from _small_and_large(measured, places, what)


def working(places: Sequence[City]) -> Iterator[Row]:
    """Yield how many orders a second one worker process finishes, and two; and how long one takes at rest."""
    measured: dict[str, list[Measured]] = {}
    for _ in range(rounds.ROUNDS):
        for city in places:
            for workers in (1, 2):
                rounds.tell(f"carrying orders out: {workers} workers, {city.rows}")
                each = Measured(asyncio.run(_work(city, workers)) / _WORK, 1.0)
                measured.setdefault(f"{workers} {city.rows}", []).append(each)
                measured.setdefault(f"onapi {city.rows}", [])
    for city in places:
        for workers in (1, 2):
            rate = 1 / statistics.median(m.each_s for m in measured[f"{workers} {city.rows}"])
            what = "orders finished by one worker" if workers == 1 else "orders finished by two workers"
            note = (
                f"aim ≥ {_DONE_A_SECOND:,.0f}/s: {'yes' if rate >= _DONE_A_SECOND else 'NO'}" if workers == 1 else ""
            )
            yield Row(what=what, size=city.rows, ours=rate, floor=None, unit="orders/s", note=note)
    yield from _small_and_large(measured, places, "orders finished by one worker", ours="1")
    for city in places:
        took = _alone(city)
        yield Row(what="POST to DONE_SUCCESS, p50", size=city.rows, ours=took[49], floor=None, unit="s", aim=_P50_S)
        yield Row(what="POST to DONE_SUCCESS, p99", size=city.rows, ours=took[98], floor=None, unit="s")


def _small_and_large(
    measured: dict[str, list[Measured]], places: Sequence[City], what: str, ours: str = "onapi"
) -> Iterator[Row]:
    if len(places) > 1:
        small, large = places[0].rows, places[-1].rows
        yield rounds.compared(
            measured[f"{ours} {large}"],
            measured[f"{ours} {small}"],
            what=f"{what} : the same with {small:,}",
            size=large,
            unit="requests/s",
            aim=_OF_SMALL,
        )


def _place(name: str, city: City, seconds: float) -> Measured:
    """Place orders on as many accesses as there is time for, each once, and take them away again."""
    began = datetime.now(UTC)
    # As many as could ever be placed in that time; none may come twice.
    access_ids = cities.connected(city, int(6000 * seconds))
    with requests.started(name, city.url) as server:
        questions = [Question(_post(server, access_id), None) for access_id in access_ids]
        with requests.target(server, 201, questions, min(seconds, len(questions) / 6000), warm=False) as target:
            measured = target.measure()
    asyncio.run(history.forget_since(city.url, began))
    return measured


def _post(server: Server, access_id: str) -> bytes:
    body = json.dumps({"operation": "ACTIVATE", "accessId": access_id, "service": "BB-100-100"}).encode()
    return (
        f"POST {server.root}orders/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: {cities.authorization()}\r\nAccept: */*\r\nUser-Agent: benchmark\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _poll(server: Server, path: str) -> tuple[int, Question]:
    # What happened before a server began to look it has to ask the database for.
    time.sleep(_SETTLED_S)
    since = format_datetime(datetime.now(UTC), usegmt=True)
    header = f"If-Modified-Since: {since}\r\n"
    if server.name != "onapi" or path == "events/":
        return 304, Question(requests.request(server, path, header), 0)
    url = f"http://127.0.0.1:{server.port}{server.root}{path}"
    with urllib.request.urlopen(
        urllib.request.Request(url, headers={"Authorization": cities.authorization()})
    ) as answer:
        last = json.load(answer)[-1]["event"]
    return 200, Question(requests.request(server, f"{path}?since={last}"), 2)


async def _work(city: City, workers: int) -> float:
    """Place many orders, let workers carry them out, and return how long they took."""
    began = datetime.now(UTC)
    await _receive(city)
    connection = await asyncpg.connect(city.url)
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(workers):
                stack.enter_context(processes.engine(city.url))
            while await connection.fetchval(
                "SELECT EXISTS (SELECT FROM orders WHERE state IN ('RECEIVED', 'IN_PROGRESS'))"
            ):
                await asyncio.sleep(0.05)
        row = await connection.fetchrow(
            """SELECT (SELECT min(s.started_at) FROM order_steps s JOIN orders o USING (order_id)
                        WHERE o.received_at >= $1), max(finished_at), count(*) FILTER (WHERE state <> 'DONE_SUCCESS')
                 FROM orders WHERE received_at >= $1""",
            began,
        )
        first, last, failed = row or (began, began, 1)
    finally:
        await connection.close()
    if failed:
        raise RuntimeError(f"{failed} orders did not succeed.")
    await history.forget_since(city.url, began)
    return float((last - first).total_seconds())


async def _receive(city: City) -> None:
    """Place orders as the API does, by its own statement, several in one."""
    from onapi import ids
    from onapi.actions import orders
    from onapi.actions.order_desks import Asking
    from onapi.domain.orders import Wish
    from onapi.storage import pool
    from onapi.storage.herald import Herald
    from onapi.vocabulary import Operation

    access_ids = await asyncio.to_thread(cities.connected, city, _WORK)
    database = await pool.connect(city.url)
    try:
        placing_ = orders.Orders(database, Herald(database))
        asking = Asking(cities.PROVIDER.sp, "", cities.PROVIDER.dialect)
        place = partial(placing_.place, asking)
        wishes = [
            Wish(operation=Operation.ACTIVATE, access_id=ids.AccessId(i), service="BB-100-100") for i in access_ids
        ]
        await asyncio.gather(*map(place, wishes))
    finally:
        await asyncio.sleep(0.1)
        await database.close()


def _alone(city: City) -> list[float]:
    """Place one order after another while nothing else happens; return 99 quantiles of how long they took."""
    began = datetime.now(UTC)
    took: list[float] = []
    with requests.started("onapi", city.url) as server, processes.engine(city.url):
        for access_id in cities.connected(city, _ALONE):
            posted = time.time()
            order = requests.ask(server, _post(server, access_id))
            took.append(asyncio.run(_finished(city, json.loads(order)["orderId"])) - posted)
    asyncio.run(history.forget_since(city.url, began))
    return statistics.quantiles(took, n=100)


async def _finished(city: City, order_id: str) -> float:
    connection = await asyncpg.connect(city.url)
    try:
        while True:
            moment = await connection.fetchval("SELECT finished_at FROM orders WHERE order_id = $1", order_id)
            if moment is not None:
                return float(moment.timestamp())
            await asyncio.sleep(0.005)
    finally:
        await connection.close()
