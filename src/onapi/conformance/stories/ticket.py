"""A ticket from its beginning to its end: created, commented, handed over, closed."""

import secrets
from functools import cached_property
from typing import Any
from urllib.parse import quote

from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Nothing, NotOffered, Stopped, Unreachable
from onapi.conformance.server import Server
from onapi.conformance.stories.following import follow

_OPEN = ("CREATED", "IN_PROGRESS_CO", "IN_PROGRESS_SP")


class TicketLife:
    """A ticket on the first access that may be written to; it is closed at the end."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.touched = False
        self.reference = f"conform-{secrets.token_hex(4)}"
        self.wish = {
            "accessId": server.accesses[0],
            "spTicketReference": self.reference,
            "createdBy": "onapi conform",
            "heading": "A check of conformance",
            "description": "This ticket is a check of the interface, and is closed at once.",
            "problemType": "OTHER",
        }

    @cached_property
    def before(self) -> str | None:
        """Return where a follower of events stood before anything was done."""
        try:
            return self.server.fresh(self.server.path("events")).headers.get("Last-Modified")
        except NotOffered:
            return None

    @cached_property
    def events(self) -> Exchange:
        """Return the events since then, when the last change is told.

        Raises:
            Nothing: there is nothing to go on from.
        """
        if self.before is None:
            raise Nothing("There are no events, or no Last-Modified to go on from.")
        return follow(self.server, "events", self.before)

    @cached_property
    def created(self) -> Exchange:
        """Create it."""
        # Where followers stand has to be known before anything is done.
        self.followed_from = self.before
        return self._ask("POST", self.server.path("tickets"), self.wish)

    @cached_property
    def path(self) -> str:
        """Return where it can be read.

        Raises:
            Nothing: it was not taken.
        """
        answer = self.created
        named = answer.value.get("coTicketReference") if isinstance(answer.value, dict) else None
        if answer.status not in {200, 201} or not named:
            raise Nothing(f"The ticket was not taken: {answer.status}.")
        return self.server.below("tickets", quote(str(named), safe=""))

    @cached_property
    def read(self) -> Exchange:
        """Read it."""
        return self.server.fresh(self.path)

    @cached_property
    def listed(self) -> Exchange:
        """Return the list with its status."""
        return self.server.fresh(f"{self.server.path('tickets')}?status=CREATED") if self.path else self.created

    @cached_property
    def commented(self) -> tuple[Exchange, Exchange]:
        """Comment on it, and read it."""
        comment = {"createdBy": "onapi conform", "message": f"A comment of {self.reference}."}
        return self._ask("PATCH", self.path, {"comment": comment}), self.server.fresh(self.path)

    @cached_property
    def handed_over(self) -> tuple[Exchange, Exchange]:
        """Say that the operator works on it, and read it."""
        given = {"status": "IN_PROGRESS_CO", "responsible": "CO"}
        return self._ask("PATCH", self.path, given), self.server.fresh(self.path)

    @cached_property
    def closed_by_nobody(self) -> tuple[Exchange, Exchange]:
        """Close it without saying who is responsible, and read it."""
        return self._ask("PATCH", self.path, {"status": "CLOSED"}), self.server.fresh(self.path)

    @cached_property
    def closed(self) -> tuple[Exchange, Exchange]:
        """Close it, and read it."""
        given = {"status": "CLOSED", "responsible": "SP"}
        return self._ask("PATCH", self.path, given), self.server.fresh(self.path)

    def refused(self, **wrong: Any) -> Exchange:
        """Return what is answered to a ticket with these fields; None leaves a field out."""
        given = {name: value for name, value in (self.wish | wrong).items() if value is not None}
        answer = self._ask("POST", self.server.path("tickets"), given)
        named = answer.value.get("coTicketReference") if isinstance(answer.value, dict) else None
        if answer.status in {200, 201} and named:
            path = self.server.below("tickets", quote(str(named), safe=""))
            self._ask("PATCH", path, {"status": "CLOSED", "responsible": "SP"})
        return answer

    def tidy(self) -> list[str]:
        """Close what is left open, even if the answer that said so was lost; return what could not be closed."""
        if not self.touched:
            return []
        try:
            for ticket in self._open():
                path = self.server.below("tickets", quote(str(ticket.get("coTicketReference")), safe=""))
                self._ask("PATCH", path, {"status": "CLOSED", "responsible": "SP"})
            return [f"The ticket {ticket.get('coTicketReference')} could not be closed." for ticket in self._open()]
        except (Nothing, Unreachable, Stopped) as error:
            return [f"Whether a ticket is left open is not known: {error}"]

    def _open(self) -> list[dict[str, Any]]:
        answers = [self.server.fresh(f"{self.server.path('tickets')}?status={status}") for status in _OPEN]
        listed = [ticket for answer in answers for ticket in answer.objects]
        return [
            one for one in listed if one.get("spTicketReference") == self.reference and one.get("status") in _OPEN
        ]

    def _ask(self, method: str, path: str, given: dict[str, Any]) -> Exchange:
        self.touched = True
        return self.server.session.ask(method, path, given=given)
