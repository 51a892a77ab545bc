"""One request and its answer, tried again where that is right."""

import dataclasses
import email.utils
from typing import Any

import msgspec

from onapi.client import errors
from onapi.client.steps import Answer, Flow, Lost, More, Open, Pause, Request, Surroundings
from onapi.client.tolerance import BYTE_ORDER_MARK

WHOLE_MAX = 64 * 1024 * 1024
"""The most bytes of a body that is read whole; lists have no limit."""

_PASSING = (429, 502, 503, 504)
_REPEATABLE = ("GET", "PUT", "DELETE")


def head(around: Surroundings, request: Request, *, or_nothing: bool = False) -> Flow[Answer]:
    """Send a request until there is an answer worth having, and return its head; the body is still to be read.

    With `or_nothing` a 404 that is the API's, and not a web server's, is such an answer.
    A POST or PATCH is sent again only when the server cannot have taken it: no connection, or 429. A DELETE that is
    sent again takes 404 for done, since the answer to the first may have been lost.

    Raises:
        ClientError: the server refused or failed, or cannot be reached.
    """
    lost_one = False
    for attempt in range(around.patience.attempts):
        last = attempt == around.patience.attempts - 1
        try:
            answer = yield from _opened(around, request)
            if answer.status < 300 or answer.status == 304:
                return answer
            body = yield from _body(64 * 1024)
        except Lost as lost:
            lost_one = lost_one or lost.sent
            if last or (lost.sent and request.method not in _REPEATABLE):
                raise errors.Unreachable(f"{lost.reason}.", unsure=lost_one) from lost
            yield Pause(backoff(around, attempt))
            continue
        if request.method == "DELETE" and answer.status == 404 and lost_one:
            return Answer(204, answer.headers)
        if or_nothing and answer.status == 404 and _is_of_the_api(answer, body):
            return answer
        error = _error(answer, body, request, around)
        again = answer.status == 429 or (answer.status in _PASSING and request.method in _REPEATABLE)
        wait = error.retry_after
        if last or not again or (wait is not None and wait > around.patience.longest_s):
            raise error
        lost_one = lost_one or answer.status in (502, 504)
        yield Pause(backoff(around, attempt) if wait is None else wait)
    raise AssertionError("attempts is at least 1")


def whole(around: Surroundings, request: Request) -> Flow[Answer]:
    """Send a request, and return the answer with its body; a GET whose body breaks off is sent again.

    Raises:
        ClientError: the server refused or failed, cannot be reached, or sends more than 64 MiB.
    """
    for attempt in range(around.patience.attempts):
        answer = yield from head(around, request)
        try:
            body = yield from _body(WHOLE_MAX)
        except Lost as lost:
            if attempt == around.patience.attempts - 1 or request.method not in _REPEATABLE:
                raise errors.Unreachable(f"{lost.reason}.", unsure=True) from lost
            yield Pause(backoff(around, attempt))
            continue
        if len(body) > WHOLE_MAX:
            raise errors.Garbled(f"The answer to {request.method} {request.path} has more than 64 MiB.")
        return Answer(answer.status, answer.headers, body.removeprefix(BYTE_ORDER_MARK))
    raise AssertionError("attempts is at least 1")


def retry_after(text: str | None, now: float) -> float | None:
    """Return a Retry-After, seconds or a date, in seconds; None when it is neither."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def backoff(around: Surroundings, attempt: int) -> float:
    """Return how long to wait after an attempt, in seconds: a random time, longer after more attempts."""
    patience = around.patience
    return around.chance(0.0, min(patience.most_s, patience.base_s * 2**attempt))


def _body(most: int) -> Flow[bytes]:
    """Read a body, up to a little over `most` bytes."""
    pieces: list[bytes] = []
    size = 0
    while size <= most:
        piece: bytes = yield More()
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _opened(around: Surroundings, request: Request) -> Flow[Answer]:
    """Send a request, with or without the final slash, as this server has it.

    The standard writes collections with one and items without, and there are servers that have it the other way
    round: they answer 404, or a redirect. That is tried once for each.
    """
    if not request.path:
        plain: Answer = yield Open(request)
        return plain
    kind = "collection" if request.path.endswith("/") else "item"
    slash = around.slashes.get(kind, kind == "collection")
    answer: Answer = yield Open(_with_slash(request, slash))
    if kind not in around.slashes and _may_want_the_other(answer, request, kind):
        slash = not slash
        answer = yield Open(_with_slash(request, slash))
    if answer.status < 300 or answer.status == 304:
        around.slashes.setdefault(kind, slash)
    return answer


def _with_slash(request: Request, slash: bool) -> Request:
    return dataclasses.replace(request, path=request.path.rstrip("/") + ("/" if slash else ""))


def _may_want_the_other(answer: Answer, request: Request, kind: str) -> bool:
    if answer.status == 404:
        return kind == "collection"
    target = answer.headers.get("location", "").partition("?")[0]
    # Where it leads to does not matter: the same address is asked, with the other slash.
    return answer.status in (301, 302, 307, 308) and target.rstrip("/").endswith("/" + request.path.strip("/"))


def _is_of_the_api(answer: Answer, body: bytes) -> bool:
    return "last-modified" in answer.headers or "json" in answer.headers.get("content-type", "") or not body.strip()


def _error(answer: Answer, body: bytes, request: Request, around: Surroundings) -> errors.ClientError:
    said: dict[str, Any] = {}
    try:
        decoded = msgspec.json.decode(body)
        said = decoded if isinstance(decoded, dict) else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    cause = said.get("cause") or said.get("message") or _without_cause(answer, request)
    code, request_id = said.get("code"), said.get("requestId") or answer.headers.get("x-request-id")
    return errors.kind(answer.status)(
        str(cause),
        code=None if code is None else str(code),
        request_id=None if request_id is None else str(request_id),
        status=answer.status,
        retry_after=retry_after(answer.headers.get("retry-after"), around.now()),
    )


def _without_cause(answer: Answer, request: Request) -> str:
    if 300 <= answer.status < 400:
        place = answer.headers.get("location", "nowhere")
        return f"{request.method} {request.path} is redirected to {place}; give the address that it really has."
    return f"{request.method} {request.path} was answered {answer.status} without a cause."
