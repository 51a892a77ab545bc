"""Commands that follow what happens."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import typer

from onapi import errors
from onapi.cli import output
from onapi.cli.sp.session import Session, command, group
from onapi.client.binding import Stream
from onapi.client.cursors import FileCursor

events = group("Events: what was created, changed and deleted.")
orderevents = group("Order events: each change of a state.")

Place = Annotated[
    Path | None,
    typer.Option("--cursor", help="The file that keeps the place; not given: one of yours."),
]
Every = Annotated[float, typer.Option("--every", min=0.1, help="How long to wait between questions, in seconds.")]
Once = Annotated[bool, typer.Option("--once", help="Only what is there now.")]

_EVENT = ("time", "type", "objects", "name")
_ORDER_EVENT = (
    "event",
    "order.state",
    "order.operation",
    "order.access_id",
    "order.service",
    "order.order_id",
    "order.message",
)


@command(events, "follow")
def follow_events(session: Session, cursor: Place = None, every: Every = 10, once: Once = False) -> None:
    """Print events as they come, each once, going on where you were; until Ctrl-C."""
    place = _place(session, cursor, "events")
    stream = session.client.events.follow(place, every_s=every, forever=not once, gone=_gone)
    _print(session, stream, _EVENT)


@command(orderevents, "follow")
def follow_orderevents(session: Session, cursor: Place = None, every: Every = 10, once: Once = False) -> None:
    """Print order events as they come, each once, going on where you were; until Ctrl-C."""
    place = _place(session, cursor, "orderevents")
    stream = session.client.orderevents.follow(place, every_s=every, forever=not once, gone=_gone)
    _print(session, stream, _ORDER_EVENT)


def _print(session: Session, stream: Stream[Any], columns: Sequence[str]) -> None:
    """Print what comes until Ctrl-C."""
    try:
        session.out.lines(stream, columns)
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        raise
    except OSError as error:
        raise errors.Invalid(f"The place cannot be kept: {error}.") from error


def _place(session: Session, given: Path | None, what: str) -> FileCursor:
    if given is None:
        folder = Path(os.environ.get("ONAPI_SP_STATE") or platformdirs.user_state_path("onapi"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", f"{session.profile.user} {session.profile.url}")
        given = folder / f"{what}-{name}.json"
    return FileCursor(given)


def _gone() -> None:
    output.say(
        "The server no longer has what came after your place; something may be missing. All that it has follows."
    )
