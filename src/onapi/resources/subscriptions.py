"""An SP's subscriptions.

Source: the seed, "Get all active subscriptions"; ON-API 2.6.0 spec/subscriptions.md.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from onapi import errors, ids
from onapi.storage import subscriptions as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.storage.subscriptions import Wanted
from onapi.web import lists
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation
from onapi.wire import subscriptions as wire

_SOURCE = "ON-API 2.6.0 spec/subscriptions.md"


class Subscriptions:
    """Answers `subscriptions/` and `subscriptions/{accessId}`."""

    def __init__(self, database: Database, answers: lists.Lists) -> None:
        self._database = database
        self._lists = answers
        self._documents = Coalesced(self._many)

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="subscriptions",
            path="subscriptions",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/subscriptions.md",
            operations=(
                Operation(
                    method="GET",
                    path="subscriptions",
                    handler=self.list,
                    summary="Get all live subscriptions, or where they changed",
                    description="By access; an access whose last subscription ended has none.",
                    parameters=lists.PARAMETERS,
                    answers={200: list[wire.Subscriptions], 304: None},
                    source=_SOURCE,
                ),
                Operation(
                    method="GET",
                    path="subscriptions/{accessId}",
                    handler=self.one,
                    summary="Get the live subscriptions of a single access",
                    description="The caller's own; an access without any has an empty array.",
                    answers={200: wire.Subscriptions},
                    source=_SOURCE,
                ),
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the caller's live subscriptions by access, or where they changed."""
        return await self._lists.answer(call, "subscriptions", storage.Subscriptions(call.known_caller.dialect))

    async def one(self, call: Call) -> Response:
        """Return the caller's live subscriptions on one access, or NotFound."""
        access_id = ids.access_id(call.path_ids["accessId"])
        document = await self._documents.get((call.sp, access_id, call.known_caller.dialect))
        if document is None:
            raise errors.NotFound(f"There is no access {access_id!r}.")
        return Response(document, media_type="application/json")

    async def _many(self, wanted: Sequence[Wanted]) -> Mapping[Wanted, str]:
        async with self._database.connection(*(sp for sp, _, _ in wanted)) as tx:
            return await storage.many(tx, wanted)
