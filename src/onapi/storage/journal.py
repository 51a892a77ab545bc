"""What SPs are told of changes: /events by time, /orderevents by position. Triggers write it."""

import re
from datetime import datetime
from typing import NamedTuple

from onapi import ids
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_EVENT = re.compile(r"(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})\Z", re.ASCII)

KEPT_DAYS = 30
"""How long the journal is kept. Source: ON-API 2.6.0 spec/events.md asks for 24 hours at least."""

KEYS_KEPT_DAYS = 7
"""How long the answer to an Idempotency-Key is kept."""

_FORGOTTEN_AT_ONCE = 10_000


class Position(NamedTuple):
    """A place in the journal, which only grows: the transaction, and the row in it."""

    tx: int
    seq: int


BEGINNING = Position(-1, 0)
"""Before everything."""


def read_event(event: str) -> Position | None:
    """Return the position that an event's ID names, or None when no event has such an ID."""
    match = _EVENT.match(event)
    return None if match is None else Position(int(match[1]), int(match[2]))


async def copy_events(
    tx: Tx, sink: Sink, *, sp: ids.Sp, since: datetime, until: datetime, mount: str, between: bytes
) -> None:
    """Send what happened from `since` up to `until`, itself not included, in the SP's view to `sink`, in order."""
    await documents.copy(tx, sink, _SQL["events"], between=between, sp=sp, since=since, until=until, mount=mount)


async def any_event(tx: Tx, *, sp: ids.Sp, since: datetime, until: datetime) -> bool:
    """Return whether `copy_events` would send anything."""
    return bool(await _SQL["any_event"].value(tx, bool, sp=sp, since=since, until=until))


async def knows(tx: Tx, *, sp: ids.Sp, position: Position) -> bool:
    """Return whether the SP was told of an order at this position, and it is not forgotten."""
    return bool(await _SQL["knows"].value(tx, bool, sp=sp, event_tx=position.tx, event_seq=position.seq))


async def newest(tx: Tx, *, sp: ids.Sp) -> Position:
    """Return the position of the SP's last change of an order, even if it cannot be read yet."""
    for row in await _SQL["newest"].rows(tx, sp=sp):
        return Position(row["tx"], row["seq"])
    return BEGINNING


async def copy_orderevents(tx: Tx, sink: Sink, *, sp: ids.Sp, after: Position, mount: str, between: bytes) -> None:
    """Send the changes of the SP's orders after a position to `sink`, as far as nothing can come between any more."""
    await documents.copy(
        tx, sink, _SQL["orderevents"], between=between, sp=sp, after_tx=after.tx, after_seq=after.seq, mount=mount
    )


async def forget(tx: Tx) -> int:
    """Remove some of what is older than it is kept, and return how many rows; repeat until none is."""
    query = _SQL["forget"]
    status = await tx.execute(query.text, *query.arguments({"days": KEPT_DAYS, "most": _FORGOTTEN_AT_ONCE}))
    return int(status.removeprefix("DELETE "))


async def forget_keys(tx: Tx) -> None:
    """Remove answers to Idempotency-Keys that are older than they are kept."""
    await _SQL["forget_keys"].run(tx, days=KEYS_KEPT_DAYS)
