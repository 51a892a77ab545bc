"""Invoiced months over HTTP: which there are, their rows as JSON and as a workbook, and whose they are."""

import asyncio
import contextlib
import io
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import msgspec
import pytest
import python_calamine

from onapi import ids
from onapi.actions import invoice_entries, invoices
from onapi.actions.invoice_entries import Wish
from onapi.domain.invoicing import Period
from onapi.storage.pool import Database
from onapi.vocabulary import RowType
from onapi.web import workbook
from onapi.wire import invoice_columns, invoice_reading, invoice_workbook
from onapi.wire import invoicespecification as wire
from tests import given, months
from tests.conftest import Server
from tests.months import ISSUER, NOVEMBER, OCTOBER
from tests.packages import need, program

NASTY = '=HYPERLINK("http://example.com","x")'


@pytest.fixture
def clients(server: Server) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Let alfa and beta ask, when alfa has rows in a locked October, and a November that is open."""
    headers = server.do(_months)
    with server.client(headers["alfa"]) as alfa, server.client(headers["beta"]) as beta:
        yield alfa, beta


async def _months(database: Database) -> dict[str, dict[str, str]]:
    headers = await months.town(database, "A-1", "A-2", street_name=NASTY, street_littera="-1")
    async with database.connection() as tx:
        await months.subscribe(tx, "S-1", "A-1", sp_reference="+46", sp_subscription_id="@SUM(A1)")
        await months.subscribe(tx, "S-2", "A-2", connected="2025-10-11T12:00+02:00", service="VOIP")
    wrong = Wish(
        subscription_id=ids.SubscriptionId("S-1"),
        row_type=RowType.OTHER,
        amount=Decimal("-99.90"),
        comment="Credit due to wrong port connected",
    )
    await invoice_entries.add(database, OCTOBER, wrong)
    for period in (OCTOBER, NOVEMBER):
        await invoices.compile_period(database, ISSUER, period)
    await invoices.lock(database, ISSUER, OCTOBER)
    return headers


def lock(server: Server, period: Period = NOVEMBER) -> None:
    server.do(lambda database: invoices.lock(database, ISSUER, period))


def test_the_months_that_are_locked_are_listed(server: Server, clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    alfa, _ = clients
    october = {"id": "202510", "fromDate": "2025-10-01", "toDate": "2025-10-31"}
    november = {"id": "202511", "fromDate": "2025-11-01", "toDate": "2025-11-30"}
    for path in ("/invoicespecification", "/invoicespecification/"):
        assert alfa.get(path).json() == [october]
    lock(server)
    assert alfa.get("/invoicespecification/").json() == [october, november]


def test_a_month_has_its_rows_and_amounts_are_numbers(clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    alfa, _ = clients
    answer = alfa.get("/invoicespecification/202510")
    assert answer.headers["content-type"] == "application/json"
    exact = json.loads(answer.text, parse_float=Decimal)
    invoiced = [(one["invoice"]["rowType"], one["invoice"]["invoicedAmount"]) for one in exact]
    assert invoiced == [
        ("PERIODIC_FEE", Decimal("300.00")),
        ("OTHER", Decimal("-99.90")),
        ("PARTIAL_PERIODIC_FEE", Decimal("13.48")),
    ]
    assert exact[1]["invoice"]["comment"] == "Credit due to wrong port connected"
    assert exact[0]["access"]["streetName"] == NASTY
    lines = alfa.get("/invoicespecification/202510/", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert [json.loads(line, parse_float=Decimal) for line in lines] == exact


def test_the_answers_are_as_the_interface_says(clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    alfa, _ = clients
    document = alfa.get("/openapi.json").json()
    for path, asked in (
        ("/invoicespecification/", "/invoicespecification/"),
        ("/invoicespecification/{id}", "/invoicespecification/202510"),
    ):
        answers = document["paths"][path]["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(alfa.get(asked).json(), {**schema, "components": document["components"]})
    assert document["components"]["schemas"]["Invoice"]["properties"]["invoicedAmount"]["type"] == "number"
    described = document["paths"]["/invoicespecification/{id}"]["get"]["responses"]["200"]["content"]
    assert workbook.MEDIA_TYPE in described
    assert "invoicespecification" in [one["name"] for one in alfa.get("/").json()]


@pytest.mark.parametrize("name", ["202511", "202401", "209912"])
def test_a_month_that_is_open_or_unknown_is_not_found(
    clients: tuple[httpx2.Client, httpx2.Client], name: str
) -> None:
    for suffix in ("", "/", ".xlsx"):
        answer = clients[0].get(f"/invoicespecification/{name}{suffix}")
        assert (answer.status_code, answer.json()["cause"]) == (404, f"There is no period {name!r}.")


@pytest.mark.parametrize(
    "name", ["2025", "202513", "x", "202510.csv", "202510%0A", "202510.xlsx.xlsx", "%00", "x" * 99]
)
def test_what_is_no_month_is_refused(clients: tuple[httpx2.Client, httpx2.Client], name: str) -> None:
    answer = clients[0].get(f"/invoicespecification/{name}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "is no period" in answer.json()["cause"]


def test_another_sps_rows_are_not_there(server: Server, clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    alfa, beta = clients
    assert beta.get("/invoicespecification/202510").json() == []
    with server.client() as nobody:
        assert nobody.get("/invoicespecification/202510").status_code == 401
        assert nobody.get("/invoicespecification/").status_code == 401
    lock(server)
    assert len(alfa.get("/invoicespecification/202511").json()) == 2
    assert beta.get("/invoicespecification/202511").json() == []


def test_a_provider_who_came_after_a_month_does_not_have_it(server: Server, clients: Any) -> None:
    late = server.do(lambda database: given.provider(database, "late"))
    with server.client(late) as client:
        assert client.get("/invoicespecification/").json() == []
        assert client.get("/invoicespecification/202510").status_code == 404


def test_nothing_new_is_304_and_a_month_that_is_locked_since_is_new(
    server: Server, clients: tuple[httpx2.Client, httpx2.Client]
) -> None:
    alfa, _ = clients
    soon = datetime.now(UTC) + timedelta(seconds=1.1)
    asyncio.run(asyncio.sleep(1.1))
    for path in ("/invoicespecification/", "/invoicespecification/202510", "/invoicespecification/202510.xlsx"):
        first = alfa.get(path)
        assert first.status_code == 200
        again = alfa.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})
        assert (again.status_code, again.content) == (304, b"")
        for ignored in (format_datetime(datetime(2001, 1, 1, tzinfo=UTC), usegmt=True), "yesterday",
                        format_datetime(soon + timedelta(days=1), usegmt=True)):  # fmt: skip
            assert alfa.get(path, headers={"If-Modified-Since": ignored}).status_code == 200
    before = alfa.get("/invoicespecification/").headers["last-modified"]
    lock(server)
    changed = alfa.get("/invoicespecification/", headers={"If-Modified-Since": before})
    assert [one["id"] for one in changed.json()] == ["202510", "202511"]


def test_head_tells_of_a_month_without_making_it(clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    alfa, _ = clients
    for path, kind in (("202510", "application/json"), ("202510.xlsx", workbook.MEDIA_TYPE)):
        answer = alfa.head(f"/invoicespecification/{path}")
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, kind, b"")
        assert "last-modified" in answer.headers


def test_a_month_cannot_be_written(clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    answer = clients[0].post("/invoicespecification/", json={})
    assert (answer.status_code, answer.headers["allow"]) == (501, "GET, HEAD, OPTIONS")


def _cells(content: bytes) -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_workbook_has_a_column_for_each_field_and_cells_of_the_right_kinds(
    clients: tuple[httpx2.Client, httpx2.Client],
) -> None:
    alfa, _ = clients
    by_suffix = alfa.get("/invoicespecification/202510.xlsx")
    by_accept = alfa.get("/invoicespecification/202510", headers={"Accept": f"{workbook.MEDIA_TYPE}, */*;q=0.1"})
    for answer in (by_suffix, by_accept):
        assert (answer.status_code, answer.headers["content-type"]) == (200, workbook.MEDIA_TYPE)
        assert answer.headers["content-disposition"] == 'attachment; filename="202510.xlsx"'
    header, *rows = _cells(by_suffix.content)
    assert _cells(by_accept.content) == [header, *rows]
    assert tuple(header) == invoice_columns.NAMES
    assert len(header) == 29
    first, credit, partial = (dict(zip(header, row, strict=True)) for row in rows)
    assert first["access.streetName"] == NASTY
    assert first["access.streetLittera"] == "-1"
    assert first["access.postalCode"] == "12345"
    assert first["access.priceGroup"] == 0.0
    assert isinstance(first["access.priceGroup"], float)
    assert first["access.outlet"] == ""
    assert first["subscription.spReference"] == "+46"
    assert first["subscription.spSubscriptionId"] == "@SUM(A1)"
    assert first["invoice.fromDate"] == date(2025, 10, 1)
    assert (credit["invoice.invoicedAmount"], credit["invoice.invoiceType"]) == (-99.9, "CREDIT")
    assert partial["invoice.invoicedAmount"] == 13.48
    assert isinstance(partial["invoice.listPrice"], float)


def test_libreoffice_opens_a_workbook_and_finds_no_formula(
    clients: tuple[httpx2.Client, httpx2.Client], tmp_path: Path
) -> None:
    need("libreoffice-calc-nogui")
    book = tmp_path / "202510.xlsx"
    book.write_bytes(clients[0].get("/invoicespecification/202510.xlsx").content)
    done = subprocess.run(
        [program("soffice"), f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true", "--outdir", tmp_path, book],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "error" not in (done.stdout + done.stderr).lower()
    header, first, *rows = (tmp_path / "202510.csv").read_text(encoding="utf-8").splitlines()
    assert header == ",".join(invoice_columns.NAMES)
    assert '"=HYPERLINK(""http://example.com"",""x"")"' in first
    assert "+46,@SUM(A1)" in first
    assert "2025-10-01,2025-10-31,300.00" in first
    assert len(rows) == 2


def test_an_empty_workbook_has_its_header(clients: tuple[httpx2.Client, httpx2.Client]) -> None:
    assert _cells(clients[1].get("/invoicespecification/202510.xlsx").content) == [list(invoice_columns.NAMES)]


def test_workbooks_wait_for_a_place_and_leave_no_files(
    clients: tuple[httpx2.Client, httpx2.Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: clients[0].get("/invoicespecification/202510.xlsx"), range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_workbook_costs_no_place(
    clients: tuple[httpx2.Client, httpx2.Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    for _ in range(3):
        assert clients[0].get("/invoicespecification/202510.xlsx").status_code == 500
    monkeypatch.undo()
    assert clients[0].get("/invoicespecification/202510.xlsx").status_code == 200


def test_a_month_with_more_rows_than_a_workbook_holds_is_refused(
    clients: tuple[httpx2.Client, httpx2.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_columns, "MOST_ROWS", 2)
    answer = clients[0].get("/invoicespecification/202510.xlsx")
    assert (answer.status_code, "ask for JSON" in answer.json()["cause"]) == (400, True)


def _makers() -> int:
    """Return how many processes of ours make workbooks; others' tests have their own."""
    found = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            # Any of them may end while it is looked at.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                parent = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
                makes = invoice_workbook.__name__.encode() in (folder / "cmdline").read_bytes()
                found += makes and int(parent) == os.getpid()
    return found


def test_a_caller_who_goes_away_ends_the_making_of_his_workbook(server: Server, clients: Any, tmp_path: Path) -> None:
    with _a_large_workbook_being_made(server):
        began = time.monotonic()
    _until(lambda: _makers() == 0)
    # So many rows take several seconds.
    assert time.monotonic() - began < 3


def test_a_provider_who_asks_for_two_workbooks_leaves_others_a_place(
    server: Server, clients: tuple[httpx2.Client, httpx2.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "_PATIENCE_S", 0.5)
    with _a_large_workbook_being_made(server):
        second = clients[0].get("/invoicespecification/202510.xlsx")
        assert (second.status_code, second.headers["Retry-After"], _makers()) == (503, "30", 1)
        assert clients[1].get("/invoicespecification/202510.xlsx").status_code == 200
    _until(lambda: _makers() == 0)


@contextlib.contextmanager
def _a_large_workbook_being_made(server: Server) -> Iterator[None]:
    """Have alfa ask for a workbook that takes several seconds, until the block ends."""
    _many_rows(server, 60_000)
    lock(server)
    request = f"GET /onapi/2.6/invoicespecification/202511.xlsx HTTP/1.1\r\nHost: x\r\n{_ALFA}\r\n\r\n"
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(request.encode())
        _until(lambda: _makers() == 1)
        yield


_ALFA = "Authorization: " + given.basic("alfa", "alfa-secret")["Authorization"]


def _until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def _many_rows(server: Server, count: int) -> None:
    """Add rows to alfa's November, which is open."""

    async def add(database: Database) -> None:
        async with database.connection() as tx:
            await tx.execute(
                """INSERT INTO invoice_rows (run, sp, position, row_id, subscription_id, row_type, amount, doc)
                   SELECT r.run, r.sp, 1000 + n, n::text, r.subscription_id, r.row_type, r.amount, r.doc
                     FROM invoice_specifications s JOIN invoice_rows r ON (r.run, r.sp) = (s.run, s.sp)
                    CROSS JOIN generate_series(1, $1) n
                    WHERE s.period = '202511' AND s.sp = 'alfa' AND r.position = 0""",
                count,
            )

    server.do(add)


def test_a_long_month_streams_whole_and_in_order(
    server: Server, clients: tuple[httpx2.Client, httpx2.Client]
) -> None:
    _many_rows(server, 20_000)
    lock(server)
    for encoding in ("identity", "gzip", "zstd"):
        answer = clients[0].get("/invoicespecification/202511", headers={"Accept-Encoding": encoding})
        assert len(answer.json()) == 20_002


def test_what_an_sp_wrote_with_control_characters_comes_through_a_workbook(tmp_path: Path) -> None:
    reference = "a\x01b\n\t_x0041_ \ufffe\U0001f3e0"
    row = wire.decode(_ROW)
    odd = msgspec.structs.replace(row, subscription=msgspec.structs.replace(row.subscription, sp_reference=reference))
    with invoice_workbook.Writer(tmp_path / "odd.xlsx") as writer:
        writer.add(odd)
    header, cells = _cells((tmp_path / "odd.xlsx").read_bytes())
    found = str(cells[header.index("subscription.spReference")])
    assert "\n" in found
    assert "\U0001f3e0" in found
    (read,) = invoice_reading.read(tmp_path / "odd.xlsx")
    assert (read.access_id, read.amount) == ("A-1", Decimal("0.10"))


_ROW = (
    b'{"coId":"CO","spName":"alfa","access":{"accessId":"A-1","streetName":"x","postalCode":"1","city":"c",'
    b'"countryCode":"SE","premisesType":"UNKNOWN","priceGroup":0},"subscription":{"service":"s",'
    b'"connectionDate":"2025-01-01","coSubscriptionId":"S"},"invoice":{"listPrice":0.10,"billingItem":"s",'
    b'"invoiceType":"DEBIT","rowType":"OTHER","fromDate":"2025-11-01","toDate":"2025-11-30","invoicedAmount":0.10}}'
)
