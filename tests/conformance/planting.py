"""How faults are made: by changing what is answered, or what is asked."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.conformance.mutants import Answer, Fault, Forward, Request
from tests.given import basic

Where = Callable[[Request], bool]
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Planted:
    """A fault, which checks it is looked for with, and exactly those that find it."""

    name: str
    fault: Fault
    caught_by: set[str]
    looked_for_with: tuple[str, ...]
    sp: str = "alfa"
    writes: bool = False
    other: bool = False


def at(path: str, method: str = "GET", query: str | None = None) -> Where:
    """Return whether a request is for a path; `*` at its end stands for anything, {} for one segment."""

    def matches(request: Request) -> bool:
        parts, wanted = request.path.split("/"), path.split("/")
        same = len(parts) == len(wanted) and all(one in ("{}", part) for one, part in zip(wanted, parts, strict=True))
        fits = same or (path.endswith("*") and request.path.startswith(path[:-1]))
        return fits and request.method == method and (query is None or query in request.query)

    return matches


def either(*places: Where) -> Where:
    """Return whether a request is for one of some places."""
    return lambda request: any(place(request) for place in places)


def but(place: Where, change: Change, status: int = 200) -> Fault:
    """Change the JSON of answers of a status."""

    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        return answer.but(change(answer.value)) if place(request) and answer.status == status else answer

    return fault


def each(place: Where, **fields: Any) -> Fault:
    """Give every object of a list, or a single one, these fields; ... takes one away, a function changes it."""

    def change(value: Any) -> Any:
        return [_with(one, fields) for one in value] if isinstance(value, list) else _with(value, fields)

    return but(place, change)


def first(place: Where, **fields: Any) -> Fault:
    """Do so to the first object of a list only."""
    return but(place, lambda value: [_with(value[0], fields), *value[1:]])


def inner(name: str, **fields: Any) -> Change:
    """Return what does so to the objects in a field of every object."""

    def change(value: Any) -> Any:
        if isinstance(value, list):
            return [change(one) for one in value]
        return (
            value | {name: [_with(one, fields) for one in value[name]]}
            if isinstance(value, dict) and value.get(name)
            else value
        )

    return change


def within(name: str, **fields: Any) -> Callable[[Any], Any]:
    """Return what does so to the object in a field, or those that it has."""

    def change(value: Any) -> Any:
        held = value.get(name)
        if isinstance(held, dict):
            return value | {name: _with(held, fields)}
        return value | {name: [_with(one, fields) for one in held]} if held else value

    return change


def status(place: Where, code: int, was: int, value: Any = None) -> Fault:
    """Answer with another status than it was, and a body."""

    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if not place(request) or answer.status != was:
            return answer
        if code == 204:
            return Answer(code)
        changed = replace(answer, status=code, headers=answer.headers | {"content-type": "application/json"})
        return changed if value is None else changed.but(value)

    return fault


def header(place: Where, name: str, value: str | Callable[[str], str] | None) -> Fault:
    """Answer with another value of a header, or without it."""

    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if not place(request):
            return answer
        headers = {one: told for one, told in answer.headers.items() if one != name}
        if value is not None:
            headers[name] = value if isinstance(value, str) else value(answer.headers.get(name, ""))
        return replace(answer, headers=headers)

    return fault


def asked(place: Where, change: Callable[[Request], Request]) -> Fault:
    """Have the server asked for something else."""

    async def fault(request: Request, forward: Forward) -> Answer:
        return await forward(change(request) if place(request) else request)

    return fault


def instead(place: Where, code: int, value: Any = None, **headers: str) -> Fault:
    """Answer without asking the server."""

    async def fault(request: Request, forward: Forward) -> Answer:
        if not place(request):
            return await forward(request)
        told = {
            "content-type": "application/json",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        return Answer(
            code, told if value is not None else headers, b"" if value is None else json.dumps(value).encode()
        )

    return fault


def posted(operation: str) -> Where:
    """Return whether a request is an order for an operation."""
    return lambda request: at("orders", "POST")(request) and f'"{operation}"'.encode() in request.body


def as_sp(sp: str) -> Callable[[Request], Request]:
    """Return what has a request sent by an SP."""
    return lambda request: with_headers(request, authorization=basic(sp, f"{sp}-secret")["Authorization"])


def with_headers(request: Request, **headers: str | None) -> Request:
    """Return a request with other headers; None takes one away."""
    merged = {**request.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return replace(request, headers={name: value for name, value in merged.items() if value is not None})


def with_query(request: Request, query: str) -> Request:
    """Return a request with another query."""
    return replace(request, query=query)


def _with(one: Any, fields: dict[str, Any]) -> Any:
    changed = dict(one)
    for name, value in fields.items():
        if value is ...:
            changed.pop(name, None)
        elif callable(value):
            if name in changed:
                changed[name] = value(changed[name])
        else:
            changed[name] = value
    return changed
