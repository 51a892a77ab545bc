"""The nursery of worker processes, as tests hold it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.crash.worker_process import Fates, Life, ask_for

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60.0


@dataclass(eq=False)
class Ward:
    """A worker process; `ended` has its exit code, minus the signal that killed it."""

    pid: int
    ended: "asyncio.Future[int]" = field(repr=False)

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return not self.ended.done()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.alive:
            os.kill(self.pid, number)

    async def gone(self) -> int:
        """Wait until it has ended, and return its exit code."""
        async with asyncio.timeout(_PATIENCE_S):
            return await asyncio.shield(self.ended)

    async def end(self) -> int:
        """Have it stop as an operator has it, and return its exit code."""
        self.signal(signal.SIGTERM)
        return await self.gone()


class Nursery:
    """Makes worker processes for a test; those that are left are killed with it."""

    def __init__(self, process: Process, life: Life, folder: Path) -> None:
        self._process = process
        self._life = life
        self._log = folder / "log"
        self._wards: dict[int, Ward] = {}
        self._born: asyncio.Queue[Ward] = asyncio.Queue()
        self._making = asyncio.Lock()
        self.fates = Fates(Path(life.fates))

    async def worker(self, **changes: float) -> Ward:
        """Start a worker; `changes` are to how it lives."""
        stdin = self._process.stdin
        assert stdin is not None
        async with self._making, asyncio.timeout(_PATIENCE_S):
            stdin.write(ask_for(replace(self._life, **changes)))  # type: ignore[arg-type]  # all numbers
            return await self._born.get()

    async def work_until(
        self, stories: Sequence["asyncio.Task[None]"], posts: Sequence[list[Ward]], *, concurrency: int = 1
    ) -> None:
        """Have a worker at each post, and another when it was killed, until the stories are told.

        Args:
            stories: what is waited for; the first that fails fails this.
            posts: lists in which the workers of the moment can be found.
            concurrency: of each worker.
        """
        manning = [asyncio.create_task(self._man(post, concurrency)) for post in posts]
        telling = asyncio.create_task(_all(stories))
        await asyncio.wait([telling, *manning], return_when=asyncio.FIRST_COMPLETED)
        for task in manning:
            task.cancel()
        broken = [e for e in await asyncio.gather(*manning, return_exceptions=True) if isinstance(e, Exception)]
        assert not broken, broken
        await telling
        for ward in [ward for post in posts for ward in post]:
            code = await ward.end()
            assert code in (0, -signal.SIGKILL), f"{code}: {self.log()[-5000:]}"

    async def _man(self, post: list[Ward], concurrency: int) -> None:
        while True:
            post[:] = [await self.worker(concurrency=concurrency)]
            code = await post[0].gone()
            assert code == -signal.SIGKILL, f"{code}: {self.log()[-5000:]}"

    @property
    def kills(self) -> int:
        """How many workers have died of SIGKILL."""
        return sum(ward.ended.result() == -signal.SIGKILL for ward in self._wards.values() if not ward.alive)

    def log(self) -> str:
        """Return what all workers have said."""
        return self._log.read_text() if self._log.exists() else ""

    async def until_said(self, event: str, order_id: str) -> None:
        """Wait until a worker has logged an event of an order."""
        async with asyncio.timeout(_PATIENCE_S):
            while not any(event in line and order_id in line for line in self.log().splitlines()):
                await asyncio.sleep(0.02)

    async def listen(self) -> None:
        """Hear who is born and who has died, until the nursery ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            match line.decode().split():
                case ["born", pid]:
                    ward = Ward(int(pid), asyncio.get_running_loop().create_future())
                    self._wards[ward.pid] = ward
                    self._born.put_nowait(ward)
                case ["dead", pid, code]:
                    self._wards[int(pid)].ended.set_result(int(code))


async def _all(stories: Sequence["asyncio.Task[None]"]) -> None:
    await asyncio.gather(*stories)


@asynccontextmanager
async def nursery(url: str, folder: Path) -> AsyncIterator[Nursery]:
    """Make a nursery for workers on a database; what they leave behind is in the folder."""
    fates = folder / "fates"
    fates.mkdir()
    life = Life(url=url, fates=str(fates), log=str(folder / "log"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.worker_process", cwd=_ROOT, stdin=PIPE, stdout=PIPE
    )
    made = Nursery(process, life, folder)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening
