"""Network elements, as commands ask them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from onapi import errors
from onapi.drivers.contract import DriverError
from onapi.drivers.credentials import Unread
from onapi.drivers.network import Network
from onapi.storage.pool import Database
from onapi.storage.simulated import Cabinet
from onapi.web import observe


@asynccontextmanager
async def network(opened: Database) -> AsyncIterator[Network]:
    """Yield the network; what an element says that is no answer ends the command with a sentence.

    Raises:
        Unavailable: an element cannot be asked; the sentence is for the CO.
    """
    observe.begin_logging(readable=True)
    ways = Network(cabinet=Cabinet(opened))
    try:
        yield ways
    except DriverError as error:
        raise errors.Unavailable(why(error)) from error
    finally:
        await ways.close()


def why(error: DriverError) -> str:
    """Return why an element cannot be asked, as it is said to the CO."""
    return error.__cause__.sentence if isinstance(error.__cause__, Unread) else error.sentence
