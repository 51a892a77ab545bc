"""Events: that something changed.

Source: ON-API 2.6.0 spec/events.md.
"""

from collections import Counter
from datetime import datetime

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, Field, declare

CHAPTER = Chapter("EVT", "Events", "events")
_PAGE = "spec/events.md"
_KINDS = ("accesses", "orders", "subscriptions", "tickets")
_SINGULAR = {"access", "order", "subscription", "ticket"}


def _events(server: Server) -> list[Seen]:
    return server.sample("events")


@CHAPTER.must(1, "The list is an array of objects, with 200.", f"{_PAGE}, All available events")
def array(server: Server) -> Findings:
    answer = server.listing("events")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(2, "No event is told twice in one answer.", f"{_PAGE}, All available events")
def once(server: Server) -> Findings:
    names = ("type", "objectType", "objectId", "time")
    counted = Counter(tuple(str(seen.value.get(name)) for name in names) for seen in _events(server))
    for event, times in counted.items():
        if times > 1:
            yield Finding(f"{' '.join(event)} is listed {times} times", server.listing("events"))


@CHAPTER.must(
    3,
    "CREATE and UPDATE have the path of the object, DELETE has none.",
    f"{_PAGE}, path",
    deviation="`/events`, `path` of a subscription",
)
def paths(server: Server) -> Findings:
    for seen in _events(server):
        if ("path" in seen.value) == (seen.value.get("type") == "DELETE"):
            yield seen.wrong(f"is {seen.value.get('type')}, and has {'a' if 'path' in seen.value else 'no'} path")


@CHAPTER.should(4, "The path of an object that is still there leads to it.", f"{_PAGE}, path")
def paths_lead(server: Server) -> Findings:
    events = _events(server)
    gone = {seen.value.get("objectId") for seen in events if seen.value.get("type") == "DELETE"}
    asked = 0
    for kind in _KINDS:
        some = [
            seen
            for seen in events
            if seen.value.get("objectType") == kind and seen.value.get("path") and seen.value["objectId"] not in gone
        ]
        for seen in some[-2:]:
            asked += 1
            answer = server.get(str(seen.value["path"]))
            if answer.status != 200:
                yield Finding(f"{seen.where}: {seen.value['path']} is {answer.status}", answer)
    if not asked:
        raise Nothing("No event that was shown has a path.")


@CHAPTER.contradictory(
    5,
    "The kinds of objects are in the plural, as the list of values has them; the example has the singular.",
    f"{_PAGE}, objectType",
    deviation="`/events`, `objectType`",
)
def plural(server: Server) -> Findings:
    for seen in _events(server):
        if seen.value.get("objectType") in _SINGULAR:
            yield seen.wrong(f"objectType is {seen.value['objectType']}")


@CHAPTER.must(
    6, "The present second is held back: no event is as new as Last-Modified.", f"{_PAGE}, All available events"
)
def held_back(server: Server) -> Findings:
    answer = server.listing("events")
    until = formats.http_date(answer.headers.get("Last-Modified"))
    if until is None:
        raise Nothing("The list of events has no Last-Modified.")
    for seen in _events(server):
        time = formats.moment(seen.value.get("time"))
        if time is not None and time >= until:
            yield seen.wrong(f"is of {seen.value['time']}, and Last-Modified is {answer.headers['Last-Modified']}")


@CHAPTER.must(7, "With Last-Modified sent back, no event comes a second time.", f"{_PAGE}, New events")
def no_repetition(server: Server) -> Findings:
    first = server.listing("events")
    last = first.headers.get("Last-Modified")
    if last is None:
        raise Nothing("The list of events has no Last-Modified.")
    second = server.get(server.path("events"), last)
    before = {str(event) for event in first.objects}
    for number, event in enumerate(second.objects):
        if str(event) in before:
            yield Finding(f"events[{number}] of the second answer was in the first as well", second)


@CHAPTER.must(8, "With If-Modified-Since, no event is older than that.", f"{_PAGE}, New events")
def not_older(server: Server) -> Findings:
    since, answer = _since_a_moment(server)
    for number, event in enumerate(answer.objects):
        time = formats.moment(event.get("time"))
        if time is not None and time < since:
            yield Finding(f"events[{number}] is of {event['time']}, which is before {since:%H:%M:%S}", answer)


@CHAPTER.must(9, "With If-Modified-Since, every event since then is told.", f"{_PAGE}, New events")
def none_is_lost(server: Server) -> Findings:
    since, answer = _since_a_moment(server)
    if not answer.whole:
        raise Nothing("There are more events than we read.")
    told = {str(event) for event in answer.objects}
    for seen in _events(server):
        time = formats.moment(seen.value.get("time"))
        if time is not None and time >= since and str(seen.value) not in told:
            yield seen.wrong(f"is of {seen.value['time']}, and is not told since {since:%H:%M:%S}")


def _since_a_moment(server: Server) -> tuple[datetime, Exchange]:
    """Return a second in the middle of those in which something happened, and the events since then."""
    times = [time for seen in _events(server) if (time := formats.moment(seen.value.get("time")))]
    if not times:
        raise Nothing("No event that was shown has a time.")
    seconds = sorted({time.replace(microsecond=0) for time in times})
    since = seconds[len(seconds) // 2]
    return since, server.get(server.path("events"), since.strftime("%a, %d %b %Y %H:%M:%S GMT"))


declare(
    CHAPTER,
    _PAGE,
    "An event",
    _events,
    (
        Field(20, "type", "CREATE, UPDATE or DELETE", formats.one_of("CREATE", "UPDATE", "DELETE"), MANDATORY),
        Field(
            21,
            "objectType",
            "one of four words, in the plural or the singular",
            formats.one_of(*_KINDS, *sorted(_SINGULAR)),
            MANDATORY,
        ),
        Field(22, "objectId", "an ID", formats.identifier, MANDATORY),
        Field(23, "path", "a text", formats.text),
        Field(
            24,
            "time",
            "a dateTime; the example lacks the time zone",
            formats.date_time,
            MANDATORY,
            level=Level.CONTRADICTORY,
        ),
    ),
)
