"""An order for a far day: placed, placed again, read, changed, replaced, cancelled."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Nothing
from onapi.conformance.server import Server
from onapi.conformance.stories.ground import Ground


@dataclass(frozen=True)
class Read:
    """An order as it was when it was read, and the lists that may have it."""

    order: Exchange
    unfinished: Exchange
    of_the_access: Exchange
    in_its_state: Exchange


class Placing:
    """A dated ACTIVATE on the first access that may be written to; it is cancelled before its day."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ground = Ground(server)
        self.day = (datetime.now(UTC) + timedelta(days=300)).replace(microsecond=0)

    @cached_property
    def wish(self) -> dict[str, Any]:
        """Return what is posted."""
        return self.ground.activation(requestedDateTime=f"{self.day:%Y-%m-%dT%H:%M:%SZ}")

    @cached_property
    def placed(self) -> Exchange:
        """Place it."""
        self.ground.must_be_free()
        return self.server.session.ask("POST", self.server.path("orders"), given=self.wish)

    @cached_property
    def order(self) -> dict[str, Any]:
        """Return the order as it was answered.

        Raises:
            Nothing: it was not taken.
        """
        if self.placed.status not in {200, 201} or not isinstance(self.placed.value, dict):
            raise Nothing(f"The order was not taken: {self.placed.status}.")
        return self.placed.value

    @cached_property
    def path(self) -> str:
        """Return where it can be read."""
        told = self.order.get("path") or self.placed.headers.get("Location")
        if told:
            return urlsplit(str(told)).path
        if not self.order.get("orderId"):
            raise Nothing("The answer to the order says neither path nor orderId.")
        return self.server.below("orders", str(self.order["orderId"]))

    @cached_property
    def read(self) -> Read:
        """Read it, alone and in lists."""
        orders, access = self.server.path("orders"), self.ground.access
        return Read(
            order=self.server.fresh(self.path),
            unfinished=self.server.fresh(orders),
            of_the_access=self.server.fresh(f"{orders}?accessId={access}"),
            in_its_state=self.server.fresh(f"{orders}?state=RECEIVED"),
        )

    @cached_property
    def a_moment_later(self) -> Exchange:
        """Read it when it could have been begun by mistake."""
        self.server.session.sleep(1.0)
        return self.server.fresh(self.path)

    @cached_property
    def repeated(self) -> Exchange:
        """Place the same again."""
        self.waiting()
        return self.server.session.ask("POST", self.server.path("orders"), given=self.wish)

    @cached_property
    def patched(self) -> tuple[Exchange, Exchange]:
        """Change its day, and read it."""
        self.waiting()
        later = {"requestedDateTime": f"{self.day + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
        return self.server.session.ask("PATCH", self.path, given=later), self.server.fresh(self.path)

    @cached_property
    def put(self) -> tuple[Exchange, Exchange, str]:
        """Replace it by itself with another reference, and read it; returns the reference too."""
        _, before = self.patched
        if not isinstance(before.value, dict):
            raise Nothing("The order cannot be read, so that it cannot be replaced.")
        reference = self.ground.reference("put")
        given = self.server.session.ask("PUT", self.path, given=before.value | {"spReference": reference})
        return given, self.server.fresh(self.path), reference

    @cached_property
    def cancelled(self) -> Exchange:
        """Cancel it."""
        self.waiting()
        return self.server.session.ask("DELETE", self.path)

    @cached_property
    def gone(self) -> Exchange:
        """Read it after that."""
        if self.cancelled.status >= 400:
            raise Nothing(f"It could not be cancelled: {self.cancelled.status}.")
        return self.server.fresh(self.path)

    @cached_property
    def after(self) -> tuple[Exchange, Exchange, Exchange]:
        """Return the order, the unfinished orders and the access's subscriptions after that."""
        return self.gone, self.server.fresh(self.server.path("orders")), self.ground.subscriptions_now()

    def waiting(self) -> None:
        """See that it waits for its day.

        Raises:
            Nothing: it does not, so that it cannot be changed.
        """
        if self.order.get("state") != "RECEIVED":
            raise Nothing(f"The order is {self.order.get('state')} at once, so that nothing of it can be changed.")

    def tidy(self) -> list[str]:
        """Take back what is left, and say what could not be."""
        return self.ground.tidy()
