"""Send a list of any length in constant memory, framed and compressed on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from onapi.storage.documents import Sink
from onapi.web import compression
from onapi.web.spool import Spool

_LONGEST_S = 3600.0
_WAITING = 8

Copy = Callable[[Sink], Awaitable[None]]
"""Sends documents, already with what stands between them, to the sink that it is given."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How documents become a body: a JSON array, or a document a line; and compressed how."""

    ndjson: bool
    encoding: str | None

    @property
    def before(self) -> bytes:
        """What stands before the first document."""
        return b"" if self.ndjson else b"["

    @property
    def between(self) -> bytes:
        """What stands between two documents."""
        return b"\n" if self.ndjson else b",\n"

    @property
    def after(self) -> bytes:
        """What stands after the last document."""
        return b"\n" if self.ndjson else b"]"


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
    """Copy the whole list into the spool, framed and packed."""
    held = b""  # The newest piece, since the end of the list may have to go onto it.
    packer: _Packer | None = None

    async def pass_on() -> None:
        nonlocal packer
        if framing.encoding and packer is None:
            packer = _Packer(framing.encoding, spool)
        await (packer.put(held) if packer else spool.put(held))

    async def sink(documents: bytes) -> None:
        nonlocal held
        if held:
            await pass_on()
            held = documents
        else:
            held = framing.before + documents

    try:
        await copy(sink)
        if held:
            held += framing.after
            if packer is None and len(held) < compression.LEAST_BYTES:
                framing = Framing(framing.ndjson, None)
            await pass_on()
        if packer is not None:
            await packer.end()
    finally:
        if packer is not None:
            packer.cancel()
        spool.end()


class _Packer:
    """Compresses one piece in a thread while the next ones are read, and puts what comes of it into the spool."""

    def __init__(self, encoding: str, spool: Spool) -> None:
        spool.compressed = True
        self._spool = spool
        self._stream = compression.compressor(encoding)
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=_WAITING)
        self._task = asyncio.create_task(self._pack())

    async def put(self, piece: bytes) -> None:
        """Take a piece; waits while others are before it, and raises what has stopped the packing."""
        if self._task.done():
            self._task.result()
        await self._waiting.put(piece)

    async def end(self) -> None:
        """Pack the rest; returns when all of it is in the spool."""
        await self._waiting.put(None)
        await self._task

    def cancel(self) -> None:
        """Stop, if it has not ended."""
        self._task.cancel()

    def _packed(self, piece: bytes, last: bool) -> bytes:
        packed = self._stream.compress(piece)
        return packed + self._stream.flush() if last else packed

    async def _pack(self) -> None:
        try:
            ended = False
            while not ended:
                pieces = [await self._waiting.get()]
                while not self._waiting.empty():
                    pieces.append(self._waiting.get_nowait())
                ended = pieces[-1] is None
                if packed := await asyncio.to_thread(self._packed, b"".join(filter(None, pieces)), ended):
                    await self._spool.put(packed)
        finally:
            # Whoever waits for room must not wait for one that has stopped.
            while not self._waiting.empty():
                self._waiting.get_nowait()


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
        leaving = asyncio.create_task(left(receive))
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


async def left(receive: Receive) -> None:
    """Wait until the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
