"""A real SSH server in the tests' process, behind which a network element is made up."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import asyncssh

from onapi.drivers.ssh.connection import Login

Process = asyncssh.SSHServerProcess[bytes]
Behaviour = Callable[[Process], Awaitable[None]]

USER, PASSWORD = "onapi", "correct horse"


@functools.cache
def key(name: str) -> asyncssh.SSHKey:
    """Return a private key, the same for the same name; one that is called so is of an older kind."""
    return asyncssh.generate_private_key("ecdsa-sha2-nistp256" if name == "older" else "ssh-ed25519", comment=name)


def public(name: str) -> str:
    return key(name).export_public_key().decode()


def private(name: str) -> str:
    return key(name).export_private_key().decode()


LOGIN = Login(user=USER, password=PASSWORD, host_key=public("host"))


def login(**changes: Any) -> Login:
    return replace(LOGIN, **changes)


class Doorman(asyncssh.SSHServer):
    """Lets the user in who has the password or the key."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.export_public_key().decode().split()[1] == public("user").split()[1]


@dataclass
class Server:
    """Where it listens, and how many have been let in."""

    port: int = 0
    sessions: int = 0


@asynccontextmanager
async def serving(
    behaviour: Behaviour, *, host_keys: tuple[str, ...] = ("host",), doorman: type[Doorman] = Doorman
) -> AsyncIterator[Server]:
    """Have a server on loopback that behaves in some way to whoever is let in."""
    server = Server()
    running: set[asyncio.Task[None]] = set()

    async def handle(process: Process) -> None:
        server.sessions += 1
        task = asyncio.current_task()
        assert task
        running.add(task)
        try:
            with suppress(OSError, asyncssh.Error):
                await behaviour(process)
        finally:
            running.discard(task)
            process.close()

    listener = await asyncssh.create_server(
        doorman,
        "127.0.0.1",
        0,
        server_host_keys=[key(name) for name in host_keys],
        process_factory=handle,
        encoding=None,
        line_editor=False,
        allow_scp=False,
    )
    server.port = listener.get_port()
    try:
        yield server
    finally:
        for task in list(running):
            task.cancel()
        listener.close()
        await listener.wait_closed()
