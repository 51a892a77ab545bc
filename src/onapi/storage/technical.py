"""Of which accesses, and of what there, an SP may have technical information."""

from datetime import datetime

import msgspec

from onapi import ids
from onapi.domain.technical import Standing
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_since = msgspec.json.Decoder(dict[str, datetime]).decode


async def standing(tx: Tx, *, sp: ids.Sp, access_id: ids.AccessId) -> Standing | None:
    """Return how the SP stands to an access; None when it knows none of this name."""
    for row in await _SQL["standing"].rows(tx, sp=sp, access_id=access_id):
        return Standing(
            allowed=row["allowed"],
            everything=row["everything"],
            own=_since(row["own"]) if row["own"] else {},
            others=frozenset(row["others"] or ()),
        )
    return None
