"""Split a JSON array into its elements while it comes, in bounded memory.

Where an element ends is guessed, and msgspec says whether the guess was right: bytes that end inside a string or a
nested value are no JSON when they are closed with a bracket, so that no wrong guess is ever taken for right. Guesses
are right nearly always, since the elements of a list begin alike; where they are not, the bytes are read one by one.
"""

import re

import msgspec

from onapi.client import errors
from onapi.client.tolerance import BYTE_ORDER_MARK

_ELEMENT_MAX = 64 * 1024 * 1024
_SPACE = b" \t\r\n"
_BEGIN = re.compile(rb'\s*(\{\s*"[^"\\]{1,64}"\s*:)')
# A string that has not ended yet is one token up to the end.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\],]', re.DOTALL)
_GUESSES = 4
_COMMA = ord(",")

_elements = msgspec.json.Decoder(list[msgspec.Raw])


class Splitter:
    """Fed with the bytes of one JSON array, in pieces of any size, it gives the elements as they become whole.

    A single object, where an array belongs, is the one element. An object whose only array-valued field holds the
    elements (`{"accesses": […]}`) is not split: it comes whole, as one element.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._opened: bool | None = None
        self._begin = b""
        self._enough = 0
        self._ended = False

    def feed(self, piece: bytes) -> list[msgspec.Raw]:
        """Return the elements that are whole now.

        Raises:
            Garbled: it is not JSON, or one element has more than 64 MiB.
        """
        self._held += piece
        if self._opened is None and not self._open():
            return []
        if not self._opened or len(self._held) < self._enough:
            self._bound()
            return []
        found = self._split()
        # Where nothing was found, as much again must come before it is looked at anew: the whole stays linear.
        self._enough = 0 if found else 2 * len(self._held)
        self._bound()
        return found

    def finish(self) -> list[msgspec.Raw]:
        """Return the rest, once everything was fed.

        Raises:
            Garbled: the array is not closed, or something follows it.
        """
        rest = bytes(self._held).strip(_SPACE)
        self._held.clear()
        if self._opened is None and not rest:
            return []
        if not self._opened:
            return [_decode(b"[" + rest + b"]", whole=True)[0]]
        return _decode(b"[" + rest, whole=True)

    def _open(self) -> bool:
        """Look at the first byte that is not space; return whether there is one."""
        if BYTE_ORDER_MARK.startswith(self._held[:3]):
            if len(self._held) < 3:
                return False
            self._cut(3)
        kept = self._held.lstrip(_SPACE)
        if not kept:
            return False
        self._opened = kept[:1] == b"["
        self._held = kept[1:] if self._opened else kept
        return True

    def _bound(self) -> None:
        if len(self._held) > _ELEMENT_MAX:
            raise errors.Garbled("The list has an element of more than 64 MiB.")

    def _split(self) -> list[msgspec.Raw]:
        for end, after in self._guesses():
            try:
                found = _elements.decode(b"[" + self._held[:end] + b"]")
            except msgspec.DecodeError:
                continue
            self._cut(after)
            return found
        comma = self._read_to_the_last_comma()
        if comma is None:
            return []
        found = _decode(b"[" + bytes(self._held[:comma]) + b"]", whole=False)
        self._cut(comma + 1)
        return found

    def _cut(self, end: int) -> None:
        del self._held[:end]

    def _guesses(self) -> list[tuple[int, int]]:
        """Return likely ends of elements and begins of the next, the last first."""
        if not self._begin and (first := _BEGIN.match(self._held)):
            self._begin = bytes(first[1])
        found: list[tuple[int, int]] = []
        end = len(self._held)
        while self._begin and len(found) < _GUESSES:
            end = self._held.rfind(self._begin, 0, end)
            if end <= 0:
                break
            comma = end - 1
            while comma > 0 and self._held[comma] in _SPACE:
                comma -= 1
            if self._held[comma] == _COMMA:
                found.append((comma, comma + 1))
        return found

    def _read_to_the_last_comma(self) -> int | None:
        """Return where the last comma between two whole elements is, None where there is none."""
        depth, last = 0, None
        for token in _TOKEN.finditer(self._held):
            match token[0]:
                case b"{" | b"[":
                    depth += 1
                case b"}" | b"]":
                    depth -= 1
                case b"," if depth == 0:
                    last = token.start()
                case _:
                    pass
        return last


def _decode(text: bytes, *, whole: bool) -> list[msgspec.Raw]:
    try:
        return _elements.decode(text)
    except msgspec.DecodeError as error:
        where = "breaks off, or is no JSON" if whole else "is no JSON"
        raise errors.Garbled(f"The list {where}: {error}.") from error
