"""The way to an element's command line by SSH; see `contract.Shell`."""

from collections.abc import Callable

import asyncssh

from onapi.drivers.contract import Unreachable
from onapi.drivers.ssh.connection import Login
from onapi.drivers.ssh.dialogue import Dialogue
from onapi.drivers.ssh.kept import Conversation, Kept

_CHUNK = 1 << 14
# As wide as SSH and the elements allow, so that lines are not wrapped.
_SCREEN = (511, 511)


class ShellClient:
    """Asks one element, one question at a time; see `Kept`."""

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
        self._kept = Kept(
            host,
            login,
            lambda connection: _CommandLine(connection, Dialogue(largest)),
            port=port,
            deadline_s=deadline_s,
            idle_s=idle_s,
            late="The network element's command line did not answer in time.",
        )

    @property
    def is_open(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._kept.is_open

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
        return await self._kept.ask(lambda line: line.ask(command))

    async def close(self) -> None:
        """End the connection; the next question makes a new one."""
        await self._kept.close()


class _CommandLine(Conversation):
    """A command line."""

    def __init__(self, connection: asyncssh.SSHClientConnection, dialogue: Dialogue) -> None:
        super().__init__(connection)
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
            self._type(self._dialogue.feed(await self.read(_CHUNK)))

    def _type(self, keys: bytes) -> None:
        if keys:
            self.write(keys)
