"""An element is asked one thing at a time, no more than it must be, and left alone while it does not answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from onapi.drivers.contract import DriverError, Rejected, TimedOut, Unreachable
from onapi.drivers.guard import Aged, Guard, Lane, LeftAlone, Limits

_FREE = Limits(rate=1e6, burst=1000)


class _Element:
    """An element that notes what it is asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.release = asyncio.Event()
        self.error: DriverError | None = None

    def question(self, name: str) -> Callable[[], Awaitable[str]]:
        async def work() -> str:
            self.asked.append(name)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                await self.release.wait()
            finally:
                self.at_once -= 1
            if self.error is not None:
                raise self.error
            return f"answer to {name}"

        return work


def _run(work: Callable[[_Element], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await work(_Element())

    asyncio.run(begin())


def test_fifty_who_ask_the_same_are_one_question() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        asking = [asyncio.create_task(guard.ask("link", element.question("link"))) for _ in range(50)]
        await asyncio.sleep(0)
        element.release.set()
        answers = await asyncio.gather(*asking)
        assert element.asked == ["link"]
        assert {answer.value for answer in answers} == {"answer to link"}

    _run(story)


def test_different_questions_are_asked_one_after_the_other() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        element.release.set()
        await asyncio.gather(*(guard.ask(n, element.question(str(n))) for n in range(20)))
        assert element.asked == [str(n) for n in range(20)]
        assert element.most_at_once == 1

    _run(story)


def test_who_waits_for_an_answer_goes_before_who_collects() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        first = asyncio.create_task(guard.ask("first", element.question("first")))
        await asyncio.sleep(0)
        collecting = [
            asyncio.create_task(guard.ask(n, element.question("poll"), lane=Lane.BACKGROUND)) for n in range(3)
        ]
        await asyncio.sleep(0)
        request = asyncio.create_task(guard.ask("request", element.question("request")))
        await asyncio.sleep(0)
        element.release.set()
        await asyncio.gather(first, request, *collecting)
        assert element.asked == ["first", "request", "poll", "poll", "poll"]

    _run(story)


def test_a_fresh_answer_is_given_again_with_its_age() -> None:
    async def story(element: _Element) -> None:
        now = [100.0]
        guard = Guard(_FREE, clock=lambda: now[0])
        element.release.set()
        assert (await guard.ask("link", element.question("link"), fresh_s=10)).age_s == 0
        now[0] += 7
        assert await guard.ask("link", element.question("link"), fresh_s=10) == Aged("answer to link", 7.0)
        now[0] += 4
        assert (await guard.ask("link", element.question("link"), fresh_s=10)).age_s == 0
        assert element.asked == ["link", "link"]
        await guard.change(element.question("change"), deadline_s=10)
        await guard.ask("link", element.question("link"), fresh_s=10)
        assert element.asked == ["link", "link", "change", "link"], "after a change nothing is known any more"

    _run(story)


def test_a_change_has_its_turn_and_ends_with_whoever_wanted_it() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        changes = [asyncio.create_task(guard.change(element.question("change"), deadline_s=10)) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert (element.asked, element.at_once) == (["change"], 1)
        changes[0].cancel()
        await asyncio.wait(changes[:1])
        await asyncio.sleep(0.01)
        assert (element.asked, element.at_once) == (["change", "change"], 1), "the same change twice is two"
        element.release.set()
        assert await asyncio.gather(*changes[1:]) == ["answer to change"] * 2

    _run(story)


def test_a_change_has_time_of_its_own_and_then_it_is_not_known_what_became_of_it() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(Limits(rate=1e6, burst=1000, deadline_s=0.01))
        asyncio.get_running_loop().call_later(0.1, element.release.set)
        assert await guard.change(element.question("slow"), deadline_s=10) == "answer to slow"
        element.release.clear()
        with pytest.raises(TimedOut) as late:
            await guard.change(element.question("too slow"), deadline_s=0.05)
        assert not late.value.untouched

    _run(story)


def test_what_an_element_that_is_left_alone_was_not_asked_certainly_did_nothing() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(Limits(rate=1e6, burst=1000, failures=1))
        element.release.set()
        element.error = Unreachable("no route")
        with pytest.raises(Unreachable) as asked:
            await guard.change(element.question("change"), deadline_s=10)
        with pytest.raises(LeftAlone) as spared:
            await guard.change(element.question("change"), deadline_s=10)
        assert (asked.value.untouched, spared.value.untouched) == (False, True)
        assert element.asked == ["change"]

    _run(story)


def test_an_element_that_stopped_answering_is_left_alone_and_then_asked_by_one() -> None:
    async def story(element: _Element) -> None:
        now = [0.0]
        guard = Guard(Limits(rate=1e6, burst=1000, failures=2, rest_s=30), clock=lambda: now[0])
        element.release.set()
        element.error = Unreachable("no route")
        for number in range(10):
            with pytest.raises(Unreachable):
                await guard.ask(number, element.question(str(number)))
        assert element.asked == ["0", "1"], "after two failures it is left alone"
        now[0] += 31
        element.error = None
        assert (await guard.ask("again", element.question("again"))).value == "answer to again"
        assert (await guard.ask("more", element.question("more"))).value == "answer to more"

    _run(story)


def test_those_in_the_queue_of_a_dead_element_do_not_ask_it_either() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(Limits(rate=1e6, burst=1000, failures=1))
        element.error = TimedOut("silence")
        asking = [asyncio.create_task(guard.ask(n, element.question(str(n)))) for n in range(20)]
        await asyncio.sleep(0)
        element.release.set()
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(outcome, DriverError) for outcome in outcomes)
        assert element.asked == ["0"]

    _run(story)


def test_a_refusal_is_an_answer_and_closes_nothing() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        element.release.set()
        element.error = Rejected("no such port")
        for number in range(5):
            with pytest.raises(Rejected):
                await guard.ask(number, element.question(str(number)))
        assert len(element.asked) == 5

    _run(story)


def test_nobody_waits_longer_than_the_deadline_and_the_element_is_free_again() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(Limits(deadline_s=0.05, rate=1e6, burst=1000, failures=100))
        with pytest.raises(TimedOut):
            await guard.ask("slow", element.question("slow"))
        await asyncio.sleep(0.1)
        element.release.set()
        assert (await guard.ask("next", element.question("next"))).value == "answer to next"

    _run(story)


def test_what_nobody_waits_for_any_more_is_not_asked() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(Limits(deadline_s=0.05, rate=1e6, burst=1000, failures=100))
        asking = [asyncio.create_task(guard.ask(n, element.question(str(n)))) for n in range(20)]
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(outcome, TimedOut) for outcome in outcomes)
        element.release.set()
        assert (await guard.ask("next", element.question("next"))).value == "answer to next"
        # The first, and perhaps one whose turn came at that very moment.
        assert element.asked[0] == "0"
        assert len(element.asked) <= 3

    _run(story)


def test_one_who_goes_away_does_not_take_the_answer_from_the_others() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        impatient = asyncio.create_task(guard.ask("link", element.question("link")))
        patient = asyncio.create_task(guard.ask("link", element.question("link")))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        element.release.set()
        assert (await patient).value == "answer to link"
        assert element.asked == ["link"]

    _run(story)


def test_no_more_than_so_many_questions_are_asked_in_a_second() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(Limits(rate=50, burst=1))
        element.release.set()
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(6):
            await guard.ask(number, element.question(str(number)))
        assert loop.time() - began >= 5 / 50 * 0.9

    _run(story)


def test_questions_that_nobody_waits_for_end_when_the_guard_is_closed() -> None:
    async def story(element: _Element) -> None:
        guard = Guard(_FREE)
        asking = [asyncio.create_task(guard.ask(name, element.question(name))) for name in ("one", "two")]
        await asyncio.sleep(0.01)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        assert element.at_once == 1, "it goes on for others who might ask the same"
        await guard.close()
        assert element.at_once == 0
        assert element.asked == ["one"]

    _run(story)
