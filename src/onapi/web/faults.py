"""Errors as HTTP answers: the only place that knows which error has which status."""

import msgspec
from starlette.responses import Response

from onapi import errors
from onapi.wire.faults import Fault

_STATUS: tuple[tuple[type[errors.OnapiError], int], ...] = (
    (errors.TooLarge, 413),
    (errors.Invalid, 400),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Stale, 412),
    (errors.KeyReused, 422),
    (errors.TooMany, 429),
    (errors.Unsupported, 501),
    (errors.Unavailable, 503),
)

_encode = msgspec.json.Encoder().encode


def status_of(kind: type[errors.OnapiError]) -> int:
    """Return the status that tells errors of this kind. Source: ON-API 2.6.0 common/responses.md."""
    return next(status for known, status in _STATUS if issubclass(kind, known))


def response(error: errors.OnapiError, request_id: str) -> Response:
    """Return the answer for an error that the caller should know of."""
    answer = _response(status_of(type(error)), Fault(cause=error.cause, code=error.code, request_id=request_id))
    if isinstance(error, errors.Unauthenticated):
        answer.headers["WWW-Authenticate"] = 'Basic realm="ON-API", charset="UTF-8"'
    if isinstance(error, errors.TooMany | errors.Unavailable):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unsupported) and error.allow:
        answer.headers["Allow"] = ", ".join(error.allow)
    return answer


def unexpected(request_id: str) -> Response:
    """Return the answer for an error that is ours; the log has it under the same request id."""
    cause = f"Something went wrong on our side. Error number {request_id}."
    return _response(500, Fault(cause=cause, code="internal", request_id=request_id))


def _response(status: int, fault: Fault) -> Response:
    return Response(_encode(fault), status_code=status, media_type="application/json")
