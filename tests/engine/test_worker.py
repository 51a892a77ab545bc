"""A worker: many orders side by side, one at a time on an access, in the order in which they were accepted."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

from onapi.engine.worker import Pace
from onapi.storage.herald import Herald
from onapi.storage.pool import Database
from tests.engine.networks import Asked, watched
from tests.operators import Operator
from tests.storage.stored_orders import ALFA, BETA, new_order, place


def test_on_an_access_orders_are_done_one_at_a_time_in_the_order_of_acceptance(
    operator: Operator, accesses: Iterator[str]
) -> None:
    places = [next(accesses) for _ in range(4)]
    lines = [
        new_order(access, service="VOIP", service_type="VOIP", claim=f"{sp} {number}", sp=sp)
        for number in range(5)
        for sp in (ALFA, BETA)
        for access in places
    ]
    for line in lines:
        place(operator, line)
    network = watched(operator, pause_s=0.002)
    with operator.working(driver=network), operator.working(driver=network):
        operator.drained()
    assert (network.most_on_access, len(network.asked)) == (1, len(lines))
    for access in places:
        wanted = [line.subscription_id for line in lines if line.access_id == access]
        asked = [after.subscription_id for port, _, after in network.asked if port.access_id == access and after]
        assert asked == wanted
    overlaps = operator.value(
        "SELECT count(*) FROM order_steps s JOIN orders o USING (order_id) JOIN orders p USING (access_id) "
        "JOIN order_steps t ON t.order_id = p.order_id "
        "WHERE o.order_id <> p.order_id AND s.started_at > t.started_at AND s.started_at < t.finished_at"
    )
    assert overlaps == 0


def test_orders_of_several_accesses_are_under_way_at_once(operator: Operator, accesses: Iterator[str]) -> None:
    orders = [new_order(next(accesses)) for _ in range(6)]
    place(operator, *orders)
    met = asyncio.Barrier(len(orders))

    async def meet(_: Asked) -> None:
        # Nobody gets on until all are here.
        await met.wait()

    network = watched(operator, beside=meet)
    with operator.working(driver=network):
        operator.drained()
    assert network.most_at_once == len(orders)


def test_a_worker_has_no_more_at_once_than_it_was_told(operator: Operator, accesses: Iterator[str]) -> None:
    orders = [new_order(next(accesses)) for _ in range(20)]
    place(operator, *orders)
    network = watched(operator, pause_s=0.005)
    with operator.working(driver=network, concurrency=3):
        operator.drained()
    assert network.most_at_once <= 3
    assert len(network.asked) == len(orders)


def test_workers_share_the_work_and_each_order_is_done_once(operator: Operator, accesses: Iterator[str]) -> None:
    orders = [new_order(next(accesses)) for _ in range(60)]
    networks = [watched(operator, pause_s=0.001) for _ in range(3)]
    with contextlib.ExitStack() as stack:
        for network in networks:
            stack.enter_context(operator.working(driver=network, concurrency=5))
        for order in orders:
            place(operator, order)
        operator.drained()
    assert sum(len(network.asked) for network in networks) == len(orders)
    states = operator.rows(
        "SELECT state, count(*) AS n FROM orders WHERE order_id = ANY ($1) GROUP BY state",
        [order.order_id for order in orders],
    )
    assert [tuple(row) for row in states] == [("DONE_SUCCESS", len(orders))]
    assert sum(len(operator.effects(order.access_id)) for order in orders[:5]) == 5


def test_one_element_that_hangs_keeps_nobody_else_waiting(operator: Operator, accesses: Iterator[str]) -> None:
    hanging, others = new_order(next(accesses)), [new_order(next(accesses)) for _ in range(5)]
    operator.fault(hanging.access_id, "slow", seconds=1.0)
    place(operator, hanging, *others)
    with operator.working(concurrency=10):
        operator.until(
            "SELECT bool_and(state = 'DONE_SUCCESS') FROM orders WHERE order_id = ANY ($1)",
            [order.order_id for order in others],
        )
        begun = operator.value("SELECT state FROM orders WHERE order_id = $1", hanging.order_id)
        operator.drained()
    assert begun in ("IN_PROGRESS", "DONE_SUCCESS")
    last = operator.value("SELECT max(position) = (SELECT max(position) FROM orders WHERE order_id = $1) FROM orders "
                          "WHERE finished_at = (SELECT max(finished_at) FROM orders)", hanging.order_id)  # fmt: skip
    assert last


def test_a_worker_that_is_told_to_end_finishes_what_it_has_begun(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    operator.fault(order.access_id, "slow", seconds=0.3)
    place(operator, order)
    with operator.working():
        operator.until("SELECT state = 'IN_PROGRESS' FROM orders WHERE order_id = $1", order.order_id)
    assert operator.value("SELECT state FROM orders WHERE order_id = $1", order.order_id) == "DONE_SUCCESS"


def test_a_worker_hears_of_an_order_and_need_not_look(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    with operator.working(pace=Pace(lease_s=60, look_every_s=3600)):
        operator.until(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%')"
        )
        place(operator, order)

        async def tell(database: Database) -> None:
            herald = Herald(database)
            herald.tell()
            await herald.stop()

        operator.do(tell)
        operator.until("SELECT state = 'DONE_SUCCESS' FROM orders WHERE order_id = $1", order.order_id)


def test_a_worker_that_was_told_nothing_looks_by_itself(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    with operator.working(pace=Pace(lease_s=60, look_every_s=0.05)):
        place(operator, order)
        operator.until("SELECT state = 'DONE_SUCCESS' FROM orders WHERE order_id = $1", order.order_id)


def test_a_worker_goes_on_after_an_error_that_nobody_thought_of(operator: Operator, accesses: Iterator[str]) -> None:
    order = new_order(next(accesses))
    operator.rows("ALTER TABLE orders RENAME COLUMN due_at TO due_one_day")
    try:
        with operator.working(pace=Pace(lease_s=0.3, look_every_s=0.02)):
            time.sleep(0.5)
            operator.rows("ALTER TABLE orders RENAME COLUMN due_one_day TO due_at")
            place(operator, order)
            operator.until("SELECT state = 'DONE_SUCCESS' FROM orders WHERE order_id = $1", order.order_id)
    finally:
        operator.rows(
            "DO $$ BEGIN ALTER TABLE orders RENAME COLUMN due_one_day TO due_at; "
            "EXCEPTION WHEN undefined_column THEN NULL; END $$"
        )
