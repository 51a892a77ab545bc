"""The way to an element by NETCONF over SSH; see `contract.Netconf`. Source: RFC 6242."""

import asyncio

import asyncssh

from onapi.drivers.contract import DriverError, Unreachable
from onapi.drivers.netconf import messages
from onapi.drivers.netconf.framing import Framer
from onapi.drivers.ssh.connection import Login
from onapi.drivers.ssh.kept import Conversation, Kept

_CHUNK = 1 << 16
# Some servers lose a question that arrives together with the hello.
_AFTER_HELLO_S = 0.05


class NetconfClient:
    """Asks one element, one question at a time; see `Kept`.

    What was locked is free when the connection ends: so it ends after a question that was not answered, and an error
    of the element leaves it as it is.
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
        self._kept = Kept(
            host,
            login,
            lambda connection: _Session(connection, Framer(largest)),
            port=port,
            deadline_s=deadline_s,
            idle_s=idle_s,
            late="The network element did not answer by NETCONF in time.",
        )

    @property
    def is_open(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._kept.is_open

    async def call(self, operation: str) -> str:
        """Send the inside of an `rpc` element, and return the inside of its reply.

        Raises:
            Unreachable: nobody is there, or the connection broke.
            TimedOut: there was no answer in time.
            AuthFailed: the element does not let us in, or is not the one that is known, or denies access.
            Garbled: what came is no answer, or too long a one.
            Busy, Unsupported, Rejected: the element answers with an error.
        """
        told = await self._kept.ask(lambda session: session.call(operation))
        if isinstance(told, DriverError):
            raise told
        return told

    async def close(self) -> None:
        """End the connection; the next question makes a new one."""
        await self._kept.close()


class _Session(Conversation):
    """A NETCONF session."""

    def __init__(self, connection: asyncssh.SSHClientConnection, framer: Framer) -> None:
        super().__init__(connection)
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

    def _send(self, message: bytes) -> None:
        self.write(self._framer.frame(message))

    async def _receive(self) -> bytes:
        while (message := self._framer.next()) is None:
            self._framer.feed(await self.read(_CHUNK))
        return message
