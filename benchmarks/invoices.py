"""Rows of invoices: a month computed, read over HTTP against psql copying the same, and written as a workbook."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import asyncpg

from benchmarks import cities, lists, processes, rounds
from benchmarks.rounds import Measured, Row
from onapi.actions import catalogue, demo, providers
from onapi.actions.invoices import Issuer
from onapi.actions.invoices import lock as lock_month
from onapi.domain import invoicing
from onapi.domain.catalogue import Catalogue, Service, ServiceType, Tech
from onapi.domain.prices import Fee, Price
from onapi.storage import pool

_MONTH = invoicing.read("202511")
_COMPILE_ROWS, _COMPILE_S, _OF_PSQL, _MOST_MB = 1_000_000, 120.0, 0.9, 120.0
_BOOK_ROWS, _BOOK_S, _BOOK_MB = 100_000, 60.0, 150.0
_OF_BETA = 10
"""Of so many subscriptions one is beta's, whose month becomes the workbook."""
_COMMAND = "from onapi.cli.main import main; main()"
_NOTE = "absolute: of this machine"
_CO = "Ankeborgs Stadsnät"

_FILL = """
INSERT INTO accesses (access_id, street_name, street_number, postal_code, city, country_code, premises_type, outlet,
                      population, price_group, access_state, changed_at)
SELECT 'A-' || n, 'Björkvägen', (n % 200)::text, '12345', 'Ankeborg', 'SE', 'RESIDENTIAL_HOUSE', '1', 'Centrum',
       n % 4, 'CONNECTED', now() FROM generate_series(1, $1) n;
"""
_SUBSCRIBE = """
INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, connected_at,
                           sp_reference, sp_subscription_id, down_kbps, up_kbps, changed_at)
SELECT md5(n::text), CASE WHEN n <= $2 THEN 'beta' ELSE 'alfa' END, 'A-' || n, 'BB-100-100', 'Broadband', '',
       'ACTIVATED', timestamptz '2025-01-01 12:00+01' + CASE WHEN n % 50 = 0 THEN 310 ELSE 0 END * interval '1 day',
       'customer ' || n, 'subscription ' || n, 100000, 100000, now() FROM generate_series(1, $1) n;
"""


@dataclass(frozen=True, slots=True)
class _Used:
    seconds: float
    peak_mb: float


def months(cluster_url: str, sizes: list[int]) -> Iterator[Row]:
    """Yield the rows of months with so many subscriptions."""
    for size in sizes:
        with cities.scratch(cluster_url) as url:
            rounds.tell("filling a month")
            asyncio.run(_fill(url, size))
            rounds.tell("computing it")
            used = _onapi(url, "compile", _MONTH.name)
            aim = _COMPILE_S if size >= _COMPILE_ROWS else None
            yield _row("invoice compile", size, used.seconds, "s", aim)
            yield _row("invoice compile, peak memory", size, used.peak_mb, "MB", _MOST_MB)
            used = _onapi(url, "compile", _MONTH.name)
            yield _row("invoice compile, again", size, used.seconds, "s", aim)
            asyncio.run(_lock(url))
            yield from _streamed(url, size)
            if size // _OF_BETA >= _BOOK_ROWS:
                yield from _book(url)


def _row(what: str, size: int, ours: float, unit: str, aim: float | None) -> Row:
    return Row(what=what, size=size, ours=ours, floor=None, unit=unit, aim=aim, note=_NOTE)


def _streamed(url: str, size: int) -> Iterator[Row]:
    copy = (
        "COPY (SELECT doc FROM invoice_rows WHERE sp = 'alfa' AND run = (SELECT max(run) FROM invoice_specifications)"
        " ORDER BY position) TO STDOUT"
    )
    with processes.ours(url) as server:
        server.forget_peak()

        def ours() -> Measured:
            cpu_s = server.cpu_s()
            path = f"{server.root}invoicespecification/{_MONTH.name}"
            headers = [f"Authorization={cities.authorization()}", "Accept-Encoding=identity"]
            report = lists.drained("http", str(server.port), path, "1", *headers)
            return Measured(report.seconds, server.cpu_s() - cpu_s)

        def psql() -> Measured:
            report = lists.drained("pipe", f"{cities.programs() / 'psql'} -X -d '{url}' -c \"{copy}\"")
            return Measured(report.seconds, report.cpu_s)

        measured = rounds.interleave({"month": ours, "psql": psql})
        peak_mb = server.peak_mb()
    yield rounds.compared(
        measured["month"], measured["psql"], what="invoice rows : psql COPY", size=size, unit="s", aim=_OF_PSQL
    )
    yield _row("invoice rows, peak memory", size, peak_mb, "MB", _MOST_MB)


def _book(url: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        used = _onapi(url, "export", _MONTH.name, "--provider", "beta", "--xlsx", str(Path(folder) / "book.xlsx"))
    yield _row("workbook", _BOOK_ROWS, used.seconds, "s", _BOOK_S)
    yield _row("workbook, peak memory", _BOOK_ROWS, used.peak_mb, "MB", _BOOK_MB)


def _onapi(url: str, *arguments: str) -> _Used:
    """Run a command to its end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONAPI_")}
    environment |= {"ONAPI_DATABASE_URL": url, "ONAPI_CO_ID": _CO}
    began = time.perf_counter()
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", _COMMAND, "invoices", *arguments], environment)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"onapi invoices {arguments[0]} failed with {os.waitstatus_to_exitcode(status)}")
    return _Used(time.perf_counter() - began, used.ru_maxrss * 1024 / 1e6)


async def _fill(url: str, size: int) -> None:
    database = await pool.connect(url)
    try:
        for one in demo.PROVIDERS[:2]:
            await providers.add_with_secret(
                database, sp=one.sp, name=one.name, dialect=one.dialect, populations=(), secret=one.secret
            )
        prices = [Price(fee=Fee.PERIODIC, amount=Decimal(149 + group), group=group) for group in (1, 2, 3)]
        broadband = Service(
            name="BB-100-100",
            service_type="Broadband",
            prices=(Price(fee=Fee.PERIODIC, amount=Decimal(149)), *prices, Price(fee=Fee.START, amount=Decimal(195))),
        )
        sold = Catalogue(types=(ServiceType(name="Broadband", exclusive=True, tech=Tech.BB),), services=(broadband,))
        await catalogue.import_catalogue(database, sold, dry_run=False)
    finally:
        await database.close()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE providers SET created_at = '2025-01-01'")
        await connection.execute("SELECT set_config('synchronous_commit', 'off', false)")
        await connection.execute(_FILL.replace("$1", str(size)))
        await connection.execute(_SUBSCRIBE.replace("$1", str(size)).replace("$2", str(size // _OF_BETA)))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _lock(url: str) -> None:
    database = await pool.connect(url)
    try:
        await lock_month(database, Issuer(_CO, "Europe/Stockholm"), _MONTH)
    finally:
        await database.close()
