"""Whatever both sides do to a ticket, in any order: it stands, reads and counts as the rules alone would have it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as st

from onapi import errors, ids
from onapi.actions import ticket_admin, tickets
from onapi.actions.tickets import Answer
from onapi.domain import tickets as domain
from onapi.domain.tickets import Comment, Move, Opening, Standing
from onapi.storage import tickets as storage
from onapi.storage.pool import Database
from onapi.vocabulary import Party, ProblemType, TicketStatus
from tests import town as towns
from tests.operators import Operator

ALFA = ids.Sp("alfa")
_WORKS = {Party.SP: TicketStatus.IN_PROGRESS_SP, Party.CO: TicketStatus.IN_PROGRESS_CO}


@dataclass(frozen=True)
class Act:
    """What one side does: the SP as it likes; the CO by answering, noting or closing."""

    by: Party
    says: bool
    status: TicketStatus | None = None
    responsible: Party | None = None
    internal: bool = False


_SP_ACTS = st.builds(
    Act,
    by=st.just(Party.SP),
    says=st.booleans(),
    status=st.none() | st.sampled_from(TicketStatus),
    responsible=st.none() | st.sampled_from(Party),
)
_CO_ANSWERS = st.builds(
    Act,
    by=st.just(Party.CO),
    says=st.just(True),
    responsible=st.none() | st.sampled_from(Party),
    internal=st.booleans(),
)
_CO_CLOSES = st.builds(
    Act,
    by=st.just(Party.CO),
    says=st.just(True),
    status=st.just(TicketStatus.CLOSED),
    responsible=st.sampled_from(Party),
)


@dataclass
class Model:
    """What a ticket should be by the rules, without a database."""

    standing: Standing
    said: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entries: int = 0

    def do(self, act: Act, words: str) -> None:
        """Do it, or raise what the rules raise."""
        status, responsible = act.status, act.responsible
        if act.by is Party.CO and status is None:
            if responsible is None and not act.internal and self.standing.status is not TicketStatus.CLOSED:
                responsible = Party.SP
            status = None if responsible is None else _WORKS[responsible]
        after = domain.moved(self.standing, status=status, responsible=responsible)
        told = act.says and not act.internal
        self.entries += told or after != self.standing
        self.standing = after
        if act.says:
            (self.notes if act.internal else self.said).append(words)


@pytest.fixture(scope="module")
def operator(cluster_url: str) -> Iterator[Operator]:
    """Be the operator of a town without a server."""
    with towns.made(cluster_url) as url, towns.staffed(url) as staffed:
        yield staffed


async def _open(database: Database) -> ids.TicketId:
    opening = Opening(
        access_id=ids.AccessId("T-1"),
        created_by="Anna",
        heading="No link",
        description="x",
        problem_type=ProblemType.NO_LINK,
    )
    async with database.transaction(ALFA) as tx:
        return (await tickets.opened(tx, ALFA, Party.SP, opening)).ticket_id


async def _do(database: Database, ticket: ids.TicketId, act: Act, words: str) -> None:
    comment = Comment("somebody", words)
    if act.by is Party.SP:
        async with database.transaction(ALFA) as tx:
            held = await storage.hold(tx, sp=ALFA, ticket_id=ticket)
            assert held is not None
            told = Answer(comment=comment if act.says else None, status=act.status, responsible=act.responsible)
            await tickets.answered(tx, ticket, held, Party.SP, told)
    elif act.status is TicketStatus.CLOSED and act.responsible is not None:
        await ticket_admin.close(database, ticket_id=ticket, responsible=act.responsible, comment=comment)
    else:
        await ticket_admin.answer(
            database, ticket_id=ticket, comment=comment, internal=act.internal, turn=act.responsible
        )


def _refusal(do: Callable[[], object]) -> str | None:
    """Return why something cannot be done, or None when it is."""
    try:
        do()
    except (errors.Invalid, errors.Conflict) as error:
        return error.cause
    return None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_any(st.lists(_SP_ACTS | _CO_ANSWERS | _CO_CLOSES, max_size=8))
def test_a_ticket_is_what_the_rules_make_of_what_was_done(operator: Operator, acts: list[Act]) -> None:
    ticket = operator.do(_open)
    model = Model(domain.opened(Party.SP))
    for number, act in enumerate(acts):
        words = str(number)
        by_the_rules = _refusal(partial(model.do, act, words))
        done = partial(_do, ticket=ticket, act=act, words=words)
        assert _refusal(partial(operator.do, done)) == by_the_rules
    found, lines = operator.do(lambda database: ticket_admin.one(database, ticket_id=ticket))
    assert Standing(found.status, found.responsible) == model.standing
    entries = [line for line in lines if line.said_by != "note"]
    assert [line.message for line in entries if line.message] == model.said
    assert [line.message for line in lines if line.said_by == "note"] == model.notes
    assert len(entries) == model.entries
    moves = [
        Move(line.at, Standing(line.status, line.responsible)) for line in entries if line.status and line.responsible
    ]
    history = [Move(found.created_at, domain.opened(Party.SP)), *moves]
    if model.standing.status is TicketStatus.CLOSED:
        end: datetime = moves[-1].at
        clock = domain.clock(history, end)
        assert (found.with_sp, found.with_co) == (clock.with_sp, clock.with_co)
    told = operator.value("SELECT count(*) FROM journal WHERE object_id = $1", ticket)
    assert told == 1 + model.entries
