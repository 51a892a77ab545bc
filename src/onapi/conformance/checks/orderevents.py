"""Order events: the story of the provider's orders.

Source: ON-API 2.6.0 spec/orderevents.md.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, MAY_BE_EMPTY, Field, declare

CHAPTER = Chapter("OEV", "Order events", "orderevents")
_PAGE = "spec/orderevents.md"
_LATER = {
    "RECEIVED": {"IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED"},
    "IN_PROGRESS": {"DONE_SUCCESS", "DONE_FAILED"},
    "DONE_SUCCESS": set[str](),
    "DONE_FAILED": set[str](),
}
OPERATIONS = ("ACTIVATE", "DEACTIVATE", "SUSPEND", "RESUME", "MODIFY", "CHANGE")
STATES = ("RECEIVED", "IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED")


def _events(server: Server) -> list[Seen]:
    return server.sample("orderevents")


def _orders(server: Server) -> Iterator[Seen]:
    for seen in _events(server):
        yield from seen.below("order")


@CHAPTER.must(1, "The list is an array of objects, with 200, also when there are none.", f"{_PAGE}, All events")
def array(server: Server) -> Findings:
    answer = server.listing("orderevents")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(2, "An event's ID names one event only.", "common/dataformats.md, ID")
def unique(server: Server) -> Findings:
    counted = Counter(str(seen.value.get("event")) for seen in _events(server))
    for event, times in counted.items():
        if times > 1:
            yield Finding(f"{event} is listed {times} times", server.listing("orderevents"))


@CHAPTER.must(3, "With since= the last event, nothing old is told.", f"{_PAGE}, Events since last fetch")
def after_the_last(server: Server) -> Findings:
    known, answer = _since(server, -1)
    for event in answer.objects:
        if event.get("event") in known:
            yield Finding(f"{event['event']} was told again after {known[-1]}", answer)


@CHAPTER.must(
    4, "With since= an event, every later one is told, and that one is not.", f"{_PAGE}, Events since last fetch"
)
def every_later_one(server: Server) -> Findings:
    for position in {0, len(_events(server)) // 2}:
        known, answer = _since(server, position)
        told = [event.get("event") for event in answer.objects]
        later = known[position + 1 :]
        missing = [event for event in later if event not in told]
        if missing and answer.whole:
            yield Finding(f"After {known[position]}, {len(missing)} events are missing, such as {missing[0]}", answer)
        if set(told) & set(known[: position + 1]):
            yield Finding(f"After {known[position]}, it or what came before it is told again", answer)


@CHAPTER.must(5, "The order of the events is the same with and without since.", f"{_PAGE}, Events since last fetch")
def same_order(server: Server) -> Findings:
    known, answer = _since(server, 0)
    told = [event.get("event") for event in answer.objects if event.get("event") in known]
    if told != [event for event in known if event in told]:
        yield Finding(f"After {known[0]}, the events come in another order", answer)


@CHAPTER.must(6, "An event never changes.", f"{_PAGE}, Order Events endpoint")
def immutable(server: Server) -> Findings:
    before = {seen.value.get("event"): seen.value for seen in _events(server)}
    answer = server.fresh(server.path("orderevents"))
    for event in answer.objects:
        old = before.get(event.get("event"))
        if old is not None and old != event:
            yield Finding(f"{event['event']} is not what it was", answer)


@CHAPTER.must(7, "What was told does not vanish from one reading to the next.", f"{_PAGE}, Order Events endpoint")
def lasting(server: Server) -> Findings:
    # The oldest may have come to the end of its time between the two.
    before = [seen.value.get("event") for seen in _events(server)][1:]
    answer = server.fresh(server.path("orderevents"))
    now = {event.get("event") for event in answer.objects}
    gone = [event for event in before if event not in now]
    if gone and answer.whole:
        yield Finding(f"{len(gone)} events are gone, such as {gone[0]}", answer)


@CHAPTER.must(
    8, "An order's states come in their order, each once, and none after DONE.", "common/dataformats.md, orderState"
)
def lawful(server: Server) -> Findings:
    stories: dict[str, list[tuple[Any, Seen]]] = defaultdict(list)
    for seen in _orders(server):
        stories[str(seen.value.get("path"))].append((seen.value.get("state"), seen))
    for path, story in stories.items():
        for (before, _), (after, seen) in pairwise(story):
            if after not in _LATER.get(before, set(STATES)):
                yield seen.wrong(f"{path} went from {before} to {after}")


@CHAPTER.should(9, "DONE_FAILED comes with a message that says why.", "common/dataformats.md, orderState")
def why(server: Server) -> Findings:
    found = [seen for seen in _orders(server) if seen.value.get("state") == "DONE_FAILED"]
    if not found:
        raise Nothing("No order that was shown failed.")
    for seen in found:
        if not seen.value.get("message"):
            yield seen.wrong("is DONE_FAILED without a message")


def _since(server: Server, position: int) -> tuple[list[str], Exchange]:
    known = [str(seen.value.get("event")) for seen in _events(server)]
    query = f"?since={quote(known[position], safe='')}"
    return known, server.get(server.path("orderevents") + query)


declare(
    CHAPTER,
    _PAGE,
    "An event",
    _events,
    (
        Field(20, "event", "an ID", formats.identifier, MANDATORY),
        Field(21, "order", "an object", formats.an_object, MANDATORY),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The order of an event",
    _orders,
    (
        Field(22, "path", "a text", formats.text, MANDATORY, section="order"),
        Field(23, "accessId", "an ID", formats.identifier, MANDATORY, section="order"),
        Field(24, "service", "a text", formats.text, MANDATORY, section="order"),
        Field(25, "operation", "one of six words", formats.one_of(*OPERATIONS), MANDATORY, section="order"),
        Field(26, "state", "one of four words", formats.one_of(*STATES), MANDATORY, section="order"),
        Field(27, "message", "a text", formats.text, MAY_BE_EMPTY, section="order", level=Level.MUST),
    ),
)
