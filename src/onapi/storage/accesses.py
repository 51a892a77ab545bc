"""Accesses: what an SP may read of them, and how the CO's lists get in."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from onapi import ids
from onapi.domain.accesses import FIELDS, Access
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_COLUMNS = tuple(FIELDS.values())


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a staged list means: accesses by kind; `live` is how many are not DISCONNECTED today."""

    new: int
    changed: int
    unchanged: int
    missing: int
    live: int


async def many(tx: Tx, wanted: Sequence[tuple[ids.Sp, ids.AccessId]]) -> Mapping[tuple[ids.Sp, ids.AccessId], str]:
    """Return the documents of the wanted accesses; a pair whose SP does not see the access is left out."""
    rows = await _SQL["many"].rows(tx, sp=[sp for sp, _ in wanted], access_id=[access for _, access in wanted])
    return {(ids.Sp(row["sp"]), ids.AccessId(row["access_id"])): row["doc"] for row in rows}


async def copy_everything(tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes) -> None:
    """Send every document that the SP sees to `sink`, in no order, in constant memory."""
    await documents.copy(tx, sink, _SQL["everything"], between=between, sp=sp)


async def copy_changes(tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes, since: datetime) -> None:
    """Send what is different in the SP's view since that moment, itself included, to `sink`."""
    await documents.copy(tx, sink, _SQL["changes"], between=between, sp=sp, since=since)


async def any_change(tx: Tx, *, sp: ids.Sp, since: datetime) -> bool:
    """Return whether `copy_changes` would send anything."""
    return bool(await _SQL["any_change"].value(tx, bool, sp=sp, since=since))


async def page(
    tx: Tx, *, sp: ids.Sp, since: datetime | None, after: str, limit: int
) -> list[tuple[ids.AccessId, str]]:
    """Return the next `limit` ids and documents after an id (`""` for the first), in the order of ids.

    `since` None is everything; a moment is what changed since, as `copy_changes`.
    """
    if since is None:
        rows = await _SQL["page"].rows(tx, sp=sp, after=after, limit=limit)
    else:
        rows = await _SQL["changes_page"].rows(tx, sp=sp, since=since, after=after, limit=limit)
    return [(ids.AccessId(row["access_id"]), row["doc"]) for row in rows]


async def stage(tx: Tx, accesses: Iterable[Access]) -> Comparison:
    """Hold a CO's list beside the accesses for this transaction, and return what it means; takes the import lock."""
    await _SQL["lock_import"].run(tx, timeout_s=queries.LONG_S)
    await _SQL["create_staged"].run(tx)
    records = (_in_columns(access) for access in accesses)
    await tx.copy_records_to_table("staged", records=records, columns=_COLUMNS, timeout=queries.LONG_S)
    await _SQL["analyse_staged"].run(tx, timeout_s=queries.LONG_S)
    comparison = await _SQL["compare"].one(tx, Comparison, timeout_s=queries.LONG_S)
    return comparison or Comparison(0, 0, 0, 0, 0)


async def merge(tx: Tx) -> None:
    """Make the accesses as the staged list has them; those that it lacks stay."""
    await _SQL["merge"].run(tx, timeout_s=queries.LONG_S)


async def disconnect_missing(tx: Tx) -> None:
    """Make what the staged list lacks DISCONNECTED."""
    await _SQL["disconnect_missing"].run(tx, timeout_s=queries.LONG_S)


async def analyse(tx: Tx) -> None:
    """Tell the planner the table's new size."""
    await _SQL["analyse"].run(tx, timeout_s=queries.LONG_S)


async def everyones(tx: Tx) -> AsyncGenerator[Access]:
    """Yield all accesses in the order of ids; needs a transaction, and holds few rows in memory."""
    async for row in tx.cursor(_SQL["everyones"].text, prefetch=5000):
        yield msgspec.convert(dict(row.items()), Access)


def _in_columns(access: Access) -> tuple[object, ...]:
    return tuple(getattr(access, name) for name in _COLUMNS)
