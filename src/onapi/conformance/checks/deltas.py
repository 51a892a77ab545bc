"""Deltas: If-Modified-Since asks for what changed, and Last-Modified is what to send next time.

Source: ON-API 2.6.0 spec/accesses.md, "Updates"; spec/services.md, spec/subscriptions.md, spec/tickets.md,
spec/events.md.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from onapi.conformance import formats, raw
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level
from onapi.conformance.register import Chapter, Findings, Look
from onapi.conformance.server import Server

CHAPTER = Chapter("DEL", "Deltas")
_LONG_AGO = "Mon, 01 Jan 1990 00:00:00 GMT"
_MANY = 20
# Of each endpoint with deltas: the hundred of its checks' numbers, the key of its objects, whether the standard
# says that Last-Modified must be there or only shows it, and where.
_ENDPOINTS = (
    ("accesses", 100, "accessId", Level.MUST, "spec/accesses.md, Updates"),
    ("services", 200, "accessId", Level.SHOULD, "spec/services.md, since a specific time"),
    ("subscriptions", 300, "accessId", Level.SHOULD, "spec/subscriptions.md, since a specific time"),
    ("tickets", 400, "coTicketReference", Level.SHOULD, "spec/tickets.md, GET tickets"),
    ("events", 500, "objectId", Level.MUST, "spec/events.md, New events"),
)
_SINCE = {"services": "2.6"}


def _last_modified(server: Server, endpoint: str) -> str:
    value = server.listing(endpoint).headers.get("Last-Modified")
    if value is None:
        raise Nothing(f"The list of {endpoint} has no Last-Modified.")
    return value


def _has_one(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        server.sample(endpoint)
        if "Last-Modified" not in server.listing(endpoint).headers:
            yield Finding("There is no Last-Modified", server.listing(endpoint))

    return look


def _is_a_date(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        value = _last_modified(server, endpoint)
        if formats.http_date(value) is None:
            yield Finding(f'Last-Modified is "{value}", which is no date of HTTP', server.listing(endpoint))

    return look


def _is_not_of_the_future(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        answer = server.listing(endpoint)
        value = formats.http_date(_last_modified(server, endpoint))
        now = formats.http_date(answer.headers.get("Date")) or datetime.now(UTC)
        if value is not None and value > now + timedelta(seconds=1):
            yield Finding(f"Last-Modified is {value:%H:%M:%S}, and it was {now:%H:%M:%S}", answer)

    return look


def _only_what_changed(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        whole = server.sample(endpoint)
        since = _last_modified(server, endpoint)
        if len(whole) < _MANY:
            raise Nothing(f"There are only {len(whole)}, which may all have changed.")
        again = server.fresh(server.path(endpoint), since)
        for _ in range(2):
            if again.status == 304 or len(again.objects) < len(whole) / 2:
                return
            # They may all have changed in this very second.
            server.session.sleep(1.1)
            again = server.fresh(server.path(endpoint), again.headers.get("Last-Modified", since))
        yield Finding(f"With Last-Modified sent back, {len(again.objects)} of {len(whole)} came again", again)

    return look


def _status(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        answer = server.get(server.path(endpoint), _last_modified(server, endpoint))
        if answer.status not in {200, 304}:
            yield Finding(f"With Last-Modified sent back, the answer was {answer.status}", answer)
        elif answer.status == 200 and answer.value == []:
            yield Finding("Nothing changed, and the answer was 200 with an empty list, not 304", answer)

    return look


def _empty_304(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        since = _last_modified(server, endpoint)
        for _ in range(4):
            answer = server.fresh(server.path(endpoint), since)
            if answer.status == 304:
                break
            since = answer.headers.get("Last-Modified", since)
            server.session.sleep(1.1)
        else:
            raise Nothing("Something went on changing, so that nothing was answered 304.")
        surplus = raw.after_the_head(server.session, server.path(endpoint), {"If-Modified-Since": since}, status=304)
        if surplus:
            yield Finding(f"After the head of a 304 came {len(surplus)} octets: {surplus[:60]!r}", answer)

    return look


def _nothing_lost(endpoint: str, key: str) -> Look:
    def look(server: Server) -> Findings:
        listed = server.sample(endpoint)
        answer = server.get(server.path(endpoint), _LONG_AGO)
        if answer.status != 200 or not (answer.whole and server.listing(endpoint).whole):
            raise Nothing(f"Since long ago the answer was {answer.status}, or longer than we read.")
        told = {str(one.get(key)) for one in answer.objects}
        missing = [seen.value.get(key) for seen in listed if str(seen.value.get(key)) not in told]
        if missing:
            yield Finding(f"{len(missing)} that are listed are no change since 1990, such as {missing[0]}", answer)

    return look


def _no_way_back(endpoint: str) -> Look:
    def look(server: Server) -> Findings:
        first = formats.http_date(_last_modified(server, endpoint))
        answer = server.fresh(server.path(endpoint))
        second = formats.http_date(answer.headers.get("Last-Modified"))
        if first is not None and second is not None and second < first:
            yield Finding(f"Last-Modified went back from {first:%H:%M:%S} to {second:%H:%M:%S}", answer)

    return look


def _declare(endpoint: str, hundred: int, key: str, level: Level, source: str) -> None:
    note = CHAPTER.must if level is Level.MUST else CHAPTER.should
    rows: tuple[tuple[int, str, Look, Callable[..., Callable[[Look], Look]]], ...] = (
        (1, "A list that has something has Last-Modified", _has_one(endpoint), note),
        (2, "Last-Modified is a date of HTTP", _is_a_date(endpoint), CHAPTER.must),
        (3, "Last-Modified is not of the future", _is_not_of_the_future(endpoint), CHAPTER.must),
        (
            4,
            "Last-Modified sent back brings what changed, not everything",
            _only_what_changed(endpoint),
            CHAPTER.must,
        ),
        (
            5,
            "Last-Modified sent back is 200 with changes, or 304 when there are none",
            _status(endpoint),
            CHAPTER.must,
        ),
        (6, "304 has no body", _empty_304(endpoint), CHAPTER.must),
        (7, "Since long ago, everything that is listed is a change", _nothing_lost(endpoint, key), CHAPTER.must),
        (8, "Last-Modified does not go back", _no_way_back(endpoint), CHAPTER.must),
    )
    for number, says, look, level_of in rows:
        more = {"since": _SINCE.get(endpoint, "2.4")} | ({"deviation": "`If-Modified-Since`"} if number == 4 else {})
        place = "RFC 9110, 15.4.5" if number == 6 else "RFC 9110, 8.8.2" if number in {2, 3} else source
        level_of(hundred + number, f"/{endpoint}/: {says}.", place, **more)(_offered(endpoint, look))


def _offered(endpoint: str, look: Look) -> Look:
    def offered(server: Server) -> Findings:
        server.path(endpoint)
        return look(server)

    return offered


for _row in _ENDPOINTS:
    _declare(*_row)
