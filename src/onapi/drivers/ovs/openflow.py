"""The way to the flow tables of a bridge: a connection for each exchange, which ends with a barrier.

What the messages say is for others; here are their frames, their numbers, greetings, echoes and errors.
Source: OpenFlow Switch Specification 1.3.5, sections 6.3, 7.1, 7.3.8 and 7.4.4.
"""

import asyncio
import ssl
import struct
from collections.abc import Sequence

from onapi.drivers.contract import Garbled, Rejected, TimedOut, Unreachable, Unsupported
from onapi.drivers.ovs.endpoints import Endpoint, closed

_VERSION = 4
_HEADER = struct.Struct("!BBHI")
_HELLO, _ERROR, _ECHO_REQUEST, _ECHO_REPLY, _BARRIER_REQUEST, _BARRIER_REPLY = 0, 1, 2, 3, 20, 21
_LARGEST = 16 << 20

_ERRORS = {1: "a request", 2: "an action", 3: "an instruction", 4: "a match", 5: "a flow", 12: "a meter"}


class OpenFlowClient:
    """The contract's `OpenFlow`."""

    def __init__(
        self,
        endpoint: str,
        *,
        deadline_s: float = 5.0,
        largest: int = _LARGEST,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Make it; nothing is connected yet.

        Args:
            endpoint: where the bridge listens, such as "unix:/run/openvswitch/br0.mgmt", or "tcp:192.0.2.7:6653" for
                a bridge with the controller "ptcp:6653".
            deadline_s: how long an exchange may take, with connecting.
            largest: the most bytes of the answers together that are read.
            tls: the certificates for "ssl:…".

        Raises:
            ValueError: the endpoint is not one.
        """
        self._endpoint = Endpoint.parse(endpoint, tls=tls)
        self._deadline_s = deadline_s
        self._largest = largest

    async def exchange(self, messages: Sequence[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """Send messages, and return the answers to them when the bridge says that it has carried out all.

        Raises:
            Rejected: the bridge answers with an error; messages before and after the refused one may be carried out.
            Unsupported: the bridge does not speak OpenFlow 1.3.
            TimedOut: the bridge did not finish in time.
            Unreachable: nobody listens, or the connection broke.
            AuthFailed: the bridge does not let us in.
            Garbled: what came is no OpenFlow.
        """
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(self._deadline_s):
                reader, writer = await self._endpoint.open()
                writer.write(_message(_HELLO, 0, b""))
                for number, (kind, body) in enumerate(messages, start=1):
                    writer.write(_message(kind, number, body))
                writer.write(_message(_BARRIER_REQUEST, len(messages) + 1, b""))
                return await self._answers(reader, writer, len(messages) + 1)
        except TimeoutError:
            raise TimedOut("The switch did not answer in time.") from None
        except (asyncio.IncompleteReadError, OSError):
            raise Unreachable("The switch closed the connection.") from None
        finally:
            if writer is not None:
                await closed(writer)

    async def _answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, barrier: int
    ) -> list[tuple[int, bytes]]:
        answers: list[tuple[int, bytes]] = []
        size = 0
        while True:
            version, kind, length, number = _HEADER.unpack(await reader.readexactly(_HEADER.size))
            size += length
            if (
                length < _HEADER.size
                or size > self._largest
                or (version != _VERSION and kind not in (_HELLO, _ERROR))
            ):
                raise Garbled("The switch answers something that is no OpenFlow, or too much of it.")
            body = await reader.readexactly(length - _HEADER.size)
            if kind == _HELLO:
                if version < _VERSION:
                    raise Unsupported("The switch does not speak OpenFlow 1.3.")
            elif kind == _ERROR:
                raise _refusal(body)
            elif kind == _ECHO_REQUEST:
                writer.write(_message(_ECHO_REPLY, number, body))
            elif kind == _BARRIER_REPLY and number == barrier:
                return answers
            elif 0 < number < barrier:
                answers.append((kind, body))


def _message(kind: int, number: int, body: bytes) -> bytes:
    return _HEADER.pack(_VERSION, kind, _HEADER.size + len(body), number) + body


def _refusal(body: bytes) -> Rejected | Unsupported | Garbled:
    if len(body) < 4:
        return Garbled("The switch answers an error that says nothing.")
    kind, code = struct.unpack_from("!HH", body)
    if kind == 0:
        return Unsupported("The switch does not speak OpenFlow 1.3.")
    return Rejected(f"The switch refuses {_ERRORS.get(kind, 'something')}: OpenFlow error {kind}, {code}.")
