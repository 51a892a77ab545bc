"""Hear what other processes say, for as long as this one lives."""

import asyncio
from collections.abc import Callable

import structlog

from onapi import errors
from onapi.storage.pool import connect_alone
from onapi.storage.tx import spoken_plainly

_log = structlog.get_logger()

_CHANNEL = "onapi"
_LOOK_EVERY_S = 5.0


async def listen(url: str, heard: Callable[[str], None]) -> None:
    """Call `heard` with what is said, until cancelled; and with "" when something may have been missed."""
    pause_s = 0.1
    while True:
        try:
            await _listen(url, heard)
        except errors.Unavailable as error:
            _log.warning("listening_lost", cause=error.cause, retry_in_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, 2.0)


async def _listen(url: str, heard: Callable[[str], None]) -> None:
    connection = await connect_alone(url)
    try:
        with spoken_plainly():
            await connection.add_listener(_CHANNEL, lambda *said: heard(str(said[3])))
            heard("")
            while True:
                await asyncio.sleep(_LOOK_EVERY_S)
                # A connection whose other end is gone says so only when it is used.
                await connection.execute("SELECT")
    finally:
        connection.terminate()
