"""What an SP is invoiced, month by month and row by row.

Source: ON-API 2.6.0 spec/invoice_specification.md.
"""

from datetime import UTC, datetime

import msgspec
from starlette.responses import Response

from onapi import errors
from onapi.domain import invoicing
from onapi.storage import invoices as storage
from onapi.storage import news
from onapi.storage.documents import Sink
from onapi.storage.invoices import Readable
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.web import conditional, lists, workbook
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import invoicespecification as wire

_SOURCE = "ON-API 2.6.0 spec/invoice_specification.md"
_SUFFIX = ".xlsx"
_UNCHANGED = Parameter(
    name="If-Modified-Since",
    place="header",
    kind=str,
    description="The Last-Modified of the answer before: 304 when no month has become readable since then.",
)
_encode = msgspec.json.Encoder().encode


class InvoiceSpecification:
    """Answers `invoicespecification/` and `invoicespecification/{id}`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._workbooks = workbook.Workbooks(database)

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="invoicespecification",
            path="invoicespecification",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/invoice_specification.md",
            note="A month can be read when the operator has locked it; then it does not change any more.",
            operations=(
                Operation(
                    method="GET",
                    path="invoicespecification",
                    handler=self.list,
                    summary="Get the months whose invoices can be read",
                    description="Oldest first. A month is there when the operator has locked it.",
                    parameters=(_UNCHANGED,),
                    answers={200: list[wire.InvoicePeriod], 304: None},
                    source=_SOURCE,
                ),
                Operation(
                    method="GET",
                    path="invoicespecification/{id}",
                    handler=self.one,
                    summary="Get every row of a month's invoice",
                    description="In the order of accesses and subscriptions. As an Excel workbook, with a column for "
                    f"each field such as access.accessId: by `Accept: {workbook.MEDIA_TYPE}`, or with `{_SUFFIX}` "
                    "after the period.",
                    parameters=(
                        _UNCHANGED,
                        Parameter(
                            name="id",
                            place="path",
                            kind=wire.PeriodId,
                            description=f"Of the period, from the list; `{_SUFFIX}` may follow.",
                            required=True,
                        ),
                    ),
                    answers={200: list[wire.InvoiceRow], 304: None},
                    files=(workbook.MEDIA_TYPE,),
                    source=_SOURCE,
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the months that the caller may read."""
        async with self._database.connection(call.sp) as tx:
            reach = await news.horizon(tx)
            months = await storage.readable(tx, sp=call.sp)
        newest = max((month.locked_at for month in months), default=datetime.min.replace(tzinfo=UTC))
        if _unchanged(call, newest):
            return lists.not_modified(reach)
        content = _encode([_period(month) for month in months])
        return Response(content, headers=lists.headers_of(reach), media_type="application/json")

    async def one(self, call: Call) -> Response:
        """Return the rows of one month, or NotFound."""
        name = call.path_ids["id"]
        as_workbook = name.endswith(_SUFFIX) or workbook.MEDIA_TYPE in (call.header(b"accept") or "")
        period = invoicing.read(name.removesuffix(_SUFFIX)).name
        async with self._database.connection(call.sp) as tx:
            reach = await news.horizon(tx)
            found = [month for month in await storage.readable(tx, sp=call.sp) if month.period == period]
        if not found:
            raise errors.NotFound(f"There is no period {period!r}.")
        if _unchanged(call, found[0].locked_at):
            return lists.not_modified(reach)

        headers = lists.headers_of(reach)
        if call.method == "HEAD":
            answer = Response(headers=headers, media_type=workbook.MEDIA_TYPE if as_workbook else "application/json")
            del answer.headers["Content-Length"]  # It is not known without making the rows.
            return answer

        async def copy(tx: Tx, sink: Sink, between: bytes) -> None:
            await storage.copy_rows(tx, sink, sp=call.sp, period=period, between=between)

        if as_workbook:
            made = await self._workbooks.answer(call, copy, name=period)
        else:
            made = await lists.streamed(self._database, call, copy, whole=True) or lists.empty(call)
        made.headers.update(headers)
        return made


def _unchanged(call: Call, locked_at: datetime) -> bool:
    since = conditional.since(call.header(b"if-modified-since"), datetime.now(UTC))
    return since is not None and locked_at < since


def _period(month: Readable) -> wire.InvoicePeriod:
    period = invoicing.read(month.period)
    return wire.InvoicePeriod(id=period.name, from_date=period.first.isoformat(), to_date=period.last.isoformat())
