"""Open tickets, and answer them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from onapi import errors, ids
from onapi.actions import idempotency
from onapi.actions.ticket_witness import Witness
from onapi.domain import tickets as domain
from onapi.domain.tickets import Comment, Opening
from onapi.storage import tickets as storage
from onapi.storage.idempotency import Kept
from onapi.storage.pool import Database
from onapi.storage.tickets import Held
from onapi.storage.tx import Tx
from onapi.vocabulary import Party, TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is done to a ticket at once; None is "not said".

    `versions` are those that the ticket may have, None is any.
    """

    comment: Comment | None = None
    status: TicketStatus | None = None
    responsible: Party | None = None
    versions: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket that was opened, and where."""

    ticket_id: ids.TicketId
    access_id: ids.AccessId


class Tickets:
    """What SPs do with tickets."""

    def __init__(self, database: Database, witness: Witness) -> None:
        self._database = database
        self._witness = witness

    async def open(self, sp: ids.Sp, opening: Opening, *, key: str | None = None) -> ids.TicketId:
        """Open a ticket, and return its name; with the same key and opening, within a week, that of the first.

        Raises:
            Invalid: it names no access that the SP sees, or another than its subscription's.
            NotFound: there is no such subscription, or it is another SP's.
            KeyReused: the key was another request's.
        """
        new: Opened | None = None

        async def do(tx: Tx) -> Kept:
            nonlocal new
            new = await opened(tx, sp, Party.SP, opening)
            return Kept(opening.fingerprint, 201, new.ticket_id, "")

        if key is None:
            # What is looked at first can only be added to, and the row's own triggers look again.
            async with self._database.connection(sp) as tx:
                kept = await do(tx)
        else:
            kept = await idempotency.once(self._database, sp=sp, key=key, wish=opening.fingerprint, do=do)
        if new is not None:
            self._witness.look(new.ticket_id, new.access_id)
        return ids.TicketId(kept.object_id or "")

    async def answer(self, sp: ids.Sp, ticket_id: ids.TicketId, answer: Answer) -> int:
        """Comment on a ticket, move it, or both at once, and return its version.

        What moves nothing and says nothing changes nothing. Answers that come at once are taken one after the other.

        Raises:
            NotFound: the SP has no such ticket.
            Stale: its version is none of those that it may have.
            Invalid: it is closed without saying who was responsible.
            Conflict: it is closed, and stays so; or it has so many entries that it can only be closed.
        """
        async with self._database.transaction(sp) as tx:
            held = await storage.hold(tx, sp=sp, ticket_id=ticket_id)
            if held is None:
                raise errors.NotFound(f"There is no ticket {ticket_id!r}.")
            return await answered(tx, ticket_id, held, Party.SP, answer)


async def opened(tx: Tx, sp: ids.Sp, by: Party, opening: Opening) -> Opened:
    """Store a ticket about something that the SP sees; see `Tickets.open`."""
    access_id = opening.access_id
    if opening.subscription_id is not None:
        found = await storage.access_of_subscription(tx, sp=sp, subscription_id=opening.subscription_id)
        if found is None:
            raise errors.NotFound(f"There is no subscription {opening.subscription_id!r}.")
        if access_id not in (None, found):
            raise errors.Invalid(
                f"accessId {access_id!r} is not that of subscription {opening.subscription_id!r}, which is {found!r}."
            )
        access_id = found
    elif access_id is None:
        raise errors.Invalid("accessId is missing: a ticket needs it, or subscriptionId.")
    elif not await storage.access_to_complain_of(tx, sp=sp, access_id=access_id):
        raise errors.Invalid(f"Unknown access: {access_id!r}.")
    ticket_id = ids.TicketId(ids.new())
    await storage.open_(tx, ticket_id=ticket_id, sp=sp, by=by, opening=replace(opening, access_id=access_id))
    return Opened(ticket_id, access_id)


async def answered(tx: Tx, ticket_id: ids.TicketId, held: Held, party: Party, answer: Answer) -> int:
    """Do what an answer says to a ticket that is held, and return its version; see `Tickets.answer`."""
    if answer.versions is not None and held.entries not in answer.versions:
        raise errors.Stale(f"Ticket {ticket_id} has changed since you read it; read it again.")
    standing = domain.moved(held.standing, status=answer.status, responsible=answer.responsible)
    if answer.comment is None and standing == held.standing:
        return held.entries
    if party is Party.SP:
        domain.check_room(held.standing, standing, held.entries)
    return await storage.enter(
        tx, sp=held.sp, ticket_id=ticket_id, party=party, comment=answer.comment, standing=standing
    )
