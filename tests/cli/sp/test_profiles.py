"""Who one is: logging in, profiles, and where passwords are kept."""

import contextlib
import io
import itertools
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest

from onapi.cli.sp import profiles
from onapi.cli.sp.profiles import Profile, Store
from tests.cli.sp.conftest import Typed
from tests.town import Town


class Ring(keyring.backend.KeyringBackend):
    """A keyring that keeps its passwords here; a locked one gives none."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("It is locked.")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("It is locked. Unlock it.")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def _login(sp: Typed, town: Town, monkeypatch: pytest.MonkeyPatch, *more: str, password: str = "alfa-secret") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    url = town.server.url + town.server.root
    ran = sp("login", "--url", url, "--user", "alfa", "--password-stdin", *more)
    assert (ran.code, ran.out) == (0, ""), ran
    return ran.err


def test_a_password_goes_into_the_keyring_where_there_is_one(
    sp: Typed, town: Town, ring: Ring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "the keyring" in _login(sp, town, monkeypatch)
    assert ring.kept == {("onapi sp", "default"): "alfa-secret"}
    assert "alfa-secret" not in "".join(path.read_text() for path in (tmp_path / "config").iterdir())
    assert sp("accesses", "show", "T-1").code == 0
    ring.locked = True
    locked = sp("accesses", "show", "T-1")
    assert (locked.code, "keyring" in locked.err, "alfa-secret" in locked.err) == (1, True, False)
    ring.locked = False
    assert sp("profile", "remove", "default").code == 0
    assert ring.kept == {}


def test_where_there_is_none_that_is_known_before_the_password_is_asked_for(
    sp: Typed, town: Town, ring: Ring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ring.locked = True
    told = _login(sp, town, monkeypatch)
    assert "There is no keyring here (It is locked)." in told
    assert "Whoever can read your files" in told
    for path in (tmp_path / "config").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "config").stat().st_mode) == 0o700
    assert sp("accesses", "show", "T-1").code == 0
    refused = sp("login", "--keep", "keyring")
    assert (refused.code, "--keep file" in refused.err) == (1, True)


def test_a_password_that_is_kept_elsewhere_is_not_left_where_it_was(
    sp: Typed, town: Town, ring: Ring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for place in ("file", "keyring", "file", "environment", "keyring", "environment"):
        _login(sp, town, monkeypatch, "--keep", place)
        kept = "".join(path.read_text() for path in (tmp_path / "config").iterdir())
        assert ("alfa-secret" in kept, bool(ring.kept)) == (place == "file", place == "keyring")


@pytest.mark.parametrize("writes", range(4))
def test_a_login_that_breaks_off_leaves_no_password_for_another_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    store = Store(tmp_path / "sp.json")
    passwords = {"https://one.example/": "first", "https://two.example/": "second"}
    one, two = (Profile(name="p", url=url, user="alfa", keeps="file") for url in passwords)
    store.keep(one, passwords[one.url])
    left, whole = itertools.repeat(True, writes), profiles._write_private

    def breaks_off(path: Path, value: dict[str, Any]) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        whole(path, value)

    monkeypatch.setattr(profiles, "_write_private", breaks_off)
    with contextlib.suppress(KeyboardInterrupt):
        store.keep(two, passwords[two.url])
    held = store.one("p")
    assert store.password(held) in (None, passwords[held.url])


def test_a_password_that_is_wrong_is_not_kept(sp: Typed, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    url = town.server.url + town.server.root
    ran = sp("login", "--url", url, "--user", "alfa", "--password-stdin", "--keep", "file")
    assert (ran.code, "wrong" in ran.err) == (3, True)
    assert "There are no profiles" in sp("profile", "list").err


def test_profiles_are_chosen_by_option_environment_and_use(
    sp: Typed, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _login(sp, town, monkeypatch, "--keep", "file", "--name", "one")
    _login(sp, town, monkeypatch, "--keep", "environment", "--name", "two")
    assert '"two"' in sp("profile", "list", "--json").out
    assert "onapi sp login" in sp("accesses", "show", "T-1").err
    assert sp("accesses", "show", "T-1", "--profile", "one").code == 0
    monkeypatch.setenv("ONAPI_SP_PROFILE", "one")
    assert sp("accesses", "show", "T-1").code == 0
    monkeypatch.delenv("ONAPI_SP_PROFILE")
    sp("profile", "use", "one")
    assert sp("accesses", "show", "T-1").code == 0
    # A profile that is named is not mixed with another one's password.
    monkeypatch.setenv("ONAPI_SP_PASSWORD", "another")
    assert sp("accesses", "show", "T-1", "--profile", "one").code == 0
    assert sp("accesses", "show", "T-1").code == 3
    assert sp("profile", "use", "three").code == 1


@pytest.mark.parametrize("other", ["ONAPI_SP_URL", "ONAPI_SP_USER"])
def test_a_kept_password_is_not_sent_to_another_server_or_for_another_user(
    sp: Typed, town: Town, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    _login(sp, town, monkeypatch, "--keep", "file")
    same = {"ONAPI_SP_URL": town.server.url + town.server.root, "ONAPI_SP_USER": "alfa"}[other]
    monkeypatch.setenv(other, same)
    assert sp("accesses", "show", "T-1").code == 0
    monkeypatch.setenv(other, same.replace("127.0.0.1", "localhost").replace("alfa", "beta"))
    ran = sp("accesses", "show", "T-1")
    assert (ran.code, "There is no password" in ran.err) == (1, True), ran
    monkeypatch.setenv("ONAPI_SP_PASSWORD", "alfa-secret" if other == "ONAPI_SP_URL" else "beta-secret")
    assert sp("accesses", "show", "T-1").code == 0


def test_the_environment_is_enough_and_a_file_may_have_the_password(
    sp: Typed, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Who are you?" in sp("accesses", "show", "T-1").err
    monkeypatch.setenv("ONAPI_SP_URL", town.server.url + town.server.root)
    monkeypatch.setenv("ONAPI_SP_USER", "alfa")
    assert "ONAPI_SP_PASSWORD_FILE" in sp("accesses", "show", "T-1").err
    monkeypatch.setenv("ONAPI_SP_PASSWORD_FILE", str(tmp_path / "password"))
    assert "cannot be read" in sp("accesses", "show", "T-1").err
    (tmp_path / "password").write_text("alfa-secret\n")
    assert sp("accesses", "show", "T-1").code == 0
    monkeypatch.setenv("ONAPI_SP_URL", "co.example")
    assert "is no URL" in sp("accesses", "show", "T-1").err
