"""Send a list of any length in constant memory, framed and compressed on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from onapi.storage.accesses import Sink
from onapi.web import compression
from onapi.web.spool import Spool

_PIECE = 256 * 1024
_LONGEST_S = 3600.0

Copy = Callable[[Sink], Awaitable[None]]
"""Sends documents, each ended by a line feed, to the sink that it is given."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How documents become a body: a JSON array, or a document a line; and compressed how."""

    ndjson: bool
    encoding: str | None


@dataclass(slots=True)
class Begun:
    """A list under way. `first` is the start of its body, `whole` whether that is all of it."""

    task: "asyncio.Task[None]"
    spool: Spool
    first: bytes = b""
    empty: bool = False
    whole: bool = False

    async def cancel(self) -> None:
        """Stop copying, and give the connection and the file back."""
        self.task.cancel()
        await asyncio.wait([self.task])
        self.spool.close()


class _Framer:
    """Turns documents that each end in a line feed into the body of a list, piece by piece."""

    def __init__(self, framing: Framing) -> None:
        self._ndjson = framing.ndjson
        self._open_line = False
        self.started = False

    def frame(self, documents: bytes) -> bytes:
        """Return the body's next part; the last line feed is kept back, since a comma may have to go before it."""
        if self._ndjson:
            self.started = True
            return documents
        before = b"" if self.started else b"["
        if self.started and self._open_line:
            before = b",\n"
        self.started = True
        self._open_line = documents.endswith(b"\n")
        inner = documents[:-1] if self._open_line else documents
        return before + inner.replace(b"\n", b",\n")

    def end(self) -> bytes:
        """Return the body's last part."""
        return b"" if self._ndjson else b"]"


async def stream(copy: Copy, framing: Framing) -> Begun:
    """Begin to copy a list; returns when the first of it is there, so that a failure until then can be told.

    Raises:
        Unavailable: the database did not begin to answer.
    """
    spool = Spool()
    begun = Begun(asyncio.create_task(_produce(copy, framing, spool)), spool)
    try:
        first = await spool.get()
    except asyncio.CancelledError:
        await begun.cancel()
        raise
    begun.first, begun.empty = first or b"", first is None
    if spool.ended:
        await asyncio.wait([begun.task])
        begun.whole = spool.drained
        if (error := begun.task.exception()) is not None:
            spool.close()
            raise error
    return begun


async def _produce(copy: Copy, framing: Framing, spool: Spool) -> None:
    framer = _Framer(framing)
    pending = bytearray()
    packer: compression.Compressor | None = None

    async def put(last: bool) -> None:
        nonlocal packer
        piece = bytes(pending)
        pending.clear()
        small = last and packer is None and len(piece) < compression.LEAST_BYTES
        if framing.encoding and not small:
            packer = packer or compression.compressor(framing.encoding)
            piece = await asyncio.to_thread(packer.compress, piece)
            if last:
                piece += packer.flush()
        spool.compressed = packer is not None
        if piece:
            await spool.put(piece)

    async def sink(documents: bytes) -> None:
        pending.extend(framer.frame(documents))
        if len(pending) >= _PIECE:
            await put(last=False)

    try:
        await copy(sink)
        if framer.started:
            pending.extend(framer.end())
            await put(last=True)
    finally:
        spool.end()


class StreamedList(Response):
    """The answer that sends a list which has begun."""

    def __init__(self, begun: Begun, framing: Framing, headers: dict[str, str]) -> None:
        media_type = "application/x-ndjson" if framing.ndjson else "application/json"
        if begun.spool.compressed and framing.encoding:
            headers["Content-Encoding"] = framing.encoding
        super().__init__(begun.first if begun.whole else b"", headers=headers, media_type=media_type)
        if not begun.whole:
            del self.headers["Content-Length"]
        self._begun = begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that goes away, or takes over an hour, ends it."""
        begun = self._begun
        if begun.whole:
            begun.spool.close()
            await super().__call__(scope, receive, send)
            return
        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait([sending, leaving], timeout=_LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.wait([sending, leaving])
            await begun.cancel()

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self._begun.first, "more_body": True})
        while (piece := await self._begun.spool.get()) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        # A list that broke off must not look complete: the error ends the connection before the last chunk.
        await self._begun.task
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
