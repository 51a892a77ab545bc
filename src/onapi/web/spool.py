"""Between a database that gives a list quickly and a client that may take it slowly.

A short queue in memory, and when the client falls far behind, a file that has no name: the database's cursor is
given back after seconds, however long the client takes, and memory stays constant.
"""

import asyncio
import os
import tempfile
import time
from collections import deque
from typing import IO

_IN_MEMORY = 4 * 1024 * 1024
_PATIENCE_S = 5.0
_PIECE = 256 * 1024


class Spool:
    """One writer calls `put` and then `end`; one reader calls `get`. Pieces come out in the order they went in."""

    def __init__(self, *, in_memory: int = _IN_MEMORY, patience_s: float = _PATIENCE_S) -> None:
        """Make it.

        Args:
            in_memory: how many bytes may wait in memory.
            patience_s: how long, in all, the writer waits for the reader before it writes to the file.
        """
        self._in_memory = in_memory
        self._patience_s = patience_s
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._file: IO[bytes] | None = None
        self._written = 0
        self._read = 0
        self.ended = False
        self.compressed = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    async def put(self, piece: bytes) -> None:
        """Take a piece; waits for the reader while there is patience left."""
        if self._file is None and self._held >= self._in_memory and not await self._waited_for_room():
            self._file = tempfile.TemporaryFile(prefix="onapi-list-")  # noqa: SIM115 — closed by close()
        if self._file is None:
            self._pieces.append(piece)
            self._held += len(piece)
        else:
            await asyncio.to_thread(self._file.write, piece)
            self._written += len(piece)
        self._changed.set()

    @property
    def drained(self) -> bool:
        """Whether the reader has all there is now."""
        return not self._pieces and self._file is None

    def end(self) -> None:
        """Say that there is no more; also after a failure of the writer."""
        self.ended = True
        self._changed.set()

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    async def get(self) -> bytes | None:
        """Return the next piece, or None when there is no more; waits for the writer."""
        while True:
            if self._pieces:
                piece = self._pieces.popleft()
                self._held -= len(piece)
                self._room.set()
                return piece
            if self._file is not None and self._read < self._written:
                length = min(_PIECE, self._written - self._read)
                piece = await asyncio.to_thread(_read, self._file, self._read, length)
                self._read += len(piece)
                return piece
            if self.ended:
                return None
            self._changed.clear()
            await self._changed.wait()

    async def _waited_for_room(self) -> bool:
        while self._held >= self._in_memory and self._patience_s > 0:
            self._room.clear()
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._room.wait()
            except TimeoutError:
                pass
            self._patience_s -= time.monotonic() - began
        return self._held < self._in_memory


def _read(file: IO[bytes], offset: int, length: int) -> bytes:
    file.flush()
    return os.pread(file.fileno(), length, offset)
