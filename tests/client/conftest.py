"""Fixtures: a town for a whole module, whose orders are carried out."""

from collections.abc import Iterator

import pytest

from tests import town as towns
from tests.town import Town


@pytest.fixture(scope="module")
def town(cluster_url: str) -> Iterator[Town]:
    """Make a town with an engine."""
    with towns.made(cluster_url) as url, towns.living(url) as living, living.operator.working():
        yield living
