"""A list as an Excel workbook: made in a process of its own, since it keeps a core busy, and sent from a file."""

import asyncio
import contextlib
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import IO

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from onapi import errors, ids
from onapi.storage.documents import Sink
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.web.call import Call
from onapi.web.streaming import left
from onapi.wire import invoice_columns

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# It is not imported here, for it brings libraries that only it needs.
_PROGRAM = "onapi.wire.invoice_workbook"
_AT_ONCE = 2
_PATIENCE_S = 30.0
_LONGEST_S = 900.0
_PIECE = 256 * 1024


class Workbooks:
    """Makes workbooks of invoiced rows, few at once, and for each SP one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._own: defaultdict[ids.Sp, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def answer(self, call: Call, copy: Callable[[Tx, Sink, bytes], Awaitable[None]], *, name: str) -> Response:
        """Return the answer with the workbook `<name>.xlsx` of the documents that `copy` sends.

        A caller who goes away ends the work.

        Raises:
            Invalid: there are more rows than a workbook holds.
            Unavailable: others are being made, or another of this SP, or it took too long.
        """
        async with self._place(call.sp):
            folder = Path(tempfile.mkdtemp(prefix="onapi-workbook-"))
            try:
                await self._gather(copy, folder / "rows", call.sp)
                await _while_there(call, _make(folder))
                # The folder goes at once; the file stays for as long as it is open.
                file = (folder / "workbook.xlsx").open("rb")
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return _Sent(file, {"Content-Disposition": f'attachment; filename="{name}.xlsx"'})

    @contextlib.asynccontextmanager
    async def _place(self, sp: ids.Sp) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as held:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    # In this order: an SP that asks twice shall not keep another from its place.
                    await held.enter_async_context(self._own[sp])
                    await held.enter_async_context(self._places)
            except TimeoutError:
                raise errors.Unavailable(
                    "Other workbooks are being made; ask later, or for JSON.", retry_after=30
                ) from None
            yield

    async def _gather(self, copy: Callable[[Tx, Sink, bytes], Awaitable[None]], path: Path, sp: ids.Sp) -> None:
        rows = 0
        with path.open("wb") as file:

            async def sink(documents: bytes) -> None:
                nonlocal rows
                rows += documents.count(b"\n")
                if rows >= invoice_columns.MOST_ROWS:
                    raise errors.Invalid(
                        f"A workbook holds {invoice_columns.MOST_ROWS} rows, and there are more; ask for JSON."
                    )
                await asyncio.to_thread(file.write, documents)

            async with self._database.list_place(), self._database.connection(sp) as tx:
                await copy(tx, sink, b"\n")


async def _while_there(call: Call, work: Coroutine[None, None, None]) -> None:
    """Do some work for as long as the caller waits for it."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(left(call.receive))
    try:
        await asyncio.wait([working, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise errors.Unavailable("You have gone away.", retry_after=1)
        working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.wait([working, leaving])


async def _make(folder: Path) -> None:
    command = (sys.executable, "-m", _PROGRAM, "rows", "workbook.xlsx")
    process = await asyncio.create_subprocess_exec(*command, cwd=folder)
    try:
        async with asyncio.timeout(_LONGEST_S):
            code = await process.wait()
    except TimeoutError:
        raise errors.Unavailable("The workbook took too long; ask for JSON.", retry_after=60) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise RuntimeError(f"the process that makes workbooks ended with {code}")


class _Sent(Response):
    """Sends a file, and closes it, whatever becomes of the client."""

    def __init__(self, file: IO[bytes], headers: dict[str, str]) -> None:
        super().__init__(headers=headers, media_type=MEDIA_TYPE)
        self._file = file
        self.headers["Content-Length"] = str(file.seek(0, 2))
        file.seek(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while piece := await asyncio.to_thread(self._file.read, _PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._file.close()
