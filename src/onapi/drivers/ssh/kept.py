"""A conversation over SSH that is kept open between questions, for a while."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

import asyncssh

from onapi.drivers.contract import TimedOut, Unreachable
from onapi.drivers.ssh.connection import Login, connect

T = TypeVar("T")


class Conversation(ABC):
    """What goes on over one connection."""

    _process: asyncssh.SSHClientProcess[bytes]

    def __init__(self, connection: asyncssh.SSHClientConnection) -> None:
        self._connection = connection

    @abstractmethod
    async def open(self) -> None:
        """Begin it."""

    async def read(self, most: int) -> bytes:
        """Return what comes next, at most so many bytes.

        Raises:
            Unreachable: nothing will come any more.
        """
        try:
            chunk = await self._process.stdout.read(most)
        except (OSError, asyncssh.Error):
            raise Unreachable("The connection to the network element broke.") from None
        if not chunk:
            raise Unreachable("The network element closed the connection.")
        return chunk

    def write(self, sent: bytes) -> None:
        """Send something. If this fails, so does the reading, and that tells why."""
        with suppress(OSError):
            self._process.stdin.write(sent)

    def abort(self) -> None:
        """End the connection at once."""
        self._connection.abort()

    async def gone(self) -> None:
        """Wait until it has ended."""
        with suppress(OSError, asyncssh.Error):
            await self._connection.wait_closed()


C = TypeVar("C", bound=Conversation)


class Kept(Generic[C]):
    """Asks one element, one question at a time, on a connection that stays for `idle_s` seconds after the last.

    `deadline_s` is the most that one question takes, with connecting; `late` is the sentence for one that took more.
    After a question that was not answered the connection is given up: nobody knows what will come on it next.
    """

    def __init__(
        self,
        host: str,
        login: Login,
        begin: Callable[[asyncssh.SSHClientConnection], C],
        *,
        port: int,
        deadline_s: float,
        idle_s: float,
        late: str,
    ) -> None:
        self._host = host
        self._login = login
        self._begin = begin
        self._port = port
        self._deadline_s = deadline_s
        self._idle_s = idle_s
        self._late = late
        self._lock = asyncio.Lock()
        self._open: C | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._open is not None

    async def ask(self, question: Callable[[C], Awaitable[T]]) -> T:
        """Return the answer to a question that is put to the conversation, which is begun if there is none.

        Raises:
            Unreachable: nobody is there, or the connection broke.
            TimedOut: there was no answer in time.
            AuthFailed: the element does not let us in, or is not the one that is known.
        """
        async with self._lock:
            self._stay()
            answered = False
            try:
                async with asyncio.timeout(self._deadline_s):
                    if self._open is None:
                        connection = await connect(self._host, self._port, self._login, self._deadline_s)
                        self._open = self._begin(connection)
                        await self._open.open()
                    answer = await question(self._open)
                    answered = True
            except TimeoutError:
                raise TimedOut(self._late) from None
            finally:
                if not answered:
                    self._drop()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._drop)
            return answer

    async def close(self) -> None:
        """End the connection; the next question makes a new one."""
        opened = self._open
        self._drop()
        if opened is not None:
            await opened.gone()

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _drop(self) -> None:
        self._stay()
        if self._open is not None:
            self._open.abort()
            self._open = None
