"""Lists, read while they come: whole ones, and what changed since the last time."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from onapi.client import errors, exchange, tolerance
from onapi.client.splitting import Splitter
from onapi.client.steps import Answer, Flow, Give, Listing, Lost, More, Request, Step, Surroundings
from onapi.client.tolerance import Model

T = TypeVar("T")
M = TypeVar("M", bound=Model)


def each(
    around: Surroundings,
    path: str,
    read: Callable[[Any], T],
    take: Callable[[T], Iterable[Step]],
    *,
    since: str | None = None,
    query: Mapping[str, str | None] | None = None,
    opened: Callable[[Answer], None] | None = None,
) -> Flow[Answer]:
    """Read a list while it comes, do what `take` says for each element, and return the answer's head.

    Args:
        around: what descriptions need.
        path: the path below the version's root.
        read: makes an item of an element, which it is given as JSON values.
        take: returns the steps for an item.
        since: the Last-Modified of an answer before; then only what changed since comes.
        query: parameters; those that are None are left out.
        opened: told the answer's head before the first element.

    An empty list is one that is `[]`, 304, 204, or, of a collection, the API's 404: for the standard no access is no
    list.

    Raises:
        ClientError: the server refused or failed, or the list broke off.

    """
    given = tuple((name, value) for name, value in (query or {}).items() if value is not None)
    headers = {"If-Modified-Since": since} if since else {}
    # What is named, by the path or as `since`, may be unknown; a collection may only be empty.
    collection = path.endswith("/") and not (query or {}).get("since")
    first: Answer | None = None
    while True:
        request = Request(path=path, query=given, headers=headers)
        answer = yield from exchange.head(around, request, or_nothing=collection)
        if opened and first is None:
            opened(answer)
        first = first or answer
        if answer.status not in (204, 304, 404):
            yield from _elements(path, read, take)
        following = _next(answer)
        if following is None or following == given:
            return first
        given = following


def _elements(path: str, read: Callable[[Any], T], take: Callable[[T], Iterable[Step]]) -> Flow[None]:
    splitter = Splitter()
    while True:
        try:
            piece: bytes = yield More()
        except Lost as lost:
            raise errors.Unreachable(f"{lost.reason}, in the middle of {path}.", unsure=False) from lost
        for element in splitter.feed(piece) if piece else splitter.finish():
            for one in _unwrapped(tolerance.decode(element)):
                yield from take(read(one))
        if not piece:
            return


def _next(answer: Answer) -> tuple[tuple[str, str], ...] | None:
    """Return the query of the page that follows, where a server sends its lists by pages; None: there is none."""
    for link in answer.headers.get("link", "").split(","):
        target, _, relation = link.partition(";")
        if re.search(r'rel="?next\b', relation):
            return tuple(parse_qsl(urlsplit(target.strip(" <>")).query, keep_blank_values=True))
    return None


def of(
    around: Surroundings,
    path: str,
    read: Callable[[Any], T],
    *,
    since: str | None = None,
    query: Mapping[str, str | None] | None = None,
) -> Listing[T]:
    """Return a list to iterate; see `each`."""

    def begin(listing: Listing[T]) -> Flow[None]:
        yield from each(
            around, path, read, lambda item: (Give(item),), since=since, query=query, opened=listing.opened
        )

    return Listing(begin)


def models(
    around: Surroundings,
    path: str,
    kind: type[M],
    *,
    since: str | None = None,
    query: Mapping[str, str | None] | None = None,
) -> Listing[M]:
    """Return a list of models to iterate; see `each`."""
    return of(around, path, lambda value: tolerance.read(kind, value), since=since, query=query)


def collected(
    around: Surroundings, path: str, read: Callable[[Any], T], *, query: Mapping[str, str | None] | None = None
) -> Flow[list[T]]:
    """Return all items of a list that is short; see `each`."""
    items: list[T] = []

    def take(item: T) -> Iterable[Step]:
        items.append(item)
        return ()

    yield from each(around, path, read, take, query=query)
    return items


def _unwrapped(value: Any) -> list[Any]:
    """Return the elements of an answer that has them in a field of an object, else the value as the one element."""
    if isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        if isinstance(inner, list) and all(isinstance(one, dict) for one in inner):
            return inner
    return [value]
