"""Coalesced reads: what is asked together is read together, and everyone gets an answer."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from onapi.storage.coalesce import Coalesced


class _Source:
    def __init__(self) -> None:
        self.queries: list[list[int]] = []
        self.failing = False

    async def many(self, keys: Sequence[int]) -> Mapping[int, str]:
        self.queries.append(list(keys))
        await asyncio.sleep(0)
        if self.failing:
            raise RuntimeError("away")
        return {key: f"value {key}" for key in keys if key < 1000}


def test_reads_of_one_turn_share_a_query_and_equal_ones_share_a_key() -> None:
    source = _Source()
    reads = Coalesced(source.many)

    async def read() -> list[str | None]:
        return await asyncio.gather(*(reads.get(key % 50) for key in range(200)))

    values = asyncio.run(read())
    assert values == [f"value {key % 50}" for key in range(200)]
    assert source.queries == [list(range(50))]


def test_what_is_not_there_is_none() -> None:
    source = _Source()
    assert asyncio.run(Coalesced(source.many).get(5000)) is None


def test_more_than_a_query_takes_goes_into_several() -> None:
    source = _Source()
    reads = Coalesced(source.many)

    async def read() -> list[str | None]:
        return await asyncio.gather(*(reads.get(key) for key in range(1200)))

    assert len(asyncio.run(read())) == 1200
    assert sorted(key for keys in source.queries for key in keys) == list(range(1200))
    assert max(map(len, source.queries)) <= 500


def test_a_failure_reaches_every_reader_and_the_next_read_asks_again() -> None:
    source = _Source()
    source.failing = True
    reads = Coalesced(source.many)

    async def read() -> str | None:
        failures = await asyncio.gather(*(reads.get(key) for key in range(3)), return_exceptions=True)
        assert [str(failure) for failure in failures] == ["away"] * 3
        source.failing = False
        return await reads.get(1)

    assert asyncio.run(read()) == "value 1"


def test_a_reader_that_goes_away_takes_no_answer_from_the_others() -> None:
    source = _Source()
    reads = Coalesced(source.many)

    async def read() -> str | None:
        leaving = asyncio.ensure_future(reads.get(1))
        staying = asyncio.ensure_future(reads.get(1))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        return await staying

    assert asyncio.run(read()) == "value 1"
