"""Opaque positions in a list: signed, and good for one SP and one list only."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

import msgspec

from onapi import errors, ids

_SIGNATURE = 16


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended.

    `since` and `last_modified` are those of the first page, in whole seconds since 1970, so that all pages
    together are one answer; `since` None is a list of everything.
    """

    list_name: str
    sp: str
    after: str
    since: int | None
    last_modified: int

    @property
    def since_moment(self) -> datetime | None:
        """The moment since when changes are listed, or None."""
        return None if self.since is None else datetime.fromtimestamp(self.since, UTC)

    @property
    def last_modified_moment(self) -> datetime:
        """What the first page sent as Last-Modified."""
        return datetime.fromtimestamp(self.last_modified, UTC)


class Cursors:
    """Writes and reads cursors with one key, which all processes of an installation share."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, position: Position) -> str:
        """Return the cursor for a position, in characters that a URL takes as they are."""
        payload = msgspec.msgpack.encode(position)
        return base64.urlsafe_b64encode(self._signature(payload) + payload).decode().rstrip("=")

    def read(self, cursor: str, *, list_name: str, sp: ids.Sp) -> Position:
        """Return the position of a cursor.

        Raises:
            Invalid: it was not made here, or for another list or SP.
        """
        refusal = errors.Invalid(
            f"cursor is not one that this list gave you; begin again without it: {cursor[:20]!r}."
        )
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise refusal from None
        payload = raw[_SIGNATURE:]
        if not hmac.compare_digest(raw[:_SIGNATURE], self._signature(payload)):
            raise refusal
        position = msgspec.msgpack.decode(payload, type=Position)
        if position.list_name != list_name or position.sp != sp:
            raise refusal
        return position

    def _signature(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, key=self._key, digest_size=_SIGNATURE).digest()
