"""How commands of a service provider end."""

from onapi.client import errors

OK, FAILED, USAGE, LOGIN, NOT_FOUND, CONFLICT, TOO_MANY, UNREACHABLE = range(8)

_CODES: tuple[tuple[type[errors.ClientError], int], ...] = (
    (errors.Unauthenticated, LOGIN),
    (errors.Forbidden, LOGIN),
    (errors.NotFound, NOT_FOUND),
    (errors.Conflict, CONFLICT),
    (errors.TooMany, TOO_MANY),
    (errors.Unavailable, UNREACHABLE),
    (errors.Unreachable, UNREACHABLE),
)


def code(error: errors.ClientError) -> int:
    """Return the exit code of an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAILED)


def sentence(error: errors.ClientError) -> str:
    """Return an error as it is told: the cause, and what to quote when the operator is asked."""
    told = error.cause
    if error.retry_after is not None:
        told += f" Come back after {error.retry_after:.0f} s."
    if error.request_id and (error.status or 0) >= 500:
        told += f" (request {error.request_id})"
    return told
