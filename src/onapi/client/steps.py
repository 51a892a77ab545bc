"""What a client does, as values: steps that a runner carries out, and the two kinds of descriptions made of them.

A description is a generator. It yields steps, is sent what came of each, and returns the result. Nothing in it
knows whether it is run by threads or by a loop, and nothing outside it knows when to try again. A description has
one answer open at a time: a further Open gives the one before it up.
"""

import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from onapi.vocabulary import Dialect

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `path` is below the version's root."""

    method: str = "GET"
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def target(self) -> str:
        """The path with the query."""
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body where that has been read; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Open:
    """Send a request; is sent the Answer's head, or thrown Lost."""

    request: Request


@dataclass(frozen=True, slots=True)
class More:
    """Read on; is sent up to 256 KiB of the body, unpacked, `b""` at its end, or thrown Lost."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Give:
    """Hand an item to whoever iterates; goes on when the next one is asked for."""

    item: Any


Step: TypeAlias = Open | More | Pause | Give
Flow: TypeAlias = Generator[Step, Any, T]


class Lost(Exception):
    """A request or its answer was lost on the way; `sent` says whether the server may have got the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long to try.

    Seconds, but for `attempts`. Between attempts a random time of up to `base_s`, doubled each time, but never more
    than `most_s`, is waited. Where the server says how long (Retry-After), that is waited instead, unless it is
    more than `longest_s`: then the error comes at once, and its `retry_after` says how long.
    """

    attempts: int = 5
    base_s: float = 0.5
    most_s: float = 30.0
    longest_s: float = 300.0


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """What descriptions need beside their arguments: patience, a clock, chance, and what is known of the server.

    `is_older` says that the server is of 2.4 or 2.5. What is found out is kept: whether it keeps keys of orders, and
    whether paths of its collections and items end with a slash.
    """

    patience: Patience = field(default_factory=Patience)
    now: Callable[[], float] = time.time
    ticks: Callable[[], float] = time.monotonic
    chance: Callable[[float, float], float] = random.uniform
    dialect: Dialect = Dialect.STANDARD
    is_older: bool = False
    takes_keys: bool | None = None
    slashes: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """Something to be done, with a result; running it twice does it twice."""

    begin: Callable[[], Flow[T]]


@dataclass(slots=True)
class Listing(Generic[T]):
    """Something to be iterated.

    `head` has the headers of the newest answer, once there is one: `last-modified` is what to ask with next time.
    """

    begin: "Callable[[Listing[T]], Flow[None]]"
    head: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False

    def opened(self, answer: Answer) -> None:
        """Keep the head of an answer."""
        self.head = answer.headers
        self.unchanged = answer.status == 304


def quoted(text: str) -> str:
    """Return a value as a segment of a path."""
    return quote(text, safe="")
