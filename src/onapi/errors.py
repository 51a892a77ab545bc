"""What can go wrong, named by what the caller can do about it.

OnapiError
├── Invalid           the request itself is wrong; sending it again does not help
├── Unauthenticated   the caller is unknown, or the password is wrong
├── Forbidden         the caller is known, but its agreement does not allow this
├── NotFound          there is no such object, or it is another SP's
├── Conflict          another object stands in the way
│   ├── Claimed       another SP has the service type on this access
│   ├── OtherService  the SP itself has another service of the type there
│   ├── UnderWay      an unfinished order is in the way
│   └── NotOrderable  the access is in a state in which no orders are taken
├── Stale             the object has changed since the caller read it; read it again
├── KeyReused         an Idempotency-Key came before with another request
├── TooMany           come back after `retry_after` seconds
├── Unsupported       there is no such endpoint, or it lacks this method
└── Unavailable       a part of the platform is away; come back after `retry_after` seconds

A message is a sentence for the caller: what, which, why. Only `web/faults.py` knows status codes.
"""

from typing import ClassVar


class OnapiError(Exception):
    """Something the caller should be told about.

    Args:
        cause: a sentence for the caller, naming the field and the value.

    """

    code: ClassVar[str] = "error"

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Invalid(OnapiError):
    """The request is malformed, or a value in it is not allowed."""

    code = "invalid"


class TooLarge(Invalid):
    """The request is bigger than the server takes."""

    code = "too_large"


class Unauthenticated(OnapiError):
    """The caller did not prove who it is."""

    code = "unauthenticated"


class Forbidden(OnapiError):
    """The caller's agreement does not allow this."""

    code = "forbidden"


class NotFound(OnapiError):
    """No such object, or another SP's, which must look the same."""

    code = "not_found"


class Conflict(OnapiError):
    """The request contradicts another object."""

    code = "conflict"


class Claimed(Conflict):
    """Another SP has, or is about to have, the service type on this access."""

    code = "claimed"


class OtherService(Conflict):
    """The SP has another service of the type on this access already."""

    code = "other_service_active"


class UnderWay(Conflict):
    """An unfinished order, or the same request at this moment, is in the way."""

    code = "under_way"


class NotOrderable(Conflict):
    """The access is in a state in which no such orders are taken."""

    code = "access_state"


class Stale(OnapiError):
    """The object is no longer the one that If-Match names."""

    code = "stale"


class KeyReused(OnapiError):
    """An Idempotency-Key is one request's for good; this is another request."""

    code = "idempotency_key_reused"


class TooMany(OnapiError):
    """The caller asks too often; `retry_after` is in whole seconds."""

    code = "too_many"

    def __init__(self, cause: str, *, retry_after: int) -> None:
        super().__init__(cause)
        self.retry_after = retry_after


class Unsupported(OnapiError):
    """No such endpoint, or one that lacks the method; `allow` lists the methods it has."""

    code = "unsupported"

    def __init__(self, cause: str, *, allow: tuple[str, ...] = ()) -> None:
        super().__init__(cause)
        self.allow = allow


class Unavailable(OnapiError):
    """A part of the platform is away; `retry_after` is in whole seconds."""

    code = "unavailable"

    def __init__(self, cause: str, *, retry_after: int = 5) -> None:
        super().__init__(cause)
        self.retry_after = retry_after
