"""Service providers: their accounts, what they may see, and how they prove who they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import argon2

from onapi import ids
from onapi.storage import queries
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect, TechnicalScope

_SQL = queries.beside(__file__)

# 19 MiB and two rounds, the least that OWASP advises: at the library's default of 64 MiB, sixteen logins at
# once stop a server.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Provider:
    """An SP's account.

    None among its `populations` is all of them, present and future; `technical` is of what it may have technical
    information.
    """

    sp: ids.Sp
    name: str
    dialect: Dialect
    populations: tuple[str | None, ...]
    created_at: datetime
    technical: TechnicalScope


@dataclass(frozen=True, slots=True)
class Credential:
    """One of an SP's passwords.

    `last_used_at` is exact to the minute, None if never; `revoked_at` is None while it is live.
    """

    credential_id: str
    secret_hash: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def add(tx: Tx, *, sp: ids.Sp, name: str, dialect: Dialect, populations: Iterable[str | None]) -> bool:
    """Make an account and its agreements; a population None is all. Return False when the account exists."""
    if await _SQL["add"].value(tx, str, sp=sp, name=name, dialect=dialect.value) is None:
        return False
    for population in populations:
        await _SQL["grant"].run(tx, sp=sp, population=population)
    return True


async def change(tx: Tx, *, sp: ids.Sp, name: str | None, dialect: Dialect | None) -> bool:
    """Change an account's name and dialect, None as it is; return False when there is no such account."""
    return await _SQL["change"].value(tx, str, sp=sp, name=name, dialect=dialect) is not None


async def agree(tx: Tx, *, sp: ids.Sp, populations: Iterable[str | None]) -> None:
    """Make these the populations that the SP sees; what it sees before and after stays in its view in between."""
    agreed = [*populations]
    await _SQL["grant_more"].run(tx, sp=sp, populations=agreed)
    await _SQL["revoke_others"].run(tx, sp=sp, populations=agreed)


async def unknown_populations(tx: Tx, *, populations: Iterable[str]) -> list[str]:
    """Return those populations that no access is in."""
    found = await _SQL["unknown_populations"].rows(tx, populations=[*populations])
    return [row["population"] for row in found]


async def everyone(tx: Tx) -> list[Provider]:
    """Return all accounts, by name of account."""
    return await _SQL["everyone"].all(tx, Provider)


async def by_sp(tx: Tx, *, sp: ids.Sp) -> Provider | None:
    """Return one account, or None."""
    return await _SQL["by_sp"].one(tx, Provider, sp=sp)


async def lock(tx: Tx, *, sp: ids.Sp) -> bool:
    """Keep others from changing this account until the transaction ends; return whether it exists."""
    return await _SQL["lock"].value(tx, str, sp=sp) is not None


async def set_technical(tx: Tx, *, sp: ids.Sp, technical: TechnicalScope) -> bool:
    """Say of what the SP may have technical information; return False when there is no such account."""
    return await _SQL["set_technical"].value(tx, str, sp=sp, technical=technical.value) is not None


async def credentials(tx: Tx, *, sp: ids.Sp) -> list[Credential]:
    """Return all passwords the account ever had, oldest first."""
    return await _SQL["credentials"].all(tx, Credential, sp=sp)


async def add_credential(tx: Tx, *, sp: ids.Sp, credential_id: str, secret: str) -> None:
    """Store a new password, hashed; this takes tens of milliseconds of one core."""
    secret_hash = _HASHER.hash(secret)
    await _SQL["add_credential"].run(tx, sp=sp, credential_id=credential_id, secret_hash=secret_hash)


async def revoke_credential(tx: Tx, *, sp: ids.Sp, credential_id: str) -> bool:
    """End a password at once; return False when there is no such live one."""
    ended = await _SQL["revoke_credential"].value(tx, str, sp=sp, credential_id=credential_id)
    return ended is not None


async def used_credential(tx: Tx, *, sp: ids.Sp, credential_id: str) -> None:
    """Remember that the password was used just now, at most once a minute."""
    await _SQL["used_credential"].run(tx, sp=sp, credential_id=credential_id)


def verify(live: Iterable[Credential], secret: str) -> Credential | None:
    """Return the password that `secret` is, or None; CPU-bound, so call it in a thread.

    An account without passwords, or none at all, takes as long as one with a password.
    """
    found: Credential | None = None
    candidates: list[Credential | None] = [*live] or [None]
    for credential in candidates:
        if _matches(credential.secret_hash if credential else _nobody(), secret):
            found = credential
    return found


@cache
def _nobody() -> str:
    return _HASHER.hash("no password is this one")


def _matches(secret_hash: str, secret: str) -> bool:
    try:
        return _HASHER.verify(secret_hash, secret)
    except argon2.exceptions.VerificationError:
        return False
