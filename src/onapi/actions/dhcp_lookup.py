"""Find the access that DHCP's identifiers name, for the two resources that ask."""

from collections.abc import Mapping, Sequence

from onapi import errors, ids
from onapi.domain.dhcp import Identifiers
from onapi.storage import inventory as storage
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database

_Wanted = tuple[ids.Sp, Identifiers]


class DhcpLookup:
    """Looks accesses up; what is asked for at the same time is read together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found = Coalesced(self._many)

    async def access(self, *, sp: ids.Sp, identifiers: Identifiers) -> ids.AccessId:
        """Return the one access that has all of these identifiers, among those that the SP sees or delivers on.

        Raises:
            NotFound: there is none, or there are several.
        """
        found = await self._found.get((sp, identifiers)) or ()
        if len(found) > 1:
            raise errors.NotFound("Several accesses have these identifiers; ask with more of them.")
        if not found:
            raise errors.NotFound("No access has these identifiers.")
        return found[0]

    async def _many(self, wanted: Sequence[_Wanted]) -> Mapping[_Wanted, tuple[ids.AccessId, ...]]:
        async with self._database.connection(*(sp for sp, _ in wanted)) as tx:
            return await storage.lookup(tx, wanted)
