"""One story of each kind for a server, shared by all checks that look at it."""

from typing import TypeVar

from onapi.conformance.server import Server
from onapi.conformance.stories.life import Life
from onapi.conformance.stories.placing import Placing
from onapi.conformance.stories.refusals import Refusals
from onapi.conformance.stories.ticket import TicketLife

S = TypeVar("S", Placing, Life, Refusals, TicketLife)


def story(server: Server, kind: type[S]) -> S:
    """Return the server's story of a kind; it is begun when it is first asked for."""
    if kind not in server.stories:
        server.stories[kind] = kind(server)
    found: S = server.stories[kind]
    return found
