"""The way to an Open vSwitch database server: one connection, kept open, opened again when it has gone.

Source: RFC 7047.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from onapi.drivers.contract import AuthFailed, Busy, Drifted, DriverError, Garbled, Rejected, TimedOut
from onapi.drivers.ovs.endpoints import Endpoint
from onapi.drivers.ovs.jsonrpc import Session

_LARGEST = 16 << 20
_BUSY = {"resources exhausted", "I/O error", "not leader"}
_FORBIDDEN = {"permission error", "not allowed"}


class OvsdbClient:
    """The contract's `Ovsdb`; belongs to the event loop in which it is first used, and is closed there."""

    def __init__(
        self,
        endpoint: str,
        *,
        database: str = "Open_vSwitch",
        deadline_s: float = 5.0,
        largest: int = _LARGEST,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Make it; nothing is connected yet.

        Args:
            endpoint: such as "unix:/run/openvswitch/db.sock" or "tcp:192.0.2.7:6640".
            database: the one of its databases.
            deadline_s: how long a transaction may take, with connecting.
            largest: the most bytes of an answer that are read.
            tls: the certificates for "ssl:…".

        Raises:
            ValueError: the endpoint is not one.
        """
        self._endpoint = Endpoint.parse(endpoint, tls=tls)
        self._database = database
        self._deadline_s = deadline_s
        self._largest = largest
        self._session: Session | None = None
        self._opening = asyncio.Lock()

    async def transact(self, operations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Do all operations or none, and return their results.

        Raises:
            Drifted: a `wait` does not hold.
            Rejected: an operation, or all of them together, are not allowed by the schema or are in themselves wrong.
            TimedOut: no answer came in time; whether the transaction was done is not known.
            Unreachable: nobody listens, or the connection broke; then whether it was done is not known either.
            Busy: the server cannot do it just now.
            AuthFailed: the server does not let us in, or not this far.
            Garbled: the answer is none.
        """
        try:
            async with asyncio.timeout(self._deadline_s):
                session = await self._connected()
                answer = await session.call("transact", [self._database, *operations])
        except TimeoutError:
            # A server that was cut off without a word never answers on the old connection.
            await self.close()
            raise TimedOut("The switch's database did not answer in time.") from None
        return _results(answer, operations)

    async def close(self) -> None:
        """End the connection; the next transaction opens another."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _connected(self) -> Session:
        async with self._opening:
            if self._session is not None and self._session.ended:
                await self.close()
            if self._session is None:
                self._session = await Session.open(self._endpoint, self._largest)
            return self._session


def _results(answer: object, operations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the results of a transaction that was done.

    In one that was not, the operation that failed has an error in its place, and those after it have null; what only
    showed at the end, when all were done, is an error behind the last.
    """
    if not isinstance(answer, list):
        raise Garbled("The switch's database answers no list of results.")
    for index, result in enumerate(answer):
        if isinstance(result, dict) and "error" in result:
            operation = operations[index]["op"] if index < len(operations) else "commit"
            raise _failure(str(operation), result)
    if len(answer) != len(operations) or not all(isinstance(result, dict) for result in answer):
        raise Garbled("The switch's database answers another number of results than it was asked for.")
    return answer


def _failure(operation: str, result: Mapping[str, Any]) -> DriverError:
    error, details = str(result["error"]), str(result.get("details") or "")[:200]
    if operation == "wait" and error == "timed out":
        return Drifted("Somebody else has just changed the port.")
    sentence = f"The switch's database refuses to {operation}: {error}{f' ({details})' if details else ''}."
    if error in _BUSY:
        return Busy(sentence)
    return AuthFailed(sentence) if error in _FORBIDDEN else Rejected(sentence)
