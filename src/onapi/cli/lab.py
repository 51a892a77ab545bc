"""`onapi demo --network lab`: the demo on a real network, which is the lab's city."""

import asyncio
import dataclasses
from functools import partial

from onapi import errors
from onapi.actions.demo import PROVIDERS
from onapi.cli import output, server
from onapi.cli.server import Listening
from onapi.lab import city as cities
from onapi.lab import databases, programs, stock
from onapi.lab.city import City
from onapi.settings import Settings
from onapi.storage import embedded, migrate, pool


def run(settings: Settings, listening: Listening) -> None:
    """Run the city, and its operator's API and engine, until SIGINT or SIGTERM; nothing of an earlier run is kept.

    Raises:
        Unavailable: it cannot be here; the sentence says what is missing.
        Conflict: it runs already.
        Invalid: a database is given.
    """
    if settings.database_url:
        raise errors.Invalid("The lab has a PostgreSQL of its own, for itself and for Kea; unset ONAPI_DATABASE_URL.")
    programs.refuse_without()
    folder = settings.data / "lab"
    embedded.discard(folder)
    with embedded.running(folder) as url, cities.running(databases.beside(url)) as city:
        ready_settings = dataclasses.replace(settings, database_url=url, data=folder, network="inventory")
        asyncio.run(_prepare(url, city))
        server.run(ready_settings, listening, partial(_welcome, ready_settings, city))
    output.say("The city is taken down.")


async def _prepare(url: str, city: City) -> None:
    opened = await pool.connect(url)
    try:
        async with opened.transaction() as tx:
            await migrate.apply(tx)
        await stock.fill(opened, city)
    finally:
        await opened.close()


def _welcome(settings: Settings, city: City, url: str) -> None:
    print(f"ready {url}")
    for provider in PROVIDERS:
        print(f"  {provider.sp} / {provider.secret}  {provider.dialect}")
    print("the city")
    for customer in city.customers:
        where = f"{cities.SWITCH} {customer.port}"
        print(f"  {customer.access_id} is at {where}; its customer is in the namespace {customer.namespace.name}")
    customer = city.customers[0]
    inside = f"ip netns exec {customer.namespace.name}"
    account = f"-u {PROVIDERS[0].sp}:{PROVIDERS[0].secret}"
    wish = f'{{"operation":"ACTIVATE","accessId":"{customer.access_id}","service":"BB-100-100"}}'
    print("try, as root: before the order there is no address, and after it there is")
    print(f"  {inside} {' '.join(customer.dhclient)}")
    print(f"  curl {account} --json '{wish}' {url}orders/")
    print(f"  {inside} {' '.join(customer.dhclient)}")
    print(f"  {inside} ping -c 3 {cities.PROVIDER}")
    print(f"  curl {account} {url}tech/access/{customer.access_id}/link/leaseinfo")
    print(f"  curl {account} {url}tech/access/{customer.access_id}/link/status")
    print("  ovs-vsctl --db=unix:" + f"{city.switch.database} list port {customer.port}")
    print(f"  ONAPI_DATA={settings.data} onapi network audit", flush=True)
