"""What a server has.

Source: ON-API 2.6.0 common/endpoints.md; `operations` and `status` are extensions.
"""

from onapi.client import tolerance
from onapi.client.binding import K, Resource, operation
from onapi.client.steps import Flow
from onapi.client.tolerance import Model


class Endpoint(Model, kw_only=True):
    """One endpoint that the server has."""

    name: str
    endpoint: str = ""
    version: str | None = None
    documentation: str | None = None
    note: str | None = None
    unsupported_fields: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    status: str | None = None


class Endpoints(Resource[K]):
    """The version's root."""

    @operation
    def list(self) -> Flow[list[Endpoint]]:
        """Return what the server has."""
        answer = yield from self._ask("")
        value = tolerance.decode(answer.body)
        return [tolerance.read(Endpoint, one) for one in (value if isinstance(value, list) else [value])]
