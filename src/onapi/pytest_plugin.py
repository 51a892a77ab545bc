"""Fixtures for pytest, where onapi is installed: a real operator in the test's process. See `onapi.testing`.

They load the server only when a test asks for them.
"""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from onapi.testing import Cluster, Network


@pytest.fixture(scope="session")
def onapi_cluster() -> "Iterator[Cluster]":
    """Run one PostgreSQL for all tests, with a made-up operator in it that each network is a copy of."""
    with _testing().cluster() as running:
        yield running


@pytest.fixture
def onapi_network(onapi_cluster: "Cluster") -> "Iterator[Network]":
    """Run an operator for one test: accesses, services, three providers, the API, and the engine that does orders."""
    with onapi_cluster.network() as running:
        yield running


def _testing() -> Any:
    try:
        return importlib.import_module("onapi.testing")
    except ModuleNotFoundError as error:
        missing = error.name
    pytest.fail(
        f"onapi's fixtures need its server, which lacks {missing}: pip install 'onapi[server]'", pytrace=False
    )
