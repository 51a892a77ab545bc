"""What both clients have: a resource of the standard each."""

import re
from importlib.metadata import version
from typing import Generic

from onapi.client.accesses import Accesses
from onapi.client.binding import K, Runner
from onapi.client.endpoints import Endpoints
from onapi.client.events import Events
from onapi.client.invoicespecification import InvoiceSpecification
from onapi.client.lookups import DhcpLookup, Option82
from onapi.client.orderevents import OrderEvents
from onapi.client.orders import Orders
from onapi.client.services import Services
from onapi.client.steps import Patience, Surroundings
from onapi.client.subscriptions import Subscriptions
from onapi.client.tech import Tech
from onapi.client.tickets import Tickets
from onapi.vocabulary import Dialect

AGENT = f"onapi/{version('onapi')}"


def surroundings(url: str, patience: Patience | None, dialect: Dialect) -> Surroundings:
    """Return what descriptions need, for the server at a URL."""
    older = re.search(r"/2\.[45]/?\Z", url) is not None
    return Surroundings(patience=patience or Patience(), dialect=dialect, is_older=older)


class Resources(Generic[K]):
    """The resources, by the standard's names."""

    def __init__(self, runner: Runner) -> None:
        self.endpoints: Endpoints[K] = Endpoints(runner)
        self.accesses: Accesses[K] = Accesses(runner)
        self.services: Services[K] = Services(runner)
        self.subscriptions: Subscriptions[K] = Subscriptions(runner)
        self.orders: Orders[K] = Orders(runner)
        self.orderevents: OrderEvents[K] = OrderEvents(runner)
        self.events: Events[K] = Events(runner)
        self.tickets: Tickets[K] = Tickets(runner)
        self.invoicespecification: InvoiceSpecification[K] = InvoiceSpecification(runner)
        self.tech: Tech[K] = Tech(runner)
        self.dhcplookup: DhcpLookup[K] = DhcpLookup(runner)
        self.option82: Option82[K] = Option82(runner)
