"""Fixtures: the town's database, in which the simulated network is."""

from collections.abc import Iterator

import pytest

from tests import town as towns
from tests.operators import Operator


@pytest.fixture(scope="module")
def operator(cluster_url: str) -> Iterator[Operator]:
    """Be the operator of a town."""
    with towns.made(cluster_url) as url, towns.staffed(url) as staffed:
        yield staffed
