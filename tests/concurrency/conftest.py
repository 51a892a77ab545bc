"""Fixtures: a scene on one server, and one on two servers of the same database."""

from collections.abc import AsyncIterator

import pytest

from onapi.settings import Settings
from tests.concurrency.scene import Scene, playing
from tests.conftest import Server, serving


@pytest.fixture
def anyio_backend() -> str:
    """Run the stories of this folder on asyncio, as the product does."""
    return "asyncio"


@pytest.fixture
async def scene(server: Server) -> AsyncIterator[Scene]:
    """Make a scene on one server."""
    async with playing(server) as made:
        yield made


@pytest.fixture
async def scene_of_two(server: Server) -> AsyncIterator[Scene]:
    """Make a scene on two servers, which share nothing but the database."""
    with serving(Settings(database_url=server.database_url)) as second:
        async with playing(server, second) as made:
            yield made
