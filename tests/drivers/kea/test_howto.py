"""What docs/howto/connect-kea.md tells people to do is enough, and not more than is needed."""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import onapi
from onapi.drivers.contract import AuthFailed
from onapi.drivers.kea.database import KeaDatabase
from tests.drivers.kea.conftest import BLOCKED, BROADBAND, Town, fixed
from tests.packages import program

_PAGE = (Path(onapi.__file__).parents[2] / "docs/howto/connect-kea.md").read_text(encoding="utf-8")
_ROLE = "onapi_kea"


def _block(language: str, word: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if word in block]
    return str(found)


@pytest.fixture
def as_told(town: Town) -> Iterator[Town]:
    """Have the town's operator act as the role of the page."""
    for statement in _block("sql", f"CREATE ROLE {_ROLE}").split(";"):
        if statement.strip():
            town.sql(statement)
    yield replace(town, database=replace(town.database, user=_ROLE))
    town.sql(f"DROP OWNED BY {_ROLE}")
    town.sql(f"DROP ROLE {_ROLE}")


def test_the_role_of_the_page_may_do_all_that_the_driver_does(as_told: Town) -> None:
    town, anna = as_told, as_told.customer()
    town.provision(anna, None, BROADBAND)
    assert town.bb.lease(anna.line, anna.mac)
    assert town.six.lease(anna.line, anna.mac)
    leases = town.ask(lambda driver: driver.leases(anna.identifiers))
    assert [lease.start is not None for lease in leases] == [True] * 3
    assert town.ask(lambda driver: driver.deliveries("", anna.identifiers))
    town.provision(anna, BROADBAND, BLOCKED)
    town.provision(anna, BLOCKED, fixed(BROADBAND))
    town.provision(anna, fixed(BROADBAND), None)
    assert town.ask(lambda driver: driver.leases(anna.identifiers)) == ()


@pytest.mark.parametrize("statement", ["DELETE FROM lease4", "SELECT * FROM dhcp4_options", "CREATE TABLE mine ()"])
def test_the_role_of_the_page_may_not_do_more(as_told: Town, statement: str) -> None:
    async def asked() -> None:
        place = as_told.database
        database = KeaDatabase(place.host, place.port, place.name, place.user, None)
        with pytest.raises(AuthFailed):
            await database.execute([(statement, [])])

    asyncio.run(asked())


def test_the_configuration_of_the_page_is_one(town: Town) -> None:
    configuration = json.loads(_block("json", "Dhcp4"))
    told, runs = configuration["Dhcp4"], json.loads((town.running.folder / "kea-dhcp4.json").read_text())["Dhcp4"]
    told["interfaces-config"]["interfaces"] = ["lo"]
    # Where the library and the database are differs from machine to machine.
    for name in ("hooks-libraries", "lease-database", "hosts-database"):
        told[name] = runs[name]
    path = town.running.folder / "as-told.json"
    path.write_text(json.dumps(configuration), encoding="utf-8")
    tried = subprocess.run([program("kea-dhcp4"), "-t", str(path)], check=False, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert all(pool.get("client-class") for subnet in told["subnet4"] for pool in subnet["pools"])
