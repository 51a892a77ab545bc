"""Events: what was created, changed and deleted.

Source: ON-API 2.6.0 spec/events.md.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from onapi.client import follow, lists, tolerance
from onapi.client.binding import K, Resource, listing
from onapi.client.cursors import Cursor
from onapi.client.steps import Listing
from onapi.client.tolerance import Model


class Event(Model, kw_only=True):
    """Something happened to an object; `type` is CREATE, UPDATE or DELETE."""

    type: str
    object_type: str
    object_id: str = ""
    path: str | None = None
    time: datetime | None = None

    @property
    def objects(self) -> str:
        """The kind of object, in the plural and lower case, as servers should write it and some do not."""
        kind = self.object_type.lower()
        return {"access": "accesses"}.get(kind, kind if kind.endswith("s") else kind + "s")

    @property
    def name(self) -> str:
        """The object's ID, which some servers have in the path only."""
        return self.object_id or (self.path or "").rstrip("/").rpartition("/")[2]


class Events(Resource[K]):
    """Below `events/`."""

    @listing
    def list(self, *, since: str | None = None) -> Listing[Event]:
        """Return what happened since a `last_modified` from before, or everything that is kept."""
        return lists.models(self._around, "events/", Event, since=since)

    @listing
    def follow(
        self,
        cursor: Cursor,
        *,
        every_s: float = 10.0,
        forever: bool = True,
        history: timedelta | None = follow.HISTORY,
        gone: Callable[[], None] | None = None,
    ) -> Listing[Event]:
        """Return every event, now and later, from where the cursor is; see `follow.Manner`."""
        what = follow.Followed("events/", lambda value: tolerance.read(Event, value), _key)
        manner = follow.Manner(every_s=every_s, forever=forever, history=history, gone=gone)
        return follow.following(self._around, what, cursor, manner)


def _key(event: Event) -> str:
    return f"{event.type} {event.objects} {event.name} {event.time}"
