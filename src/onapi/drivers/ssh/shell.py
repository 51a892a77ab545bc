"""The way to an element's command line by SSH; see `contract.Shell`."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncssh

from onapi.drivers.contract import TimedOut, Unreachable
from onapi.drivers.ssh.connection import Login, connect
from onapi.drivers.ssh.dialogue import Dialogue

_CHUNK = 1 << 14
# As wide as SSH and the elements allow, so that lines are not wrapped.
_SCREEN = (511, 511)


class ShellClient:
    """Asks one element, one question at a time, on a connection that stays for `idle_s` seconds after the last.

    `deadline_s` is the most that one `ask` takes, with connecting. After a question that was not answered as it
    should the connection is given up: nobody knows what will be printed on it next.
    """

    def __init__(
        self,
        host: str,
        login: Login,
        *,
        port: int = 22,
        deadline_s: float = 20.0,
        idle_s: float = 60.0,
        largest: int = 1 << 20,
    ) -> None:
        self._host = host
        self._port = port
        self._login = login
        self._deadline_s = deadline_s
        self._idle_s = idle_s
        self._largest = largest
        self._lock = asyncio.Lock()
        self._session: _Session | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def ask(self, command: str) -> str:
        """Send one line, and return what the element printed before its next prompt.

        Questions of the element are answered with yes, and pages are turned.

        Raises:
            Unreachable: nobody is there, or the connection broke.
            TimedOut: there was no answer in time.
            AuthFailed: the element does not let us in, or is not the one that is known.
            Garbled: the element prints without end.
            Rejected: the command is more than one line.
        """
        async with self._lock:
            self._stay()
            answer = None
            try:
                async with asyncio.timeout(self._deadline_s):
                    if self._session is None:
                        connection = await connect(self._host, self._port, self._login, self._deadline_s)
                        self._session = _Session(connection, Dialogue(self._largest))
                        await self._session.open()
                    answer = await self._session.ask(command)
            except TimeoutError:
                raise TimedOut("The network element's command line did not answer in time.") from None
            finally:
                if answer is None:
                    self._drop()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._drop)
            return answer

    async def close(self) -> None:
        """End the connection; the next question makes a new one."""
        session = self._session
        self._drop()
        if session is not None:
            await session.gone()

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _drop(self) -> None:
        self._stay()
        if self._session is not None:
            self._session.abort()
            self._session = None


class _Session:
    """A connection, and the command line that is open on it."""

    _process: asyncssh.SSHClientProcess[bytes]

    def __init__(self, connection: asyncssh.SSHClientConnection, dialogue: Dialogue) -> None:
        self._connection = connection
        self._dialogue = dialogue

    async def open(self) -> None:
        try:
            self._process = await self._connection.create_process(term_type="vt100", term_size=_SCREEN, encoding=None)
        except (OSError, asyncssh.Error):
            raise Unreachable("The network element gives no command line.") from None
        await self.until(lambda dialogue: dialogue.ready)

    async def ask(self, command: str) -> str:
        self._type(self._dialogue.ask(command))
        await self.until(lambda dialogue: dialogue.answer() is not None)
        return self._dialogue.answer() or ""

    async def until(self, holds: Callable[[Dialogue], bool]) -> None:
        """Read, and type what the dialogue wants typed, until something holds of it."""
        while not holds(self._dialogue):
            try:
                chunk = await self._process.stdout.read(_CHUNK)
            except (OSError, asyncssh.Error):
                raise Unreachable("The connection to the network element broke.") from None
            if not chunk:
                raise Unreachable("The network element closed the connection.")
            self._type(self._dialogue.feed(chunk))

    def _type(self, keys: bytes) -> None:
        if keys:
            # If this fails, so does the reading, and that tells why.
            with suppress(OSError):
                self._process.stdin.write(keys)

    def abort(self) -> None:
        self._connection.abort()

    async def gone(self) -> None:
        with suppress(OSError, asyncssh.Error):
            await self._connection.wait_closed()
