"""Who calls: every way to get it wrong, passwords that change, and guessing that locks nobody out."""

import asyncio
import base64
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from onapi import errors, ids
from onapi.actions import providers as actions
from onapi.storage import providers
from onapi.storage.pool import Database
from onapi.storage.providers import Credential
from onapi.vocabulary import Dialect
from onapi.web import authentication
from onapi.web.authentication import Authenticator
from tests import given
from tests.conftest import Server, opened
from tests.web.conftest import City
from tests.web.raw_http import below

_REAL = providers.verify


def basic(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    return "Basic " + base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "scheme Basic"),
        ("Bearer abc", "scheme Basic"),
        ("Basic", "colon"),
        ("Basic ???", "base64"),
        ("Basic YWxmYQ", "base64"),
        (basic("no colon"), "colon"),
        (basic(b"\xff\xfe:x"), "UTF-8"),
        (basic(":password"), "empty"),
        (basic("alfa:"), "empty"),
        (basic("alfa:" + "x" * 8000), "wrong"),
        (basic("a" * 37 + ":x"), "wrong"),
        (basic("alfa\n:alfa-secret"), "wrong"),
        (basic("nobody:alfa-secret"), "wrong"),
        (basic("alfa:Alfa-secret"), "wrong"),
    ],
)
def test_a_caller_that_proves_nothing_is_told_why(city: City, header: str, says: str) -> None:
    answer = below(city.server, "/accesses/A-01", {"Authorization": header})
    assert says in answer.refusal(401)
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="ON-API", charset="UTF-8"'


def test_no_header_at_all_is_refused(city: City) -> None:
    assert "Basic" in below(city.server, "/accesses/A-01").refusal(401)


def test_an_unknown_user_and_a_wrong_password_look_the_same(city: City) -> None:
    unknown = below(city.server, "/", given.basic("nobody", "x"))
    wrong = below(city.server, "/", given.basic("beta", "x"))
    assert unknown.refusal(401) == wrong.refusal(401)
    assert set(unknown.headers) == set(wrong.headers)


def test_a_password_may_hold_any_letters_and_colons(server: Server) -> None:
    secret = "lösen:ord:😀 "

    async def made(database: Database) -> None:
        await actions.add_with_secret(
            database, sp=ids.Sp("alfa"), name="Alfa", dialect=Dialect.BITVIS, populations=(), secret=secret
        )

    server.do(made)
    assert below(server, "/", given.basic("alfa", secret)).status == 200


def test_a_change_by_hand_reaches_a_running_server(server: Server) -> None:
    alfa = server.do(lambda database: given.provider(database, "alfa"))
    assert below(server, "/", alfa).status == 200

    async def revoked(database: Database) -> None:
        async with database.connection() as tx:
            await tx.execute("UPDATE credentials SET revoked_at = now()")

    server.do(revoked)
    assert eventually(lambda: below(server, "/", alfa).status == 401)


def eventually(true: Callable[[], bool], within_s: float = 5) -> bool:
    until = time.monotonic() + within_s
    while not (reached := true()) and time.monotonic() < until:
        time.sleep(0.05)
    return reached


class Verified:
    """The real verification, counted: how often, and how many at once."""

    def __init__(self) -> None:
        self.times = 0
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, live: Iterable[Credential], secret: str) -> Credential | None:
        with self._lock:
            self.times += 1
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            return _REAL(live, secret)
        finally:
            with self._lock:
                self._now -= 1


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Verified:
    """Count what is verified, and let wrong headers not wait."""
    counter = Verified()
    monkeypatch.setattr(authentication, "_WRONG_PAUSE_S", 0.0)
    monkeypatch.setattr(authentication, "_SLOW_LANE_S", 0.0)
    monkeypatch.setattr(providers, "verify", counter)
    return counter


def with_authenticator(url: str, story: Callable[[Authenticator], Any]) -> Any:
    """Tell a story about an authenticator, on a database where alfa's password is alfa-secret."""

    async def told() -> Any:
        async with opened(url) as database:
            await given.provider(database, "alfa")
            return await story(Authenticator(database))

    return asyncio.run(told())


RIGHT = basic("alfa:alfa-secret").encode()


def wrong(number: int, user: str = "alfa") -> bytes:
    return basic(f"{user}:guess {number}").encode()


async def refused(authenticator: Authenticator, header: bytes, address: str) -> type[errors.OnapiError] | None:
    try:
        await authenticator.verify(header, address)
    except errors.OnapiError as error:
        return type(error)
    return None


def test_a_right_header_is_verified_once_and_then_known(database_url: str, verified: Verified) -> None:
    async def story(authenticator: Authenticator) -> None:
        callers = await asyncio.gather(*(authenticator.verify(RIGHT, "10.0.0.1") for _ in range(20)))
        assert {caller.sp for caller in callers} == {"alfa"}
        assert authenticator.known(RIGHT) == callers[0]
        assert authenticator.known(wrong(1)) is None

    with_authenticator(database_url, story)
    assert verified.times == 1, "equal headers that arrive together are verified together"


def test_no_more_than_two_are_verified_at_once(database_url: str, verified: Verified) -> None:
    async def story(authenticator: Authenticator) -> None:
        await asyncio.gather(*(refused(authenticator, wrong(n), f"10.0.0.{n}") for n in range(12)))

    with_authenticator(database_url, story)
    assert verified.times == 12
    assert verified.most <= 2


def test_guesses_from_one_address_are_limited(database_url: str, verified: Verified) -> None:
    async def story(authenticator: Authenticator) -> None:
        outcomes = [await refused(authenticator, wrong(n, f"user{n}"), "10.0.0.1") for n in range(12)]
        assert outcomes[:10] == [errors.Unauthenticated] * 10
        assert outcomes[10:] == [errors.TooMany] * 2
        with pytest.raises(errors.TooMany) as limited:
            await authenticator.verify(wrong(99), "10.0.0.1")
        assert limited.value.retry_after >= 1
        assert await refused(authenticator, wrong(100), "10.0.0.2") is errors.Unauthenticated

    with_authenticator(database_url, story)
    assert verified.times == 14


@pytest.mark.usefixtures("verified")
def test_the_same_wrong_password_again_and_again_is_limited_too(database_url: str) -> None:
    async def story(authenticator: Authenticator) -> None:
        outcomes = [await refused(authenticator, wrong(1), "10.0.0.1") for _ in range(12)]
        assert outcomes == [errors.Unauthenticated] * 10 + [errors.TooMany] * 2

    with_authenticator(database_url, story)


def test_guesses_beyond_the_limit_wait_in_line_and_few_of_them(
    database_url: str, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "_SLOW_LANE_S", 0.05)

    async def story(authenticator: Authenticator) -> None:
        for number in range(10):
            await refused(authenticator, wrong(number), "10.0.0.1")
        began = time.monotonic()
        outcomes = await asyncio.gather(*(refused(authenticator, wrong(n), "10.0.0.1") for n in range(100, 150)))
        assert set(outcomes) == {errors.TooMany}
        assert time.monotonic() - began >= 4 * 0.05, "one after the other"

    with_authenticator(database_url, story)
    assert verified.times == 14, "four waited, and the others were refused unheard"


@pytest.mark.usefixtures("verified")
def test_a_right_password_gets_in_even_where_the_limit_is_reached(database_url: str) -> None:
    async def story(authenticator: Authenticator) -> None:
        for number in range(15):
            await refused(authenticator, wrong(number), "10.0.0.1")
        assert await refused(authenticator, wrong(99), "10.0.0.1") is errors.TooMany
        assert (await authenticator.verify(RIGHT, "10.0.0.1")).sp == "alfa"

    with_authenticator(database_url, story)


def test_a_password_that_was_right_before_does_not_wait(
    database_url: str, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(authenticator: Authenticator) -> None:
        await authenticator.verify(RIGHT, "10.0.0.1")
        for number in range(12):
            await refused(authenticator, wrong(number), "10.0.0.1")
        authenticator.forget()
        monkeypatch.setattr(authentication, "_SLOW_LANE_S", 60.0)
        async with asyncio.timeout(10):
            assert (await authenticator.verify(RIGHT, "10.0.0.1")).sp == "alfa"

    with_authenticator(database_url, story)
    assert verified.times == 14


@pytest.mark.usefixtures("verified")
def test_guesses_at_a_user_from_everywhere_concern_only_those_who_guess(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(authenticator: Authenticator) -> None:
        for number in range(15):
            await refused(authenticator, wrong(number), f"10.0.1.{number}")
        assert await refused(authenticator, wrong(100), "10.0.1.1") is errors.TooMany, "it has guessed before"
        monkeypatch.setattr(authentication, "_SLOW_LANE_S", 60.0)
        async with asyncio.timeout(10):
            assert (await authenticator.verify(RIGHT, "192.0.2.7")).sp == "alfa"

    with_authenticator(database_url, story)


def test_a_database_that_is_away_is_no_wrong_password(database_url: str) -> None:
    async def story(authenticator: Authenticator) -> None:
        await authenticator._database.close()
        with pytest.raises(errors.Unavailable):
            await authenticator.verify(RIGHT, "10.0.0.1")

    with_authenticator(database_url, story)
