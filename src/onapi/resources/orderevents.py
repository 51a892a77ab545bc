"""Changes of orders' states, in the order in which they were made.

Source: the seed, "This endpoint lists changes to orders"; ON-API 2.6.0 spec/orderevents.md.
"""

from starlette.responses import Response

from onapi import errors
from onapi.storage import journal
from onapi.storage.documents import Sink
from onapi.storage.journal import Position
from onapi.storage.news import News
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.web import lists
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import orderevents as wire


class OrderEvents:
    """Answers `orderevents/`."""

    def __init__(self, database: Database, newsroom: News) -> None:
        self._database = database
        self._news = newsroom

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="orderevents",
            path="orderevents",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/orderevents.md",
            operations=(
                Operation(
                    method="GET",
                    path="orderevents",
                    handler=self.list,
                    summary="Get changes of orders' states",
                    description="One for every change, never changed afterwards; kept for "
                    f"{journal.KEPT_DAYS} days. None may be missed by asking for what follows the last one read.",
                    parameters=(
                        Parameter(
                            name="since",
                            place="query",
                            kind=str,
                            description="The last event that was read: those after it are sent.",
                        ),
                    ),
                    answers={200: list[wire.OrderEvent]},
                    refusals=((errors.NotFound, "There is no such event, or it is no longer kept: begin anew."),),
                    source="ON-API 2.6.0 spec/orderevents.md",
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the caller's order events, all of them or those after one."""
        since = call.query().get("since")
        if since is None:
            return await self._after(call, journal.BEGINNING, whole=True) or lists.empty(call)
        position = journal.read_event(since)
        if position is None:
            raise _unknown(since)
        if self._news.watermark() is not None and self._news.last_orderevent(call.sp) == position:
            # Nothing came after it; no query is needed to say so.
            return lists.empty(call)
        async with self._database.connection(call.sp) as tx:
            if not await journal.knows(tx, sp=call.sp, position=position):
                raise _unknown(since)
            newest = await journal.newest(tx, sp=call.sp)
        answer = await self._after(call, position, whole=False)
        if answer is None:
            # If that is a later one, it is held back, and will be asked for again.
            self._news.learn_orderevent(call.sp, newest)
            return lists.empty(call)
        return answer

    async def _after(self, call: Call, position: Position, *, whole: bool) -> Response | None:
        async def copy(tx: Tx, sink: Sink, between: bytes) -> None:
            await journal.copy_orderevents(tx, sink, sp=call.sp, after=position, mount=call.mount, between=between)

        return await lists.streamed(self._database, call, copy, whole=whole)


def _unknown(event: str) -> errors.NotFound:
    return errors.NotFound(
        f"There is no event {event[:60]!r}, or it is no longer kept; ask without since, and begin anew."
    )
