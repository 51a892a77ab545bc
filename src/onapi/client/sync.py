"""The client for threads."""

import time
from collections.abc import Iterator
from typing import Any, Generic, Self, TypeVar

from onapi.client import resources
from onapi.client.binding import Sync
from onapi.client.steps import Call, Flow, Give, Listing, Lost, More, Open, Patience, Pause, Surroundings
from onapi.client.transport import Httpx2Transport, Reply, Transport, settings
from onapi.vocabulary import Dialect

T = TypeVar("T")


class Client(resources.Resources[Sync]):
    """A service provider's client at one server.

    Args:
        url: the version's root, such as https://co.example/onapi/2.6/.
        user: the user name of Basic authentication.
        password: its password.
        timeout_s: how long to wait for a connection (never more than 10 s) and for each part of an answer.
        patience: how often and how long to try.
        dialect: how orders are spelled: the standard's way, or, for servers of the seed, `sla`, `ipAddresses` and one
            equipment without an array. Answers are read in any dialect.
        transport: what sends requests instead of httpx2; `url`, `user` and `password` are its matter then.

    A client may be shared by threads. Close it, or use it in a `with`.

    """

    def __init__(
        self,
        url: str,
        user: str = "",
        password: str = "",
        *,
        timeout_s: float = 60.0,
        patience: Patience | None = None,
        dialect: Dialect = Dialect.STANDARD,
        transport: Transport | None = None,
    ) -> None:
        headers = settings(user, password, resources.AGENT)
        self._transport: Transport = transport or Httpx2Transport(url, headers, timeout_s)
        self._surroundings = resources.surroundings(url, patience, dialect)
        super().__init__(self)

    @property
    def around(self) -> Surroundings:
        """What descriptions need."""
        return self._surroundings

    def run(self, call: Call[T]) -> T:
        """Carry a description out, and return its result."""
        items = _Run(self._transport, call.begin())
        try:
            while items.next_item() is not None:
                pass
        finally:
            items.close()
        result: T = items.result
        return result

    def stream(self, listing: Listing[T]) -> "_Stream[T]":
        """Begin a list; nothing is sent before the first item is asked for."""
        return _Stream(listing, _Run(self._transport, listing.begin(listing)))

    def close(self) -> None:
        """Give all connections back."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Run:
    """A description under way."""

    def __init__(self, transport: Transport, flow: Flow[Any]) -> None:
        self._transport = transport
        self._flow = flow
        self._reply: Reply | None = None
        self.result: Any = None

    def next_item(self) -> Give | None:
        """Go on to the next item; None: it has ended, and `result` is there."""
        answer: Any = None
        lost: Lost | None = None
        try:
            while True:
                step = self._flow.send(answer) if lost is None else self._flow.throw(lost)
                answer, lost = None, None
                try:
                    match step:
                        case Open(request):
                            self._drop()
                            self._reply = self._transport.open(request)
                            answer = self._reply.head
                        case More():
                            answer = self._reply.more() if self._reply else b""
                        case Pause(seconds):
                            time.sleep(seconds)
                        case Give():
                            return step
                except Lost as error:
                    lost = error
        except StopIteration as end:
            self.result = end.value
            return None

    def close(self) -> None:
        """End it, wherever it is."""
        self._flow.close()
        self._drop()

    def _drop(self) -> None:
        if self._reply is not None:
            self._reply.close()
            self._reply = None


class _Stream(Generic[T]):
    """A list under way."""

    def __init__(self, listing: Listing[T], run: _Run) -> None:
        self._listing = listing
        self._run = run

    @property
    def last_modified(self) -> str | None:
        """The text to ask with next time, once the first item was asked for."""
        return self._listing.head.get("last-modified")

    @property
    def unchanged(self) -> bool:
        """Whether the server said that nothing changed."""
        return self._listing.unchanged

    def __iter__(self) -> Iterator[T]:
        try:
            while (given := self._run.next_item()) is not None:
                yield given.item
        finally:
            self.close()

    def close(self) -> None:
        """Give up what is under way."""
        self._run.close()
