"""Ways to an element that is not there, or not as it should be; used by the contract's checks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from onapi.drivers.contract import (
    Appctl,
    Cabinet,
    Control,
    Http,
    Manners,
    Netconf,
    OpenFlow,
    Ovsdb,
    Shell,
    Snmp,
    Sql,
    TimedOut,
    Transports,
)

_Answer = Callable[[str, tuple[Any, ...]], Awaitable[Any]]


class Fault(Enum):
    """How an element answers that is not as it should be."""

    SILENT = "an element that does not answer"
    EMPTY = "an element that has nothing"
    BYTES = "an element that answers bytes without meaning"
    NUMBERS = "an element that answers numbers without meaning"
    ENDLESS = "an element that takes for ever"


class _Way:
    """Every way to an element at once; each question goes through one function."""

    def __init__(self, answer: _Answer) -> None:
        self._answer = answer

    def suit(self, manners: Manners) -> None:
        """Take note of nothing."""

    async def get(self, oids: Sequence[str]) -> dict[str, int | bytes | str]:
        found: dict[str, int | bytes | str] = await self._answer("get", (oids,))
        return found

    async def walk(self, oid: str) -> dict[str, int | bytes | str]:
        found: dict[str, int | bytes | str] = await self._answer("walk", (oid,))
        return found

    async def transact(self, operations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = await self._answer("transact", (operations,))
        return found

    async def exchange(self, messages: Sequence[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = await self._answer("exchange", (messages,))
        return found

    async def ask(self, command: str, *arguments: str) -> str:
        return str(await self._answer("ask", (command, *arguments)))

    async def call(self, operation: str) -> str:
        return str(await self._answer("call", (operation,)))

    async def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Mapping[str, Any]]]:
        found: list[list[Mapping[str, Any]]] = await self._answer("execute", (statements,))
        return found

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self._answer("command", (name, arguments))
        return found

    async def fetch(self, path: str, query: Mapping[str, str]) -> Any:
        return await self._answer("fetch", (path, query))


class Faulty:
    """The ways to an element with a fault; `asked` is set with the first question."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.asked = asyncio.Event()
        self._way = _Way(self._answer)

    def snmp(self) -> Snmp:
        """Return the way by SNMP."""
        return self._way

    def ovsdb(self) -> Ovsdb:
        """Return the way to the database of an Open vSwitch."""
        return self._way

    def openflow(self) -> OpenFlow:
        """Return the way to flow tables."""
        return self._way

    def appctl(self) -> Appctl:
        """Return the way to a running Open vSwitch."""
        return self._way

    def shell(self) -> Shell:
        """Return the way to the command line."""
        return self._way

    def netconf(self) -> Netconf:
        """Return the way by NETCONF."""
        return self._way

    def sql(self) -> Sql:
        """Return the way to a PostgreSQL database."""
        return self._way

    def control(self) -> Control:
        """Return the way to the control socket of a Kea server."""
        return self._way

    def http(self) -> Http:
        """Return the way to a web server."""
        return self._way

    def cabinet(self) -> Cabinet:
        """Return the way to the simulated network."""
        return self._way

    async def _answer(self, method: str, asked: tuple[Any, ...]) -> Any:
        self.asked.set()
        if self._fault is Fault.SILENT:
            raise TimedOut("The network element did not answer in time.")
        if self._fault is Fault.ENDLESS:
            await asyncio.Event().wait()
        meaningless: bytes | int = b"\xff\x00\xfe" if self._fault is Fault.BYTES else -(2**40)
        is_empty = self._fault is Fault.EMPTY
        match method:
            case "get":
                return {} if is_empty else dict.fromkeys(asked[0], meaningless)
            case "walk":
                return {} if is_empty else {f"{asked[0]}.{row}": meaningless for row in (1, 2**31)}
            case "transact":
                return [{} if is_empty else {"rows": repr(meaningless), "count": "many"} for _ in asked[0]]
            case "execute":
                return [[] if is_empty else [{"value": meaningless, "count": "many"}] for _ in asked[0]]
            case "command":
                return {} if is_empty else {"result": repr(meaningless), "arguments": [meaningless]}
            case "fetch":
                return [] if is_empty else [{"_id": meaningless, "Device": [repr(meaningless)]}, meaningless]
            case "exchange":
                return [] if is_empty else [(255, b"\xff\x00\xfe") for _ in asked[0]]
            case _:
                return "" if is_empty else f"{meaningless!r} <{meaningless!r} {{"


class Watched:
    """The ways to an element as they are, with a count of what is asked."""

    def __init__(self, transports: Transports) -> None:
        self._transports = transports
        self.asked = 0

    def snmp(self) -> Snmp:
        """Return the way by SNMP."""
        return self._counted(self._transports.snmp())

    def ovsdb(self) -> Ovsdb:
        """Return the way to the database of an Open vSwitch."""
        return self._counted(self._transports.ovsdb())

    def openflow(self) -> OpenFlow:
        """Return the way to flow tables."""
        return self._counted(self._transports.openflow())

    def appctl(self) -> Appctl:
        """Return the way to a running Open vSwitch."""
        return self._counted(self._transports.appctl())

    def shell(self) -> Shell:
        """Return the way to the command line."""
        return self._counted(self._transports.shell())

    def netconf(self) -> Netconf:
        """Return the way by NETCONF."""
        return self._counted(self._transports.netconf())

    def sql(self) -> Sql:
        """Return the way to a PostgreSQL database."""
        return self._counted(self._transports.sql())

    def control(self) -> Control:
        """Return the way to the control socket of a Kea server."""
        return self._counted(self._transports.control())

    def http(self) -> Http:
        """Return the way to a web server."""
        return self._counted(self._transports.http())

    def cabinet(self) -> Cabinet:
        """Return the way to the simulated network."""
        return self._counted(self._transports.cabinet())

    def _counted(self, way: object) -> _Way:
        async def answer(method: str, asked: tuple[Any, ...]) -> Any:
            self.asked += 1
            return await getattr(way, method)(*asked)

        return _Way(answer)


class OnlyNames(Watched):
    """The ways to an element as it is, but that by SNMP it tells no numbers when it is asked for instances.

    `by_snmp` of the questions `asked` were by SNMP.
    """

    by_snmp = 0

    def snmp(self) -> Snmp:
        """Return the way by SNMP."""
        way = self._transports.snmp()

        async def answer(method: str, asked: tuple[Any, ...]) -> Any:
            self.asked += 1
            self.by_snmp += 1
            told = await getattr(way, method)(*asked)
            if method == "get":
                return {oid: value for oid, value in told.items() if not isinstance(value, int)}
            return told

        return _Way(answer)
