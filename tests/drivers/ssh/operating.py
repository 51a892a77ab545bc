"""Drivers that read and change a switch that is made up, at a moment that is always the same."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from onapi.drivers.contract import Element, Shell
from onapi.drivers.no_ways import NoWays
from onapi.drivers.ssh.shell import ShellClient
from onapi.drivers.ssh.vrp import VrpDriver
from tests.drivers.ssh.server import LOGIN, Behaviour, serving
from tests.drivers.ssh.vrp_switch import Vrp, play

T = TypeVar("T")

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPTIONS = {"vlan.bb": "10", "vlan.iptv": "20"}


class AtNoon(VrpDriver):
    """The driver at a certain moment."""

    @staticmethod
    def clock() -> datetime:
        return NOON


class OnlyShell(NoWays):
    """The ways to an element that has only a command line."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def shell(self) -> Shell:
        return self._shell


def talk(behaviour: Behaviour, work: Callable[[ShellClient], Awaitable[T]], **how: Any) -> T:
    """Do something with a command line, and return what comes of it."""

    async def begin() -> T:
        async with serving(behaviour) as server:
            shell = ShellClient("127.0.0.1", LOGIN, port=server.port, **{"deadline_s": 20.0, **how})
            try:
                return await work(shell)
            finally:
                await shell.close()

    return asyncio.run(begin())


def drive(switch: Vrp, work: Callable[[VrpDriver], Awaitable[T]], options: dict[str, str] | None = None) -> T:
    """Do something with a driver of a switch."""

    async def begin(shell: ShellClient) -> T:
        element = Element(name="sw-1", address="127.0.0.1", options=OPTIONS if options is None else options)
        return await work(AtNoon(element, OnlyShell(shell)))

    return talk(lambda process: play(switch, process), begin)
