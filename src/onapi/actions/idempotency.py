"""Do what a request asks for once, however often it comes with its Idempotency-Key."""

from collections.abc import Awaitable, Callable

from onapi import errors, ids
from onapi.storage import idempotency as storage
from onapi.storage.idempotency import Kept
from onapi.storage.pool import Database
from onapi.storage.tx import Tx


async def once(database: Database, *, sp: ids.Sp, key: str, wish: str, do: Callable[[Tx], Awaitable[Kept]]) -> Kept:
    """Return the answer that a key had, or do what is wished and keep its answer for a week, in one transaction.

    Args:
        database: where.
        sp: whose key it is.
        key: the Idempotency-Key.
        wish: the fingerprint of what is asked for, different for what is different.
        do: does it, and returns what to keep; what it raises is not kept.

    Raises:
        KeyReused: the key was another wish's.
        UnderWay: another request has the key at this moment.
    """
    async with database.transaction(sp) as tx:
        if not await storage.lock_key(tx, sp=sp, key=key):
            raise errors.UnderWay("A request with this Idempotency-Key is under way at this moment.")
        kept = await storage.answer_of_key(tx, sp=sp, key=key)
        if kept is None:
            kept = await do(tx)
            await storage.keep_answer(tx, sp=sp, key=key, kept=kept)
            return kept
    if kept.wish != wish:
        raise errors.KeyReused("This Idempotency-Key was used before, for another request.")
    return kept
