"""Fixtures: a database of its own, with an operator."""

from collections.abc import Iterator

import pytest

from tests.operators import Operator


@pytest.fixture
def operator(database_url: str) -> Iterator[Operator]:
    """Be the operator of an empty database."""
    made = Operator(database_url)
    yield made
    made.close()
