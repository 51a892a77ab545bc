"""Fixtures: the city of the lab, with an operator's API and engine, for all tests of this folder."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from onapi import errors
from onapi.lab import city as cities
from onapi.lab import databases, kea, stock
from onapi.lab.city import City
from onapi.lab.programs import PACKAGES
from onapi.settings import Settings
from tests.conftest import made_database, opened, serving
from tests.drivers.ovs.namespaces import Namespace
from tests.lab.town import Household, Town
from tests.packages import need

_NAME = "onapi-test"
_PATIENCE_S = 300.0

_serial = itertools.count(1)


@pytest.fixture(scope="package")
def town(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Run the city, on a PostgreSQL of its own database."""
    possible()
    with ExitStack() as begun:
        url = begun.enter_context(made_database(cluster_url))
        beside = databases.beside(url, name=f"kea_lab_{next(_serial)}")
        city = begun.enter_context(_running(beside))
        asyncio.run(_filled(url, city))
        server = begun.enter_context(serving(Settings(database_url=url), works=True))
        yield Town(city, server, tmp_path_factory.mktemp("lab"))


@pytest.fixture
def household(town: Town, request: pytest.FixtureRequest) -> Iterator[Household]:
    """Return somebody to whom nothing is delivered, before the test and after; at LAB-1, or where the test says."""
    household = town.household(getattr(request, "param", "LAB-1"))
    before = town.traces()
    yield household
    household.forgets_its_address()
    for sp in ("alfa", "beta"):
        for one in town.reads(f"/subscriptions/{household.access_id}", sp)["subscriptions"]:
            town.has("DEACTIVATE", sp, subscriptionId=one["subscriptionId"])
    assert town.traces() == before, "something is left of the test"


def possible() -> None:
    """Skip the test where the lab cannot be."""
    need(*sorted(set(PACKAGES.values())))
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"needs network namespaces, which cannot be made here: {error}")


@contextmanager
def _running(database: kea.Database) -> Iterator[City]:
    """Run the city when nobody else's tests on this machine do."""
    until = time.monotonic() + _PATIENCE_S
    with ExitStack() as begun:
        while True:
            try:
                yield begun.enter_context(cities.running(database, name=_NAME))
            except errors.Conflict:
                assert time.monotonic() < until, "another run of the tests does not end"
                time.sleep(1)
            else:
                return


async def _filled(url: str, city: City) -> None:
    async with opened(url) as database:
        await stock.fill(database, city)
