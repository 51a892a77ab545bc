"""The CO's side of tickets: its inbox and clock, answers, notes, and tickets of its own."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from onapi import errors, ids
from onapi.actions import ticket_admin, tickets
from onapi.actions.places import Places
from onapi.actions.ticket_admin import Detailed, Listed
from onapi.actions.ticket_witness import Witness
from onapi.domain.tickets import Comment, Opening
from onapi.drivers.network import Network
from onapi.storage.pool import Database
from onapi.storage.simulated import Cabinet
from onapi.storage.ticket_admin import Line
from onapi.vocabulary import Party, ProblemType, TicketStatus
from tests import town as towns
from tests.operators import Operator

CREATED, CO_WORKS, SP_WORKS, CLOSED = TicketStatus
SP, CO = Party
ALFA, GAMMA = ids.Sp("alfa"), ids.Sp("gamma")
WORDS = Comment("Olle", "Please restart\nthe router.")


@pytest.fixture(scope="module")
def operator(cluster_url: str) -> Iterator[Operator]:
    """Be the operator of a town without a server."""
    with towns.made(cluster_url) as url, towns.staffed(url) as staffed:
        yield staffed


@pytest.fixture(scope="module")
def accesses() -> Iterator[str]:
    """Name accesses that no other test of the module has."""
    return (f"T-{number}" for number in range(1, 401))


def opening(access: str, **fields: Any) -> Opening:
    """Return a ticket on an access, but for the fields given."""
    said: dict[str, Any] = {
        "access_id": ids.AccessId(access),
        "created_by": "Anna",
        "heading": "No link",
        "description": "Since\nyesterday.",
        "problem_type": ProblemType.NO_LINK,
    }
    return Opening(**(said | fields))


def opened(operator: Operator, access: str, sp: ids.Sp = ALFA) -> ids.TicketId:
    """Have an SP open a ticket."""

    async def open_(database: Database) -> ids.TicketId:
        async with database.transaction(sp) as tx:
            return (await tickets.opened(tx, sp, SP, opening(access))).ticket_id

    return operator.do(open_)


def open_as_co(operator: Operator, sp: ids.Sp, wanted: Opening) -> ids.TicketId:
    """Open a ticket as the CO, and wait until the network was looked at."""

    async def open_(database: Database) -> ids.TicketId:
        network = Network(cabinet=Cabinet(database))
        witness = Witness(database, Places(database, simulated=True), network)
        try:
            return await ticket_admin.open_(database, witness, sp=sp, opening=wanted)
        finally:
            await witness.stop()
            await network.close()

    return operator.do(open_)


def listed(operator: Operator, **filters: Any) -> list[Listed]:
    """Return the inbox."""
    wanted: dict[str, Any] = {"status": None, "provider": None, "access_id": None, "turn": None, "most": 100}
    return operator.do(lambda database: ticket_admin.listed(database, **(wanted | filters)))


def shown(operator: Operator, ticket: ids.TicketId) -> tuple[Detailed, list[Line]]:
    """Return a ticket and what was said on it."""
    return operator.do(lambda database: ticket_admin.one(database, ticket_id=ticket))


def answer(
    operator: Operator,
    ticket: ids.TicketId,
    comment: Comment = WORDS,
    *,
    internal: bool = False,
    turn: Party | None = None,
) -> None:
    """Answer a ticket as the CO."""
    operator.do(
        lambda database: ticket_admin.answer(
            database, ticket_id=ticket, comment=comment, internal=internal, turn=turn
        )
    )


def close(operator: Operator, ticket: ids.TicketId, responsible: Party = CO, comment: Comment = WORDS) -> None:
    """Close a ticket as the CO."""
    operator.do(
        lambda database: ticket_admin.close(database, ticket_id=ticket, responsible=responsible, comment=comment)
    )


def standing(operator: Operator, ticket: ids.TicketId) -> tuple[TicketStatus, Party]:
    """Return how a ticket stands."""
    found, _ = shown(operator, ticket)
    return found.status, found.responsible


def test_the_inbox_has_what_is_open_newest_first_and_finds_by_everything(
    operator: Operator, accesses: Iterator[str]
) -> None:
    access, other = next(accesses), next(accesses)
    first, second = opened(operator, access), opened(operator, other)
    third = opened(operator, "E-1", GAMMA)
    done = opened(operator, access)
    close(operator, done)
    answer(operator, second)
    everything = {one.ticket_id: one for one in listed(operator)}
    assert [name for name in everything if name in (first, second, third)] == [third, second, first]
    assert done not in everything
    row = everything[first]
    assert (row.sp, row.access_id, row.heading, row.status) == ("alfa", access, "No link", CREATED)
    for filters, found in (
        ({"access_id": access}, [first]),
        ({"access_id": access, "status": CLOSED}, [done]),
        ({"provider": "gamma"}, [third]),
        ({"provider": "beta"}, []),
        ({"access_id": other, "turn": SP}, [second]),
        ({"access_id": other, "turn": CO}, []),
        ({"access_id": other, "status": SP_WORKS}, [second]),
        ({"most": 1}, [third]),
    ):
        assert [one.ticket_id for one in listed(operator, **filters)] == found, filters


def test_the_clock_follows_the_history_and_stops_at_the_end(operator: Operator, accesses: Iterator[str]) -> None:
    ticket = opened(operator, next(accesses))
    answer(operator, ticket)
    answer(operator, ticket, turn=CO)
    answer(operator, ticket, turn=SP)
    close(operator, ticket)
    found, lines = shown(operator, ticket)
    at = [found.created_at, *(line.at for line in lines)]
    assert found.with_co == (at[1] - at[0]) + (at[3] - at[2])
    assert found.with_sp == (at[2] - at[1]) + (at[4] - at[3])
    again, _ = shown(operator, ticket)
    assert (again.with_sp, again.with_co) == (found.with_sp, found.with_co)
    (row,) = [one for one in listed(operator, status=CLOSED) if one.ticket_id == ticket]
    assert (row.with_sp, row.with_co) == (found.with_sp, found.with_co)


def test_the_clock_of_an_open_ticket_runs_for_whose_turn_it_is(operator: Operator, accesses: Iterator[str]) -> None:
    ticket = opened(operator, next(accesses))
    before, _ = shown(operator, ticket)
    after, _ = shown(operator, ticket)
    assert timedelta() < before.with_co < after.with_co < timedelta(minutes=1)
    assert before.with_sp == after.with_sp == timedelta()


def test_an_answer_gives_the_turn_to_the_sp_unless_it_is_said_otherwise(
    operator: Operator, accesses: Iterator[str]
) -> None:
    ticket = opened(operator, next(accesses))
    for turn, stands in ((None, (SP_WORKS, SP)), (CO, (CO_WORKS, CO)), (SP, (SP_WORKS, SP)), (None, (SP_WORKS, SP))):
        answer(operator, ticket, turn=turn)
        assert standing(operator, ticket) == stands
    _, lines = shown(operator, ticket)
    assert [(line.said_by, line.author, line.message) for line in lines] == [("CO", "Olle", WORDS.message)] * 4


def test_a_note_moves_nothing_unless_it_is_said(operator: Operator, accesses: Iterator[str]) -> None:
    ticket = opened(operator, next(accesses))
    before, _ = shown(operator, ticket)
    answer(operator, ticket, Comment("Olle", "They always say so."), internal=True)
    after, (note,) = shown(operator, ticket)
    assert (after.updated_at, after.status, after.responsible) == (before.updated_at, CREATED, CO)
    assert (note.said_by, note.author, note.message, note.status) == ("note", "Olle", "They always say so.", None)
    answer(operator, ticket, Comment("Olle", "Not ours."), internal=True, turn=SP)
    assert standing(operator, ticket) == (SP_WORKS, SP)
    _, lines = shown(operator, ticket)
    assert {(line.said_by, line.message) for line in lines[1:]} == {("note", "Not ours."), ("CO", None)}


def test_a_closed_ticket_is_talked_about_but_stays_closed(operator: Operator, accesses: Iterator[str]) -> None:
    ticket = opened(operator, next(accesses))
    close(operator, ticket)
    answer(operator, ticket)
    answer(operator, ticket, internal=True)
    close(operator, ticket)
    with pytest.raises(errors.Conflict, match="open a new one"):
        answer(operator, ticket, turn=SP)
    with pytest.raises(errors.Conflict, match="open a new one"):
        answer(operator, ticket, internal=True, turn=CO)
    with pytest.raises(errors.Conflict, match="stays CO"):
        close(operator, ticket, SP)
    assert standing(operator, ticket) == (CLOSED, CO)
    _, lines = shown(operator, ticket)
    # What was refused left nothing, not even its note.
    assert [line.said_by for line in lines] == ["CO", "CO", "note", "CO"]


def test_a_ticket_of_the_operators_is_the_sps_turn(operator: Operator, accesses: Iterator[str]) -> None:
    access = next(accesses)
    ticket = open_as_co(operator, ALFA, opening(access))
    assert standing(operator, ticket) == (CREATED, SP)
    before, _ = shown(operator, ticket)
    assert before.network
    assert before.network.link
    operator.rows(
        "INSERT INTO ticket_entries (ticket_id, sp, party, status) VALUES ($1, 'alfa', 'SP', 'IN_PROGRESS_CO')",
        ticket,
    )
    found, _ = shown(operator, ticket)
    assert found.opened_by is CO
    assert (found.status, found.with_sp > timedelta()) == (CO_WORKS, True)


@pytest.mark.parametrize(
    ("sp", "fields", "refusal", "words"),
    [
        ("nobody", {}, errors.NotFound, "There is no provider nobody"),
        ("gamma", {}, errors.Invalid, "Unknown access"),
        ("alfa", {"access_id": "X"}, errors.Invalid, "Unknown access"),
        ("alfa", {"access_id": None}, errors.Invalid, "accessId is missing"),
        ("alfa", {"subscription_id": "x"}, errors.NotFound, "There is no subscription"),
        ("alfa", {"heading": " "}, errors.Invalid, "heading must be 1 to 255"),
        ("alfa", {"heading": "x" * 256}, errors.Invalid, "heading must be 1 to 255"),
        ("alfa", {"description": ""}, errors.Invalid, "description must be 1 to 10,000"),
        ("alfa", {"description": "a\0b"}, errors.Invalid, "description must be 1 to 10,000"),
        ("alfa", {"created_by": ""}, errors.Invalid, "created by must be 1 to 255"),
    ],
)
def test_a_ticket_that_cannot_be_is_not_opened(
    operator: Operator, sp: str, fields: dict[str, Any], refusal: type[errors.OnapiError], words: str
) -> None:
    before = operator.value("SELECT count(*) FROM tickets")
    with pytest.raises(refusal, match=words):
        open_as_co(operator, ids.Sp(sp), opening("T-400", **fields))
    assert operator.value("SELECT count(*) FROM tickets") == before


@pytest.mark.parametrize(
    "comment",
    [Comment("Olle", " "), Comment("", "x"), Comment("x" * 256, "x"), Comment("Olle", "x" * 10_001)],
    ids=["nothing", "nobody", "a long name", "too much"],
)
def test_a_text_that_says_nothing_or_too_much_is_refused(
    operator: Operator, accesses: Iterator[str], comment: Comment
) -> None:
    ticket = opened(operator, next(accesses))
    says: tuple[Callable[[], None], ...] = (
        lambda: answer(operator, ticket, comment),
        lambda: answer(operator, ticket, comment, internal=True),
        lambda: close(operator, ticket, CO, comment),
    )
    for say in says:
        with pytest.raises(errors.Invalid, match="characters"):
            say()
    assert shown(operator, ticket)[1] == []


def test_what_is_asked_about_a_ticket_that_is_not_there_says_so(operator: Operator) -> None:
    nothing = ids.TicketId("nothing")
    asks: tuple[Callable[[Database], Awaitable[object]], ...] = (
        lambda database: ticket_admin.one(database, ticket_id=nothing),
        lambda database: ticket_admin.answer(database, ticket_id=nothing, comment=WORDS, internal=True, turn=None),
        lambda database: ticket_admin.close(database, ticket_id=nothing, responsible=SP, comment=WORDS),
    )
    for ask in asks:
        with pytest.raises(errors.NotFound, match="There is no ticket nothing"):
            operator.do(ask)
