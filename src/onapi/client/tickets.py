"""Tickets: trouble that the SP and the CO work on.

Source: the seed, "Create a ticket" and its neighbours; ON-API 2.6.0 spec/tickets.md.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from onapi.client import lists, once, placing, tolerance
from onapi.client.binding import K, Resource, listing, operation
from onapi.client.exchange import whole
from onapi.client.steps import Answer, Flow, Listing, Request, Surroundings, quoted
from onapi.client.tolerance import Mac, Model

_JSON = {"Content-Type": "application/json"}
# Clocks differ; a ticket that was opened just before is compared, too.
_LOOK_BACK = timedelta(minutes=15)


class TicketInfo(Model, kw_only=True):
    """What the SP knows of its customer's side."""

    ip: str | None = None
    mac: Mac | None = None
    link: bool | None = None


class Comment(Model, kw_only=True):
    """What somebody said."""

    created_by: str | None = None
    message: str = ""
    created_at: datetime | None = None


class Ticket(Model, kw_only=True):
    """A ticket; lists have the references, the status and whose turn it is only."""

    co_ticket_reference: str
    sp_ticket_reference: str | None = None
    status: str | None = None
    responsible: str | None = None
    sp_reference: str | None = None
    access_id: str | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    heading: str | None = None
    description: str | None = None
    comments: tuple[Comment, ...] = ()
    subscription_id: str | None = None
    problem_type: str | None = None
    additional_info: TicketInfo | None = None


class Tickets(Resource[K]):
    """Below `tickets/`."""

    @listing
    def list(self, *, status: str | None = None, created: datetime | None = None) -> Listing[Ticket]:
        """Return tickets, with what lists have of them; those of one status, those created after a moment."""
        query = placing.spelled({"status": status, "created": created}, self._around.dialect)
        return lists.of(self._around, "tickets/", read_ticket, query=query)

    @operation
    def show(self, reference: str) -> Flow[Ticket]:
        """Return one ticket, whole, by the CO's reference, or raise NotFound."""
        return (yield from one(self._around, reference))

    @operation
    def open(
        self,
        access_id: str,
        heading: str,
        description: str,
        *,
        created_by: str,
        problem_type: str = "OTHER",
        subscription_id: str | None = None,
        sp_reference: str | None = None,
        sp_ticket_reference: str | None = None,
        additional_info: TicketInfo | None = None,
    ) -> Flow[str]:
        """Open a ticket, once even if answers are lost, and return the CO's reference."""
        said = {
            "access_id": access_id,
            "heading": heading,
            "description": description,
            "created_by": created_by,
            "problem_type": problem_type,
            "subscription_id": subscription_id,
            "sp_reference": sp_reference,
            "sp_ticket_reference": sp_ticket_reference,
            "additional_info": additional_info,
        }
        wish = placing.spelled({name: one for name, one in said.items() if one is not None}, self._around.dialect)
        request = Request(method="POST", path="tickets/", headers=_JSON, body=msgspec.json.encode(wish))
        before = datetime.fromtimestamp(self._around.now(), UTC) - _LOOK_BACK

        def look() -> Flow[str | None]:
            return (yield from _opened(self._around, wish, before))

        return (yield from once.done(self._around, request, _reference, look))

    @operation
    def comment(
        self,
        reference: str,
        message: str | None = None,
        *,
        created_by: str,
        status: str | None = None,
        responsible: str | None = None,
    ) -> Flow[None]:
        """Say something on a ticket, change its status or whose turn it is: once even if answers are lost."""
        patch: dict[str, Any] = {"status": status, "responsible": responsible}
        if message is not None:
            now = datetime.fromtimestamp(self._around.now(), UTC)
            patch["comment"] = {"createdBy": created_by, "message": message, "createdAt": now}
        patch = {name: value for name, value in patch.items() if value is not None}
        request = Request(
            method="PATCH", path=f"tickets/{quoted(reference)}", headers=_JSON, body=msgspec.json.encode(patch)
        )
        had = len((yield from one(self._around, reference)).comments)

        def look() -> Flow[bool | None]:
            now_it_is = yield from one(self._around, reference)
            new = [said.message for said in now_it_is.comments[had:] if said.created_by == created_by]
            done = message in new or (message is None and now_it_is.status == status)
            return True if done else None

        yield from once.done(self._around, request, lambda _: True, look)

    @operation
    def close(self, reference: str, responsible: str, message: str, *, created_by: str) -> Flow[None]:
        """Close a ticket; `responsible`, SP or CO, is whose trouble it was."""
        comment = {"createdBy": created_by, "message": message}
        body = msgspec.json.encode({"status": "CLOSED", "responsible": responsible, "comment": comment})
        request = Request(method="PATCH", path=f"tickets/{quoted(reference)}", headers=_JSON, body=body)

        def look() -> Flow[bool | None]:
            ticket = yield from one(self._around, reference)
            return True if ticket.status == "CLOSED" else None

        yield from once.done(self._around, request, lambda _: True, look)


def one(around: Surroundings, reference: str) -> Flow[Ticket]:
    """Return one ticket, or raise NotFound."""
    answer = yield from whole(around, Request(path=f"tickets/{quoted(reference)}"))
    return read_ticket(tolerance.decode(answer.body))


def read_ticket(value: Any) -> Ticket:
    """Return a ticket as servers send it."""
    return tolerance.read(Ticket, value)


def _opened(around: Surroundings, wish: dict[str, Any], since: datetime) -> Flow[str | None]:
    """Return the reference of the ticket that this wish has become, None when it has become none."""
    query = placing.spelled({"created": since}, around.dialect)
    rows = yield from lists.collected(around, "tickets/", read_ticket, query=query)
    for row in rows:
        if row.sp_ticket_reference != wish.get("spTicketReference"):
            continue
        ticket = yield from one(around, row.co_ticket_reference)
        has = (ticket.access_id, ticket.heading, ticket.description)
        if has == (wish["accessId"], wish["heading"], wish["description"]):
            return ticket.co_ticket_reference
    return None


def _reference(answer: Answer) -> str:
    location = answer.headers.get("location")
    if location and not answer.body.strip():
        return location.rstrip("/").rpartition("/")[2]
    return read_ticket(tolerance.decode(answer.body)).co_ticket_reference
