"""Follow a list of the server's: items as they come, each at least once, and not twice, from a place that is kept.

A place is saved after the items before it were worked on, which is when the next one, or the end, is asked for.
Whoever dies in between gets some items again. Troubles that pass are waited for, for as long as it takes.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec

from onapi.client import errors, lists
from onapi.client.cursors import Cursor
from onapi.client.steps import Answer, Flow, Give, Listing, Pause, Step, Surroundings

T = TypeVar("T")

HISTORY = timedelta(hours=24)
"""How long servers keep what happened, as the standard has it, at least; ours keeps 30 days."""

_REMEMBERED = 10_000
_SAVE_EACH = 100
_SAVE_EACH_S = 600.0
_LONGEST_PAUSE_S = 300.0


class Place(msgspec.Struct, frozen=True):
    """How far a follower is.

    Args:
        since: what to ask with.
        seen: digests of what it has had of the answer to that already.
        at: when it asked last, in seconds of the epoch.

    """

    since: str | None = None
    seen: tuple[str, ...] = ()
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Followed(Generic[T]):
    """A list that can be followed; `place_of` is for lists where every item is a place to go on from."""

    path: str
    read: Callable[[Any], T]
    key: Callable[[T], str]
    place_of: Callable[[T], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to follow.

    Args:
        every_s: how long to wait between two questions, in seconds.
        forever: False ends with the first answer.
        history: how long the server keeps what happened: a place that was not asked with for longer is gone. None:
            the server says so itself.
        gone: called when the place is gone. Something may have been missed; all that the server has comes next.

    """

    every_s: float = 10.0
    forever: bool = True
    history: timedelta | None = None
    gone: Callable[[], None] | None = None


def objects(path: str, read: Callable[[Any], T]) -> Followed[T]:
    """Return how a list of objects is followed: an object comes again only when it is different."""
    return Followed(path, read, lambda item: msgspec.json.encode(item).decode())


def following(around: Surroundings, what: Followed[T], cursor: Cursor, manner: Manner) -> Listing[T]:
    """Return the items of a list, and of what follows."""

    def begin(listing: Listing[T]) -> Flow[None]:
        troubles = 0
        while True:
            place = _loaded(cursor)
            if _is_over(around, place, manner):
                place = _forget(cursor, manner)
            try:
                yield from _answer(around, what, cursor, place, listing)
                pause, troubles = manner.every_s, 0
            except errors.NotFound:
                if place.since is None:
                    raise
                _forget(cursor, manner)
                continue
            except errors.ClientError as error:
                if not (manner.forever and error.retryable):
                    raise
                troubles += 1
                longest = min(_LONGEST_PAUSE_S, manner.every_s * 2**troubles)
                pause = error.retry_after or around.chance(min(manner.every_s, longest), longest)
            if not manner.forever:
                return
            yield Pause(pause)

    return Listing(begin)


def _answer(around: Surroundings, what: Followed[T], cursor: Cursor, place: Place, listing: Listing[T]) -> Flow[None]:
    """Give what one answer has, and save the place after it, or after what was worked on of it."""
    had, now = set(place.seen), dict[str, None]()
    reached = place.since

    def take(item: T) -> Iterator[Step]:
        nonlocal reached
        key = hashlib.blake2b(what.key(item).encode(), digest_size=9).hexdigest()
        if key not in had and key not in now:
            yield Give(item)
        now[key] = None
        if what.place_of:
            reached = what.place_of(item)
            if len(now) >= _SAVE_EACH:
                _save(cursor, Place(reached, at=around.now()))
                now.clear()

    answer: Answer | None = None
    by_item = what.place_of is not None
    try:
        answer = yield from lists.each(
            around,
            what.path,
            what.read,
            take,
            since=None if by_item else place.since,
            query={"since": place.since} if by_item else None,
            opened=listing.opened,
        )
    finally:
        if answer is None:
            # Left, or broken off: what was worked on is not given again.
            seen = () if by_item else _bounded({*place.seen, *now})
        elif by_item:
            seen = ()
        else:
            reached = answer.headers.get("last-modified") or place.since
            seen = place.seen if answer.status == 304 else _bounded(set(now))
        if (reached, seen) != (place.since, place.seen) or around.now() - place.at > _SAVE_EACH_S:
            _save(cursor, Place(reached, seen, around.now()))


def _bounded(seen: set[str]) -> tuple[str, ...]:
    return tuple(sorted(seen)) if len(seen) <= _REMEMBERED else ()


def _is_over(around: Surroundings, place: Place, manner: Manner) -> bool:
    """Return whether the server may no longer have what came after a place."""
    if manner.history is None or place.since is None:
        return False
    return around.now() - place.at > manner.history.total_seconds()


def _forget(cursor: Cursor, manner: Manner) -> Place:
    if manner.gone:
        manner.gone()
    _save(cursor, Place())
    return Place()


def _loaded(cursor: Cursor) -> Place:
    text = cursor.load()
    if not text:
        return Place()
    try:
        return msgspec.json.decode(text, type=Place)
    except msgspec.DecodeError as error:
        raise errors.Garbled(f"What the cursor holds is no place: {text[:60]!r}.") from error


def _save(cursor: Cursor, place: Place) -> None:
    cursor.save(msgspec.json.encode(place).decode())
