"""Tickets: where they may go, whose turn it is, and for how long it was."""

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi import errors, ids
from onapi.domain import tickets
from onapi.domain.tickets import Clock, Move, Opening, Standing
from onapi.vocabulary import Party, ProblemType, TicketStatus

CREATED, CO_WORKS, SP_WORKS, CLOSED = TicketStatus
SP, CO = Party
START = datetime(2026, 12, 1, 8, tzinfo=UTC)
ANY_STANDING = st.builds(Standing, st.sampled_from(TicketStatus), st.sampled_from(Party))
ANY_CHANGE = st.tuples(st.none() | st.sampled_from(TicketStatus), st.none() | st.sampled_from(Party))


def test_a_ticket_begins_with_the_other_sides_turn() -> None:
    assert tickets.opened(SP) == Standing(CREATED, CO)
    assert tickets.opened(CO) == Standing(CREATED, SP)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        # Whoever works on it has the turn, unless it is said otherwise.
        (Standing(CREATED, CO), (CO_WORKS, None), Standing(CO_WORKS, CO)),
        (Standing(CREATED, CO), (SP_WORKS, None), Standing(SP_WORKS, SP)),
        (Standing(CO_WORKS, CO), (SP_WORKS, None), Standing(SP_WORKS, SP)),
        (Standing(SP_WORKS, SP), (CO_WORKS, None), Standing(CO_WORKS, CO)),
        # The standard's own example.
        (Standing(CREATED, CO), (SP_WORKS, CO), Standing(SP_WORKS, CO)),
        # A status that it has already says nothing new.
        (Standing(SP_WORKS, CO), (SP_WORKS, None), Standing(SP_WORKS, CO)),
        (Standing(CREATED, CO), (CREATED, None), Standing(CREATED, CO)),
        # The turn alone.
        (Standing(CREATED, CO), (None, SP), Standing(CREATED, SP)),
        (Standing(CO_WORKS, CO), (None, SP), Standing(CO_WORKS, SP)),
        (Standing(CO_WORKS, CO), (None, None), Standing(CO_WORKS, CO)),
        # Its end says whose trouble it was.
        (Standing(CREATED, CO), (CLOSED, SP), Standing(CLOSED, SP)),
        (Standing(CO_WORKS, CO), (CLOSED, CO), Standing(CLOSED, CO)),
        # Closing again is closing once.
        (Standing(CLOSED, CO), (CLOSED, CO), Standing(CLOSED, CO)),
        (Standing(CLOSED, CO), (None, CO), Standing(CLOSED, CO)),
        (Standing(CLOSED, SP), (None, None), Standing(CLOSED, SP)),
    ],
)
def test_a_ticket_goes_where_it_is_told(
    before: Standing, change: tuple[TicketStatus | None, Party | None], after: Standing
) -> None:
    status, responsible = change
    assert tickets.moved(before, status=status, responsible=responsible) == after


@pytest.mark.parametrize(
    ("before", "change", "refusal", "words"),
    [
        (Standing(CREATED, CO), (CLOSED, None), errors.Invalid, "responsible is missing"),
        (Standing(CLOSED, CO), (CLOSED, None), errors.Invalid, "responsible is missing"),
        (Standing(CLOSED, CO), (CREATED, None), errors.Conflict, "open a new one"),
        (Standing(CLOSED, CO), (CO_WORKS, CO), errors.Conflict, "open a new one"),
        (Standing(CLOSED, CO), (SP_WORKS, None), errors.Conflict, "open a new one"),
        (Standing(CLOSED, CO), (CLOSED, SP), errors.Conflict, "stays CO"),
        (Standing(CLOSED, CO), (None, SP), errors.Conflict, "stays CO"),
        (Standing(CO_WORKS, CO), (CREATED, None), errors.Conflict, "CREATED again"),
        (Standing(SP_WORKS, SP), (CREATED, SP), errors.Conflict, "CREATED again"),
    ],
)
def test_a_ticket_does_not_go_where_it_must_not(
    before: Standing,
    change: tuple[TicketStatus | None, Party | None],
    refusal: type[errors.OnapiError],
    words: str,
) -> None:
    status, responsible = change
    with pytest.raises(refusal, match=words):
        tickets.moved(before, status=status, responsible=responsible)


@given(ANY_STANDING, ANY_CHANGE)
def test_a_change_that_comes_twice_changes_nothing_more(
    before: Standing, change: tuple[TicketStatus | None, Party | None]
) -> None:
    status, responsible = change
    try:
        after = tickets.moved(before, status=status, responsible=responsible)
    except errors.OnapiError:
        return
    assert tickets.moved(after, status=status, responsible=responsible) == after
    assert status in (None, after.status)
    assert responsible in (None, after.responsible)
    assert before.status is not CLOSED or after == before


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Move], datetime]:
    """Return any history, even one that no rule would let be, and a moment after it; moments may be equal."""
    steps = draw(st.lists(st.timedeltas(timedelta(), timedelta(days=400)), min_size=1, max_size=12))
    standings = draw(st.lists(ANY_STANDING, min_size=len(steps), max_size=len(steps)))
    at, moves = START, []
    for step, standing in zip(steps, standings, strict=True):
        moves.append(Move(at, standing))
        at += step
    return moves, at


def _by_the_microsecond(history: list[Move], now: datetime) -> Clock:
    """Return what the clock must show: for each stretch between any two moments, who had the turn then."""
    moments = sorted({move.at for move in history} | {now})
    spent = {SP: timedelta(), CO: timedelta()}
    for begin, end in itertools.pairwise(moments):
        stood = [move.standing for move in history if move.at <= begin][-1]
        if stood.status is not CLOSED:
            spent[stood.responsible] += end - begin
    return Clock(spent[SP], spent[CO])


@given(histories())
def test_the_clock_is_exact_over_any_history(history_and_now: tuple[list[Move], datetime]) -> None:
    history, now = history_and_now
    assert tickets.clock(history, now) == _by_the_microsecond(history, now)


@given(histories(), st.data())
def test_the_clock_does_not_mind_moves_that_move_nothing(
    history_and_now: tuple[list[Move], datetime], data: st.DataObject
) -> None:
    history, now = history_and_now
    index = data.draw(st.integers(0, len(history) - 1))
    ends = [*(move.at for move in history[1:]), now]
    between = data.draw(st.timedeltas(timedelta(), ends[index] - history[index].at))
    again = Move(history[index].at + between, history[index].standing)
    longer = [*history[: index + 1], again, *history[index + 1 :]]
    assert tickets.clock(longer, now) == tickets.clock(history, now)


@given(histories(), st.timedeltas(timedelta(), timedelta(days=30)))
def test_only_the_clock_of_whose_turn_it_is_goes_on(
    history_and_now: tuple[list[Move], datetime], later: timedelta
) -> None:
    history, now = history_and_now
    before, after = tickets.clock(history, now), tickets.clock(history, now + later)
    grown = {SP: after.with_sp - before.with_sp, CO: after.with_co - before.with_co}
    last = history[-1].standing
    running = timedelta() if last.status is CLOSED else later
    assert grown.pop(last.responsible) == running
    assert set(grown.values()) == {timedelta()}


def test_the_worked_example_of_the_clock() -> None:
    history = [
        Move(START, Standing(CREATED, CO)),
        Move(START + timedelta(minutes=20), Standing(CO_WORKS, CO)),
        Move(START + timedelta(hours=2), Standing(SP_WORKS, SP)),
        Move(START + timedelta(hours=26), Standing(CO_WORKS, CO)),
        Move(START + timedelta(hours=27), Standing(CLOSED, CO)),
    ]
    shown = tickets.clock(history, START + timedelta(days=30))
    assert shown == Clock(with_sp=timedelta(hours=24), with_co=timedelta(hours=3))


@pytest.mark.parametrize(
    ("said", "meant"),
    [(True, True), (False, False), ("true", True), ("false", False), ("True", True), ("FALSE", False), (None, None)],
)
def test_a_link_is_there_or_not(said: bool | str | None, meant: bool | None) -> None:
    assert tickets.link(said) is meant


@pytest.mark.parametrize("wrong", ["", "yes", "1", "truee", " true"])
def test_another_word_for_a_link_is_refused(wrong: str) -> None:
    with pytest.raises(errors.Invalid, match=r"additionalInfo\.link"):
        tickets.link(wrong)


def test_what_differs_in_anything_has_another_fingerprint() -> None:
    plain = Opening(created_by="a", heading="b", description="c", problem_type=ProblemType.OTHER)
    said: dict[str, Any] = {
        "access_id": ids.AccessId("x"),
        "subscription_id": ids.SubscriptionId("x"),
        "sp_reference": "x",
        "sp_ticket_reference": "x",
        "ip": "x",
        "mac": "x",
        "link": False,
    }
    others = [
        Opening(created_by="ab", heading="", description="c", problem_type=ProblemType.OTHER),
        Opening(created_by="a", heading="b", description="c", problem_type=ProblemType.QUALITY),
        *(dataclasses.replace(plain, **{field: value}) for field, value in said.items()),
    ]
    prints = {one.fingerprint for one in (plain, *others)}
    assert len(prints) == 1 + len(others)
    assert all(len(one) == 64 for one in prints)
