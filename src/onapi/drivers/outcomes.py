"""What came of asking a driver, whatever it was; used by the contract's checks."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_PATIENCE_S = 60.0
# Whoever is told to stop has nothing to wait for.
_PARTING_S = 5.0


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """A value, or an error of any kind; neither when it took too long."""

    value: T | None = None
    error: BaseException | None = None

    def __str__(self) -> str:
        if self.error is None:
            return repr(self.value)
        return f"{type(self.error).__name__}: {self.error}" if str(self.error) else type(self.error).__name__


async def outcome(asked: Awaitable[T]) -> Outcome[T]:
    """Return what comes of something; what takes more than a minute is a TimeoutError."""
    task = asyncio.ensure_future(asked)
    await asyncio.wait({task}, timeout=_PATIENCE_S)
    if not task.done():
        await ended(task)
        return Outcome(error=TimeoutError(f"it took more than {_PATIENCE_S:.0f} s"))
    if task.cancelled():
        return Outcome(error=asyncio.CancelledError("it cancelled itself"))
    error = task.exception()
    return Outcome(error=error) if error is not None else Outcome(task.result())


async def ended(task: "asyncio.Future[T]") -> bool:
    """Cancel a task, and return whether that ended it."""
    task.cancel()
    await asyncio.wait({task}, timeout=_PARTING_S)
    return task.cancelled()
