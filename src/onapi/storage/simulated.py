"""A network that exists only in the database: it keeps what ports deliver, remembers what was done, and can fail.

It is as far away as a real one: what it did stays done, whatever becomes of the transaction of whoever asked.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onapi import errors
from onapi.storage import queries
from onapi.storage.coalesce import Coalesced
from onapi.storage.pool import Database
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an access's element: fail, reject, slow, dead or garbage.

    `times` None: for every question; `seconds` is how slow it is.
    """

    access_id: str
    kind: str
    times: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Port:
    """What a port delivers, as the driver had it kept."""

    access_id: str
    slot: str
    setup: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One change of a port; None is nothing delivered."""

    access_id: str
    slot: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class _Question:
    access_id: str
    slot: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class _Answer:
    did: bool
    held: str | None
    fault: Fault | None


class Cabinet:
    """The elements of the simulated network, as its driver reaches them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answers = Coalesced(self._answer_many)
        self._slots = Coalesced(self._slots_of)

    async def ask(self, question: str) -> str:
        """Return the answer of the element that the question is for; one that is dead never answers.

        A question with a slot is to change what is delivered there, one without is what is delivered.
        """
        raw = json.loads(question)
        if "slot" not in raw:
            return await self._look(raw["access"])
        asked = _Question(raw["access"], raw["slot"], raw["before"], raw["after"])
        answer = await self._answers.get(asked)
        if answer is None:
            return "{}"
        if answer.fault is not None and answer.fault.kind == "slow":
            await asyncio.sleep(answer.fault.seconds)
            answer = await self._change(asked)
        elif answer.fault is not None:
            return await self._fail(asked, answer)
        if answer.did:
            return '{"did": "changed"}'
        held = answer.held
        if held != asked.after:
            # Another may have asked the same at the same moment, and done it unseen by the statement that looked.
            async with self._database.connection() as tx:
                held = await _SQL["held"].value(tx, str, access_id=asked.access_id, slot=asked.slot)
        return '{"did": "nothing"}' if held == asked.after else json.dumps({"holds": held})

    async def _answer_many(self, questions: Sequence[_Question]) -> Mapping[_Question, _Answer]:
        async with self._database.connection() as tx:
            faults = await _faults(tx, [question.access_id for question in questions])
            sound = [question for question in questions if question.access_id not in faults]
            answers = await _exchange(tx, sound) if sound else {}
        broken = {
            q: _Answer(did=False, held=None, fault=faults[q.access_id]) for q in questions if q.access_id in faults
        }
        return answers | broken

    async def _change(self, asked: _Question) -> _Answer:
        async with self._database.connection() as tx:
            await _SQL["count_fault"].run(tx, access_id=asked.access_id)
            return (await _exchange(tx, [asked]))[asked]

    async def _fail(self, asked: _Question, answer: _Answer) -> str:
        async with self._database.connection() as tx:
            await _SQL["count_fault"].run(tx, access_id=asked.access_id)
            held = await _SQL["held"].value(tx, str, access_id=asked.access_id, slot=asked.slot)
        kind = answer.fault.kind if answer.fault else "dead"
        if kind in ("fail", "reject") and held == asked.after:
            return '{"did": "nothing"}'
        return await self._broken(kind)

    async def _look(self, access_id: str) -> str:
        found = await self._slots.get(access_id)
        if found is None:
            return "{}"
        slots, fault = found
        if fault is None:
            return slots
        async with self._database.connection() as tx:
            await _SQL["count_fault"].run(tx, access_id=access_id)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return slots
        return await self._broken(fault.kind)

    async def _slots_of(self, access_ids: Sequence[str]) -> Mapping[str, tuple[str, Fault | None]]:
        async with self._database.connection() as tx:
            rows = await _SQL["slots"].rows(tx, access_ids=list(access_ids))
        return {
            row["access_id"]: (
                f'{{"slots": {row["slots"]}}}',
                row["kind"] and Fault(row["access_id"], row["kind"], None, row["seconds"]),
            )
            for row in rows
        }

    async def _broken(self, kind: str) -> str:
        match kind:
            case "fail":
                return '{"busy": "The element has no room for this just now."}'
            case "reject":
                return '{"rejected": "The element has no such port."}'
            case "garbage":
                return "%% Unrecognized command found at '^' position."
            case _:
                await asyncio.Event().wait()
                return ""


async def put_fault(tx: Tx, fault: Fault) -> None:
    """Give an access's element a fault; `times` 0 takes it away.

    Raises:
        NotFound: there is no such access.
    """
    put = await _SQL["put_fault"].value(
        tx, str, access_id=fault.access_id, kind=fault.kind, times=fault.times, seconds=fault.seconds
    )
    if put is None:
        raise errors.NotFound(f"There is no access {fault.access_id!r}.")


async def ports(tx: Tx) -> list[Port]:
    """Return what all ports deliver."""
    return await _SQL["ports"].all(tx, Port)


async def effects(tx: Tx) -> list[Effect]:
    """Return everything that was ever done to the network, in order."""
    return await _SQL["effects"].all(tx, Effect)


async def _faults(tx: Tx, access_ids: Sequence[str]) -> dict[str, Fault]:
    rows = await _SQL["faults"].rows(tx, access_ids=list(access_ids))
    return {row["access_id"]: Fault(row["access_id"], row["kind"], None, row["seconds"]) for row in rows}


async def _exchange(tx: Tx, questions: Sequence[_Question]) -> dict[_Question, _Answer]:
    rows = await _SQL["exchange"].rows(
        tx,
        access_id=[question.access_id for question in questions],
        slot=[question.slot for question in questions],
        before=[question.before for question in questions],
        after=[question.after for question in questions],
    )
    found = {(row["access_id"], row["slot"]): row for row in rows}
    return {
        question: _Answer(row["did"], row["held"], None)
        for question in questions
        if (row := found[question.access_id, question.slot])
    }
