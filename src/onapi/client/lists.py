"""Lists, read while they come: whole ones, and what changed since the last time."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from onapi.client import errors, exchange, tolerance
from onapi.client.splitting import Splitter
from onapi.client.steps import Answer, Flow, Give, Listing, Lost, More, Request, Surroundings
from onapi.client.tolerance import Model

T = TypeVar("T")
M = TypeVar("M", bound=Model)


def of(
    around: Surroundings,
    path: str,
    read: Callable[[Any], T],
    *,
    since: str | None = None,
    query: Mapping[str, str | None] | None = None,
) -> Listing[T]:
    """Return a list whose elements are read by `read`.

    Args:
        around: what descriptions need.
        path: the path below the version's root.
        read: makes an item of an element, which it is given as JSON values.
        since: the Last-Modified of an answer before; then only what changed since comes.
        query: parameters; those that are None are left out.

    An empty list is one that is `[]`, 304, 204, or the API's 404: for the standard no access is no list.

    """

    def begin(listing: Listing[T]) -> Flow[None]:
        given = tuple((name, value) for name, value in (query or {}).items() if value is not None)
        headers = {"If-Modified-Since": since} if since else {}
        answer = yield from _opened(around, Request(path=path, query=given, headers=headers), listing)
        if answer is None:
            return
        # Only the last guess of the splitter is held: the list itself never is.
        splitter = Splitter()
        while True:
            try:
                piece: bytes = yield More()
            except Lost as lost:
                raise errors.Unreachable(f"{lost.reason}, in the middle of {path}.", unsure=False) from lost
            for element in splitter.feed(piece) if piece else splitter.finish():
                for one in _unwrapped(tolerance.decode(element)):
                    yield Give(read(one))
            if not piece:
                return

    return Listing(begin)


def models(
    around: Surroundings,
    path: str,
    kind: type[M],
    *,
    since: str | None = None,
    query: Mapping[str, str | None] | None = None,
) -> Listing[M]:
    """Return a list of models; see `of`."""
    return of(around, path, lambda value: tolerance.read(kind, value), since=since, query=query)


def _opened(around: Surroundings, request: Request, listing: Listing[T]) -> Flow[Answer | None]:
    """Return the head of an answer with elements, None when there are none."""
    answer = yield from exchange.head(around, request, or_nothing=True)
    listing.head = answer.headers
    listing.unchanged = answer.status == 304
    return answer if answer.status not in (204, 304, 404) else None


def _unwrapped(value: Any) -> list[Any]:
    """Return the elements of an answer that has them in a field of an object, else the value as the one element."""
    if isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        if isinstance(inner, list) and all(isinstance(one, dict) for one in inner):
            return inner
    return [value]
