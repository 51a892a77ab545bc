"""Those who fight for accesses: each SP has several clients, which know together what the SP has, and act at random.

Every answer is looked at: it must be one of those that there are for its request, and a refusal must say why.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from onapi.vocabulary import OrderState
from tests.concurrency.order_followers import ROOT

FOUGHT_FOR = tuple(f"A-{n}" for n in range(20))
BROADBAND = ("BB-100-100", "BB-250-250")
_REFUSALS = {
    400: {"invalid"},
    404: {"not_found"},
    409: {"conflict", "claimed", "other_service_active", "under_way", "access_state"},
    503: {"unavailable"},
}
_REMEMBERED = 60
_WAITING = 6
_FIRST = "2026-01-01T00:00:00+01:00"


@dataclass
class Side:
    """What one SP's clients know together."""

    sp: str
    placed: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    subscriptions: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    waiting: deque[str] = field(default_factory=lambda: deque(maxlen=_WAITING))
    complaints: list[str] = field(default_factory=list)
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)


class Fighter:
    """One client of an SP; `chance` is seeded, though what meets what is never the same twice."""

    def __init__(self, side: Side, client: httpx2.AsyncClient, server: str, number: int) -> None:
        self.side = side
        self._client = client
        self._root = server + ROOT
        self._chance = random.Random(number)
        self._keys = 0
        self._acts: Mapping[Callable[[], Awaitable[None]], int] = {
            self.activate: 8,
            self.activate_line: 3,
            self.operate: 12,
            self.replace: 2,
            self.patch: 2,
            self.cancel: 2,
            self.look: 3,
        }

    async def fight(self, stop: asyncio.Event) -> None:
        """Act until it is enough."""
        while not stop.is_set():
            act = self._chance.choices(list(self._acts), weights=list(self._acts.values()))[0]
            await act()

    async def activate(self) -> None:
        """Want broadband, by force now and then."""
        await self._post(
            operation="ACTIVATE",
            accessId=self._chance.choice(FOUGHT_FOR),
            service=self._chance.choice(BROADBAND),
            forcedTakeover=self._chance.random() < 0.5,
            **self._wishes(),
        )

    async def activate_line(self) -> None:
        """Want one of two telephones."""
        await self._post(
            operation="ACTIVATE",
            accessId=self._chance.choice(FOUGHT_FOR),
            service="VOIP",
            spSubscriptionId=f"{self.side.sp} line {self._chance.randrange(2)}",
        )

    async def operate(self) -> None:
        """Do something to a subscription that is, was, or will be there."""
        operation = self._chance.choice(("CHANGE", "SUSPEND", "RESUME", "MODIFY", "DEACTIVATE"))
        fields: dict[str, Any] = {"operation": operation, **self._date()}
        if self.side.subscriptions and self._chance.random() < 0.8:
            fields["subscriptionId"] = self._chance.choice(self.side.subscriptions)
        else:
            fields |= {"accessId": self._chance.choice(FOUGHT_FOR), "service": self._chance.choice(BROADBAND)}
        if operation == "CHANGE":
            fields["service"] = self._chance.choice(BROADBAND)
        elif operation == "MODIFY":
            fields |= {"spReference": f"reference {self._chance.randrange(9)}", **self._wishes()}
        elif operation == "SUSPEND":
            fields["externalNote"] = f"note {self._chance.randrange(9)}"
        await self._post(**fields)

    async def replace(self) -> None:
        """Replace an order, which may have gone on."""
        order_id = self._waiting()
        body = {"service": self._chance.choice(BROADBAND), **self._date(), **self._wishes()}
        await self._change("PUT", order_id, body)

    async def patch(self) -> None:
        """Change an order a little, or have it begin at once."""
        order_id = self._waiting()
        body = self._chance.choice(
            ({"requestedDateTime": None}, {"spReference": "patched"}, self._wishes(), self._date())
        )
        await self._change("PATCH", order_id, body)

    async def cancel(self) -> None:
        """Cancel an order."""
        order_id = self._waiting()
        if await self._change("DELETE", order_id, None):
            self.side.cancelled.add(order_id)

    async def look(self) -> None:
        """Read what there is."""
        access_id = self._chance.choice(FOUGHT_FOR)
        path = self._chance.choice(
            (f"/subscriptions/{access_id}", f"/services/{access_id}", f"/orders/?accessId={access_id}", "/orders/")
        )
        response = await self._client.get(self._root + path)
        self._judge("GET", response, {200, 404, 503})

    def _wishes(self) -> dict[str, Any]:
        if self._chance.random() < 0.7:
            return self._date()
        return self._date() | {
            "characteristics": {"sla": f"SLA-{self._chance.randrange(3)}"},
            "equipment": [{"macAddress": f"AA:BB:CC:DD:EE:0{self._chance.randrange(9)}"}],
        }

    def _date(self) -> dict[str, str]:
        """Return a date now and then: long past, or so soon that it is reached."""
        if self._chance.random() < 0.6:
            return {}
        soon = datetime.now(UTC) + timedelta(seconds=self._chance.uniform(0, 2))
        return {"requestedDateTime": self._chance.choice((_FIRST, soon.isoformat(), soon.isoformat()))}

    def _waiting(self) -> str:
        """Return an order that may still be RECEIVED, another SP's name for an order, or a name that is none's."""
        if self.side.waiting and self._chance.random() < 0.95:
            return self._chance.choice(self.side.waiting)
        return "no-such-order"

    async def _post(self, **body: Any) -> None:
        headers = {}
        tries = 1
        if self._chance.random() < 0.1:
            self._keys += 1
            headers = {"Idempotency-Key": f"{id(self)} {self._keys}"}
            tries = 2
        answers = [await self._client.post(self._root + "/orders/", json=body, headers=headers) for _ in range(tries)]
        for response in answers:
            self._judge(str(body["operation"]), response, {200, 201, 400, 404, 409, 503})
            self._learn(response)
        if {200, 201} & {answers[0].status_code} and answers[0].text != answers[-1].text:
            self._complain(f"one key had two answers: {answers[0].text}, {answers[-1].text}")

    def _learn(self, response: httpx2.Response) -> None:
        if response.status_code not in (200, 201):
            return
        order = response.json()
        self.side.subscriptions.append(order["subscriptionId"])
        if response.status_code == 201:
            self.side.placed.add(order["orderId"])
            if "requestedDateTime" in order:
                self.side.waiting.append(order["orderId"])
            if response.headers["Location"] != order["path"] or order["state"] != OrderState.RECEIVED:
                self._complain(f"a new order is {response.text} at {response.headers['Location']}")
        elif order["state"] not in OrderState.__members__:
            self._complain(f"an order is {response.text}")

    async def _change(self, method: str, order_id: str, body: object) -> bool:
        response = await self._client.request(method, f"{self._root}/orders/{order_id}", json=body)
        self._judge(method, response, {204, 400, 404, 409, 503})
        return response.status_code == 204

    def _judge(self, act: str, response: httpx2.Response, allowed: set[int]) -> None:
        status, code = response.status_code, ""
        if status >= 400:
            fault = response.json()
            code = fault.get("code", "")
            if code not in _REFUSALS.get(status, ()) or len(fault.get("cause", "")) < 10:
                self._complain(f"{act} was refused with {status}, {response.text}")
        if status not in allowed:
            self._complain(f"{act} was answered with {status}, {response.text}")
        self.side.answers[act, status, code] += 1

    def _complain(self, sentence: str) -> None:
        self.side.complaints.append(f"{self.side.sp}: {sentence}")
