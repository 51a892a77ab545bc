"""Orders that must not be taken; should one be, it is cancelled."""

from typing import Any
from urllib.parse import urlsplit

from onapi.conformance.exchange import Exchange
from onapi.conformance.server import NOBODY, Server
from onapi.conformance.stories.ground import Ground

_FAR = "2199-01-01T00:00:00Z"


class Refusals:
    """Wrong requests; what is right in them is for a far day, so that nothing is done even by a server that errs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ground = Ground(server)
        self.answers: dict[str, Exchange] = {}

    def posted(self, what: str) -> Exchange:
        """Return what a wrong order was answered; `what` is one of those below."""
        if what not in self.answers:
            self.ground.must_be_free()
            given = self._wrong()[what]
            raw = given if isinstance(given, bytes) else None
            answer = self.server.session.ask(
                "POST", self.server.path("orders"), given=None if raw else given, raw=raw
            )
            self.answers[what] = answer
            if answer.status in {200, 201} and isinstance(answer.value, dict) and answer.value.get("path"):
                self.server.session.ask("DELETE", urlsplit(str(answer.value["path"])).path)
        return self.answers[what]

    def asked(self, method: str) -> Exchange:
        """Return what a change to an order that there is not was answered."""
        if method not in self.answers:
            path = self.server.below("orders", NOBODY)
            given = None if method == "DELETE" else {"requestedDateTime": _FAR}
            self.answers[method] = self.server.session.ask(method, path, given=given)
        return self.answers[method]

    def tidy(self) -> list[str]:
        """Take back what is left, and say what could not be."""
        return self.ground.tidy()

    def _wrong(self) -> dict[str, Any]:
        good = self.ground.activation(requestedDateTime=_FAR)
        return {
            "no JSON": b'{"operation": "ACTIVATE", ',
            "no object": [good],
            "no operation": _without(good, "operation"),
            "no accessId": _without(good, "accessId"),
            "no service": _without(good, "service"),
            "no subscriptionId": {"operation": "SUSPEND"},
            "unknown operation": good | {"operation": "EXPLODE"},
            "unknown accessId": good | {"accessId": NOBODY},
            "unknown service": good | {"service": "ONAPI-CONFORM-NO-SERVICE"},
            "wrong dateTime": good | {"requestedDateTime": "tomorrow"},
            "wrong type": good | {"forcedTakeover": "yes, please"},
            "takeover of nothing": good | {"forcedTakeover": True},
        }


def _without(order: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in order.items() if key != name}
