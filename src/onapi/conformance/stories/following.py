"""Reading what changed, once all that was done can be told."""

from datetime import timedelta

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.server import Server

_LOOKS, _PAUSE_S = 20, 0.25


def follow(server: Server, endpoint: str, since: str) -> Exchange:
    """Return what changed in a list since a moment, once the answer reaches beyond now, or patience ends."""
    now = server.fresh(server.path(endpoint)).headers
    # A server's Date may be a second old, and the second that it names is held back.
    moments = [formats.http_date(now.get(name)) for name in ("Date", "Last-Modified")]
    until = max((moment for moment in moments if moment), default=None)
    answer = server.fresh(server.path(endpoint), since)
    for _ in range(_LOOKS):
        reached = formats.http_date(answer.headers.get("Last-Modified"))
        if reached is None or until is None or reached > until + timedelta(seconds=1):
            break
        server.session.sleep(_PAUSE_S)
        answer = server.fresh(server.path(endpoint), since)
    return answer
