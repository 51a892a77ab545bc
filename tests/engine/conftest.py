"""Fixtures: the town's database for a module, where each test has its orders carried out itself."""

from collections.abc import Iterator

import pytest

from tests import town as towns
from tests.operators import Operator


@pytest.fixture(scope="module")
def operator(cluster_url: str) -> Iterator[Operator]:
    """Be the operator of a town in which nobody works yet."""
    with towns.made(cluster_url) as url, towns.staffed(url) as staffed:
        yield staffed


@pytest.fixture(scope="module")
def accesses() -> Iterator[str]:
    """Name accesses that no other test of the module has."""
    return (f"T-{number}" for number in range(1, 401))


@pytest.fixture(autouse=True)
def _idle(operator: Operator) -> None:
    """Let nothing be due that another test has left."""
    operator.rows("UPDATE orders SET due_at = 'infinity' WHERE state IN ('RECEIVED', 'IN_PROGRESS')")
