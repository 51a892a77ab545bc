"""What is told of a subscription's life: order events, events, and the delta of subscriptions.

Source: ON-API 2.6.0 spec/orderevents.md, spec/events.md, spec/subscriptions.md.
"""

from itertools import pairwise

from onapi.conformance.checks.order_life import steps
from onapi.conformance.checks.orders import CHAPTER
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Findings
from onapi.conformance.server import Server
from onapi.conformance.stories.life import Life
from onapi.conformance.stories.telling import story

_LATER = {"RECEIVED": {"IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED"}, "IN_PROGRESS": {"DONE_SUCCESS", "DONE_FAILED"}}


@CHAPTER.must(
    150,
    "Every order's end is told among the order events.",
    "spec/orderevents.md, Order Events endpoint",
    writes=True,
)
def ends_are_told(server: Server) -> Findings:
    told = story(server, Life)
    states = _states(told)
    for step in steps(told):
        state = step.ended.value.get("state") if isinstance(step.ended.value, dict) else None
        if state not in states.get(step.path, []):
            yield Finding(
                f"{step.path} is {state}, and order events have {states.get(step.path, 'nothing')}", told.orderevents
            )


@CHAPTER.should(
    151,
    "Every change of an order's state is told, from RECEIVED on.",
    "spec/orderevents.md, Order Events endpoint",
    writes=True,
)
def all_states_are_told(server: Server) -> Findings:
    told = story(server, Life)
    for path, states in _states(told).items():
        if states[0] != "RECEIVED" and path in {
            step.path for step in steps(told) if step.placed.value.get("state") == "RECEIVED"
        }:
            yield Finding(f"{path} was RECEIVED, and order events begin with {states[0]}", told.orderevents)


@CHAPTER.must(152, "States are told in their order.", "common/dataformats.md, orderState", writes=True)
def states_in_order(server: Server) -> Findings:
    told = story(server, Life)
    for path, states in _states(told).items():
        if any(after not in _LATER.get(before, set()) for before, after in pairwise(states)):
            yield Finding(f"{path} went {' → '.join(states)}", told.orderevents)


@CHAPTER.must(
    153,
    "Orders' events are told in the order in which they happened.",
    "spec/orderevents.md, Events since last fetch",
    writes=True,
)
def orders_in_order(server: Server) -> Findings:
    told = story(server, Life)
    done = [path for path, states in _told(told) if states.startswith("DONE")]
    ours = [step.path for step in steps(told) if step.path in done]
    if [path for path in done if path in ours] != ours:
        yield Finding("The orders' ends are told in another order than they came in", told.orderevents)


@CHAPTER.must(154, "Order events tell of this provider's orders only.", "spec/orderevents.md", writes=True)
def own_orders_only(server: Server) -> Findings:
    told = story(server, Life)
    if not _told(told):
        raise Nothing("Nothing was told.")
    for path, _ in _told(told):
        answer = server.get(path)
        if answer.status in {403, 404} and path not in _cancelled(server):
            yield Finding(f"{path} is told of, and is {answer.status}", answer)


@CHAPTER.must(160, "What was done is told among the events, each kind once or more.", "spec/events.md", writes=True)
def events(server: Server) -> Findings:
    told = story(server, Life)
    if told.events.status not in {200, 304}:
        raise Nothing(f"Events were answered {told.events.status}.")
    subscription_id = told.activated.placed.value.get("subscriptionId")
    kinds = {event.get("type") for event in told.events.objects if event.get("objectId") == subscription_id}
    expected = {"CREATE", "DELETE"} | ({"UPDATE"} if len(steps(told)) > 2 else set())
    for kind in sorted(expected - kinds):
        yield Finding(f"There is no {kind} of the subscription {subscription_id}", told.events)


@CHAPTER.must(161, "Every order's beginning is told among the events.", "spec/events.md", writes=True)
def orders_among_events(server: Server) -> Findings:
    told = story(server, Life)
    created = {event.get("objectId") for event in told.events.objects if event.get("type") == "CREATE"}
    for step in steps(told):
        if step.placed.value.get("orderId") not in created:
            yield Finding(f"There is no CREATE of the order {step.placed.value.get('orderId')}", told.events)


@CHAPTER.must(
    162,
    "The access is among the subscriptions that changed.",
    "spec/subscriptions.md, since a specific time",
    writes=True,
)
def delta(server: Server) -> Findings:
    told = story(server, Life)
    answer = told.delta
    if told.ground.access not in {one.get("accessId") for one in answer.objects}:
        yield Finding(f"{told.ground.access} is not among those that changed", answer)


def _told(told: Life) -> list[tuple[str, str]]:
    """Return the paths and states that order events told since the beginning, in their order."""
    orders = [event["order"] for event in told.orderevents.objects if isinstance(event.get("order"), dict)]
    return [(str(order.get("path")), str(order.get("state"))) for order in orders]


def _states(told: Life) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, state in _told(told):
        found.setdefault(path, []).append(state)
    return found


def _cancelled(server: Server) -> set[str]:
    return {one.url.partition(one.url.split("/")[2])[2] for one in server.session.log if one.method == "DELETE"}
