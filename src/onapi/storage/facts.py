"""The few single values that all processes of an installation share."""

import secrets

from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


async def get(tx: Tx, name: str) -> str | None:
    """Return the fact, or None when it was never put."""
    return await _SQL["get"].value(tx, str, name=name)


async def put(tx: Tx, name: str, value: str) -> None:
    """Make the fact so, whatever it was."""
    await _SQL["put"].run(tx, name=name, value=value)


async def cursor_key(tx: Tx) -> bytes:
    """Return the key that signs cursors: 32 bytes, the same for every process and start, made at first use."""
    await _SQL["keep"].run(tx, name="cursor_key", value=secrets.token_hex(32))
    return bytes.fromhex(await get(tx, "cursor_key") or "")
