"""What the city's operator has entered: service providers, accesses, a catalogue, and an inventory of the network."""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files

from onapi import errors
from onapi.actions import accesses, catalogue, catalogue_files, inventory, providers
from onapi.actions.demo import PROVIDERS
from onapi.domain import address_lists, inventory_lists
from onapi.domain.catalogue import Catalogue
from onapi.drivers import registry
from onapi.lab import city as cities
from onapi.lab.city import City
from onapi.storage.pool import Database

_TEMPLATES = {"ipv4CircuitId": "{element} {port}", "ipv4RemoteId": "{element}"}
"""How the relay names the customers."""


async def fill(database: Database, city: City) -> None:
    """Make an empty database that of the city's operator, by the ways that every operator has."""
    for provider in PROVIDERS:
        await providers.add_with_secret(
            database,
            sp=provider.sp,
            name=provider.name,
            dialect=provider.dialect,
            populations=(),
            secret=provider.secret,
        )
    listed = address_lists.open_list(_file("accesses.csv"), None, datetime.now(UTC).date())
    await accesses.import_list(
        database, listed.records(), dry_run=False, disconnect_missing=False, max_missing=0, progress=_untold
    )
    await catalogue.import_catalogue(database, _catalogue(), dry_run=False)
    for lines, templates in ((_elements(city), {}), (_ports(city), _TEMPLATES)):
        made = {column: inventory_lists.template(text) for column, text in templates.items()}
        reading = inventory_lists.open_list((line.encode() + b"\n" for line in lines), made)
        outcome = await inventory.import_list(
            database, reading, drivers=registry.installed(), dry_run=False, progress=_untold
        )
        if outcome.comparison is None:
            raise errors.Invalid(f"The lab's list of {reading.kind} is wrong: {outcome.row_errors[0]}")


def _elements(city: City) -> Iterable[str]:
    switch = {**city.switch.options, "vlan.bb": str(cities.VLAN), "dhcp": cities.SERVER}
    yield "element,address,driver,credentials,options"
    yield f"{cities.SERVER},127.0.0.1,kea,file:{city.server_credentials},{_written(city.server_options)}"
    yield f"{cities.SWITCH},127.0.0.1,ovs,,{_written(switch)}"
    yield f"{cities.AGENT},127.0.0.1,auto,file:{city.agent.credentials},{_written(city.agent.options)}"


def _ports(city: City) -> Iterable[str]:
    yield "accessId,element,port"
    for customer in city.customers:
        yield f"{customer.access_id},{cities.SWITCH},{customer.port}"


def _written(options: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in options.items())


def _catalogue() -> Catalogue:
    found = catalogue_files.read(_file("catalogue.yaml"))
    if not isinstance(found, Catalogue):
        raise errors.Invalid(f"The lab's catalogue is broken: {found}")
    return found


def _file(name: str) -> bytes:
    return (files("onapi.lab") / name).read_bytes()


def _untold(_rows: int) -> None:
    """Nobody waits so long for so little that it must be told."""
