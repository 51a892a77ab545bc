"""The way to an element by NETCONF over SSH; see `contract.Netconf`. Source: RFC 6242."""

import asyncio
from contextlib import suppress

import asyncssh

from onapi.drivers.contract import DriverError, TimedOut, Unreachable
from onapi.drivers.netconf import messages
from onapi.drivers.netconf.framing import Framer
from onapi.drivers.ssh.connection import Login, connect

_CHUNK = 1 << 16
# Some servers lose a question that arrives together with the hello.
_AFTER_HELLO_S = 0.05


class NetconfClient:
    """Asks one element, one question at a time, on a connection that stays for `idle_s` seconds after the last.

    `deadline_s` is the most that one `call` takes, with connecting. What was locked is free when the connection ends:
    so it ends after a question that was not answered, and an error of the element leaves it as it is.
    """

    def __init__(
        self,
        host: str,
        login: Login,
        *,
        port: int = 830,
        deadline_s: float = 20.0,
        idle_s: float = 60.0,
        largest: int = 8 << 20,
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

    async def call(self, operation: str) -> str:
        """Send the inside of an `rpc` element, and return the inside of its reply.

        Raises:
            Unreachable: nobody is there, or the connection broke.
            TimedOut: there was no answer in time.
            AuthFailed: the element does not let us in, or is not the one that is known, or denies access.
            Garbled: what came is no answer, or too long a one.
            Busy, Unsupported, Rejected: the element answers with an error.
        """
        async with self._lock:
            self._stay()
            told: str | DriverError | None = None
            try:
                async with asyncio.timeout(self._deadline_s):
                    if self._session is None:
                        connection = await connect(self._host, self._port, self._login, self._deadline_s)
                        self._session = _Session(connection, Framer(self._largest))
                        await self._session.open()
                    told = await self._session.call(operation)
            except TimeoutError:
                raise TimedOut("The network element did not answer by NETCONF in time.") from None
            finally:
                if told is None:
                    self._drop()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._drop)
        if isinstance(told, DriverError):
            raise told
        return told

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
    """A connection, and the NETCONF session on it."""

    _process: asyncssh.SSHClientProcess[bytes]

    def __init__(self, connection: asyncssh.SSHClientConnection, framer: Framer) -> None:
        self._connection = connection
        self._framer = framer
        self._serial = 0

    async def open(self) -> None:
        try:
            self._process = await self._connection.create_process(subsystem="netconf", encoding=None)
        except (OSError, asyncssh.Error):
            raise Unreachable("The network element does not speak NETCONF.") from None
        self._send(messages.HELLO)
        if messages.chunks(await self._receive()):
            self._framer.chunk()
        await asyncio.sleep(_AFTER_HELLO_S)

    async def call(self, operation: str) -> str | DriverError:
        """Return the inside of the answer, or the error that it is."""
        self._serial += 1
        self._send(messages.rpc(self._serial, operation))
        return messages.reply(await self._receive(), self._serial)

    def abort(self) -> None:
        self._connection.abort()

    async def gone(self) -> None:
        with suppress(OSError, asyncssh.Error):
            await self._connection.wait_closed()

    def _send(self, message: bytes) -> None:
        # If this fails, so does the reading, and that tells why.
        with suppress(OSError):
            self._process.stdin.write(self._framer.frame(message))

    async def _receive(self) -> bytes:
        while (message := self._framer.next()) is None:
            try:
                chunk = await self._process.stdout.read(_CHUNK)
            except (OSError, asyncssh.Error):
                raise Unreachable("The connection to the network element broke.") from None
            if not chunk:
                raise Unreachable("The network element closed the connection.")
            self._framer.feed(chunk)
        return message
