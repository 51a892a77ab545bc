"""The worked example of how a month is computed, computed from its page."""

import asyncio
import re
from pathlib import Path
from typing import Any

from onapi.actions import catalogue, catalogue_files, invoices
from onapi.domain import invoicing
from onapi.domain.catalogue import Catalogue
from onapi.storage.pool import Database
from tests import given, months
from tests.conftest import opened
from tests.months import ISSUER

_PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "how-a-month-is-computed.md"
_CHANGE = re.compile(r"(\S+); a CHANGE to (\S+) on (\S+ \S+)")


def _table(text: str, first: str) -> list[list[str]]:
    """Return the cells of the table whose header begins with some cells."""
    lines = text[text.index(f"| {first} |") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


async def _lived(database: Database, text: str) -> None:
    match = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert match
    sold = catalogue_files.read(match[1].encode())
    assert isinstance(sold, Catalogue)
    await catalogue.import_catalogue(database, sold, dry_run=False)
    for sp in ("alfa", "beta"):
        await given.provider(database, sp)
    for name, start, end, story in _table(text, "subscription | from"):
        access = "A-4" if name in ("S-4", "S-5") else f"A-{name}"
        await given.accesses_in(database, given.access(access))
        change = _CHANGE.match(story)
        async with database.connection() as tx:
            await months.subscribe(
                tx,
                name,
                access,
                sp="beta" if story.startswith("beta") else "alfa",
                service=change[2] if change else "BB-100",
                connected=f"{start} Europe/Stockholm",
                ended=f"{end} Europe/Stockholm" if end else None,
            )
            if change:
                await months.was(tx, name, change[1], f"{change[3]} Europe/Stockholm")


def test_the_worked_example_is_what_is_computed(database_url: str) -> None:
    text = _PAGE.read_text(encoding="utf-8")

    async def computed() -> list[tuple[Any, ...]]:
        async with opened(database_url) as database:
            await _lived(database, text)
            await invoices.compile_period(database, ISSUER, invoicing.read("202510"))
            columns = ("subscription_id", "row_type", "invoice.billingItem", "invoice.fromDate", "invoice.toDate",
                       "invoice.listPrice", "amount")  # fmt: skip
            return await months.stored(database, *columns, period="202510")

    rows = sorted(([str(cell) for cell in row] for row in asyncio.run(computed())), key=lambda row: row[0])
    expected = _table(text, "subscription | row")
    assert len(expected) == 13
    assert rows == expected
