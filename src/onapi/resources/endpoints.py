"""The list of endpoints, at the version's root.

Source: ON-API 2.6.0 common/endpoints.md.
"""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, allowed
from onapi.wire import endpoints as wire

_encode = msgspec.json.Encoder().encode


class Endpoints:
    """Answers the version's root."""

    def __init__(self, others: Sequence[Endpoint]) -> None:
        self._others = others

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="endpoints",
            path="",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/common/endpoints.md",
            operations=(
                Operation(
                    method="GET",
                    path="",
                    handler=self.list,
                    summary="Get the list of endpoints",
                    description="What this server has, and which operations.",
                    answers={200: list[wire.Endpoint]},
                    source="ON-API 2.6.0 common/endpoints.md",
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the endpoints that this server has."""
        return Response(
            _encode([_described(endpoint, call.mount) for endpoint in self._others]),
            headers={"Location": f"{call.mount}/"},
            media_type="application/json",
        )


def _described(endpoint: Endpoint, mount: str) -> wire.Endpoint:
    return wire.Endpoint(
        name=endpoint.name,
        endpoint=f"{mount}/{endpoint.path}/",
        version="2.6",
        documentation=endpoint.documentation,
        operations=list(allowed(operation.method for operation in endpoint.operations)),
        status="available",
        note=endpoint.note,
        unsupported_fields=list(endpoint.unsupported_fields) or None,
    )
