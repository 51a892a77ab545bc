"""Who calls: HTTP Basic against the SPs' credentials, fast for callers that are known and slow for guesses.

A password is verified with argon2 once, then known for a minute by a keyed hash of the header. Equal headers that
arrive together are verified once. Guesses are limited per address and per user, in such a way that a rightful SP
is never locked out: a header that was right within the last day is never limited; over the limit a wrong password
is refused with 429, but a right one still gets in, after a wait in the slow lane of its address; and the guesses at
a user concern only addresses that have guessed wrong at it.

Source: RFC 7617; docs/decisions/0005-authentication.md.
"""

import asyncio
import base64
import binascii
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field

from onapi import errors, ids
from onapi.storage import providers
from onapi.storage.pool import Database
from onapi.web.call import Caller

_KNOWN_S = 60.0
_REMEMBERED_S = 24 * 3600.0
_MOST_REMEMBERED = 50_000
_GUESSES = 10
_GUESS_EVERY_S = 6.0
_WRONG_PAUSE_S = 0.25
_SLOW_LANE_S = 2.0
_MOST_IN_LANE = 4
_AT_ONCE = 2
_REFUSAL = "The user name or the password is wrong."


class Guesses:
    """Counts wrong guesses by key: `_GUESSES` at once, and one more every `_GUESS_EVERY_S` seconds."""

    def __init__(self) -> None:
        self._spent: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def spend(self, key: object) -> None:
        """Count one wrong guess."""
        self._spent[key] = (self.spent(key) + 1, time.monotonic())
        self._spent.move_to_end(key)
        while len(self._spent) > _MOST_REMEMBERED:
            self._spent.popitem(last=False)

    def spent(self, key: object) -> float:
        """Return how many guesses still count."""
        count, at = self._spent.get(key, (0.0, 0.0))
        return max(0.0, count - (time.monotonic() - at) / _GUESS_EVERY_S)

    def wait_s(self, key: object) -> int:
        """Return how many whole seconds until the next guess is free; 0 when one is."""
        over = self.spent(key) - (_GUESSES - 1)
        return 0 if over <= 0 else max(1, round(over * _GUESS_EVERY_S))


@dataclass(slots=True)
class _Known:
    """What is known of one header: the caller it proved, or None when it is wrong, and until when."""

    caller: Caller | None
    fresh_until: float
    was_right_until: float


@dataclass(slots=True)
class _Lane:
    """Where headers from one address wait that has guessed too often; `turn` is for one at a time."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Authenticator:
    """Turns an Authorization header into a caller."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._verifying: dict[bytes, asyncio.Task[Caller | None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._guesses = Guesses()
        self._lanes: dict[str, _Lane] = {}
        self._generation = 0

    def forget(self) -> None:
        """Verify every header anew at its next use: an account, a password or an agreement has changed."""
        self._generation += 1
        for known in self._known.values():
            known.fresh_until = 0.0

    def known(self, header: bytes) -> Caller | None:
        """Return the caller of a header that was verified within the last minute, or None."""
        known = self._known.get(self._digest(header))
        return known.caller if known is not None and known.fresh_until > time.monotonic() else None

    async def verify(self, header: bytes, address: str) -> Caller:
        """Return the caller that the header proves.

        Args:
            header: the value of Authorization.
            address: where the request came from, for the limits.

        Raises:
            Unauthenticated: it is malformed, or the user or the password is wrong.
            TooMany: it is wrong, and so were too many before it.
        """
        user, secret = split(header)
        digest = self._digest(header)
        known = self._known.get(digest)
        now = time.monotonic()
        wait_s = 0 if known is not None and known.was_right_until > now else self._wait_s(user, address)
        if known is not None and known.caller is None and known.fresh_until > now:
            await asyncio.sleep(_WRONG_PAUSE_S)
            caller = None
        elif wait_s:
            caller = await self._in_slow_lane(address, wait_s, self._verified_once(digest, user, secret))
        else:
            caller = await self._verified_once(digest, user, secret)
        if caller is None:
            for key in (address, ("user", user), (address, user)):
                self._guesses.spend(key)
            raise _too_many(wait_s) if wait_s else errors.Unauthenticated(_REFUSAL)
        return caller

    def _wait_s(self, user: str, address: str) -> int:
        """Return how long this address should wait before it guesses at this user again; 0: not at all."""
        wait_s = self._guesses.wait_s(address)
        if not wait_s and self._guesses.spent((address, user)):
            wait_s = self._guesses.wait_s(("user", user))
        return wait_s

    async def _in_slow_lane(
        self, address: str, wait_s: int, verifying: Coroutine[None, None, Caller | None]
    ) -> Caller | None:
        """Verify after a while, one header of an address after the other; few may wait."""
        lane = self._lanes.setdefault(address, _Lane())
        if lane.waiting >= _MOST_IN_LANE:
            verifying.close()
            raise _too_many(wait_s)
        lane.waiting += 1
        try:
            async with lane.turn:
                await asyncio.sleep(_SLOW_LANE_S)
                return await verifying
        finally:
            verifying.close()
            lane.waiting -= 1
            if not lane.waiting:
                self._lanes.pop(address, None)

    async def _verified_once(self, digest: bytes, user: str, secret: str) -> Caller | None:
        task = self._verifying.get(digest)
        if task is None:
            task = asyncio.create_task(self._verified(digest, user, secret))
            self._verifying[digest] = task
            task.add_done_callback(lambda _: self._verifying.pop(digest, None))
        return await asyncio.shield(task)

    async def _verified(self, digest: bytes, user: str, secret: str) -> Caller | None:
        async with self._places:
            generation = self._generation
            caller = await self._asked(user, secret)
        now = time.monotonic()
        # An account that changed while we looked must be looked at again.
        fresh_until = now + _KNOWN_S if generation == self._generation else 0.0
        self._known[digest] = _Known(caller, fresh_until, now + _REMEMBERED_S if caller else 0.0)
        self._known.move_to_end(digest)
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return caller

    async def _asked(self, user: str, secret: str) -> Caller | None:
        try:
            sp = ids.sp(user)
        except errors.Invalid:
            sp = ids.Sp("")
        async with self._database.connection() as tx:
            provider = await providers.by_sp(tx, sp=sp)
            known = await providers.credentials(tx, sp=sp)
        live = [credential for credential in known if credential.revoked_at is None]
        credential = await asyncio.to_thread(providers.verify, live, secret)
        if provider is None or credential is None:
            return None
        async with self._database.connection() as tx:
            await providers.used_credential(tx, sp=sp, credential_id=credential.credential_id)
        return Caller(provider.sp, provider.dialect)

    def _digest(self, header: bytes) -> bytes:
        return hashlib.blake2b(header, key=self._key, digest_size=16).digest()


def _too_many(wait_s: int) -> errors.TooMany:
    return errors.TooMany(f"Too many wrong passwords; wait {wait_s} seconds.", retry_after=wait_s)


def split(header: bytes) -> tuple[str, str]:
    """Return the user name and the password of an Authorization header.

    Raises:
        Unauthenticated: it is not Basic, not base64, not UTF-8, or has no colon; the cause says which.
    """
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise errors.Unauthenticated("The header Authorization must be of the scheme Basic.")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except binascii.Error:
        raise errors.Unauthenticated("The header Authorization is not base64 after Basic.") from None
    except UnicodeDecodeError:
        raise errors.Unauthenticated("The header Authorization does not hold UTF-8.") from None
    user, colon, secret = text.partition(":")
    if not colon:
        raise errors.Unauthenticated("The header Authorization lacks the colon between user name and password.")
    if not user or not secret:
        raise errors.Unauthenticated("The header Authorization has an empty user name or password.")
    if len(secret) > 1024:
        raise errors.Unauthenticated(_REFUSAL)
    return user, secret
