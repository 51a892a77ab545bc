"""The things of the model: what is sold, where, to whom, and what is ordered; dates are texts that sort."""

from dataclasses import dataclass, field
from typing import Any

Wish = dict[str, Any]
"""An order as it is asked for, in the wire's words; what is not said is not in it."""

PAST = "2020-01-01T00:00:00Z"
SOONER, LATER, LAST = "2200-01-01T00:00:00Z", "2200-02-01T00:00:00Z", "2200-03-01T00:00:00Z"

MODIFYING = ("spReference", "spSubscriptionId", "equipment", "characteristics")
"""What MODIFY is for."""

UNFINISHED = ("RECEIVED", "IN_PROGRESS")


@dataclass(frozen=True)
class Service:
    """What is sold; `settings` are the values that its characteristic `sla` may have, none without it."""

    kind: str
    exclusive: bool = True
    takeover: bool = False
    settings: tuple[str, ...] = ()


SERVICES = {
    "BB-100": Service("Broadband", takeover=True, settings=("gold", "silver")),
    "BB-250": Service("Broadband"),
    "VOIP": Service("VOIP", exclusive=False),
}


@dataclass(eq=False)
class Access:
    """An access; alfa sees every one, beta only those of Centrum."""

    access_id: str
    state: str = "CONNECTED"
    population: str = "Centrum"

    def seen_by(self, sp: str) -> bool:
        """Return whether an SP sees it."""
        return sp == "alfa" or self.population == "Centrum"


@dataclass(frozen=True)
class Place:
    """What only one subscription can have: `claim` is empty for an exclusive kind, else the SP and its reference."""

    access: Access
    kind: str
    claim: str


@dataclass(eq=False)
class Subscription:
    """A subscription that is, or was; `fields` are those that orders set."""

    subscription_id: str
    sp: str
    place: Place
    service: str
    fields: dict[str, Any]
    state: str = "ACTIVATED"

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.state != "ENDED"


@dataclass(eq=False)
class Order:
    """An order for a place; `history` are the states that it went through, and `code` is why it failed."""

    order_id: str
    subscription_id: str
    sp: str
    place: Place
    wish: Wish
    history: list[str] = field(default_factory=lambda: ["RECEIVED"])
    code: str | None = None

    @property
    def operation(self) -> str:
        """What it does."""
        return str(self.wish["operation"])

    @property
    def state(self) -> str:
        """The state that it is in."""
        return self.history[-1]

    @property
    def unfinished(self) -> bool:
        """Whether it is still to be carried out."""
        return self.state in UNFINISHED

    @property
    def due(self) -> bool:
        """Whether a worker would begin it."""
        return self.state == "RECEIVED" and self.wish.get("requestedDateTime", PAST) == PAST

    def end(self, code: str | None = None) -> None:
        """Have it succeed, or fail for a reason."""
        self.history.append("DONE_SUCCESS" if code is None else "DONE_FAILED")
        self.code = code


def place_of(sp: str, access: Access, wish: Wish) -> Place:
    """Return the place that an ACTIVATE wants."""
    service = SERVICES[wish["service"]]
    return Place(access, service.kind, "" if service.exclusive else f"{sp} {wish.get('spSubscriptionId', '')}")


def modifies(wish: Wish) -> bool:
    """Return whether a wish asks for more than a state or a service."""
    return any(name in wish for name in MODIFYING)
