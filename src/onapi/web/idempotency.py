"""The header Idempotency-Key, an extension: the same key and request have the same answer."""

from onapi import errors
from onapi.web.call import Call
from onapi.web.routing import Parameter

_MAX = 255

PARAMETER = Parameter(
    name="Idempotency-Key",
    place="header",
    kind=str,
    description="The same key and request have the same answer, for a week (extension).",
)
"""What POSTs take, for OpenAPI."""

REFUSAL = (errors.KeyReused, "The Idempotency-Key was used before, for another request.")
"""How they may be refused for it."""


def key_of(call: Call) -> str | None:
    """Return the key, or None when there is none.

    Raises:
        Invalid: it is empty, too long, or has other than printable ASCII characters.
    """
    key = call.header(b"idempotency-key")
    if key is not None and not (0 < len(key) <= _MAX and key.isascii() and key.isprintable()):
        raise errors.Invalid(f"Idempotency-Key must be 1 to {_MAX} printable ASCII characters.")
    return key
