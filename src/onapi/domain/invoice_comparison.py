"""An invoice set against somebody else's account of the same month.

Pure: who reads what from where is told by `actions/invoice_files.py`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Key(NamedTuple):
    """What makes two rows the same row; days as YYYY-MM-DD."""

    sp_name: str
    access_id: str
    subscription_id: str
    row_type: str
    invoice_type: str
    from_date: str
    to_date: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that one side has and the other has not, or for which they have different amounts; None: it has none."""

    finding: str
    sp_name: str
    access_id: str
    subscription_id: str
    row_type: str
    invoice_type: str
    from_date: str
    to_date: str
    ours: Decimal | None
    theirs: Decimal | None


class Account:
    """Rows of one side, added up where they have the same key; holds all of them in memory."""

    def __init__(self, rows: Iterable[tuple[Key, Decimal]]) -> None:
        self.amounts: dict[Key, Decimal] = {}
        self.rows: Counter[Key] = Counter()
        for key, amount in rows:
            self.amounts[key] = self.amounts.get(key, Decimal()) + amount
            self.rows[key] += 1


def compare(ours: Account, theirs: Account) -> list[Difference]:
    """Return what differs, by SP, access and day: MISSING in theirs, EXTRA in theirs, or another AMOUNT."""
    found = []
    for key in sorted(ours.amounts.keys() | theirs.amounts.keys()):
        our, their = ours.amounts.get(key), theirs.amounts.get(key)
        if our != their or ours.rows[key] != theirs.rows[key]:
            finding = "MISSING" if their is None else "EXTRA" if our is None else "AMOUNT"
            found.append(Difference(finding, *key, our, their))
    return found
