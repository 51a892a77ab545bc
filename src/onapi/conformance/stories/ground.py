"""Where orders may be placed: an access and services that the user named, and what belongs to this run there."""

import secrets
import time
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Nothing, Stopped, Unreachable
from onapi.conformance.server import Server

PATIENCE_S = 60.0
"""So long an order may take; some are carried out by people, and are left out of what is checked."""

_LOOKS, _PAUSE_S = 10, 0.5
_DONE = {"DONE_SUCCESS", "DONE_FAILED"}


class Ground:
    """The first access that may be written to, and the services that may be ordered on it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.service = server.services[0]
        self.touched = False
        self._run = secrets.token_hex(4)

    @cached_property
    def access(self) -> str:
        """Return the first of the named accesses that is free, or the first if none is."""
        return next((access for access in self.server.accesses if self._is_free(access)), self.server.accesses[0])

    @property
    def other_service(self) -> str:
        """Return a second service of the same type.

        Raises:
            Nothing: the user named one only.
        """
        if len(self.server.services) < 2:
            raise Nothing("It needs a second service of the same type, --service.")
        return self.server.services[1]

    def reference(self, word: str) -> str:
        """Return a reference that tells this run's things from all others."""
        return f"conform-{self._run}-{word}"

    def activation(self, **more: Any) -> dict[str, Any]:
        """Return an order that activates the service, with what it requires."""
        order = {
            "operation": "ACTIVATE",
            "accessId": self.access,
            "service": self.service,
            "spReference": self.reference("customer"),
            "spSubscriptionId": self.reference("line"),
            **more,
        }
        return order | ({"characteristics": self.required} if self.required else {})

    @cached_property
    def required(self) -> dict[str, Any]:
        """Return the characteristics that the service must have, each with its first value."""
        offered = self.offer.get("characteristics")
        rules = offered.items() if isinstance(offered, dict) else ()
        return {
            name: (rule.get("values") or rule.get("validValues") or [True])[0]
            for name, rule in rules
            if isinstance(rule, dict) and rule.get("required") is True
        }

    @cached_property
    def offer(self) -> dict[str, Any]:
        """Return what the server says of the service on the access.

        Raises:
            Nothing: it does not offer it.
        """
        answer = self.server.one("services", self.access)
        services = answer.value.get("services") if isinstance(answer.value, dict) else None
        for one in services if isinstance(services, list) else ():
            if isinstance(one, dict) and one.get("service") == self.service:
                return one
        raise Nothing(f"{self.service} is not offered on {self.access}.")

    def must_be_free(self) -> None:
        """See that the service can be ordered, and nothing of the provider's is in the way.

        Raises:
            Nothing: it cannot; the run changes nothing that it did not make.
        """
        available = formats.moment(self.offer.get("availableDateTime"))
        if available is None or available > datetime.now(UTC):
            raise Nothing(f"{self.service} cannot be ordered on {self.access} now.")
        if not self._is_free(self.access):
            raise Nothing(f"{self.access} has subscriptions or unfinished orders already; name one that has none.")
        # From here on something may be there, though the answer that says so be lost.
        self.touched = True

    def _is_free(self, access: str) -> bool:
        waiting = self.server.fresh(f"{self.server.path('orders')}?accessId={quote(access, safe='')}")
        return not self.live(access) and all(order.get("state") in _DONE for order in waiting.objects)

    def subscriptions_now(self, access: str | None = None) -> Exchange:
        """Return an access's subscriptions as they are now; this one's, unless another is named."""
        return self.server.fresh(self.server.below("subscriptions", quote(access or self.access, safe="")))

    def live(self, access: str | None = None) -> list[dict[str, Any]]:
        """Return the live subscriptions on an access."""
        answer = self.subscriptions_now(access)
        found = answer.value.get("subscriptions") if isinstance(answer.value, dict) else None
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def done(self, path: str) -> Exchange:
        """Return an order when it is finished, or as it is when patience ends."""
        end, pause = time.monotonic() + PATIENCE_S, 0.05
        answer = self.server.fresh(path)
        while answer.status == 200 and isinstance(answer.value, dict) and answer.value.get("state") not in _DONE:
            if time.monotonic() > end:
                break
            self.server.session.sleep(pause)
            pause = min(2 * pause, 3.0)
            answer = self.server.fresh(path)
        return answer

    def tidy(self) -> list[str]:
        """Cancel and end what this run has left on the access; return what could not be."""
        if not self.touched:
            return []
        try:
            return [*self._cancelled(), *self._ended()]
        except (Nothing, Unreachable, Stopped) as error:
            return [f"Whether something is left on {self.access} is not known: {error}"]

    def _cancelled(self) -> list[str]:
        """Cancel orders of this run that wait, let those end that are under way, and say which do neither."""
        left = []
        listed = self.server.fresh(f"{self.server.path('orders')}?accessId={quote(self.access, safe='')}")
        for order in listed.objects:
            if not self._is_ours(order) or order.get("state") in _DONE:
                continue
            path = self.server.below("orders", str(order.get("orderId")))
            self.server.session.ask("DELETE", path)
            # Those of a far day are not waited for.
            dated = bool(order.get("requestedDateTime"))
            now = (self.server.fresh(path) if dated else self.done(path)).value
            if isinstance(now, dict) and now.get("state") in {"RECEIVED", "IN_PROGRESS"}:
                left.append(f"The order {order.get('orderId')} on {self.access} could not be cancelled.")
        return left

    def _ended(self) -> list[str]:
        """End subscriptions of this run, and say which do not end."""
        for one in self._our_subscriptions():
            wish = {"operation": "DEACTIVATE", "subscriptionId": one.get("subscriptionId")}
            self.server.session.ask("POST", self.server.path("orders"), given=wish)
        for _ in range(_LOOKS):
            if not self._our_subscriptions():
                return []
            self.server.session.sleep(_PAUSE_S)
        return [
            f"The subscription {one.get('subscriptionId')} on {self.access} could not be ended."
            for one in self._our_subscriptions()
        ]

    def _our_subscriptions(self) -> list[dict[str, Any]]:
        return [one for one in self.live() if self._is_ours(one)]

    def _is_ours(self, thing: dict[str, Any]) -> bool:
        ours = f"conform-{self._run}-"
        return any(str(thing.get(name, "")).startswith(ours) for name in ("spReference", "spSubscriptionId"))
