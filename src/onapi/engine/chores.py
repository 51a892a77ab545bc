"""What has to be done now and then, by whichever worker comes first."""

import structlog

from onapi.storage import journal, samples
from onapi.storage.pool import Database

_log = structlog.get_logger()


class Chores:
    """Forgets what need not be kept any longer. Repeatable, and harmless when several workers do it."""

    every_s = 600.0
    """How often to look, in seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> None:
        """Forget what is past its time: journal rows, in pieces, Idempotency-Keys, peaks and samples."""
        forgotten = 0
        while True:
            async with self._database.connection() as tx:
                rows = await journal.forget(tx)
            forgotten += rows
            if not rows:
                break
        async with self._database.connection() as tx:
            await journal.forget_keys(tx)
            await samples.forget(tx)
        if forgotten:
            _log.info("journal_forgotten", rows=forgotten)
