"""The services that an SP may order.

Source: the seed, "Lists services for a certain accessId"; ON-API 2.6.0 spec/services.md.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from onapi import errors, ids
from onapi.storage import services as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.web import lists
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation
from onapi.wire import services as wire

_SOURCE = "ON-API 2.6.0 spec/services.md"


class Services:
    """Answers `services/` and `services/{accessId}`."""

    def __init__(self, database: Database, answers: lists.Lists) -> None:
        self._database = database
        self._lists = answers
        self._documents = Coalesced(self._many)

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="services",
            path="services",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/services.md",
            operations=(
                Operation(
                    method="GET",
                    path="services",
                    handler=self.list,
                    summary="Get the services of all accesses, or where they changed",
                    description="A change of the access, of the catalogue, or of who holds a service there counts; "
                    "an access that left the caller's view has none.",
                    parameters=lists.PARAMETERS,
                    answers={200: list[wire.Services], 304: None},
                    source=_SOURCE,
                ),
                Operation(
                    method="GET",
                    path="services/{accessId}",
                    handler=self.one,
                    summary="Get the services of a single access",
                    description="What the caller may order there, from when, and whether it can be taken over.",
                    answers={200: wire.Services},
                    source=_SOURCE,
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the services of every access that the caller sees, or where they changed."""
        return await self._lists.answer(call, "services", storage)

    async def one(self, call: Call) -> Response:
        """Return the services of one access, or NotFound."""
        access_id = ids.access_id(call.path_ids["accessId"])
        document = await self._documents.get((call.sp, access_id))
        if document is None:
            raise errors.NotFound(f"There is no access {access_id!r}.")
        return Response(document, media_type="application/json")

    async def _many(self, wanted: Sequence[tuple[ids.Sp, ids.AccessId]]) -> Mapping[tuple[ids.Sp, ids.AccessId], str]:
        async with self._database.connection(*(sp for sp, _ in wanted)) as tx:
            return await storage.many(tx, wanted)
