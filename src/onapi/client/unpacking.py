"""Unpack what comes compressed, in pieces of bounded size, so that a small answer cannot become a large memory."""

import sys
import zlib
from typing import Protocol

from onapi.client.steps import Lost

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

PIECE = 256 * 1024
"""The most bytes that are unpacked at once."""

ACCEPTED = "zstd, gzip"
"""What is asked for in Accept-Encoding."""


class Unpacker(Protocol):
    """Takes packed bytes, and gives unpacked ones."""

    def feed(self, packed: bytes) -> None:
        """Take what came; only when `take` has nothing more."""

    def take(self) -> bytes:
        """Return up to 256 KiB, or `b""` when more must be fed first; raises Lost at what cannot be unpacked."""

    def finish(self) -> None:
        """Raise Lost unless everything that was begun has ended."""


def unpacker(encoding: str) -> Unpacker:
    """Return what unpacks a Content-Encoding.

    Raises:
        Lost: it is none that was asked for.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
        case "zstd":
            return _Zstd()
        case other:
            raise Lost(f"The answer is packed as {other[:40]!r}, which was not asked for", sent=True)


class _Plain:
    def __init__(self) -> None:
        self._held = b""

    def feed(self, packed: bytes) -> None:
        self._held = packed

    def take(self) -> bytes:
        piece, self._held = self._held, b""
        return piece

    def finish(self) -> None:
        """Nothing to end: the length of a plain body is HTTP's matter."""


class _Gzip:
    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self._held = b""

    def feed(self, packed: bytes) -> None:
        self._held = packed

    def take(self) -> bytes:
        while self._held:
            if self._member.eof:
                self._member = zlib.decompressobj(31)
            try:
                piece = self._member.decompress(self._held, PIECE)
            except zlib.error as error:
                raise Lost("The answer cannot be unpacked", sent=True) from error
            self._held = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if piece:
                return piece
        return b"" if self._member.eof else self._rest()

    def finish(self) -> None:
        if not self._member.eof:
            raise Lost("The answer broke off", sent=True)

    def _rest(self) -> bytes:
        # What zlib holds back without input left: bounded like the rest.
        return self._member.decompress(b"", PIECE)


class _Zstd:
    def __init__(self) -> None:
        self._frame = ZstdDecompressor()
        self._held = b""
        self._begun = False

    def feed(self, packed: bytes) -> None:
        self._held = packed

    def take(self) -> bytes:
        while self._held or not (self._frame.eof or self._frame.needs_input):
            if self._frame.eof:
                self._frame, self._begun = ZstdDecompressor(), False
            given, self._held = self._held, b""
            self._begun = True
            try:
                piece = self._frame.decompress(given, PIECE)
            except ZstdError as error:
                raise Lost("The answer cannot be unpacked", sent=True) from error
            if self._frame.eof:
                self._held = self._frame.unused_data
            if piece:
                return piece
        return b""

    def finish(self) -> None:
        if not self._frame.eof:
            raise Lost("The answer broke off", sent=True)
