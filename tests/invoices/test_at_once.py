"""Two at once, and one that dies: there is always one whole month, or none."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal

import pytest

from onapi import errors
from onapi.actions import invoice_entries, invoice_files, invoices
from onapi.storage import invoices as storage
from onapi.storage.pool import Database
from tests.invoices.test_compile import compiled, several
from tests.invoices.test_lock import lock, wish
from tests.months import ISSUER, NOVEMBER, stored
from tests.operators import Operator

# Computes November, and stops itself in the middle: after its first pieces are written.
_COMPILER = """
import asyncio, os, signal, sys
from onapi.actions import invoices
from onapi.domain import invoicing
from onapi.storage import pool

invoices._WRITTEN_AT_ONCE = 2

async def main():
    database = await pool.connect(sys.argv[1])
    def told(done):
        if done >= 4:
            os.kill(os.getpid(), signal.SIGSTOP)
    issuer = invoices.Issuer("CO", "Europe/Stockholm")
    await invoices.compile_period(database, issuer, invoicing.read("202511"), progress=told)

asyncio.run(main())
"""


def _stopped_in_the_middle(operator: Operator) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", _COMPILER, operator.url])
    ends = time.monotonic() + 60
    while True:
        _, status = os.waitpid(process.pid, os.WUNTRACED | os.WNOHANG)
        if os.WIFSTOPPED(status):
            return process
        assert time.monotonic() < ends
        time.sleep(0.02)


def _killed(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def _goes_on(process: subprocess.Popen[bytes]) -> None:
    """Let it end; it stops at every piece."""
    ends = time.monotonic() + 60
    while process.poll() is None:
        assert time.monotonic() < ends
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)


def test_a_compiler_that_is_killed_in_the_middle_leaves_no_half_month(operator: Operator) -> None:
    operator.do(several)
    process = _stopped_in_the_middle(operator)
    assert operator.value("SELECT count(*) FROM invoice_rows") > 0
    _killed(process)
    assert operator.do(stored) == []
    assert operator.value("SELECT count(*) FROM invoice_specifications") == 0
    with pytest.raises(errors.Conflict, match="is not computed"):
        lock(operator)
    operator.until("SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')")
    outcome = compiled(operator)
    # What it left is swept away.
    assert operator.value("SELECT count(*) FROM invoice_rows") == sum(one.rows for one in outcome.sums)


def test_a_compiler_that_is_killed_in_the_middle_leaves_the_month_that_was_there(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    before = operator.do(lambda database: stored(database, "row_id", "doc"))
    operator.rows("UPDATE prices SET amount = 1")
    _killed(_stopped_in_the_middle(operator))
    assert operator.do(lambda database: stored(database, "row_id", "doc")) == before


def test_of_two_compilers_at_once_one_wins_and_the_other_is_told(operator: Operator) -> None:
    operator.do(several)
    process = _stopped_in_the_middle(operator)
    try:
        with pytest.raises(errors.Conflict, match="is being computed at this moment"):
            compiled(operator)
    finally:
        _goes_on(process)
    assert process.returncode == 0
    names = operator.do(lambda database: stored(database, "row_id"))
    assert len(names) == operator.value("SELECT sum(rows) FROM invoice_specifications")


def test_many_compilers_at_once_make_one_month(operator: Operator) -> None:
    operator.do(several)

    async def fight(database: Database) -> list[str]:
        async def one() -> str:
            try:
                await invoices.compile_period(database, ISSUER, NOVEMBER)
            except errors.Conflict:
                return "lost"
            return "won"

        # Each takes two connections, of twelve.
        return await asyncio.gather(*(one() for _ in range(5)))

    assert "won" in operator.do(fight)
    rows = operator.do(lambda database: stored(database, "row_id"))
    assert len({*rows}) == len(rows) == operator.value("SELECT count(*) FROM invoice_rows")


def test_a_month_that_is_locked_while_it_is_computed_stays_as_it_was_locked(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    before = operator.do(lambda database: stored(database, "doc"))
    runs = operator.rows("SELECT sp, run FROM invoice_specifications ORDER BY sp")
    process = _stopped_in_the_middle(operator)
    try:
        lock(operator)
    finally:
        _goes_on(process)
    assert process.returncode != 0
    assert operator.do(lambda database: stored(database, "doc")) == before
    assert operator.rows("SELECT sp, run FROM invoice_specifications ORDER BY sp") == runs


def test_an_entry_that_is_written_while_the_month_is_locked_comes_before_or_not_at_all(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)

    async def race(database: Database) -> tuple[object, object]:
        locking, adding = await asyncio.gather(
            invoices.lock(database, ISSUER, NOVEMBER),
            invoice_entries.add(database, NOVEMBER, wish("-10.00")),
            return_exceptions=True,
        )
        return locking, adding

    locking, adding = operator.do(race)
    # Exactly one of them is too late.
    assert isinstance(locking, errors.Conflict) != isinstance(adding, errors.Conflict)


def test_rows_are_written_in_pieces_that_hold_nobodys_news_back(operator: Operator) -> None:
    operator.do(several)
    process = _stopped_in_the_middle(operator)
    try:
        asked = operator.value("SELECT clock_timestamp()")
        # A run in the middle has written, and is no transaction that others wait for.
        assert operator.value("SELECT horizon() >= $1", asked)
    finally:
        _killed(process)


def test_leftovers_of_several_runs_are_swept_and_months_stay(operator: Operator) -> None:
    operator.do(several)
    compiled(operator)
    operator.rows(
        """INSERT INTO invoice_rows (run, sp, position, row_id, subscription_id, row_type, amount, doc)
           SELECT 900 + r, s, p, 'x', 'x', 'OTHER', 1, '{}'
             FROM generate_series(1, 3) r, unnest(ARRAY['alfa', 'zeta']) s, generate_series(0, 9) p"""
    )
    before = operator.do(lambda database: stored(database, "doc", "amount"))

    async def sweep(database: Database) -> None:
        async with database.connection() as tx:
            await storage.sweep(tx)

    operator.do(sweep)
    assert operator.value("SELECT count(*) FROM invoice_rows WHERE run > 900") == 0
    assert operator.do(lambda database: stored(database, "doc", "amount")) == before
    assert sum((amount for _, amount in before), Decimal()) == operator.value(
        "SELECT sum(amount) FROM invoice_specifications"
    )


def test_a_month_that_is_computed_while_it_is_handed_out_comes_out_as_it_was(
    operator: Operator,
) -> None:
    operator.do(several)
    compiled(operator)
    before = operator.do(lambda database: stored(database, "doc"))

    async def handed_out(database: Database) -> None:
        documents = invoice_files.as_sent(database, NOVEMBER, None)
        first = await anext(documents)
        async with database.connection() as tx:
            await tx.execute("UPDATE prices SET amount = 1")
        # It sweeps the rows away that are being read.
        await invoices.compile_period(database, ISSUER, NOVEMBER)
        assert [(first,), *[(document,) async for document in documents]] == before

    operator.do(handed_out)
    assert operator.do(lambda database: stored(database, "doc")) != before
