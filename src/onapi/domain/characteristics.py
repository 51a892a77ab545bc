"""Settings of a subscription, and what the catalogue says about them.

Source: ON-API 2.6.0 common/dataformats.md, "characteristics"; the texts spell two names differently, and both are
taken: ipAddress and ipAddresses, SLA and sla.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from onapi import errors

Value: TypeAlias = "str | bool | int | tuple[str, ...]"
"""What a characteristic can be set to."""

FIXED_IP = "fixedIp"
IP_ADDRESSES = "ipAddresses"
SLA = "sla"
_SPELLINGS = {"fixedip": FIXED_IP, "ipaddress": IP_ADDRESSES, "ipaddresses": IP_ADDRESSES, "sla": SLA}
_MOST = 50
_TEXT_MAX = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the catalogue says about one characteristic of a service; `values` None: any."""

    required: bool = False
    values: tuple[str | bool | int, ...] | None = None


def name(given: str) -> str:
    """Return a characteristic's name as we spell it."""
    return _SPELLINGS.get(given.lower(), given)


def read(given: Mapping[str, object]) -> dict[str, Value]:
    """Return the settings with our names and with values of their types; null is absent.

    Raises:
        Invalid: a value has a wrong type, an address is none, or a setting is given twice in two spellings.
    """
    if len(given) > _MOST:
        raise errors.Invalid(f"characteristics has {len(given)} names; at most {_MOST} are taken.")
    settings: dict[str, Value] = {}
    for spelling, value in given.items():
        if value is None:
            continue
        if not 0 < len(spelling) <= _TEXT_MAX or not spelling.isprintable():
            raise errors.Invalid(f"characteristics has the name {spelling[:60]!r}, which no setting can have.")
        ours = name(spelling)
        if ours in settings:
            raise errors.Invalid(f"characteristics has {ours} twice, in two spellings.")
        settings[ours] = _value(ours, value)
    return dict(sorted(settings.items()))


def check(settings: Mapping[str, Value], rules: Mapping[str, Rule], service: str, *, complete: bool) -> None:
    """See that settings are such as the catalogue has for the service.

    Args:
        settings: as `read` returns them.
        rules: by name; empty: the service has no settings.
        service: its name, for the cause.
        complete: whether the required ones must be there, as they must when a service begins.

    Raises:
        Invalid: one is not known, has a value that is not on offer, or is required and missing.
    """
    for ours, value in settings.items():
        rule = rules.get(ours)
        if rule is None:
            has = ", ".join(sorted(rules)) or "none"
            raise errors.Invalid(f"characteristics.{ours}: service {service!r} has no such setting; it has {has}.")
        if rule.values is not None and not (isinstance(value, tuple) or _is_among(value, rule.values)):
            offered = ", ".join(map(_shown, rule.values))
            raise errors.Invalid(
                f"characteristics.{ours} {_shown(value)} is not on offer for {service!r}: {offered}."
            )
    missing = [ours for ours, rule in rules.items() if rule.required and ours not in settings]
    if complete and missing:
        raise errors.Invalid(f"characteristics.{missing[0]} is required for service {service!r}, and is missing.")


def _value(ours: str, value: object) -> Value:
    if ours == FIXED_IP:
        if not isinstance(value, bool):
            raise errors.Invalid(f"characteristics.fixedIp must be true or false, not {_shown(value)}.")
        return value
    if ours == IP_ADDRESSES:
        return tuple(map(_address, [value] if isinstance(value, str) else _strings(ours, value)))
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _text(ours, value)
    return tuple(_text(ours, item) for item in _strings(ours, value))


def _strings(ours: str, value: object) -> Sequence[str]:
    if isinstance(value, list) and len(value) <= _MOST and all(isinstance(item, str) for item in value):
        return value
    raise errors.Invalid(f"characteristics.{ours} must be text or an array of at most {_MOST} texts.")


def _text(ours: str, value: str) -> str:
    if len(value) > _TEXT_MAX or "\0" in value:
        raise errors.Invalid(f"characteristics.{ours} must be text of at most {_TEXT_MAX} characters.")
    return value


def _address(value: str) -> str:
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        raise errors.Invalid(
            f"characteristics.ipAddresses: {value[:60]!r} is not an IP address such as 192.168.10.5 or 2001:2::/48."
        ) from None
    return value


def _is_among(value: object, offered: Sequence[str | bool | int]) -> bool:
    # In Python True is 1; on the wire it is not.
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in offered)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)[:60]
