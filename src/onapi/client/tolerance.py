"""Read what servers send, also those that follow the standard not quite: the one place for all of it.

A model (`Model`) says what a client gets; servers send it in many ways, which are read as one:

- names of fields in any case, and by the names of other versions (a model's `aliases`);
- null, and `""` where nothing else makes sense, are absent;
- one object, or one value, where an array belongs, and an array of one where an object belongs;
- numbers, true and false as text, and text as numbers;
- dates without a time zone (UTC is meant), without a time, with a space, with `:60`;
- MAC addresses in any case and with any separator.

What cannot be read is absent, unless the field is needed, as IDs and amounts of money are: then the answer is
Garbled, however deep in it that is.
"""

import re
import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, Union, dataclass_transform, get_args, get_origin

import msgspec

from onapi.client import errors

Mac = Annotated[str, "Mac"]
"""A MAC address as AA:BB:CC:DD:EE:FF, whatever way it was sent."""

ApartmentNumber = Annotated[str, "ApartmentNumber"]
"""Four digits; a number that lost its zero has it back."""

Since = Annotated[datetime, "Since"]
"""A moment; in 2.4 also YES, which is an unknown past one, or NO, which is none."""

Characteristics = Annotated[dict[str, Any], "Characteristics"]
"""Settings of a service; `sla` and `ipAddresses` (an array) by these names, whatever way they were sent."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some servers begin JSON with."""

UNKNOWN_PAST = datetime(1990, 1, 1, 0, 0, 1, tzinfo=UTC)

_MAC = re.compile(r"[0-9A-Fa-f]{12}\Z")
_TRUE, _FALSE = ("true", "yes", "1", "on", "up"), ("false", "no", "0", "off", "down")
_CHARACTERISTICS = {"sla": "sla", "ipaddress": "ipAddresses", "ipaddresses": "ipAddresses", "fixedip": "fixedIp"}


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a client gets: fields that are not there are None, or empty."""

    aliases: ClassVar[dict[str, str]] = {}
    """Names that other servers use, in lower case, and the standard's."""


M = TypeVar("M", bound=Model)
Reader = Callable[[Any], Any]


class _Unreadable(Exception):
    """This is not a value of the type."""


def decode(text: bytes | msgspec.Raw) -> Any:
    """Return JSON as values; fractions are exact.

    Raises:
        Garbled: it is not JSON.
    """
    try:
        return _json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.Garbled(f"The answer is no JSON: {error}.") from error


def read(kind: type[M], value: Any) -> M:
    """Return what a server sent as a model.

    Raises:
        Garbled: it is no object, or a field that is needed is not there.
    """
    try:
        found = _reader(kind)(value)
    except _Unreadable as error:
        raise errors.Garbled(f"The answer is no {kind.__name__}: {error}.") from error
    assert isinstance(found, kind)  # noqa: S101  # what the reader of a model returns
    return found


def moment(value: Any) -> datetime | None:
    """Return a moment as servers write it, in UTC; None when it is none."""
    try:
        return _datetime(value)
    except _Unreadable:
        return None


@cache
def _reader(kind: Any) -> Reader:
    """Return what reads values of a type; it raises _Unreadable."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _reader(inner[0])
    if origin in (Union, types.UnionType):
        return _optional(*(_reader(one) for one in inner if one is not type(None)))
    if origin in (list, tuple):
        return _many(_reader(inner[0]), tuple if origin is tuple else list)
    if origin is dict:
        return _by_name(_reader(inner[1]))
    if isinstance(kind, type) and issubclass(kind, Model):
        return _model(kind)
    raise TypeError(f"{kind} is no type of a model's field")


def _model(kind: type[Model]) -> Reader:
    fields = msgspec.structs.fields(kind)
    known = {field.encode_name: field for field in fields}
    by_any_name = {name.lower(): field for name, field in known.items()}
    by_any_name |= {other: known[name] for other, name in kind.aliases.items()}
    readers = {field.name: _reader(field.type) for field in fields}
    needed = [field for field in fields if field.required]

    def reader(value: Any) -> Model:
        found: dict[str, Any] = {}
        for name, given in _object(value).items():
            field = known.get(name) or by_any_name.get(name.lower())
            if field is None or given is None or field.name in found:
                continue
            try:
                said = readers[field.name](given)
            except _Unreadable as error:
                if field.required:
                    raise errors.Garbled(f"{name} ({kind.__name__}) cannot be read: {error}.") from None
                continue
            if said is not None:
                found[field.name] = said
        for field in needed:
            if field.name not in found:
                raise errors.Garbled(f"{kind.__name__} lacks {field.encode_name}.")
        return kind(**found)

    return reader


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise _Unreadable(f"{_shown(value)} is no object")
    return value


def _optional(inner: Reader) -> Reader:
    def reader(value: Any) -> Any:
        if value is None or value == "":
            return None
        return inner(value)

    return reader


def _many(inner: Reader, build: Callable[[list[Any]], Any]) -> Reader:
    def reader(value: Any) -> Any:
        if value is None or value == "":
            return build([])
        values = value if isinstance(value, list) else [value]
        return build([inner(one) for one in values if one is not None])

    return reader


def _by_name(inner: Reader) -> Reader:
    def reader(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _Unreadable(f"{_shown(value)} is no object")
        return {
            _CHARACTERISTICS.get(str(name).lower(), str(name)): inner(one)
            for name, one in value.items()
            if one is not None and not (name == "empty" and isinstance(one, bool))
        }

    return reader


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise _Unreadable(f"{_shown(value)} is no text")


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = _decimal(value)
    if number != number.to_integral_value():
        raise _Unreadable(f"{_shown(value)} is no whole number")
    return int(number)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _Unreadable(f"{_shown(value)} is no number")
    try:
        number = Decimal(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except InvalidOperation:
        raise _Unreadable(f"{_shown(value)} is no number") from None
    # A number with a huge exponent would make a huge integer.
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise _Unreadable(f"{_shown(value)} is no number")
    return number


def _bool(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _Unreadable(f"{_shown(value)} is neither true nor false")


def _datetime(value: Any) -> datetime:
    if not isinstance(value, str):
        raise _Unreadable(f"{_shown(value)} is no moment")
    try:
        found = datetime.fromisoformat(re.sub(r":60(?=[.,Z+-]|\Z)", ":59", value.strip()))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Unreadable(f"{_shown(value)} is no moment") from None


def _since(value: Any) -> datetime | None:
    word = str(value).upper()
    if word in ("YES", "NO"):
        return UNKNOWN_PAST if word == "YES" else None
    return _datetime(value)


def _day(value: Any) -> date:
    return _datetime(value).date()


def _mac(value: Any) -> str:
    digits = re.sub(r"[-:.\s]", "", _text(value))
    if not _MAC.match(digits):
        return _text(value)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)).upper()


def _apartment(value: Any) -> str:
    text = _text(value)
    return text.zfill(4) if isinstance(value, int) else text


def _characteristics(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _by_name(lambda one: one)(value)
    addresses = found.get("ipAddresses")
    if addresses is not None and not isinstance(addresses, list):
        found["ipAddresses"] = [addresses]
    return found


def _shown(value: Any) -> str:
    return f"{value!r:.60}"


_json = msgspec.json.Decoder(float_hook=Decimal)
_SIMPLE: dict[Any, Reader] = {
    Any: lambda value: value,
    str: _text,
    int: _whole,
    bool: _bool,
    Decimal: _decimal,
    datetime: _datetime,
    date: _day,
    Mac: _mac,
    ApartmentNumber: _apartment,
    Since: _since,
    Characteristics: _characteristics,
}
