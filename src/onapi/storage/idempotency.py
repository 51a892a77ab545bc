"""Answers to POSTs that came with an Idempotency-Key; `journal.forget_keys` forgets them."""

from dataclasses import asdict, dataclass

from onapi import ids
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that an Idempotency-Key had; `object_id` None: nothing had to be made."""

    wish: str
    status: int
    object_id: str | None
    answer: str


async def lock_key(tx: Tx, *, sp: ids.Sp, key: str) -> bool:
    """Take an Idempotency-Key for this transaction; return False when another request has it at this moment."""
    return bool(await _SQL["lock_key"].value(tx, bool, sp=sp, key=key))


async def answer_of_key(tx: Tx, *, sp: ids.Sp, key: str) -> Kept | None:
    """Return the answer that the key had, or None."""
    return await _SQL["answer_of_key"].one(tx, Kept, sp=sp, key=key)


async def keep_answer(tx: Tx, *, sp: ids.Sp, key: str, kept: Kept) -> None:
    """Keep an answer under a key."""
    await _SQL["keep_answer"].run(tx, sp=sp, key=key, **asdict(kept))
