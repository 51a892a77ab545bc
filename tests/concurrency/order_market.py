"""A market of long ago, in which everything that can change what an SP is told has an access of its own.

alfa follows; beta is the other SP, which sees everything. On BELL each holds something that rings change.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import httpx2

from onapi.domain.characteristics import Rule
from onapi.storage.tx import Tx
from tests import given
from tests.concurrency.followers import Follower
from tests.concurrency.order_followers import Services, Subscriptions
from tests.concurrency.scene import BELL, Scene

F = TypeVar("F", bound=Follower)

_VIEW = ("Centrum", "Hemsö", "Väster", "Torg")
_POPULATIONS = {"A-COMES": "Norr", "A-GRANTED": "Öster", "A-REVOKED": "Väster", "A-TORG": "Torg"}
# By access, who has a subscription there.
_HELD = {"A-FREED": "beta", "A-ENDS": "beta", "A-SUSPENDED": "alfa", "A-ENDED": "alfa", "A-LEFT": "alfa"}

ORDER = """
INSERT INTO orders (order_id, sp, access_id, service, service_type, claim, operation, subscription_id, expected_at,
                    wish, plan, told_by)
VALUES ('{name}', '{sp}', '{access}', 'BB-100-100', 'Broadband', '', 'ACTIVATE', 'of-{name}', now(), '{name}',
        '{{configure_port,start_subscription}}', 0)
"""
_SUBSCRIPTION = """
INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, connected_at,
                           changed_at)
VALUES ('{name}', '{sp}', '{access}', 'BB-100-100', 'Broadband', '', 'ACTIVATED', $1::text::timestamptz,
        $1::text::timestamptz)
"""
_BEGIN = _SUBSCRIPTION.replace("$1::text::timestamptz", "now()")

SERVICE_CHANGES: Mapping[str, tuple[str, str]] = {
    "the access changes": (
        "A-STATE",
        "UPDATE accesses SET access_state = 'OUTMIGRATION' WHERE access_id = 'A-STATE'",
    ),
    "the access leaves the view": (
        "A-LEAVES",
        "UPDATE accesses SET population = 'Norr' WHERE access_id = 'A-LEAVES'",
    ),
    "the access comes into view": ("A-COMES", "UPDATE accesses SET population = 'Hemsö' WHERE access_id = 'A-COMES'"),
    "a population is granted": ("A-GRANTED", "INSERT INTO agreements (sp, population) VALUES ('alfa', 'Öster')"),
    "a population is revoked": (
        "A-REVOKED",
        "UPDATE agreements SET revoked_at = now() WHERE sp = 'alfa' AND population = 'Väster'",
    ),
    "another SP orders": ("A-WANTED", ORDER.format(name="wanted", sp="beta", access="A-WANTED")),
    "another SP cancels": ("A-CANCELLED", "UPDATE orders SET state = 'CANCELLED' WHERE order_id = 'cancelled'"),
    "another SP's subscription begins": (
        "A-TAKEN",
        _BEGIN.format(name="taken", sp="beta", access="A-TAKEN"),
    ),
    "another SP's subscription ends": (
        "A-FREED",
        "UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE access_id = 'A-FREED'",
    ),
    "another SP's subscription will end": (
        "A-ENDS",
        "UPDATE subscriptions SET ends_at = '2100-01-01' WHERE access_id = 'A-ENDS'",
    ),
    "the catalogue changes": ("A-TORG", "UPDATE services SET comments = '{late}' WHERE service = 'BB-TORG'"),
    "a service is withdrawn": ("A-TORG", "UPDATE services SET withdrawn = true WHERE service = 'BB-TORG'"),
}
"""What changes /services/: the access whose document is another afterwards, and what makes it so."""

SUBSCRIPTION_CHANGES: Mapping[str, tuple[str, str]] = {
    "one begins": ("A-BEGUN", _BEGIN.format(name="begun", sp="alfa", access="A-BEGUN")),
    "one is suspended": (
        "A-SUSPENDED",
        "UPDATE subscriptions SET state = 'SUSPENDED' WHERE access_id = 'A-SUSPENDED'",
    ),
    "one ends": (
        "A-ENDED",
        "UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE access_id = 'A-ENDED'",
    ),
    "one will end": ("A-LEFT", "UPDATE subscriptions SET ends_at = '2100-01-01' WHERE access_id = 'A-LEFT'"),
}
"""What changes /subscriptions/, likewise."""


@dataclass
class Market:
    """The market; `open_market` builds it."""

    scene: Scene
    alfa: httpx2.AsyncClient
    beta: httpx2.AsyncClient
    _tones: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def follow(self, kind: type[F]) -> F:
        """Have alfa follow a list."""
        return await self.scene.following(kind, self.alfa, "alfa", *_VIEW)

    async def ring(self, *followers: Follower) -> None:
        """Change the bell, and return when every follower has heard it; see `Scene.ring`."""
        tone = next(self._tones)
        await self.scene.sql(
            f"UPDATE subscriptions SET ends_at = make_timestamptz(2200, 1, 1, 0, 0, {tone}, 'UTC'), "
            f"note = 'tone {tone}.' WHERE access_id = '{BELL}'",
            # Lest a mutant that is deaf to subscriptions does not hear the bell.
            f"UPDATE accesses SET outlet = 'tone {tone}' WHERE access_id = '{BELL}'",
        )
        heard = {Services: f'"2200-01-01T00:00:{tone:02}Z"', Subscriptions: f'"tone {tone}."'}
        for follower in followers:
            sound = heard[type(follower)].encode()
            await follower.until(lambda follower=follower, sound=sound: sound in follower.copy[BELL])  # type: ignore[misc]

    async def order(self, client: httpx2.AsyncClient, access_id: str) -> str:
        """Place an order over HTTP, and return its ID."""
        body = {"operation": "ACTIVATE", "accessId": access_id, "service": "BB-100-100"}
        response = await client.post(f"{self.scene.urls[0]}/onapi/2.6/orders/", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["orderId"])

    async def slowly(self, *statements: str) -> list[Tx]:
        """Run each statement in a connection of its own, and return these with their transactions open.

        All of it happens within one second, so that a story has one outcome only.
        """
        hands = [await self.scene.by_hand() for _ in statements]
        while True:
            began = await self.scene.now()
            for hand, statement in zip(hands, statements, strict=True):
                await hand.execute("BEGIN")
                await hand.execute(statement)
            if (await self.scene.now()).replace(microsecond=0) == began.replace(microsecond=0):
                return hands
            for hand in hands:
                await hand.execute("ROLLBACK")
            await self.scene.pass_a_second()


async def open_market(scene: Scene) -> Market:
    """Build a market where nothing is new."""
    changes = [*SERVICE_CHANGES.values(), *SUBSCRIPTION_CHANGES.values()]
    accesses = {access_id for access_id, _ in changes} | {"A-CALM", "A-1", "A-2"}
    await scene.city(*(given.access(one, population=_POPULATIONS.get(one, "Hemsö")) for one in accesses))
    await given.catalogue_in(
        scene.database,
        given.service("BB-100-100", takeover=True, characteristics={"sla": Rule()}),
        given.service("BB-TORG", populations=("Torg",)),
        given.service("VOIP", "VOIP"),
    )
    alfa, beta = await scene.client("alfa", *_VIEW), await scene.client("beta")
    for table in ("services", "service_types"):
        await scene.as_of_long_ago(f"UPDATE {table} SET changed_at = $1::text::timestamptz")
    for access_id, sp in _HELD.items():
        await scene.as_of_long_ago(_SUBSCRIPTION.format(name=f"on-{access_id}", sp=sp, access=access_id))
    await scene.as_of_long_ago(_SUBSCRIPTION.format(name="bell-of-beta", sp="beta", access=BELL))
    voip = _SUBSCRIPTION.replace("BB-100-100", "VOIP").replace("'Broadband', ''", "'VOIP', 'alfa bell'")
    await scene.as_of_long_ago(voip.format(name="bell-of-alfa", sp="alfa", access=BELL))
    await scene.as_of_long_ago(
        ORDER.format(name="cancelled", sp="beta", access="A-CANCELLED").replace("now()", "$1::text::timestamptz")
    )
    return Market(scene, alfa, beta)
