"""The composition root: settings in, ASGI application out. The only place where the parts meet."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import version

from starlette.types import Receive, Scope, Send

from onapi import errors
from onapi import settings as settings_module
from onapi.actions import orders as actions
from onapi.actions import tickets as ticket_actions
from onapi.actions.dhcp_lookup import DhcpLookup as Lookup
from onapi.actions.invoices import Issuer
from onapi.actions.places import SIMULATED, Places
from onapi.actions.technical import Technical
from onapi.actions.ticket_witness import Witness
from onapi.drivers.contract import Element, Provisions
from onapi.drivers.credentials import Credentials
from onapi.drivers.network import Network
from onapi.drivers.simulated.driver import Simulated
from onapi.drivers.ways import Ways
from onapi.engine.chores import Chores
from onapi.engine.ports import Ports
from onapi.engine.runner import Patience
from onapi.engine.sampling import Sampling
from onapi.engine.worker import Worker
from onapi.resources.accesses import Accesses
from onapi.resources.dhcplookup import DhcpLookup
from onapi.resources.endpoints import Endpoints
from onapi.resources.events import Events
from onapi.resources.invoicespecification import InvoiceSpecification
from onapi.resources.option82 import Option82
from onapi.resources.orderevents import OrderEvents
from onapi.resources.orders import Orders
from onapi.resources.services import Services
from onapi.resources.subscriptions import Subscriptions
from onapi.resources.tech import Tech
from onapi.resources.tickets import Tickets
from onapi.settings import Settings
from onapi.storage import facts, migrate, news, pool
from onapi.storage.herald import Herald
from onapi.storage.simulated import Cabinet
from onapi.web import observe
from onapi.web.api import Api
from onapi.web.authentication import Authenticator
from onapi.web.cursors import Cursors
from onapi.web.lists import Lists
from onapi.web.routing import Endpoint

VERSION = version("onapi")

CONCURRENCY = 200
"""How many orders an engine carries out at once, unless it is told otherwise."""

# With the pauses between them five minutes, in which an element can start anew.
_TRIES = 12


class Application:
    """One process's server, as an ASGI application; its parts are made when its lifespan begins."""

    def __init__(self, settings: Settings, *, works: bool = False) -> None:
        """Make it; `works` says whether an engine runs beside the API, as in the demo."""
        self._settings = settings
        self._works = works
        self._api: Api | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live from startup to shutdown."""
        if scope["type"] == "http" and self._api is not None:
            await self._api(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with running(self._settings) as self._api, _working(self._settings, works=self._works):
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except errors.OnapiError as error:
            await send({"type": "lifespan.startup.failed", "message": error.cause})
        else:
            await send({"type": "lifespan.shutdown.complete"})


def create() -> Application:
    """Return the application as the environment has it set; every worker process calls this."""
    observe.begin_logging()
    return Application(settings_module.read(os.environ))


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Api]:
    """Connect, and yield the API; everything is given back at the end.

    Raises:
        Unavailable: the database cannot be reached, or its schema is not this version's.
    """
    async with AsyncExitStack() as stack:
        database = await pool.connect(settings.database_url, for_sps=True)
        stack.push_async_callback(database.close)
        # Elements are asked for the CO: where their credentials are is nothing that a statement for SPs may see.
        operators = await pool.connect(settings.database_url)
        stack.push_async_callback(operators.close)
        network = Network(cabinet=Cabinet(operators))
        stack.push_async_callback(network.close)
        await migrate.refuse_other_schema(database)
        async with database.transaction() as tx:
            cursors = Cursors(await facts.cursor_key(tx))
        authenticator = Authenticator(database)
        newsroom = news.News(settings.database_url, on_accounts=authenticator.forget)
        herald = Herald(database)
        places = Places(operators, simulated=settings.network == SIMULATED)
        witness = Witness(operators, places, network)
        await newsroom.start()
        for part in (witness, herald, newsroom):
            stack.push_async_callback(part.stop)
        resources = _resources(
            database,
            newsroom,
            Lists(database, newsroom, cursors),
            orders=actions.Orders(database, herald),
            tickets=ticket_actions.Tickets(database, witness),
            technical=Technical(database, places, network),
        )
        yield _api(settings, database, authenticator, resources)


@asynccontextmanager
async def engine(settings: Settings, database: pool.Database, *, concurrency: int) -> AsyncIterator[Worker]:
    """Yield an engine for a database that was opened for the operator; the network is what the settings say."""
    chores = Chores(database, issuer(settings))
    if settings.network == SIMULATED:
        yield Worker(database, settings.database_url, simulated(database), concurrency=concurrency, chores=chores)
        return
    network = Network(cabinet=Cabinet(database))
    ports = Ports(Places(database, simulated=False), network)
    try:
        yield Worker(
            database,
            settings.database_url,
            ports,
            concurrency=concurrency,
            patience=Patience(tries=_TRIES),
            sampling=Sampling(database, network),
            chores=chores,
        )
    finally:
        await network.close()


def simulated(database: pool.Database) -> Provisions:
    """Return the simulated network, of whichever access; it needs no protection."""
    element = Element(name=SIMULATED, address="127.0.0.1")
    return Simulated(element, Ways(element, Credentials(), Cabinet(database)))


def issuer(settings: Settings) -> Issuer:
    """Return who invoices."""
    return Issuer(settings.co_id, settings.time_zone)


@asynccontextmanager
async def _working(settings: Settings, *, works: bool) -> AsyncIterator[None]:
    if not works:
        yield
        return
    async with AsyncExitStack() as stack:
        database = await pool.connect(settings.database_url)
        stack.push_async_callback(database.close)
        worker = await stack.enter_async_context(engine(settings, database, concurrency=CONCURRENCY))
        task = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            await asyncio.wait([task])


def _resources(
    database: pool.Database,
    newsroom: news.News,
    answers: Lists,
    *,
    orders: actions.Orders,
    tickets: ticket_actions.Tickets,
    technical: Technical,
) -> list[Endpoint]:
    lookup = Lookup(database)
    return [
        Accesses(database, answers).endpoint(),
        Services(database, answers).endpoint(),
        Subscriptions(database, answers).endpoint(),
        Orders(database, orders).endpoint(),
        OrderEvents(database, newsroom).endpoint(),
        Events(database, newsroom).endpoint(),
        Tickets(database, answers, tickets).endpoint(),
        InvoiceSpecification(database).endpoint(),
        DhcpLookup(lookup).endpoint(),
        Option82(lookup).endpoint(),
        Tech(technical).endpoint(),
    ]


def _api(settings: Settings, database: pool.Database, authenticator: Authenticator, resources: list[Endpoint]) -> Api:
    return Api(
        mounts=settings.mounts,
        endpoints=[Endpoints(resources).endpoint(), *resources],
        aliases={"order": "orders"},
        authenticator=authenticator,
        ready=partial(migrate.refuse_other_schema, database),
        metrics_on_loopback=not settings.behind_proxy and not settings.metrics_port,
        version=VERSION,
    )
