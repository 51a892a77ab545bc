"""What must be so of orders when all is quiet, whoever fought for what: each check returns sentences, or none."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from onapi.storage import simulated
from onapi.storage.pool import Database
from onapi.vocabulary import Failure, OrderState
from onapi.wire import orderevents

_EVENT = msgspec.json.Decoder(orderevents.OrderEvent)
_RECEIVED, _IN_PROGRESS = OrderState.RECEIVED, OrderState.IN_PROGRESS
_PATHS = {
    (_RECEIVED, _IN_PROGRESS, OrderState.DONE_SUCCESS),
    (_RECEIVED, _IN_PROGRESS, OrderState.DONE_FAILED),
    # Cancelled.
    (_RECEIVED, OrderState.DONE_FAILED),
}

AT_ANY_MOMENT: Mapping[str, str] = {
    "two live subscriptions hold one place": """
        SELECT access_id, service_type, claim FROM subscriptions WHERE state IN ('ACTIVATED', 'SUSPENDED')
         GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "two orders are in progress on one access": """
        SELECT access_id FROM orders WHERE state = 'IN_PROGRESS' GROUP BY 1 HAVING count(*) > 1""",
    "two orders want one place": """
        SELECT access_id, service_type, claim FROM orders
         WHERE operation = 'ACTIVATE' AND state IN ('RECEIVED', 'IN_PROGRESS')
         GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "two unfinished orders are for one subscription": """
        SELECT subscription_id FROM orders
         WHERE state IN ('RECEIVED', 'IN_PROGRESS') GROUP BY 1 HAVING count(*) > 1""",
}
"""Questions to the database whose every row is a fault."""

_WHEN_QUIET: Mapping[str, str] = {
    "a place was held twice at the same time": """
        SELECT a.access_id, a.service_type, a.subscription_id, b.subscription_id
          FROM subscriptions a JOIN subscriptions b USING (access_id, service_type, claim)
         WHERE a.subscription_id < b.subscription_id
           AND tstzrange(a.connected_at, a.ended_at) && tstzrange(b.connected_at, b.ended_at)""",
    "an order began before it was wanted": """
        SELECT o.order_id, o.requested_at, j.at FROM orders o JOIN journal j ON j.object_id = o.order_id
         WHERE j.state = 'IN_PROGRESS' AND j.at < o.requested_at""",
    "a subscription has no order that made it": """
        SELECT s.subscription_id FROM subscriptions s
         WHERE NOT EXISTS (SELECT FROM orders o WHERE o.subscription_id = s.subscription_id
                              AND o.operation = 'ACTIVATE' AND o.state = 'DONE_SUCCESS')""",
    "an ACTIVATE succeeded without a subscription": """
        SELECT o.order_id FROM orders o
         WHERE o.operation = 'ACTIVATE' AND o.state = 'DONE_SUCCESS'
           AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.subscription_id = o.subscription_id)""",
    "a subscription ended without a reason": """
        SELECT s.subscription_id FROM subscriptions s
         WHERE s.state = 'ENDED'
           AND NOT EXISTS (SELECT FROM orders o WHERE o.subscription_id = s.subscription_id
                              AND o.operation = 'DEACTIVATE' AND o.state = 'DONE_SUCCESS')
           AND NOT EXISTS (SELECT FROM orders o WHERE (o.access_id, o.service_type, o.claim)
                                                     = (s.access_id, s.service_type, s.claim)
                              AND o.forced_takeover AND o.state = 'DONE_SUCCESS' AND o.sp <> s.sp)""",
    "an end is announced that nobody ordered": """
        SELECT s.subscription_id, s.ends_at FROM subscriptions s
         WHERE s.state <> 'ENDED' AND s.ends_at IS NOT NULL""",
}


async def found_by(database: Database, questions: Mapping[str, str]) -> list[str]:
    """Return what questions to the database find."""
    async with database.connection() as tx:
        return [
            f"{sentence}: {dict(row)}" for sentence, question in questions.items() for row in await tx.fetch(question)
        ]


async def after_all(database: Database) -> list[str]:
    """Return what is not as it must be when every order is finished."""
    async with database.connection() as tx:
        stuck = await tx.fetch(
            "SELECT order_id, operation, state, trouble FROM orders WHERE state IN ('RECEIVED', 'IN_PROGRESS')"
        )
    sentences = [f"an order is not finished: {dict(row)}" for row in stuck]
    return sentences + await found_by(database, {**AT_ANY_MOMENT, **_WHEN_QUIET})


def of_histories(sp: str, events: Iterable[bytes], placed: set[str], cancelled: set[str]) -> list[str]:
    """Return what is wrong with the histories that /orderevents tells.

    Args:
        sp: whose.
        events: all of them, in order.
        placed: the orders that were answered with 201.
        cancelled: those whose DELETE was answered with 204.
    """
    histories: dict[str, list[orderevents.EventOrder]] = defaultdict(list)
    for event in map(_EVENT.decode, events):
        histories[event.order.path.rpartition("/")[2]].append(event.order)
    found = [f"{sp}: order {order_id} has no history" for order_id in placed - histories.keys()]
    found += [f"{sp}: nobody placed order {order_id}" for order_id in histories.keys() - placed]
    for order_id, history in histories.items():
        path = tuple(order.state for order in history)
        if path not in _PATHS:
            found.append(f"{sp}: order {order_id} went {' → '.join(path)}")
        was_cancelled = history[-1].code is Failure.CANCELLED
        if was_cancelled != (order_id in cancelled) or was_cancelled != (_IN_PROGRESS not in path):
            found.append(f"{sp}: order {order_id} ended as {history[-1].code}, and went {' → '.join(path)}")
        if (history[-1].state is OrderState.DONE_FAILED) != bool(history[-1].message):
            found.append(f"{sp}: order {order_id} is {history[-1].state} with the message {history[-1].message!r}")
        if len({(order.access_id, order.operation) for order in history}) > 1:
            found.append(f"{sp}: order {order_id} changed what it is about")
    return found


async def of_network(database: Database, lists: Iterable[Mapping[str, bytes]]) -> list[str]:
    """Return how what the network delivers differs from the SPs' live subscriptions, as their lists have them."""
    async with database.connection() as tx:
        ports = await simulated.ports(tx)
        effects = await simulated.effects(tx)
        kinds = {
            row["service"]: row
            for row in await tx.fetch("SELECT * FROM services JOIN service_types USING (service_type)")
        }
    delivered = {(port.access_id, port.slot): msgspec.json.decode(port.setup) for port in ports}
    wanted = dict(
        _port(document["accessId"], subscription, kinds[subscription["service"]])
        for listed in lists
        for document in map(msgspec.json.decode, listed.values())
        for subscription in document["subscriptions"]
    )
    found = [
        f"the network delivers {delivered.get(port)} at {port}, where {wanted.get(port)} is subscribed to"
        for port in sorted(delivered.keys() | wanted.keys())
        if delivered.get(port) != wanted.get(port)
    ]
    done: dict[tuple[str, str], list[simulated.Effect]] = defaultdict(list)
    for effect in effects:
        done[effect.access_id, effect.slot].append(effect)
    for port, history in done.items():
        if history[0].before is not None:
            found.append(f"port {port} was changed before it was set up: {history[0]}")
        for one, other in itertools.pairwise(history):
            if one.after != other.before:
                found.append(f"port {port} was changed behind the engine's back: {one}, {other}")
    return found


def _port(access_id: str, subscription: dict[str, Any], kind: Any) -> tuple[tuple[str, str], dict[str, Any]]:
    """Return where a subscription is delivered, and as what."""
    equipment = subscription.get("equipment", [])
    characteristics = subscription.get("characteristics", {})
    slot = kind["service_type"] if kind["exclusive"] else f"{kind['service_type']} {subscription['subscriptionId']}"
    return (access_id, slot), {
        "subscription": subscription["subscriptionId"],
        "service": subscription["service"],
        "tech": kind["tech"],
        "down_kbps": kind["down_kbps"],
        "up_kbps": kind["up_kbps"],
        "blocked": subscription["operationalState"] == "SUSPENDED",
        "characteristics": {"sla" if name == "SLA" else name: value for name, value in characteristics.items()},
        "equipment": equipment if isinstance(equipment, list) else [equipment],
    }
