"""Tickets: what is wrong on an access, and what the SP and the CO say and do about it.

Source: the seed, "Fetch tickets" and what follows; ON-API 2.6.0 spec/tickets.md.
"""

import re
from datetime import datetime

import msgspec
from starlette.responses import Response

from onapi import errors, ids
from onapi.actions import tickets as action
from onapi.actions.ticket_bodies import answer_of, opening_of, word
from onapi.domain import moments
from onapi.storage import tickets as storage
from onapi.storage.pool import Database
from onapi.vocabulary import TicketStatus
from onapi.web import idempotency, lists, versions
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import tickets as wire

_SOURCE = "ON-API 2.6.0 spec/tickets.md"
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_encode = msgspec.json.Encoder().encode


class Tickets:
    """Answers `tickets/` and `tickets/{coTicketReference}`."""

    def __init__(self, database: Database, answers: lists.Lists, actions: action.Tickets) -> None:
        self._database = database
        self._lists = answers
        self._actions = actions

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="tickets",
            path="tickets",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/tickets.md",
            operations=(*self._collection(), *self._single()),
        )

    def _collection(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="tickets",
                handler=self.list,
                summary="Get all tickets, or those that changed",
                description="Whose turn each is; GET one to read it.",
                parameters=(
                    Parameter(
                        name="status", place="query", kind=TicketStatus, description="Only those of this status."
                    ),
                    Parameter(
                        name="created",
                        place="query",
                        kind=str,
                        description="Only those created after this moment, or after the beginning of this day.",
                    ),
                    *lists.PARAMETERS,
                ),
                answers={200: list[wire.TicketRow], 304: None},
                source=_SOURCE,
            ),
            Operation(
                method="POST",
                path="tickets",
                handler=self.open,
                summary="Open a ticket",
                description="It is the CO's turn then.",
                parameters=(idempotency.PARAMETER,),
                body=wire.TicketFields,
                answers={201: wire.TicketReference},
                refusals=(
                    (errors.NotFound, "There is no such subscription, or it is another SP's."),
                    (errors.UnderWay, "Another request has the Idempotency-Key at this moment."),
                    idempotency.REFUSAL,
                ),
                source=_SOURCE,
            ),
        )

    def _single(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="tickets/{coTicketReference}",
                handler=self.one,
                summary="Get a single ticket",
                description="With everything that was said on it. Its ETag is for If-Match (extension).",
                answers={200: wire.Ticket},
                source=_SOURCE,
            ),
            Operation(
                method="PATCH",
                path="tickets/{coTicketReference}",
                handler=self.answer,
                summary="Comment on a ticket, hand it over, or close it",
                description="All at once if so wanted. What is closed stays closed, but may be commented on.",
                parameters=(versions.PARAMETER,),
                body=wire.TicketPatch,
                answers={204: None},
                refusals=(
                    (errors.Conflict, "The ticket is closed, and stays so; or takes no more."),
                    versions.REFUSAL,
                ),
                source=_SOURCE,
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the caller's tickets, or those that changed, of a status, created after a moment."""
        query = call.query()
        filters: dict[str, str] = {name: query[name] for name in ("status", "created") if name in query}
        source = storage.Tickets(
            status=word("status", filters.get("status"), TicketStatus), created=_created(filters.get("created"))
        )
        return await self._lists.answer(call, "tickets", source, filters=filters)

    async def one(self, call: Call) -> Response:
        """Return one ticket, or NotFound."""
        ticket_id = ids.ticket_id(call.path_ids["coTicketReference"])
        async with self._database.connection(call.sp) as tx:
            found = await storage.by_id(tx, sp=call.sp, ticket_id=ticket_id)
        if found is None:
            raise errors.NotFound(f"There is no ticket {ticket_id!r}.")
        document, version = found
        return Response(document, headers={"ETag": versions.etag(version)}, media_type="application/json")

    async def open(self, call: Call) -> Response:
        """Open a ticket."""
        opening = opening_of(await call.json(wire.TicketFields))
        ticket_id = await self._actions.open(call.sp, opening, key=idempotency.key_of(call))
        return Response(
            _encode(wire.TicketReference(co_ticket_reference=ticket_id)),
            status_code=201,
            headers={"Location": f"{call.mount}/tickets/{ticket_id}"},
            media_type="application/json",
        )

    async def answer(self, call: Call) -> Response:
        """Comment on a ticket, move it, or both."""
        ticket_id = ids.ticket_id(call.path_ids["coTicketReference"])
        answer = answer_of(await call.json(wire.TicketPatch), versions.wanted(call))
        version = await self._actions.answer(call.sp, ticket_id, answer)
        return Response(status_code=204, headers={"ETag": versions.etag(version)})


def _created(text: str | None) -> datetime | None:
    if text is None:
        return None
    return moments.read("created", f"{text}T00:00:00Z" if _DAY.match(text) else text)
