"""The ways to a network element that a driver may be given; part of the contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How an element bears to be asked by SNMP.

    It is given `timeout_s` seconds for each answer and asked `retries` times again, for at most `instances` in one
    question and `repetitions` rows in one answer.
    """

    timeout_s: float = 1.5
    retries: int = 2
    instances: int = 48
    repetitions: int = 25


class Snmp(Protocol):
    """Asks an element by SNMP; object identifiers are dotted, values are int, bytes or str (an identifier)."""

    def suit(self, manners: Manners) -> None:
        """Ask like this from now on."""

    async def get(self, oids: Sequence[str]) -> dict[str, int | bytes | str]:
        """Return the values of these instances; those that the element lacks are left out."""

    async def walk(self, oid: str) -> dict[str, int | bytes | str]:
        """Return everything below an object, in the element's order, which must increase."""


class Ovsdb(Protocol):
    """Speaks to an Open vSwitch database server. Source: RFC 7047."""

    async def transact(self, operations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Do all operations or none, and return their results; a `wait` that does not hold is Drifted."""


class OpenFlow(Protocol):
    """Speaks to the flow tables of one bridge. Source: OpenFlow 1.3."""

    async def exchange(self, messages: Sequence[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """Send messages, each its type and what follows the header, and return the answers, in the same form.

        All are carried out when this returns, or some of them when it raises; an error of the bridge is Rejected.
        """


class Appctl(Protocol):
    """Speaks to a running daemon of Open vSwitch. Source: ovs-appctl(8), and unixctl of its sources."""

    async def ask(self, command: str, *arguments: str) -> str:
        """Return what the daemon prints for a command such as `fdb/show`; a refusal is Rejected."""


class Shell(Protocol):
    """Speaks to an element's command line."""

    async def ask(self, command: str) -> str:
        """Send one line, and return what the element printed before its next prompt."""


class Netconf(Protocol):
    """Speaks NETCONF. Source: RFC 6241."""

    async def call(self, operation: str) -> str:
        """Send the inside of an `rpc` element, and return the inside of its reply."""


class Transports(Protocol):
    """The ways to one element. Each raises Unsupported when inventory has no credentials for it."""

    def snmp(self) -> Snmp:
        """Return the way by SNMP."""

    def ovsdb(self) -> Ovsdb:
        """Return the way to the database of an Open vSwitch."""

    def openflow(self) -> OpenFlow:
        """Return the way to the flow tables of the element's bridge."""

    def appctl(self) -> Appctl:
        """Return the way to the running switch of an Open vSwitch."""

    def shell(self) -> Shell:
        """Return the way to the command line."""

    def netconf(self) -> Netconf:
        """Return the way by NETCONF."""
