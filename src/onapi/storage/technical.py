"""Of which accesses, and of what there, an SP may have technical information."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from onapi import ids
from onapi.domain.technical import Standing
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_since = msgspec.json.Decoder(dict[str, datetime]).decode


async def many(
    tx: Tx, wanted: Sequence[tuple[ids.Sp, ids.AccessId]]
) -> Mapping[tuple[ids.Sp, ids.AccessId], Standing]:
    """Return how SPs stand to accesses; where one knows none of this name, it is left out."""
    rows = await _SQL["many"].rows(tx, sp=[sp for sp, _ in wanted], access_id=[access_id for _, access_id in wanted])
    return {wanted[row["number"] - 1]: _standing(row) for row in rows}


def _standing(row: Any) -> Standing:
    return Standing(
        allowed=row["allowed"],
        everything=row["everything"],
        own=_since(row["own"]) if row["own"] else {},
        others=frozenset(row["others"] or ()),
    )
