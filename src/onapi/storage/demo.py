"""The demo's past, which no order made."""

from datetime import date

from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


async def live_last_month(tx: Tx, *, today: date, zone: str) -> None:
    """Have some subscriptions that were delivered in the month before a day, and have ended."""
    await _SQL["live_last_month"].run(tx, today=today, zone=zone)
