"""Let service providers in, and change their passwords without a break."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from onapi import errors, ids
from onapi.storage import providers as storage
from onapi.storage.pool import Database
from onapi.storage.providers import Credential, Provider
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect, TechnicalScope

_MOST_LIVE = 4
_SECRET_BYTES = 24


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A password that was just made. It is stored only as a hash: this is the one time that it can be read."""

    sp: ids.Sp
    credential_id: str
    secret: str


async def add(
    database: Database, *, sp: ids.Sp, name: str, dialect: Dialect, populations: Sequence[str]
) -> NewCredential:
    """Make an SP's account, its agreements and its first password; no populations is all of them.

    Raises:
        Conflict: there is such an account.
        Invalid: the name is empty or too long.
    """
    async with database.transaction() as tx:
        agreed: list[str | None] = [*dict.fromkeys(populations)] or [None]
        if not await storage.add(tx, sp=sp, name=_name(name), dialect=dialect, populations=agreed):
            raise errors.Conflict(f"There is a provider {sp} already; `onapi provider show {sp}` has it.")
        return await _new_credential(tx, sp, secrets.token_urlsafe(_SECRET_BYTES))


async def change(
    database: Database,
    *,
    sp: ids.Sp,
    name: str | None,
    dialect: Dialect | None,
    populations: Sequence[str | None] | None,
) -> None:
    """Change an SP's account; None is as it is. It holds from the next request on, and deltas and events follow.

    Args:
        database: opened for the operator.
        sp: whose.
        name: the SP's name.
        dialect: in which it is answered.
        populations: all that it sees; one that is None is everything.

    Raises:
        NotFound: there is no such account.
        Invalid: the name is empty or too long.
    """
    async with database.transaction() as tx:
        if not await storage.change(tx, sp=sp, name=None if name is None else _name(name), dialect=dialect):
            raise _unknown(sp)
        if populations is not None:
            await storage.agree(tx, sp=sp, populations=dict.fromkeys(populations))


async def unknown_populations(database: Database, populations: Sequence[str]) -> list[str]:
    """Return those populations that no access is in, so far."""
    async with database.connection() as tx:
        return await storage.unknown_populations(tx, populations=populations)


async def add_with_secret(
    database: Database, *, sp: ids.Sp, name: str, dialect: Dialect, populations: Sequence[str], secret: str
) -> None:
    """Make an account whose password everybody knows, as the demo's are."""
    async with database.transaction() as tx:
        await storage.add(tx, sp=sp, name=name, dialect=dialect, populations=[*populations] or [None])
        await _new_credential(tx, sp, secret)


async def add_credential(database: Database, *, sp: ids.Sp) -> NewCredential:
    """Make another password, which is good beside those there are, so that the SP can change without a break.

    Raises:
        NotFound: there is no such account.
        Conflict: it has as many live passwords as it may.
    """
    async with database.transaction() as tx:
        if not await storage.lock(tx, sp=sp):
            raise _unknown(sp)
        live = [credential for credential in await storage.credentials(tx, sp=sp) if not credential.revoked_at]
        if len(live) >= _MOST_LIVE:
            raise errors.Conflict(f"{sp} has {len(live)} live credentials; revoke one that is no longer used first.")
        return await _new_credential(tx, sp, secrets.token_urlsafe(_SECRET_BYTES))


async def revoke_credential(database: Database, *, sp: ids.Sp, credential_id: str) -> None:
    """End a password at once, in every process.

    Raises:
        NotFound: there is no such live one.
    """
    async with database.transaction() as tx:
        if not await storage.revoke_credential(tx, sp=sp, credential_id=credential_id):
            raise errors.NotFound(
                f"{sp} has no live credential {credential_id!r}; `onapi provider show {sp}` lists them."
            )


async def set_technical(database: Database, *, sp: ids.Sp, technical: TechnicalScope) -> None:
    """Say of what the SP may have technical information, or raise NotFound; it holds from the next request on."""
    async with database.transaction() as tx:
        if not await storage.set_technical(tx, sp=sp, technical=technical):
            raise _unknown(sp)


async def everyone(database: Database) -> list[Provider]:
    """Return all accounts."""
    async with database.connection() as tx:
        return await storage.everyone(tx)


async def one(database: Database, *, sp: ids.Sp) -> tuple[Provider, list[Credential]]:
    """Return an account and all passwords it ever had, or raise NotFound."""
    async with database.connection() as tx:
        provider = await storage.by_sp(tx, sp=sp)
        if provider is None:
            raise _unknown(sp)
        return provider, await storage.credentials(tx, sp=sp)


async def _new_credential(tx: Tx, sp: ids.Sp, secret: str) -> NewCredential:
    number = len(await storage.credentials(tx, sp=sp)) + 1
    credential_id = f"c{number}"
    await storage.add_credential(tx, sp=sp, credential_id=credential_id, secret=secret)
    return NewCredential(sp, credential_id, secret)


def _name(name: str) -> str:
    if not name.strip() or len(name) > 255:
        raise errors.Invalid("The name must be 1 to 255 characters.")
    return name.strip()


def _unknown(sp: ids.Sp) -> errors.NotFound:
    return errors.NotFound(f"There is no provider {sp}; `onapi provider list` has those there are.")
