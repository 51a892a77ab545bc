"""What an SP may order, access by access; a source of lists as `web.lists.Source` has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from onapi import ids
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


async def many(tx: Tx, wanted: Sequence[tuple[ids.Sp, ids.AccessId]]) -> Mapping[tuple[ids.Sp, ids.AccessId], str]:
    """Return the documents of the wanted accesses; a pair whose SP does not see the access is left out."""
    rows = await _SQL["many"].rows(tx, sp=[sp for sp, _ in wanted], access_id=[access for _, access in wanted])
    return {(ids.Sp(row["sp"]), ids.AccessId(row["access_id"])): row["doc"] for row in rows}


async def copy_everything(tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes) -> None:
    """Send every access that the SP sees, with its services, to `sink`, in no order, in constant memory."""
    await documents.copy(tx, sink, _SQL["everything"], between=between, sp=sp)


async def copy_changes(tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes, since: datetime) -> None:
    """Send the accesses for which the answer may be different since that moment, itself included, to `sink`."""
    await documents.copy(tx, sink, _SQL["changes"], between=between, sp=sp, since=since)


async def any_change(tx: Tx, *, sp: ids.Sp, since: datetime) -> bool:
    """Return whether `copy_changes` would send anything."""
    return bool(await _SQL["any_change"].value(tx, bool, sp=sp, since=since))


async def page(
    tx: Tx, *, sp: ids.Sp, since: datetime | None, after: str, limit: int
) -> list[tuple[ids.AccessId, str]]:
    """Return the next `limit` accesses and documents after an id, `""` for the first, in the order of ids."""
    if since is None:
        rows = await _SQL["page"].rows(tx, sp=sp, after=after, limit=limit)
    else:
        rows = await _SQL["changes_page"].rows(tx, sp=sp, since=since, after=after, limit=limit)
    return [(ids.AccessId(row["access_id"]), row["doc"]) for row in rows]
