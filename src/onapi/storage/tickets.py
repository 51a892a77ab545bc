"""Tickets, as SPs open, read and answer them; what only the CO does is in `ticket_admin.py`."""

from dataclasses import asdict, dataclass
from datetime import datetime

from onapi import ids
from onapi.domain.tickets import Comment, Opening, Standing
from onapi.storage import documents, queries
from onapi.storage.documents import Sink
from onapi.storage.tx import Tx
from onapi.vocabulary import Party, TicketStatus

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Held:
    """A ticket that does not change before the transaction ends; `entries` is its version."""

    sp: ids.Sp
    status: TicketStatus
    responsible: Party
    entries: int

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return Standing(self.status, self.responsible)


async def access_to_complain_of(tx: Tx, *, sp: ids.Sp, access_id: ids.AccessId) -> bool:
    """Return whether there is such an access for the SP: one that it sees, or delivers on."""
    return await _SQL["access_to_complain_of"].value(tx, str, sp=sp, access_id=access_id) is not None


async def access_of_subscription(tx: Tx, *, sp: ids.Sp, subscription_id: ids.SubscriptionId) -> ids.AccessId | None:
    """Return where the SP's subscription is, be it live, ended or on order; None when it has none of that name."""
    found = await _SQL["access_of_subscription"].value(tx, str, sp=sp, subscription_id=subscription_id)
    return None if found is None else ids.AccessId(found)


async def open_(tx: Tx, *, ticket_id: ids.TicketId, sp: ids.Sp, by: Party, opening: Opening) -> None:
    """Store a new ticket, whose access is known."""
    await _SQL["open"].run(tx, ticket_id=ticket_id, sp=sp, opened_by=by, **asdict(opening))


async def by_id(tx: Tx, *, sp: ids.Sp, ticket_id: ids.TicketId) -> tuple[str, int] | None:
    """Return the ticket's document and its version, or None when the SP has no such ticket."""
    for row in await _SQL["by_id"].rows(tx, sp=sp, ticket_id=ticket_id):
        return row["doc"], row["entries"]
    return None


async def hold(tx: Tx, *, sp: ids.Sp, ticket_id: ids.TicketId) -> Held | None:
    """Return the SP's ticket, locked until the transaction ends, or None."""
    return await _SQL["hold"].one(tx, Held, sp=sp, ticket_id=ticket_id)


async def enter(
    tx: Tx, *, sp: ids.Sp, ticket_id: ids.TicketId, party: Party, comment: Comment | None, standing: Standing
) -> int:
    """Add an entry to a ticket of the SP's, which thereby stands so; return the ticket's new version."""
    number = await _SQL["enter"].value(
        tx,
        int,
        ticket_id=ticket_id,
        sp=sp,
        party=party,
        author=comment and comment.author,
        message=comment and comment.message,
        status=standing.status,
        responsible=standing.responsible,
    )
    return number or 0


@dataclass(frozen=True, slots=True)
class Tickets:
    """The list of an SP's tickets, as `web.lists.Source` has it: of a status, created after a moment; None is any."""

    status: TicketStatus | None
    created: datetime | None

    async def copy_everything(self, tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes) -> None:
        """Send each ticket to `sink`, oldest first."""
        await documents.copy(
            tx, sink, _SQL["everything"], between=between, sp=sp, status=self.status, created=self.created
        )

    async def copy_changes(self, tx: Tx, sink: Sink, *, sp: ids.Sp, between: bytes, since: datetime) -> None:
        """Send each ticket that changed since that moment, itself included, to `sink`."""
        await documents.copy(
            tx, sink, _SQL["changes"], between=between, sp=sp, since=since, status=self.status, created=self.created
        )

    async def any_change(self, tx: Tx, *, sp: ids.Sp, since: datetime) -> bool:
        """Return whether `copy_changes` would send anything."""
        return bool(
            await _SQL["any_change"].value(tx, bool, sp=sp, since=since, status=self.status, created=self.created)
        )

    async def page(
        self, tx: Tx, *, sp: ids.Sp, since: datetime | None, after: str, limit: int
    ) -> list[tuple[ids.TicketId, str]]:
        """Return the next `limit` tickets and documents after an id, `""` for the first."""
        rows = await _SQL["page"].rows(
            tx, sp=sp, since=since, after=after, limit=limit, status=self.status, created=self.created
        )
        return [(ids.TicketId(row["ticket_id"]), row["doc"]) for row in rows]
