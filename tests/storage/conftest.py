"""Fixtures: the town's database for a whole module, with nobody who works on its orders."""

from collections.abc import Iterator

import pytest

from tests import town as towns
from tests.operators import Operator


@pytest.fixture(scope="module")
def operator(cluster_url: str) -> Iterator[Operator]:
    """Be the operator of a town."""
    with towns.made(cluster_url) as url, towns.staffed(url) as staffed:
        yield staffed


@pytest.fixture(scope="module")
def accesses() -> Iterator[str]:
    """Name accesses that no other test of the module has."""
    return (f"T-{number}" for number in range(1, 401))
