"""How messages of NETCONF follow each other in a stream of bytes. Pure. Source: RFC 6242, section 4."""

import re

from onapi.drivers.contract import Garbled

_END = b"]]>]]>"
_CHUNK = re.compile(rb"\n#(?:([1-9][0-9]{0,9})|#)\n")
_LONGEST_HEADER = 13


class Framer:
    """Finds where messages end, looking at each byte once, however they arrive.

    Each begins as base:1.0 has it, with a mark at the end; after `chunk` it is chunks with their lengths, as in 1.1.
    A message is not believed to have more than `largest` bytes.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._bytes = bytearray()
        self._seen = 0
        self._message = bytearray()
        self._missing = 0
        self._chunked = False

    def chunk(self) -> None:
        """Go on with chunks, from the next message on."""
        self._chunked = True

    def feed(self, chunk: bytes) -> None:
        """Take what arrived."""
        self._bytes += chunk

    def next(self) -> bytes | None:
        """Return the next message that is whole, None when there is none yet.

        Raises:
            Garbled: what comes are no chunks, or too many.
        """
        message = self._by_chunks() if self._chunked else self._to_mark()
        if message is None and len(self._message) + len(self._bytes) > self._largest:
            raise Garbled(f"The network element answers more than {self._largest} bytes.")
        return message

    def frame(self, message: bytes) -> bytes:
        """Return a message as it is sent."""
        return b"\n#%d\n%b\n##\n" % (len(message), message) if self._chunked else message + _END

    def _to_mark(self) -> bytes | None:
        end = self._bytes.find(_END, self._seen)
        if end < 0:
            self._seen = max(0, len(self._bytes) - len(_END) + 1)
            return None
        message = bytes(self._bytes[:end])
        del self._bytes[: end + len(_END)]
        self._seen = 0
        return message

    def _by_chunks(self) -> bytes | None:
        while True:
            part = self._bytes[: self._missing]
            self._message += part
            self._missing -= len(part)
            del self._bytes[: len(part)]
            if self._missing or not self._bytes:
                return None
            begin = bytes(self._bytes[:_LONGEST_HEADER])
            header = _CHUNK.match(begin)
            if header is None:
                if len(begin) == _LONGEST_HEADER or not b"\n#".startswith(begin[:2]):
                    raise Garbled("The network element answers what are no chunks.")
                return None
            del self._bytes[: header.end()]
            if header[1] is None:
                message = bytes(self._message)
                self._message.clear()
                return message
            self._missing = int(header[1])
            if self._missing > self._largest:
                raise Garbled(f"The network element answers more than {self._largest} bytes.")
