"""Fixtures: a nursery of worker processes on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.workers import Nursery
from tests.crash.workers import nursery as nursed


@pytest.fixture
def anyio_backend() -> str:
    """Run the stories of this folder on asyncio, as the product does."""
    return "asyncio"


@pytest.fixture
async def nursery(database_url: str, tmp_path: Path) -> AsyncIterator[Nursery]:
    """Make a nursery."""
    async with nursed(database_url, tmp_path) as made:
        yield made
