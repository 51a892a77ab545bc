"""JSON-RPC as Open vSwitch speaks it: bare objects, one after the other, with nothing between them.

Source: RFC 7047, section 4; JSON-RPC 1.0.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from onapi.drivers.contract import DriverError, Garbled, Rejected, Unreachable
from onapi.drivers.ovs.endpoints import Endpoint, closed

_CHUNK = 1 << 16
_OUTSIDE = re.compile(rb'[{}"]')
_INSIDE = re.compile(rb'[\\"]')
_SPACE = b" \t\r\n"


class Splitter:
    """Finds where an object ends, looking at each byte once, however they arrive."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._bytes = bytearray()
        self._seen = 0
        self._depth = 0
        self._in_text = False

    def feed(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        """Yield the objects that end in this chunk.

        Raises:
            Garbled: what comes is no object, or too large a one.
        """
        self._bytes += chunk
        while True:
            if self._depth == 0:
                self._begin()
            end = self._end()
            if (end or len(self._bytes)) > self._largest:
                raise Garbled(f"The switch answers more than {self._largest} bytes.")
            if end is None:
                return
            yield _decoded(bytes(self._bytes[:end]))
            del self._bytes[:end]
            self._seen = 0

    def _begin(self) -> None:
        length = len(self._bytes)
        del self._bytes[: length - len(self._bytes.lstrip(_SPACE))]
        if self._bytes and not self._bytes.startswith(b"{"):
            raise Garbled("The switch answers something that is no JSON object.")

    def _end(self) -> int | None:
        while True:
            found = (_INSIDE if self._in_text else _OUTSIDE).search(self._bytes, self._seen)
            if found is None:
                # An escape may have led beyond what is here.
                self._seen = max(self._seen, len(self._bytes))
                return None
            self._seen = found.end()
            match found[0]:
                case b"\\":
                    self._seen += 1
                case b'"':
                    self._in_text = not self._in_text
                case b"{":
                    self._depth += 1
                case _:
                    self._depth -= 1
                    if self._depth == 0:
                        return self._seen


def _decoded(message: bytes) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Garbled("The switch answers something that is no JSON.") from None
    return decoded


class Session:
    """One connection: calls go out, answers come back by their number, and the other side's echoes are answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, largest: int) -> None:
        self._reader = reader
        self._writer = writer
        self._splitter = Splitter(largest)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._serial = 0
        self._end: DriverError | None = None
        self._listener = asyncio.get_running_loop().create_task(self._listen())

    @classmethod
    async def open(cls, endpoint: Endpoint, largest: int) -> "Session":
        """Connect; see `Endpoint.open` for what that raises."""
        return cls(*await endpoint.open(), largest)

    @property
    def ended(self) -> bool:
        """Whether the connection is gone, so that a new one is needed."""
        return self._end is not None

    async def call(self, method: str, parameters: Sequence[Any]) -> Any:
        """Return the result of a method; how long it may take is the caller's to say.

        Raises:
            Rejected: the method answers with an error.
            Unreachable: the connection broke before there was an answer.
            Garbled: what came is no answer.
        """
        if self._end is not None:
            raise self._end
        self._serial += 1
        number = self._serial
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            # If this fails, so does the reading, and that tells the answer.
            self._writer.write(msgspec.json.encode({"method": method, "params": list(parameters), "id": number}))
            reply = await answer
        finally:
            del self._waiting[number]
        error = reply.get("error")
        if error is not None:
            raise Rejected(f"The switch refuses: {str(error).strip()[:200]}.")
        if "result" not in reply:
            raise Garbled("The switch answers neither a result nor an error.")
        return reply["result"]

    async def close(self) -> None:
        """End the connection."""
        self._listener.cancel()
        await asyncio.wait([self._listener])
        await closed(self._writer)

    async def _listen(self) -> None:
        end: DriverError = Unreachable("The switch closed the connection.")
        try:
            while chunk := await self._reader.read(_CHUNK):
                for message in self._splitter.feed(chunk):
                    await self._take(message)
        except DriverError as error:
            end = error
        except OSError:
            end = Unreachable("The connection to the switch broke.")
        finally:
            self._end = end
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(end)
            self._writer.close()

    async def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "echo":
            echo = {"id": message.get("id"), "result": message.get("params"), "error": None}
            self._writer.write(msgspec.json.encode(echo))
            await self._writer.drain()
            return
        # Answers that nobody waits for any more, and news that nobody asked for, are let go.
        number = message.get("id")
        answer = self._waiting.get(number) if isinstance(number, int) else None
        if answer is not None and not answer.done():
            answer.set_result(message)
