"""The way to the running daemon of an Open vSwitch, for what its database does not hold.

A command is one JSON-RPC call, its words are the parameters, and the result is what ovs-appctl(8) would print. The
daemon listens on a socket in the file system only.
"""

import asyncio
from pathlib import Path

from onapi.drivers.contract import Garbled, TimedOut, Unreachable
from onapi.drivers.ovs.endpoints import Endpoint
from onapi.drivers.ovs.jsonrpc import Session

_LARGEST = 16 << 20
_DAEMON = "ovs-vswitchd"


class AppctlClient:
    """The contract's `Appctl`; each command has a connection of its own, which costs next to nothing here."""

    def __init__(self, endpoint: str, *, deadline_s: float = 5.0, largest: int = _LARGEST) -> None:
        """Make it; nothing is connected yet.

        Args:
            endpoint: "unix:" and the daemon's control socket, or the folder where it keeps that and its pid file;
                the socket's name usually has the process id in it, and is another after each restart.
            deadline_s: how long a command may take, with connecting.
            largest: the most bytes of an answer that are read.

        Raises:
            ValueError: the endpoint is not one.
        """
        path = Endpoint.parse(endpoint).path
        if path is None:
            raise ValueError(f"{endpoint!r} is no socket in the file system.")
        self._path = Path(path)
        self._deadline_s = deadline_s
        self._largest = largest

    async def ask(self, command: str, *arguments: str) -> str:
        """Return what the daemon prints.

        Raises:
            Rejected: the daemon knows no such command, or refuses it.
            TimedOut: no answer came in time.
            Unreachable: nobody listens, or the connection broke.
            AuthFailed: the socket is not ours to use.
            Garbled: the answer is none.
        """
        session: Session | None = None
        try:
            async with asyncio.timeout(self._deadline_s):
                session = await Session.open(Endpoint(path=self._socket()), self._largest)
                printed = await session.call(command, arguments)
        except TimeoutError:
            raise TimedOut("The switch did not answer in time.") from None
        finally:
            if session is not None:
                await session.close()
        if not isinstance(printed, str):
            raise Garbled("The switch answers a command with something that is no text.")
        return printed

    def _socket(self) -> str:
        if not self._path.is_dir():
            return str(self._path)
        try:
            process = int((self._path / f"{_DAEMON}.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            raise Unreachable("The switch is not running.") from None
        return str(self._path / f"{_DAEMON}.{process}.ctl")
