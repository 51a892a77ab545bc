"""Profiles: at which servers a provider is who, and where the passwords are.

A password comes from the environment (ONAPI_SP_PASSWORD), a file (ONAPI_SP_PASSWORD_FILE), the keyring, or a file of
our own that only its owner can read, in this order. Which of the last two a profile has is remembered in it.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keyring
import keyring.errors
import platformdirs

from onapi import errors

_SERVICE = "onapi sp"
_UNFIT = (keyring.errors.KeyringError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A server, and who one is there; `keeps` says where the password is: keyring, file, or environment."""

    name: str
    url: str
    user: str
    dialect: str = "standard"
    keeps: str = "environment"


@dataclass(frozen=True, slots=True)
class Store:
    """The file with all profiles, and beside it one with passwords, for those that no keyring has."""

    path: Path

    @property
    def passwords(self) -> Path:
        """Where passwords are that no keyring has."""
        return self.path.with_name("sp-passwords.json")

    def all(self) -> list[Profile]:
        """Return all profiles, by name."""
        return [Profile(name=name, **fields) for name, fields in sorted(self._read()["profiles"].items())]

    def current(self) -> str | None:
        """Return the name of the profile that is used when none is named."""
        name = self._read()["current"]
        return None if name is None else str(name)

    def one(self, name: str) -> Profile:
        """Return a profile.

        Raises:
            NotFound: there is none of this name.
        """
        for profile in self.all():
            if profile.name == name:
                return profile
        raise errors.NotFound(f"There is no profile {name!r}; `onapi sp profile list` shows them.")

    def use(self, name: str) -> None:
        """Use a profile from now on."""
        self.one(name)
        self._write(self._read() | {"current": name})

    def keep(self, profile: Profile, password: str) -> Profile:
        """Keep a profile, and its password where the profile says and nowhere else; use it from now on."""
        # In this order: whatever breaks off in between, no password is there for another server or user.
        for before in self.all():
            if before.name == profile.name and before != profile:
                self._forget_password(before)
        fields = asdict(profile)
        del fields["name"]
        self._write({"current": profile.name, "profiles": self._read()["profiles"] | {profile.name: fields}})
        if profile.keeps == "keyring":
            keyring.set_password(_SERVICE, profile.name, password)
        elif profile.keeps == "file":
            _write_private(self.passwords, _read_json(self.passwords) | {profile.name: password})
        return profile

    def remove(self, name: str) -> None:
        """Forget a profile and its password."""
        profile = self.one(name)
        held = self._read()
        del held["profiles"][name]
        self._write(held | {"current": None if held["current"] == name else held["current"]})
        self._forget_password(profile)

    def password(self, profile: Profile) -> str | None:
        """Return a profile's password, None when it is not where the profile says."""
        if profile.keeps == "keyring":
            try:
                return keyring.get_password(_SERVICE, profile.name)
            except _UNFIT as error:
                raise errors.Unavailable(f"The keyring does not give the password: {error}.") from error
        if profile.keeps == "file":
            found = _read_json(self.passwords).get(profile.name)
            return None if found is None else str(found)
        return None

    def _forget_password(self, profile: Profile) -> None:
        if profile.keeps == "keyring":
            with contextlib.suppress(*_UNFIT):
                keyring.delete_password(_SERVICE, profile.name)
        elif profile.keeps == "file":
            kept = _read_json(self.passwords)
            kept.pop(profile.name, None)
            _write_private(self.passwords, kept)

    def _read(self) -> dict[str, Any]:
        return {"current": None, "profiles": {}} | _read_json(self.path)

    def _write(self, held: dict[str, Any]) -> None:
        _write_private(self.path, held)


def store(environment: Mapping[str, str]) -> Store:
    """Return the store: the file of ONAPI_SP_CONFIG, or one of yours."""
    named = environment.get("ONAPI_SP_CONFIG")
    return Store(Path(named) if named else platformdirs.user_config_path("onapi") / "sp.json")


def resolved(store_: Store, environment: Mapping[str, str], name: str | None) -> tuple[Profile, str]:
    """Return who one is, and the password.

    Raises:
        Invalid: there is no profile, or no password for it; the sentence says what to do.
        NotFound: there is no profile of this name.
    """
    named = name or environment.get("ONAPI_SP_PROFILE") or store_.current()
    kept = profile = store_.one(named) if named else None
    url, user = environment.get("ONAPI_SP_URL"), environment.get("ONAPI_SP_USER")
    if profile is None:
        if not (url and user):
            raise errors.Invalid("Who are you? `onapi sp login` asks; or set ONAPI_SP_URL and ONAPI_SP_USER.")
        profile = Profile(name="environment", url=url, user=user)
    elif name is None:
        profile = replace(profile, url=url or profile.url, user=user or profile.user)
    # A profile that was named is not mixed with another one's password.
    password = from_environment(environment) if name is None or profile.keeps == "environment" else None
    # A password is for the server and user that it was kept for, wherever else the environment leads to.
    if password is None and kept and (profile.url, profile.user) == (kept.url, kept.user):
        password = store_.password(profile)
    if password is None:
        raise errors.Invalid(
            f"There is no password for {profile.user!r} at {profile.url}: `onapi sp login`, or ONAPI_SP_PASSWORD, "
            "or ONAPI_SP_PASSWORD_FILE."
        )
    return profile, password


def keyring_trouble() -> str | None:
    """Return why passwords cannot be kept in a keyring here, None when they can: it is tried."""
    probe = f"probe {os.getpid()}"
    try:
        keyring.set_password(_SERVICE, probe, "probe")
        kept = keyring.get_password(_SERVICE, probe)
        keyring.delete_password(_SERVICE, probe)
    except _UNFIT as error:
        return (str(error) or type(error).__name__).partition(". ")[0]
    return None if kept == "probe" else "it does not give back what it was given"


def from_environment(environment: Mapping[str, str]) -> str | None:
    """Return the password that the environment has or names a file with, None when it does neither."""
    if "ONAPI_SP_PASSWORD" in environment:
        return environment["ONAPI_SP_PASSWORD"]
    named = environment.get("ONAPI_SP_PASSWORD_FILE")
    if not named:
        return None
    try:
        return Path(named).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise errors.Invalid(f"The password's file {named} cannot be read: {error.strerror}.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise errors.Invalid(f"{path} cannot be read: {error}.") from error
    return found if isinstance(found, dict) else {}


def _write_private(path: Path, value: dict[str, Any]) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            json.dump(value, target, indent=2, ensure_ascii=False)
        part.replace(path)
    except OSError as error:
        raise errors.Invalid(f"{path} cannot be written: {error.strerror}.") from error
