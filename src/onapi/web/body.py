"""Read a JSON body: bounded in size and time, and refused with a cause that names the field."""

import asyncio
from typing import TypeVar

import msgspec
from starlette.types import Receive

from onapi import errors

T = TypeVar("T")

MOST_BYTES = 1024 * 1024
_PATIENCE_S = 30.0
_SHOWN = 200


async def read(receive: Receive, content_type: str | None, content_length: str | None, kind: type[T]) -> T:
    """Return the request's body as a `kind`.

    Raises:
        Invalid: it is not JSON in UTF-8, or a field has a wrong type or value; the cause names it.
        TooLarge: it is over one mebibyte.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise errors.Invalid(f"Content-Type must be application/json, not {content_type or 'absent'}.")
    if content_length is not None and content_length.isdecimal() and int(content_length) > MOST_BYTES:
        raise _too_large()
    raw = await _all(receive)
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise unfit(error) from None
    except RecursionError:
        raise errors.Invalid("The body is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.Invalid(f"The body is not JSON in UTF-8: {error}.") from None


def unfit(error: msgspec.ValidationError) -> errors.Invalid:
    """Return the refusal of a body with a field that has a wrong type or value; a long value is cut short."""
    flaw, at, field = str(error).rpartition(" - at ")
    shown = flaw if len(flaw) <= _SHOWN else flaw[:_SHOWN] + "…"
    return errors.Invalid(f"The body is not as it should be: {shown}{at}{field}.")


async def _all(receive: Receive) -> bytes:
    raw = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise errors.Invalid("The connection ended before the body did.")
                raw += message.get("body", b"")
                if len(raw) > MOST_BYTES:
                    raise _too_large()
                if not message.get("more_body", False):
                    return bytes(raw)
    except TimeoutError:
        raise errors.Invalid(f"The body did not arrive within {_PATIENCE_S:.0f} seconds.") from None


def _too_large() -> errors.TooLarge:
    return errors.TooLarge(f"The body is over {MOST_BYTES} bytes, which is the most that is taken.")
