"""What can go wrong at a client, named by what the caller can do about it.

ClientError
├── Refused              the server said no; the same again gets the same answer
│   ├── Invalid          something in the request is not allowed
│   ├── Unauthenticated  user or password is wrong
│   ├── Forbidden        the agreement does not allow it
│   ├── NotFound         there is no such object, or it is another SP's
│   ├── Conflict         another object stands in the way
│   ├── TooMany          too many requests; come back after `retry_after` seconds
│   └── Unsupported      this server does not have that
├── Faulty               the server failed
│   └── Unavailable      for now; come back after `retry_after` seconds
├── Unreachable          no answer came; `unsure` says whether the request may have been done all the same
├── Garbled              what came is no answer of this standard
├── OrderFailed          the order is DONE_FAILED; `order` has its message
├── NotDone              it was not done in the time that was given; it may be later
└── NotKept              a copy's own database failed

OrderFailed and NotDone are in `order_models.py`, since they have an order.

All have `cause`, a sentence for people. `retryable` says whether the same may succeed later.
"""

from typing import ClassVar


class ClientError(Exception):
    """Something did not go as it was asked.

    Args:
        cause: a sentence for people: the server's, where it gave one.
        code: the server's word for programs, where it has those (an extension).
        request_id: what to quote when the operator is asked (an extension).
        status: the status of HTTP, None where no answer came.
        retry_after: in seconds, None where the server did not say.

    """

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        cause: str,
        *,
        code: str | None = None,
        request_id: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.code = code
        self.request_id = request_id
        self.status = status
        self.retry_after = retry_after


class Refused(ClientError):
    """The server said no."""


class Invalid(Refused):
    """Something in the request is not allowed."""


class Unauthenticated(Refused):
    """User or password is wrong."""


class Forbidden(Refused):
    """The agreement does not allow it."""


class NotFound(Refused):
    """There is no such object, or it is another SP's."""


class Conflict(Refused):
    """Another object stands in the way."""


class TooMany(Refused):
    """Too many requests."""

    retryable = True


class Unsupported(Refused):
    """This server does not have that."""


class Faulty(ClientError):
    """The server failed."""


class Unavailable(Faulty):
    """The server, or something behind it, is away."""

    retryable = True


class Unreachable(ClientError):
    """No answer came, after as many attempts as were allowed; `unsure` says whether it may have been done."""

    retryable = True

    def __init__(self, cause: str, *, unsure: bool) -> None:
        super().__init__(cause)
        self.unsure = unsure


class Garbled(ClientError):
    """What came is no answer of this standard."""


class NotKept(ClientError):
    """A copy's own database failed; what was kept before stays."""


_KINDS: dict[int, type[ClientError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: Unsupported,
    409: Conflict,
    429: TooMany,
    501: Unsupported,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def kind(status: int) -> type[ClientError]:
    """Return the kind of error that a status is."""
    return _KINDS.get(status, Faulty if status >= 500 else Invalid)
