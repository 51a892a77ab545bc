"""Descriptions become methods: one definition gives a value at a `Client`, and an awaitable at an `AsyncClient`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from onapi.client import exchange
from onapi.client.steps import Answer, Call, Flow, Listing, Request, Surroundings

P = ParamSpec("P")
T = TypeVar("T")
S_co = TypeVar("S_co", covariant=True)


class Sync:
    """What is bound to a `Client`: methods return results."""


class Async:
    """What is bound to an `AsyncClient`: methods return awaitables."""


K = TypeVar("K", Sync, Async)


class Stream(Protocol[S_co]):
    """A list under way at a `Client`."""

    def __iter__(self) -> Iterator[S_co]:
        """Begin."""

    @property
    def last_modified(self) -> str | None:
        """The text to ask with next time, once the first item was asked for; None: the server gives none."""

    @property
    def unchanged(self) -> bool:
        """Whether the server said that nothing changed."""

    def close(self) -> None:
        """Give up what is under way."""


class AsyncStream(Protocol[S_co]):
    """A list under way at an `AsyncClient`."""

    def __aiter__(self) -> AsyncIterator[S_co]:
        """Begin."""

    @property
    def last_modified(self) -> str | None:
        """The text to ask with next time, once the first item was asked for; None: the server gives none."""

    @property
    def unchanged(self) -> bool:
        """Whether the server said that nothing changed."""

    async def close(self) -> None:
        """Give up what is under way."""


class Runner(Protocol):
    """What carries descriptions out."""

    @property
    def around(self) -> Surroundings:
        """What descriptions need."""

    def run(self, call: Call[Any], /) -> Any:
        """Do it: returns the result, or an awaitable of it."""

    def stream(self, listing: Listing[Any], /) -> Any:
        """Begin a list: returns what can be iterated."""


class Resource(Generic[K]):
    """Methods below one path of the standard."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    @property
    def _around(self) -> Surroundings:
        return self._runner.around

    def _ask(
        self,
        path: str,
        *,
        method: str = "GET",
        query: Mapping[str, str | None] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Flow[Answer]:
        """Send one request, and return the whole answer; parameters that are None are left out."""
        given = dict(headers or {})
        if body is not None:
            given["Content-Type"] = "application/json"
        asked = tuple((name, value) for name, value in (query or {}).items() if value is not None)
        request = Request(method=method, path=path, query=asked, headers=given, body=body)
        return exchange.whole(self._around, request)


class operation(Generic[P, T]):  # noqa: N801  # it is written as a decorator
    """A method that is described by a generator of steps."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self._describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, T]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: object) -> Any:
        if instance is None:
            return self

        def bound(*given: P.args, **named: P.kwargs) -> Any:
            return instance._runner.run(Call(lambda: self._describe(instance, *given, **named)))

        bound.__doc__ = self.__doc__
        return bound


class listing(Generic[P, T]):  # noqa: N801  # it is written as a decorator
    """A method that returns something to iterate, described by what makes a `Listing`."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Listing[T]]) -> None:
        self._describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, Stream[T]]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, AsyncStream[T]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: object) -> Any:
        if instance is None:
            return self

        def bound(*given: P.args, **named: P.kwargs) -> Any:
            return instance._runner.stream(self._describe(instance, *given, **named))

        bound.__doc__ = self.__doc__
        return bound
