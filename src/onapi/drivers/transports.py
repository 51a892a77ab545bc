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


class Sql(Protocol):
    """Speaks to the PostgreSQL database of something else, such as a DHCP server."""

    async def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Mapping[str, Any]]]:
        """Do all statements or none, each with its arguments for $1, $2, …, and return the rows of each.

        A constraint that does not hold is Rejected.
        """


class Control(Protocol):
    """Speaks to the control socket of a Kea server. Source: Kea Administrator Reference Manual, "Management API"."""

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a command such as `lease4-del`, and return the answer with its `result`; 1 is Rejected."""


class Http(Protocol):
    """Reads from a web server; JSON."""

    async def fetch(self, path: str, query: Mapping[str, str]) -> Any:
        """Return what the server answers, decoded; 401 and 403 are AuthFailed, 404 is Unsupported."""


class Cabinet(Protocol):
    """Speaks to the simulated network: one question, one answer, both JSON."""

    async def ask(self, question: str) -> str:
        """Return the answer; may take for ever."""


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

    def sql(self) -> Sql:
        """Return the way to the element's PostgreSQL database."""

    def control(self) -> Control:
        """Return the way to the control socket of a Kea server."""

    def http(self) -> Http:
        """Return the way to a web server."""

    def cabinet(self) -> Cabinet:
        """Return the way to the simulated network."""
