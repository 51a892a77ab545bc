"""What has to be done now and then, by whichever worker comes first."""

import structlog

from onapi import errors
from onapi.actions import invoices
from onapi.actions.invoices import Issuer
from onapi.storage import journal, samples
from onapi.storage.pool import Database

_log = structlog.get_logger()


class Chores:
    """Forgets what need not be kept any longer, and computes the month that has ended.

    Repeatable, and harmless when several workers do it.
    """

    every_s = 600.0
    """How often to look, in seconds."""

    def __init__(self, database: Database, issuer: Issuer | None = None) -> None:
        """Make it; without an issuer, or its name, months are not computed."""
        self._database = database
        self._issuer = issuer

    async def look(self) -> None:
        """Do what has to be done."""
        await self._forget()
        if self._issuer is not None and self._issuer.co_id:
            await self._close_month(self._issuer)

    async def _close_month(self, issuer: Issuer) -> None:
        """Compute the month that ended last, unless that is done and nothing was written by hand since."""
        try:
            period = await invoices.closing(self._database, issuer)
            if period is not None:
                outcome = await invoices.compile_period(self._database, issuer, period)
                rows = sum(one.rows for one in outcome.sums)
                _log.info("month_computed", period=outcome.period, rows=rows, unpriced=outcome.unpriced)
        except (errors.Conflict, errors.Invalid) as error:
            _log.warning("month_not_computed", cause=error.cause)

    async def _forget(self) -> None:
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
