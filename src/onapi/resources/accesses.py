"""The accesses that an SP may sell on.

Source: the seed, "Get all accesses"; ON-API 2.6.0 spec/accesses.md.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from onapi import errors, ids
from onapi.storage import accesses as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.web import lists
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation
from onapi.wire import accesses as wire

_SOURCE = "ON-API 2.6.0 spec/accesses.md"


class Accesses:
    """Answers `accesses/` and `accesses/{accessId}`."""

    def __init__(self, database: Database, answers: lists.Lists) -> None:
        self._database = database
        self._lists = answers
        self._documents = Coalesced(self._many)

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="accesses",
            path="accesses",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/accesses.md",
            operations=(
                Operation(
                    method="GET",
                    path="accesses",
                    handler=self.list,
                    summary="Get all accesses, or what changed",
                    description="An access that left the network, or the caller's view, is DISCONNECTED.",
                    parameters=lists.PARAMETERS,
                    answers={200: list[wire.Access], 304: None},
                    source=_SOURCE,
                ),
                Operation(
                    method="GET",
                    path="accesses/{accessId}",
                    handler=self.one,
                    summary="Get a single access",
                    description="An access that the caller does not see is not found.",
                    answers={200: wire.Access},
                    source=_SOURCE,
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return all accesses that the caller sees, or what changed."""
        return await self._lists.answer(call, "accesses", storage)

    async def one(self, call: Call) -> Response:
        """Return one access, or NotFound."""
        access_id = ids.access_id(call.path_ids["accessId"])
        document = await self._documents.get((call.sp, access_id))
        if document is None:
            raise errors.NotFound(f"There is no access {access_id!r}.")
        return Response(document, media_type="application/json")

    async def _many(self, wanted: Sequence[tuple[ids.Sp, ids.AccessId]]) -> Mapping[tuple[ids.Sp, ids.AccessId], str]:
        async with self._database.connection(*(sp for sp, _ in wanted)) as tx:
            return await storage.many(tx, wanted)
