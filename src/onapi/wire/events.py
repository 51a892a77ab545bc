"""What became of objects.

Source: ON-API 2.6.0 spec/events.md.
"""

from typing import Annotated

import msgspec

from onapi.vocabulary import EventType, ObjectType
from onapi.wire.formats import DateTime, Id, Wire


class Event(Wire, kw_only=True):
    """An object was made, changed, or left."""

    type: EventType
    object_type: ObjectType
    object_id: Id
    path: Annotated[str | None, msgspec.Meta(description="Where the object can be read; absent with DELETE.")] = None
    time: DateTime
