"""What an operator types to close a month."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from typer.testing import CliRunner

from onapi import errors
from onapi.cli.invoices import app
from onapi.storage.pool import Database
from onapi.wire import invoice_columns, invoice_reading
from tests import months
from tests.cli import command
from tests.cli.command import Ran
from tests.invoices.test_compile import several
from tests.operators import Operator

Onapi = Callable[..., Ran]


async def _complaint(database: Database) -> None:
    async with database.connection() as tx:
        await months.complain(tx, "T-7", "A-1")


@pytest.fixture
def onapi(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Onapi:
    """Let the commands work on alfa's and beta's subscriptions."""
    operator = Operator(database_url)
    operator.do(several)
    operator.do(_complaint)
    operator.close()
    monkeypatch.setenv("ONAPI_DATABASE_URL", database_url)
    monkeypatch.setenv("ONAPI_CO_ID", "Ankeborgs Stadsnät")

    def run(*arguments: str | Path) -> Ran:
        # In this process, for a process takes seconds to begin; one test further down begins one.
        done = CliRunner().invoke(app, [*map(str, arguments)])
        if isinstance(done.exception, errors.OnapiError):
            return Ran(1, done.stdout, f"onapi: {done.exception.cause}\n")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return run


def told(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_month_is_computed_checked_corrected_locked_and_handed_out(onapi: Onapi, tmp_path: Path) -> None:
    assert told(onapi("compile", "202510", "--json"))["unpriced"] == {}
    told(onapi("compile", "202511", "--dry-run", "--json"))
    assert [one["period"] for one in told(onapi("list", "--json"))] == ["202510"]
    told(onapi("compile", "202511", "--json"))
    assert onapi("lock", "202510").code == 0
    refused = onapi("credit", "202510", "S-1", "--amount", "10", "--comment", "Late.")
    assert (refused.code, "202510 is locked" in refused.err) == (1, True)
    entry = onapi("credit", "202511", "S-1", "--amount", "100.50", "--comment", "Wrong port.").out.strip()
    moved = onapi("add", "202511", "S-1", "--amount", "495", "--row-type", "MOVE_FEE", "--from", "2025-11-03",
                  "--to", "2025-11-03", "--ticket", "T-7").out.strip()  # fmt: skip
    listed = told(onapi("entries", "202511", "--json"))
    assert [(one["entry_id"], one["amount"], one["ticket"]) for one in listed] == [
        (entry, "-100.50", None),
        (moved, "495.00", "T-7"),
    ]
    too_early = onapi("lock", "202511")
    assert (too_early.code, "onapi invoices compile 202511" in too_early.err) == (1, True)
    assert onapi("compile", "202511").code == 0
    locked = onapi("lock", "202511")
    assert "The month 202511 is locked since 20" in locked.err
    assert [bool(one["locked_at"]) for one in told(onapi("list", "--json"))] == [True, True]
    by_type = {
        one["row_type"]: one["amount"] for one in told(onapi("show", "202511", "--provider", "alfa", "--json"))
    }
    assert by_type["OTHER"] == "-100.50"
    assert by_type["MOVE_FEE"] == "495.00"
    shown = onapi("show", "202511").out.splitlines()
    assert [line.split()[0] for line in shown] == ["sp", "alfa", "beta"]
    assert onapi("export", "202511", "--xlsx", tmp_path / "alfa.xlsx", "--provider", "alfa").code == 0


def test_a_mistake_by_hand_is_withdrawn(onapi: Onapi) -> None:
    entry = onapi("credit", "202511", "S-1", "--amount", "10", "--comment", "x").out.strip()
    again = onapi("credit", "202511", "S-1", "--amount", "10", "--comment", "x")
    assert (again.code, "has this entry already" in again.err) == (1, True)
    assert onapi("withdraw", "202511", entry).code == 0
    assert told(onapi("entries", "202511", "--json")) == []
    assert onapi("withdraw", "202511", entry).code == 1


def test_all_forms_of_a_file_hold_the_same_rows(onapi: Onapi, tmp_path: Path) -> None:
    told(onapi("compile", "202511", "--json"))
    for form in ("xlsx", "csv", "json"):
        ran = onapi("export", "202511", f"--{form}", tmp_path / f"month.{form}")
        assert (ran.code, "9 rows written" in ran.err) == (0, True)
    rows = json.loads((tmp_path / "month.json").read_text(encoding="utf-8"), parse_float=Decimal)
    with (tmp_path / "month.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "month.xlsx")).get_sheet_by_index(0).to_python()
    assert len(rows) == len(table) == len(book) - 1 == 9
    assert tuple(table[0]) == invoice_columns.NAMES
    amounts = [one["invoice"]["invoicedAmount"] for one in rows]
    assert [Decimal(one["invoice.invoicedAmount"]) for one in table] == amounts
    column = book[0].index("invoice.invoicedAmount")
    assert [Decimal(repr(line[column])) for line in book[1:]] == amounts
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_file_that_cannot_be_written_says_so(onapi: Onapi, tmp_path: Path) -> None:
    told(onapi("compile", "202511", "--json"))
    for form in ("xlsx", "csv", "json"):
        ran = onapi("export", "202511", f"--{form}", tmp_path / "none" / "x")
        assert (ran.code, "cannot be written" in ran.err, "Traceback" in ran.err) == (1, True, False)
    assert onapi("export", "202511").code == 2
    assert onapi("export", "202511", "--csv", tmp_path / "a", "--json", tmp_path / "b").code == 2


def test_the_difference_of_two_months_is_told_by_provider(onapi: Onapi, database_url: str) -> None:
    operator = Operator(database_url)
    operator.rows(
        "UPDATE prices SET amount = 310, valid_from = '2025-11-01' WHERE service = 'BB-100' AND fee = 'PERIODIC'"
    )
    operator.rows(
        "INSERT INTO prices (service, fee, amount, valid_until) VALUES ('BB-100', 'PERIODIC', 300, '2025-11-01')"
    )
    operator.close()
    for month in ("202510", "202511"):
        told(onapi("compile", month, "--json"))
    found = told(onapi("diff", "202511", "202510", "--json"))
    sums = {one["sp"]: one for one in found["sums"]}
    assert sums["beta"] == {
        "sp": "beta", "was": "900.00", "now": "930.00", "difference": "30.00", "new": 0, "ended": 0, "changed": 3,
    }  # fmt: skip
    # S-6 changed up and down and up in November.
    assert (sums["alfa"]["new"], sums["alfa"]["ended"]) == (1, 0)
    ran = onapi("diff", "202511", "202510", "--most", "1", "--provider", "beta")
    assert "and 2 more" in ran.err
    assert onapi("diff", "202511", "202402").code == 1


def test_ones_own_workbook_is_the_month(onapi: Onapi, tmp_path: Path) -> None:
    told(onapi("compile", "202511", "--json"))
    onapi("export", "202511", "--xlsx", tmp_path / "ours.xlsx")
    ran = onapi("reconcile", tmp_path / "ours.xlsx")
    assert (ran.code, "is the month 202511 as it is computed" in ran.err) == (0, True)


def test_somebodys_workbook_is_set_against_the_month(onapi: Onapi, tmp_path: Path) -> None:
    told(onapi("compile", "202511", "--json"))
    names = ["spName", "access/accessID", "subscription.coSubscriptionId", "invoice.rowType", "invoice.invoiceType",
             "invoice.fromDate", "invoice.toDate", "invoice.listPrice", "invoice.invoicedAmount"]  # fmt: skip
    with xlsxwriter.Workbook(str(tmp_path / "theirs.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(
            [
                names,
                ["beta", "A-0", "S-0", "PERIODIC_FEE", "DEBIT", "2025-11-01", "2025-11-30", 300, 300],
                ["beta", "A-2", "S-2", "PERIODIC_FEE", "DEBIT", "2025-11-01", "2025-11-30", "300", "299,90"],
                ["beta", "A-9", "S-9", "PERIODIC_FEE", "DEBIT", "2025-11-01", "2025-11-30", 300, 300],
            ]
        ):
            sheet.write_row(number, 0, row)
    ran = onapi("reconcile", tmp_path / "theirs.xlsx", "--json")
    assert (ran.code, "differs from the month 202511 in 3 rows" in ran.err) == (1, True)
    found = [(one["finding"], one["subscription_id"], one["ours"], one["theirs"]) for one in json.loads(ran.out)]
    assert found == [
        ("AMOUNT", "S-2", "300.00", "299.90"),
        ("MISSING", "S-4", "300.00", None),
        ("EXTRA", "S-9", None, "300.00"),
    ]
    assert onapi("reconcile", tmp_path / "theirs.xlsx", "--period", "202510").code == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["a", "b"]], "lacks the columns spName"),
        ([], "lacks the columns"),
        ([["spName", *invoice_columns.NAMES[2:]]], "has no rows"),
    ],
)
def test_a_workbook_that_cannot_be_compared_says_why(
    onapi: Onapi, tmp_path: Path, rows: list[list[str]], reason: str
) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "theirs.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    ran = onapi("reconcile", tmp_path / "theirs.xlsx")
    assert (ran.code, reason in ran.err, "Traceback" in ran.err) == (1, True, False), ran.err


def test_a_file_that_is_no_workbook_says_so(onapi: Onapi, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("not a workbook", encoding="utf-8")
    for name in ("x.xlsx", "none.xlsx"):
        ran = onapi("reconcile", tmp_path / name)
        assert (ran.code, "cannot be read" in ran.err, "Traceback" in ran.err) == (1, True, False), ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "2025"),
        ("compile", "202513"),
        ("credit", "202511", "S-1", "--amount", "ten", "--comment", "x"),
        ("credit", "202511", "S-1", "--amount", "-1", "--comment", "x"),
        ("credit", "202511", "S-1", "--amount", "1"),
        ("add", "202511", "S-1", "--amount", "1", "--row-type", "GIFT"),
        ("add", "202511", "S-1", "--amount", "1", "--row-type", "OTHER", "--from", "yesterday"),
    ],
)
def test_what_is_typed_wrongly_is_usage(onapi: Onapi, arguments: tuple[str, ...]) -> None:
    assert onapi(*arguments).code == 2


def test_what_is_not_there_says_so(onapi: Onapi) -> None:
    for arguments, reason in (
        (("show", "202511"), "Nothing is computed of the month 202511."),
        (("compile", "202511", "--provider", "nobody"), "There is no provider 'nobody'."),
        (("add", "202511", "S-99", "--amount", "1", "--row-type", "MOVE_FEE"), "There is no subscription 'S-99'."),
    ):
        ran = onapi(*arguments)
        assert (ran.code, ran.err) == (1, f"onapi: {reason}\n")


def test_without_the_operators_name_it_says_which_setting(database_url: str) -> None:
    ran = command.onapi("invoices", "compile", "202511", url=database_url)
    assert (ran.code, "ONAPI_CO_ID" in ran.err) == (1, True)


def test_a_workbook_that_would_fill_the_machine_is_refused(
    onapi: Onapi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(onapi("compile", "202511", "--json"))
    onapi("export", "202511", "--xlsx", tmp_path / "ours.xlsx")
    monkeypatch.setattr(invoice_reading, "MOST_BYTES", 1000)
    ran = onapi("reconcile", tmp_path / "ours.xlsx")
    assert (ran.code, "unpacked" in ran.err) == (1, True)
