"""The spool: whatever the order of putting and getting, what comes out is what went in."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from onapi.web.spool import Spool

PIECES = st.lists(st.binary(min_size=1, max_size=30), max_size=30)


@given(PIECES, st.lists(st.booleans(), max_size=80), st.integers(1, 60))
def test_any_interleaving_keeps_every_byte_in_order(pieces: list[bytes], puts_first: list[bool], room: int) -> None:
    async def story() -> bytes:
        spool = Spool(in_memory=room, patience_s=0)
        waiting, out = list(pieces), bytearray()
        for put in puts_first:
            if put and waiting:
                await spool.put(waiting.pop(0))
            elif not spool.drained:
                try:
                    async with asyncio.timeout(0.5):
                        out.extend(await spool.get() or b"")
                except TimeoutError:
                    break
            elif waiting:
                await spool.put(waiting.pop(0))
        for piece in waiting:
            await spool.put(piece)
        spool.end()
        while (rest := await spool.get()) is not None:
            out.extend(rest)
        spool.close()
        return bytes(out)

    assert asyncio.run(story()) == b"".join(pieces)


def test_a_writer_waits_for_the_reader_only_as_long_as_it_has_patience() -> None:
    async def story() -> list[bytes | None]:
        spool = Spool(in_memory=2, patience_s=0.05)
        for piece in (b"aa", b"bb", b"cc"):
            await spool.put(piece)  # Nobody reads: the second waits, and the third no longer does.
        spool.end()
        assert not spool.drained
        got = [await spool.get() for _ in range(3)]
        spool.close()
        return got

    first, second, end = asyncio.run(story())
    assert (first, second, end) == (b"aa", b"bbcc", None)


def test_a_reader_waits_for_the_writer() -> None:
    async def story() -> bytes | None:
        spool = Spool()
        reading = asyncio.create_task(spool.get())
        await asyncio.sleep(0)
        assert not reading.done()
        await spool.put(b"x")
        return await reading

    assert asyncio.run(story()) == b"x"


def test_a_writer_goes_on_when_the_reader_makes_room() -> None:
    async def story() -> bool:
        spool = Spool(in_memory=1, patience_s=60)
        await spool.put(b"a")
        writing = asyncio.create_task(spool.put(b"b"))
        await asyncio.sleep(0.01)
        assert not writing.done()
        assert await spool.get() == b"a"
        await writing
        return await spool.get() == b"b"

    assert asyncio.run(story())
