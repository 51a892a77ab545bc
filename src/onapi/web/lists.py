"""Whole lists, deltas and pages: one answer for every list of the standard.

Source: ON-API 2.6.0 spec/accesses.md, "Updates"; docs/explanation/deltas.md.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlencode

import msgspec
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

    async def answer(
        self, call: Call, name: str, source: Source, *, filters: Mapping[str, str] | None = None
    ) -> Response:
        """Return the whole list, what changed since If-Modified-Since, 304, or a page.

        Args:
            call: the request.
            name: of the list, as cursors know it.
            source: where its documents are.
            filters: the query's parameters that make it another list, as they were sent.
        """
        kind = f"{name}?{urlencode(filters)}" if filters else name
        page = self._page(call, kind)
        if page is not None and page.position is not None:
            return await self._answer_page(call, source, page, page.position)
        mark = self._news.watermark()
        since = conditional.since(call.header(b"if-modified-since"), mark.now if mark else datetime.now(UTC))
        if since is not None and mark is not None and self._news.newest(name, call.sp) < since:
            # Nothing is newer than the caller's last answer: no query is needed to say so.
            return not_modified(max(since, mark.verified), age_s=int(mark.age_s))
        if page is not None:
            async with self._database.connection(call.sp) as tx:
                last_modified = await _reach(tx, since)
            start = Position(
                kind, call.sp, "", int(since.timestamp()) if since else None, int(last_modified.timestamp())
            )
            return await self._answer_page(call, source, page, start)
        if call.method == "HEAD":
            return await self._answer_head(call, source, since)
        return await self._answer_stream(call, source, since)

    async def _answer_stream(self, call: Call, source: Source, since: datetime | None) -> Response:
        last_modified = datetime.now(UTC)

        async def copy(tx: Tx, sink: Sink, between: bytes) -> None:
            nonlocal last_modified
            last_modified = await _reach(tx, since)
            if since is None:
                await source.copy_everything(tx, sink, sp=call.sp, between=between)
            else:
                await source.copy_changes(tx, sink, sp=call.sp, between=between, since=since)

        answer = await streamed(self._database, call, copy, whole=True)
        if answer is None:
            return _empty(call, since, last_modified)
        answer.headers.update(headers_of(last_modified))
        return answer

    async def _answer_head(self, call: Call, source: Source, since: datetime | None) -> Response:
        async with self._database.connection(call.sp) as tx:
            last_modified = await _reach(tx, since)
            if since is not None and not await source.any_change(tx, sp=call.sp, since=since):
                return not_modified(last_modified)
        answer = Response(headers=headers_of(last_modified), media_type=_media_type(call))
        del answer.headers["Content-Length"]  # It is not known without making the list.
        return answer

    async def _answer_page(self, call: Call, source: Source, page: _Page, position: Position) -> Response:
        async with self._database.connection(call.sp) as tx:
            rows = await source.page(
                tx, sp=call.sp, since=position.since_moment, after=position.after, limit=page.limit + 1
            )
        if not rows and not position.after:
            return _empty(call, position.since_moment, position.last_modified_moment)
        documents = [document for _, document in rows[: page.limit]]
        framing = Framing(ndjson=wants_ndjson(call), encoding=None)
        after_last = framing.after if documents or not framing.ndjson else b""
        content = framing.before + framing.between.join(map(str.encode, documents)) + after_last
        headers = headers_of(position.last_modified_moment)
        if len(rows) > page.limit:
            after = rows[page.limit - 1][0]
            cursor = self._cursors.write(msgspec.structs.replace(position, after=after))
            name, _, filters = position.list_name.partition("?")
            query = "&".join(filter(None, (filters, f"limit={page.limit}", f"cursor={cursor}")))
            headers["Link"] = f'<{call.mount}/{name}/?{query}>; rel="next"'
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
        return not_modified(last_modified)
    if call.endpoint == "accesses" and call.known_caller.dialect is Dialect.STANDARD:
        answer = faults.response(errors.NotFound("There is nothing in this list for you."), call.request_id)
        answer.headers.update(headers_of(last_modified))
        return answer
    answer = empty(call)
    answer.headers.update(headers_of(last_modified))
    return answer


async def streamed(
    database: Database, call: Call, copy: Callable[[Tx, Sink, bytes], Awaitable[None]], *, whole: bool
) -> StreamedList | None:
    """Begin to send a list, or return None when there is nothing in it.

    Args:
        database: where a connection is had for as long as the list is copied.
        call: whose, and in what form.
        copy: sends the documents to the sink, with the given bytes between them.
        whole: whether it may be long, so that it waits for one of the places for lists.
    """
    framing = Framing(ndjson=wants_ndjson(call), encoding=compression.choose(call.header(b"accept-encoding")))

    async def copy_connected(sink: Sink) -> None:
        async with database.list_place() if whole else nullcontext(), database.connection(call.sp) as tx:
            await copy(tx, sink, framing.between)

    begun = await stream(copy_connected, framing)
    if begun.empty:
        await begun.cancel()
        return None
    return StreamedList(begun, framing, {"Vary": _VARY})


def empty(call: Call) -> Response:
    """Return a list with nothing in it."""
    return Response(b"" if wants_ndjson(call) else b"[]", headers={"Vary": _VARY}, media_type=_media_type(call))


def not_modified(last_modified: datetime, *, age_s: int = 0) -> Response:
    """Return 304; `age_s` is how long ago it was so, in seconds."""
    headers = headers_of(last_modified)
    if age_s:
        headers["Age"] = str(age_s)
    return Response(status_code=304, headers=headers)


def headers_of(last_modified: datetime) -> dict[str, str]:
    """Return the headers of an answer that reaches to a moment."""
    return {"Last-Modified": conditional.http_date(last_modified), "Vary": _VARY}


def wants_ndjson(call: Call) -> bool:
    """Return whether the caller asked for a document a line."""
    return NDJSON in (call.header(b"accept") or "")


def _media_type(call: Call) -> str:
    return NDJSON if wants_ndjson(call) else "application/json"
