"""Faults of deltas, the same in every list that has them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from tests.conformance.mutants import Answer, Fault, Forward, Request
from tests.conformance.planting import Planted, Where, asked, at, but, header, status, with_headers

_LISTS = (("accesses", 100), ("services", 200), ("subscriptions", 300), ("tickets", 400), ("events", 500))
_MANY = ("accesses", "services", "events")


def shifted(value: str, **by: float) -> str:
    """Return a date of HTTP that is later."""
    return format_datetime(parsedate_to_datetime(value) + timedelta(**by), usegmt=True)


def _body_with_304(place: Where) -> Fault:
    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        return replace(answer, body=b"[]") if place(request) and answer.status == 304 else answer

    return fault


def _empty_instead_of_304(place: Where) -> Fault:
    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if not place(request) or answer.status != 304:
            return answer
        return Answer(200, answer.headers | {"content-type": "application/json"}, b"[]")

    return fault


def _goes_back(place: Where) -> Fault:
    step = iter(range(10_000))
    return header(place, "last-modified", lambda value: shifted(value, minutes=-next(step)))


def _faults(place: Where) -> Iterator[tuple[str, Fault, int, tuple[int, ...]]]:
    """Yield the faults of a list: a name, which check finds it, and those that look for it."""

    def with_since(request: Request) -> bool:
        return place(request) and "if-modified-since" in request.headers

    def later(value: Any) -> Any:
        return value[1:]

    deaf = asked(place, lambda request: with_headers(request, if_modified_since=None))
    yield "there is no Last-Modified", header(place, "last-modified", None), 1, (1, 2)
    yield "Last-Modified is ISO", header(place, "last-modified", "2026-11-25T00:00:00Z"), 2, (1, 2, 3)
    yield (
        "Last-Modified is of the future",
        header(place, "last-modified", lambda value: shifted(value, hours=1)),
        3,
        (1, 2, 3),
    )
    yield "If-Modified-Since is ignored", deaf, 4, (4,)
    yield "304 is 404", status(place, 404, 304, {"cause": "Nothing new."}), 5, (5,)
    yield "304 is 200 with nothing", _empty_instead_of_304(place), 5, (5,)
    yield "304 has a body", _body_with_304(place), 6, (6,)
    yield "a delta lacks a row", but(with_since, later), 7, (7,)
    yield "Last-Modified goes back", _goes_back(place), 8, (8,)


DELTAS = tuple(
    Planted(
        f"{endpoint}: {name}",
        fault,
        {f"DEL-{hundred + found}"},
        tuple(f"DEL-{hundred + number}" for number in looked_for_with),
    )
    for endpoint, hundred in _LISTS
    for name, fault, found, looked_for_with in _faults(at(endpoint))
    if found != 4 or endpoint in _MANY
)
