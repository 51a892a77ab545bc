"""A subscription from its beginning to its end: ACTIVATE, SUSPEND, RESUME, MODIFY, CHANGE, DEACTIVATE."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Nothing, NotOffered
from onapi.conformance.server import Server
from onapi.conformance.stories.following import follow
from onapi.conformance.stories.ground import Ground

_MOST_PAGES = 50


@dataclass(frozen=True)
class Step:
    """An order as it was placed and as it ended, and the subscriptions and events after that."""

    placed: Exchange
    ended: Exchange
    subscriptions: Exchange
    subscription: dict[str, Any] | None

    @property
    def path(self) -> str:
        """Return the order's path."""
        return urlsplit(str(self.placed.value.get("path"))).path


@dataclass(frozen=True)
class Before:
    """Where the followers of changes stood before anything was done."""

    events: str | None
    orderevent: str | None
    subscriptions: str | None


class Life:
    """A subscription on the first access that may be written to; it is ended at the end."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ground = Ground(server)
        self.steps: list[Step] = []

    @cached_property
    def before(self) -> Before:
        """Return where the followers stand."""
        return Before(self._last_modified("events"), self._last_event(), self._last_modified("subscriptions"))

    @cached_property
    def activated(self) -> Step:
        """Activate the service."""
        self.ground.must_be_free()
        # Where followers stand has to be known before anything is done.
        self.followed_from = self.before
        return self._step(self.ground.activation())

    @cached_property
    def again(self) -> Exchange:
        """Activate it once more, though it is active."""
        self._live(self.activated)
        return self._post(self.ground.activation())

    @cached_property
    def another(self) -> Exchange:
        """Activate another service of the type, though this one is active."""
        self._live(self.activated)
        return self._post(self.ground.activation(service=self.ground.other_service))

    @cached_property
    def claimed(self) -> Exchange:
        """Have the second provider activate it, though the first has it."""
        if self.server.other is None:
            raise Nothing("It needs a second provider's account, --other-user.")
        self._live(self.activated)
        wish = self.ground.activation(requestedDateTime="2199-01-01T00:00:00Z")
        answer = self.server.other.ask("POST", self.server.path("orders"), given=wish)
        if answer.status in {200, 201} and isinstance(answer.value, dict) and answer.value.get("path"):
            self.server.other.ask("DELETE", urlsplit(str(answer.value["path"])).path)
        return answer

    @cached_property
    def patched_when_done(self) -> Exchange:
        """Change the order, though it is done."""
        self._live(self.activated)
        return self.server.session.ask(
            "PATCH", self.activated.path, given={"spReference": self.ground.reference("late")}
        )

    @cached_property
    def cancelled_when_done(self) -> tuple[Exchange, Exchange]:
        """Cancel the order, though it is done, and read it."""
        self._live(self.activated)
        return self.server.session.ask("DELETE", self.activated.path), self.server.fresh(self.activated.path)

    @cached_property
    def suspended(self) -> Step:
        """Suspend it."""
        return self._on(self.activated, "SUSPEND", externalNote="A check of conformance.")

    @cached_property
    def suspended_again(self) -> Exchange:
        """Suspend it once more."""
        return self._post({"operation": "SUSPEND", "subscriptionId": self._live(self.suspended)})

    @cached_property
    def resumed(self) -> Step:
        """Resume it."""
        return self._on(self.suspended, "RESUME")

    @cached_property
    def modified(self) -> Step:
        """Give it another reference."""
        return self._on(self.resumed, "MODIFY", spReference=self.ground.reference("moved"))

    @cached_property
    def changed(self) -> Step:
        """Change it to the other service."""
        return self._on(self.modified, "CHANGE", service=self.ground.other_service)

    @cached_property
    def deactivated(self) -> Step:
        """End it."""
        last = self.steps[-1] if self.steps else self.activated
        return self._on(last, "DEACTIVATE")

    @cached_property
    def deactivated_again(self) -> Exchange:
        """End it once more, though it has ended."""
        if self.deactivated.subscription is not None:
            raise Nothing("It could not be ended.")
        return self._post({"operation": "DEACTIVATE", "subscriptionId": self._live(self.activated)})

    @cached_property
    def events(self) -> Exchange:
        """Return the events since the beginning, when the last step is told."""
        if self.before.events is None:
            raise Nothing("There was no Last-Modified to go on from.")
        return self._follow("events", self.before.events)

    @cached_property
    def delta(self) -> Exchange:
        """Return the subscriptions that changed since the beginning."""
        if self.before.subscriptions is None:
            raise Nothing("There was no Last-Modified to go on from.")
        return self._follow("subscriptions", self.before.subscriptions)

    @cached_property
    def orderevents(self) -> Exchange:
        """Return the order events since the beginning, once they tell of the last order."""
        since = f"?since={quote(self.before.orderevent, safe='')}" if self.before.orderevent else ""
        path = self.server.path("orderevents") + since
        last = self.deactivated.path
        answer = self.server.fresh(path)
        for _ in range(20):
            ends = [event["order"] for event in answer.objects if isinstance(event.get("order"), dict)]
            if any(order.get("path") == last and str(order.get("state")).startswith("DONE") for order in ends):
                break
            self.server.session.sleep(0.25)
            answer = self.server.fresh(path)
        return answer

    def tidy(self) -> list[str]:
        """End what is left, and say what could not be."""
        return self.ground.tidy()

    def _on(self, last: Step, operation: str, **fields: Any) -> Step:
        return self._step({"operation": operation, "subscriptionId": self._live(last), **fields})

    def _live(self, step: Step) -> str:
        state = step.ended.value.get("state") if isinstance(step.ended.value, dict) else step.ended.status
        found = str(step.placed.value.get("subscriptionId") or "")
        if state != "DONE_SUCCESS" or not found:
            raise Nothing(f"The order before it is {state}.")
        return found

    def _post(self, wish: dict[str, Any]) -> Exchange:
        return self.server.session.ask("POST", self.server.path("orders"), given=wish)

    def _step(self, wish: dict[str, Any]) -> Step:
        placed = self._post(wish)
        if placed.status not in {200, 201} or not isinstance(placed.value, dict) or not placed.value.get("path"):
            raise Nothing(f"{wish['operation']} was not taken: {placed.status}.")
        ended = self.ground.done(urlsplit(str(placed.value["path"])).path)
        subscriptions = self.ground.subscriptions_now()
        held = subscriptions.value.get("subscriptions") if isinstance(subscriptions.value, dict) else None
        named = placed.value.get("subscriptionId")
        live = next((one for one in held or [] if isinstance(one, dict) and one.get("subscriptionId") == named), None)
        step = Step(placed, ended, subscriptions, live)
        self.steps.append(step)
        return step

    def _last_event(self) -> str | None:
        """Return the newest order event, however long the list is; None when there is none."""
        answer, last = self._fresh("orderevents"), None
        for _ in range(_MOST_PAGES):
            if answer is None or not answer.objects:
                return last
            last = str(answer.objects[-1].get("event"))
            if answer.whole:
                return last
            answer = self.server.fresh(f"{self.server.path('orderevents')}?since={quote(last, safe='')}")
        raise Nothing("The list of order events is longer than a run reads.")

    def _last_modified(self, endpoint: str) -> str | None:
        answer = self._fresh(endpoint)
        return None if answer is None else answer.headers.get("Last-Modified")

    def _fresh(self, endpoint: str) -> Exchange | None:
        try:
            return self.server.fresh(self.server.path(endpoint))
        except NotOffered:
            return None

    def _follow(self, endpoint: str, since: str) -> Exchange:
        if self.deactivated.subscription is not None:
            raise Nothing("The subscription did not end.")
        return follow(self.server, endpoint, since)
