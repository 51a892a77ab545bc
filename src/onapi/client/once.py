"""Send what must not be done twice: again only when it is sure, or looked up, that it was not done."""

from collections.abc import Callable
from typing import TypeVar

from onapi.client import errors, exchange
from onapi.client.steps import Answer, Flow, Pause, Request, Surroundings

T = TypeVar("T")


def done(
    around: Surroundings,
    request: Request,
    read: Callable[[Answer], T],
    look: Callable[[], Flow[T | None]],
) -> Flow[T]:
    """Send a request once, as far as anybody can tell.

    Args:
        around: what descriptions need.
        request: a POST or PATCH.
        read: makes the result of the answer.
        look: finds out whether the request was done although its answer was lost; None: it was not.

    """
    for attempt in range(around.patience.attempts):
        try:
            return read((yield from exchange.whole(around, request)))
        except (errors.Unreachable, errors.Unavailable, errors.Conflict) as error:
            # Conflict: the same key is being worked on at this moment, by an attempt whose answer was lost.
            surely_not = isinstance(error, errors.Unreachable) and not error.unsure
            in_flight = isinstance(error, errors.Conflict) and attempt > 0 and error.code == "under_way"
            refused = isinstance(error, errors.Conflict) and not in_flight
            too_long = (error.retry_after or 0.0) > around.patience.longest_s
            if refused or surely_not or too_long or attempt == around.patience.attempts - 1:
                raise
            yield Pause(exchange.backoff(around, attempt) if error.retry_after is None else error.retry_after)
        if not ("Idempotency-Key" in request.headers and (yield from takes_keys(around))):
            found = yield from look()
            if found is not None:
                return found
    raise AssertionError("attempts is at least 1")


def takes_keys(around: Surroundings) -> Flow[bool]:
    """Return whether the server keeps Idempotency-Keys of orders, which its OpenAPI says; asked once a client."""
    if around.takes_keys is None:
        try:
            answer = yield from exchange.whole(around, Request(path="openapi.json"))
            around.takes_keys = b'"Idempotency-Key"' in answer.body
        except errors.Refused:
            around.takes_keys = False
        except errors.ClientError:
            return False
    return around.takes_keys
