"""What SPs read of their subscriptions; orders change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from onapi import ids
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect

_SQL = queries.beside(__file__)

Wanted = tuple[ids.Sp, ids.AccessId, Dialect]
"""Who asks for which access's subscriptions, and in which reading of the standard."""


async def many(tx: Tx, wanted: Sequence[Wanted]) -> Mapping[Wanted, str]:
    """Return the documents of the wanted accesses; what the SP neither sees nor delivers on is left out."""
    rows = await _SQL["many"].rows(
        tx,
        sp=[sp for sp, _, _ in wanted],
        access_id=[access_id for _, access_id, _ in wanted],
        dialect=[dialect for _, _, dialect in wanted],
    )
    return {(ids.Sp(row["sp"]), ids.AccessId(row["access_id"]), Dialect(row["dialect"])): row["doc"] for row in rows}


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The list of an SP's subscriptions by access, in one dialect, as `web.lists.Source` has it."""

    dialect: Dialect

    async def copy_everything(self, tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes) -> None:
        """Send each access with live subscriptions to `sink`."""
        await documents.copy(tx, sink, _SQL["everything"], between=between, sp=sp, dialect=self.dialect)

    async def copy_changes(self, tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes, since: datetime) -> None:
        """Send each access where one changed or ended since that moment, itself included, to `sink`."""
        await documents.copy(tx, sink, _SQL["changes"], between=between, sp=sp, dialect=self.dialect, since=since)

    async def any_change(self, tx: Tx, *, sp: ids.Sp, since: datetime) -> bool:
        """Return whether `copy_changes` would send anything."""
        return bool(await _SQL["any_change"].value(tx, bool, sp=sp, since=since))

    async def page(
        self, tx: Tx, *, sp: ids.Sp, since: datetime | None, after: str, limit: int
    ) -> list[tuple[ids.AccessId, str]]:
        """Return the next `limit` accesses and documents after an id, `""` for the first."""
        if since is None:
            rows = await _SQL["page"].rows(tx, sp=sp, dialect=self.dialect, after=after, limit=limit)
        else:
            rows = await _SQL["changes_page"].rows(
                tx, sp=sp, dialect=self.dialect, since=since, after=after, limit=limit
            )
        return [(ids.AccessId(row["access_id"]), row["doc"]) for row in rows]
