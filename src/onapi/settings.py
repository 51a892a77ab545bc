"""Every setting, once: name, type, default, unit, and a sentence. Read at the start, and passed in."""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from onapi import errors

_PROVIDERS = "ONAPI_SP_"
"""Variables of the service provider's command line, which may stand in the same environment."""


def _default_data() -> Path:
    # PostgreSQL does not run as root, and root's home is closed to the account that it runs as.
    return Path("/var/lib/onapi") if os.geteuid() == 0 else Path(platformdirs.user_data_dir("onapi"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings; each is the environment variable `ONAPI_` and its name in capitals."""

    database_url: str = field(
        default="",
        metadata={
            "sentence": "URL of a PostgreSQL 15 to 18, such as postgresql://onapi@db.example/onapi; "
            "empty: the embedded one, in the data folder."
        },
    )
    data: Path = field(
        default_factory=_default_data,
        metadata={"sentence": "The data folder, where the embedded PostgreSQL lives."},
    )
    base_path: str = field(
        default="/onapi/2.6",
        metadata={"sentence": "Path of the version's root; several, with commas, all answer."},
    )
    network: str = field(
        default="inventory",
        metadata={
            "sentence": "inventory: orders reach the network elements that the inventory has. simulated: they reach "
            "a network that exists only in the database, and touch no real one.",
            "one_of": ("inventory", "simulated"),
        },
    )
    behind_proxy: bool = field(
        default=False,
        metadata={"sentence": "true when a proxy ends TLS in front of this server; `serve --behind-proxy` sets it."},
    )
    trusted_proxies: str = field(
        default="127.0.0.1,::1",
        metadata={"sentence": "With --behind-proxy: the proxies' addresses, whose X-Forwarded-For is believed."},
    )
    co_id: str = field(
        default="",
        metadata={"sentence": "The operator's name, as SPs' invoices have it; without it none are computed."},
    )
    time_zone: str = field(
        default="Europe/Stockholm",
        metadata={"sentence": "The time zone by which days are invoiced."},
    )
    metrics_port: int = field(
        default=0,
        metadata={
            "sentence": "Port of 127.0.0.1 for /metrics; 0: on the server's own port, for callers from this machine, "
            "unless behind a proxy."
        },
    )

    @property
    def mounts(self) -> tuple[str, ...]:
        """The paths of the version's root, without final slashes."""
        return tuple("/" + path.strip().strip("/") for path in self.base_path.split(",") if path.strip(" /"))


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment.

    Raises:
        Invalid: a value is not what its setting takes; or an ONAPI_ variable is no setting, such as a misspelt one.
    """
    known = {f"ONAPI_{setting.name.upper()}": setting for setting in fields(Settings)}
    values: dict[str, object] = {}
    for name, text in environment.items():
        if not name.startswith("ONAPI_") or name.startswith(_PROVIDERS):
            continue
        if name not in known:
            raise errors.Invalid(f"{name} is not a setting of onapi; `onapi settings` lists them.")
        values[known[name].name] = _converted(name, known[name], text)
    settings = Settings(**values)  # type: ignore[arg-type]  # converted above, by each field's type
    if not settings.mounts:
        raise errors.Invalid("ONAPI_BASE_PATH must be a path such as /onapi/2.6.")
    return settings


def described(settings: Settings) -> list[dict[str, str]]:
    """Return name, value and sentence of every setting; a password in a URL is not shown."""
    return [
        {
            "name": f"ONAPI_{setting.name.upper()}",
            "value": _without_password(str(getattr(settings, setting.name))),
            "meaning": setting.metadata["sentence"],
        }
        for setting in fields(Settings)
    ]


def _converted(name: str, setting: "Field[Any]", text: str) -> object:
    kind = setting.type
    one_of = setting.metadata.get("one_of")
    if one_of and text not in one_of:
        raise errors.Invalid(f"{name} must be {' or '.join(one_of)}, not {text!r}.")
    if kind is Path:
        return Path(text).expanduser()
    if kind is bool:
        if text not in ("true", "false"):
            raise errors.Invalid(f"{name} must be true or false, not {text!r}.")
        return text == "true"
    if kind is int:
        if not text.isdecimal() or int(text) > 65535:
            raise errors.Invalid(f"{name} must be a whole number from 0 to 65535, not {text!r}.")
        return int(text)
    return text


def _without_password(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    return f"{scheme}{separator}{user}{colon}{'***' if colon else ''}{at}{place}" if separator else value
