"""One request, as the resources see it."""

from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from onapi import errors, ids
from onapi.vocabulary import Dialect
from onapi.web import body

T = TypeVar("T")

_MOST_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class Caller:
    """The SP that a request is from."""

    sp: ids.Sp
    dialect: Dialect


@dataclass(slots=True)
class Call:
    """One request: who asks, and what.

    `path_ids` holds the parts of the path that are names of objects, as sent; `mount` is the path of the version's
    root by which the request came, without a final slash; `endpoint` is the name of what answers, for the metrics.
    """

    scope: Scope
    receive: Receive
    request_id: str
    mount: str = ""
    endpoint: str = ""
    path_ids: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None

    @property
    def sp(self) -> ids.Sp:
        """The SP that asks; every query takes it."""
        return self.known_caller.sp

    @property
    def known_caller(self) -> Caller:
        """The caller, or Unauthenticated when the operation is open to everyone and nobody was asked."""
        if self.caller is None:
            raise errors.Unauthenticated("This needs a user name and a password.")
        return self.caller

    @property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        return str(self.scope["method"])

    def header(self, name: bytes) -> str | None:
        """Return a header's value, the last one if it was sent several times; `name` in lower case."""
        for key, value in reversed(self.scope["headers"]):
            if key == name:
                return bytes(value).decode("latin-1")
        return None

    def query(self) -> dict[str, str]:
        """Return the query parameters.

        Raises:
            Invalid: a parameter came twice, or the query is not UTF-8.
        """
        raw = self.scope["query_string"]
        if not raw:
            return {}
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
            )
        except UnicodeDecodeError:
            raise errors.Invalid("The query is not percent-encoded UTF-8.") from None
        except ValueError:
            raise errors.Invalid(f"The query has more than {_MOST_PARAMETERS} parameters.") from None
        found: dict[str, str] = {}
        for name, value in pairs:
            if name in found:
                raise errors.Invalid(f"The query parameter {name!r} was sent more than once.")
            found[name] = value
        return found

    async def json(self, kind: type[T]) -> T:
        """Return the body as a `kind`; see `body.read`."""
        return await body.read(self.receive, self.header(b"content-type"), self.header(b"content-length"), kind)
