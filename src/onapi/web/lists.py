"""Whole lists, deltas and pages: one answer for every list of the standard.

Source: ON-API 2.6.0 spec/accesses.md, "Updates"; docs/explanation/deltas.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from starlette.responses import Response

from onapi import errors, ids
from onapi.storage import news
from onapi.storage.documents import Sink
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect
from onapi.web import compression, conditional, faults
from onapi.web.call import Call
from onapi.web.cursors import Cursors, Position
from onapi.web.routing import Parameter
from onapi.web.streaming import Framing, StreamedList, stream

MOST_A_PAGE = 10_000
NDJSON = "application/x-ndjson"
_VARY = "Authorization, Accept, Accept-Encoding"

PARAMETERS = (
    Parameter(
        name="If-Modified-Since",
        place="header",
        kind=str,
        description="The Last-Modified of the answer before: only what changed since then is sent, that second "
        "included, or 304. No date, or one of the future, is everything.",
    ),
    Parameter(
        name="limit", place="query", kind=int, description=f"A page of so many, 1 to {MOST_A_PAGE} (extension)."
    ),
    Parameter(name="cursor", place="query", kind=str, description="From the Link header of a page (extension)."),
)
"""What every list takes, for OpenAPI."""


class Source(Protocol):
    """A list of documents that SPs see parts of; a storage module is one."""

    async def copy_everything(self, tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes) -> None:
        """Send all documents to `sink`."""

    async def copy_changes(self, tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes, since: datetime) -> None:
        """Send the documents that are different since a moment to `sink`."""

    async def any_change(self, tx: Tx, *, sp: ids.Sp, since: datetime) -> bool:
        """Return whether there are any."""

    async def page(
        self, tx: Tx, *, sp: ids.Sp, since: datetime | None, after: str, limit: int
    ) -> Sequence[tuple[str, str]]:
        """Return the next IDs and documents after an ID."""


@dataclass(frozen=True, slots=True)
class _Page:
    limit: int
    position: Position | None


class Lists:
    """Answers lists."""

    def __init__(self, database: Database, newsroom: news.News, cursors: Cursors) -> None:
        self._database = database
        self._news = newsroom
        self._cursors = cursors

    async def answer(self, call: Call, name: str, source: Source) -> Response:
        """Return the whole list, what changed since If-Modified-Since, 304, or a page.

        Args:
            call: the request.
            name: of the list, as cursors know it.
            source: where its documents are.
        """
        page = self._page(call, name)
        if page is not None and page.position is not None:
            return await self._answer_page(call, name, source, page, page.position)
        mark = self._news.watermark()
        since = conditional.since(call.header(b"if-modified-since"), mark.now if mark else datetime.now(UTC))
        if since is not None and mark is not None and mark.newest < since:
            # Nothing is newer than the caller's last answer: no query is needed to say so.
            return _not_modified(max(since, mark.verified), age_s=int(mark.age_s))
        if page is not None:
            async with self._database.connection() as tx:
                last_modified = await _reach(tx, since)
            start = Position(
                name, call.sp, "", int(since.timestamp()) if since else None, int(last_modified.timestamp())
            )
            return await self._answer_page(call, name, source, page, start)
        if call.method == "HEAD":
            return await self._answer_head(call, source, since)
        return await self._answer_stream(call, source, since)

    async def _answer_stream(self, call: Call, source: Source, since: datetime | None) -> Response:
        framing = Framing(ndjson=_wants_ndjson(call), encoding=compression.choose(call.header(b"accept-encoding")))
        last_modified = datetime.now(UTC)

        async def copy(sink: Sink) -> None:
            nonlocal last_modified
            async with self._database.list_place(), self._database.connection() as tx:
                last_modified = await _reach(tx, since)
                if since is None:
                    await source.copy_everything(tx, sink, sp=call.sp, between=framing.between)
                else:
                    await source.copy_changes(tx, sink, sp=call.sp, between=framing.between, since=since)

        begun = await stream(copy, framing)
        if begun.empty:
            await begun.cancel()
            return _empty(call, since, last_modified)
        return StreamedList(begun, framing, _headers(last_modified))

    async def _answer_head(self, call: Call, source: Source, since: datetime | None) -> Response:
        async with self._database.connection() as tx:
            last_modified = await _reach(tx, since)
            if since is not None and not await source.any_change(tx, sp=call.sp, since=since):
                return _not_modified(last_modified)
        answer = Response(headers=_headers(last_modified), media_type=_media_type(call))
        del answer.headers["Content-Length"]  # It is not known without making the list.
        return answer

    async def _answer_page(self, call: Call, name: str, source: Source, page: _Page, position: Position) -> Response:
        async with self._database.connection() as tx:
            rows = await source.page(
                tx, sp=call.sp, since=position.since_moment, after=position.after, limit=page.limit + 1
            )
        if not rows and not position.after:
            return _empty(call, position.since_moment, position.last_modified_moment)
        documents = [document for _, document in rows[: page.limit]]
        framing = Framing(ndjson=_wants_ndjson(call), encoding=None)
        after_last = framing.after if documents or not framing.ndjson else b""
        content = framing.before + framing.between.join(map(str.encode, documents)) + after_last
        headers = _headers(position.last_modified_moment)
        if len(rows) > page.limit:
            after = rows[page.limit - 1][0]
            cursor = self._cursors.write(Position(name, call.sp, after, position.since, position.last_modified))
            headers["Link"] = f'<{call.mount}/{name}/?limit={page.limit}&cursor={cursor}>; rel="next"'
        encoding = compression.choose(call.header(b"accept-encoding"))
        if encoding and len(content) >= compression.LEAST_BYTES:
            packer = compression.compressor(encoding)
            content = packer.compress(content) + packer.flush()
            headers["Content-Encoding"] = encoding
        return Response(content, headers=headers, media_type=_media_type(call))

    def _page(self, call: Call, name: str) -> _Page | None:
        query = call.query()
        if "limit" not in query and "cursor" not in query:
            return None
        limit = _limit(query.get("limit", "1000"))
        cursor = query.get("cursor")
        position = None if cursor is None else self._cursors.read(cursor, list_name=name, sp=call.sp)
        return _Page(limit, position)


async def _reach(tx: Tx, since: datetime | None) -> datetime:
    """Return how far the answer reaches, never less far than the caller's last one.

    A moment that was once safe stays so: who gets a transaction id later also stamps later.
    """
    moment = await news.horizon(tx)
    return moment if since is None else max(moment, since)


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and 1 <= int(text) <= MOST_A_PAGE):
        raise errors.Invalid(f"limit must be a whole number from 1 to {MOST_A_PAGE}, not {text[:40]!r}.")
    return int(text)


def _empty(call: Call, since: datetime | None, last_modified: datetime) -> Response:
    """Answer a list without anything in it; the standard and the seed disagree on how."""
    if since is not None:
        return _not_modified(last_modified)
    if call.known_caller.dialect is Dialect.STANDARD:
        answer = faults.response(errors.NotFound("There is nothing in this list for you."), call.request_id)
        answer.headers.update(_headers(last_modified))
        return answer
    content = b"" if _wants_ndjson(call) else b"[]"
    return Response(content, headers=_headers(last_modified), media_type=_media_type(call))


def _not_modified(last_modified: datetime, *, age_s: int = 0) -> Response:
    headers = _headers(last_modified)
    if age_s:
        headers["Age"] = str(age_s)
    return Response(status_code=304, headers=headers)


def _headers(last_modified: datetime) -> dict[str, str]:
    return {"Last-Modified": conditional.http_date(last_modified), "Vary": _VARY}


def _wants_ndjson(call: Call) -> bool:
    return NDJSON in (call.header(b"accept") or "")


def _media_type(call: Call) -> str:
    return NDJSON if _wants_ndjson(call) else "application/json"
