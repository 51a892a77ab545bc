"""What became of everything that an SP may see.

Source: ON-API 2.6.0 spec/events.md.
"""

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from onapi.storage import journal, news
from onapi.storage.documents import Sink
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.web import conditional, lists
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import events as wire


class Events:
    """Answers `events/`."""

    def __init__(self, database: Database, newsroom: news.News) -> None:
        self._database = database
        self._news = newsroom

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="events",
            path="events",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/events.md",
            operations=(
                Operation(
                    method="GET",
                    path="events",
                    handler=self.list,
                    summary="Get what was created, changed and deleted",
                    description="Up to the second before this one, so that none is sent twice; kept for "
                    f"{journal.KEPT_DAYS} days.",
                    parameters=(
                        Parameter(
                            name="If-Modified-Since",
                            place="header",
                            kind=str,
                            description="The Last-Modified of the answer before: what happened from then on is sent, "
                            "or 304.",
                        ),
                    ),
                    answers={200: list[wire.Event], 304: None},
                    source="ON-API 2.6.0 spec/events.md",
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return what happened in the caller's view since If-Modified-Since, or 304."""
        mark = self._news.watermark()
        now = mark.now if mark else datetime.now(UTC)
        since = conditional.since(call.header(b"if-modified-since"), now)
        if since is not None and mark is not None and self._news.newest("events", call.sp) < since:
            return lists.not_modified(max(since, mark.verified), age_s=int(mark.age_s))
        oldest = now - timedelta(days=journal.KEPT_DAYS)
        begin = oldest if since is None else max(since, oldest)
        end = begin

        async def copy(tx: Tx, sink: Sink, between: bytes) -> None:
            nonlocal end
            end = max(begin, (await news.horizon(tx)).replace(microsecond=0))
            await journal.copy_events(tx, sink, sp=call.sp, since=begin, until=end, mount=call.mount, between=between)

        answer: Response | None = await lists.streamed(self._database, call, copy, whole=since is None)
        if answer is None:
            if since is not None:
                return lists.not_modified(end)
            answer = lists.empty(call)
        answer.headers.update(lists.headers_of(end))
        return answer
