"""The API and a small model of it are asked the same random things, and must say the same."""

import sys
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.model import world as worlds
from tests.model.desk import Desk
from tests.model.things import LAST, LATER, PAST, SERVICES, SOONER, Access, Order, Subscription, Wish
from tests.model.world import SPS, World

_ACCESSES = 2
_EXAMPLES = 45
_STEPS = 30

_sps = st.sampled_from(SPS)
_numbers = st.sampled_from([0, 0, 0, *range(1, _ACCESSES)])
_picks = st.integers(0, 99)
_seldom = st.sampled_from([False] * 9 + [True])
_broadband = st.sampled_from(["BB-100", "BB-100", "BB-250"])
_dates = st.sampled_from([None, None, None, None, PAST, SOONER, LATER, LAST])
_keys = st.sampled_from([None, None, None, None, None, None, "one", "two"])
_lines = st.sampled_from(["line 1", "line 2"])
_settings = st.fixed_dictionaries(
    {},
    optional={
        "equipment": st.sampled_from([[], [{"vendorId": "box"}], [{"vendorId": "box"}, {"vendorId": "other"}]]),
        "spReference": st.sampled_from(["red", "blue"]),
    },
)
_slas = st.sampled_from([None, None, {}, {"sla": "gold"}, {"sla": "silver"}, {"sla": "wood"}])
_operations = st.sampled_from(["DEACTIVATE", "SUSPEND", "SUSPEND", "RESUME", "RESUME", "MODIFY", "MODIFY", "CHANGE"])


def _ordered(machine: "OrdersAndTheModel") -> bool:
    return bool(machine._desk.orders)


def _waiting(machine: "OrdersAndTheModel") -> bool:
    return any(order.state == "RECEIVED" for order in machine._desk.orders.values())


def _held(machine: "OrdersAndTheModel") -> bool:
    return any(one.live and one.service != "VOIP" for one in machine._desk.subscriptions.values())


def _subscribed(machine: "OrdersAndTheModel") -> bool:
    return bool(machine._desk.subscriptions)


class OrdersAndTheModel(RuleBasedStateMachine):
    """One example: two SPs, a few accesses, and whatever they think of."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        world = self._world = self.world
        self._desk = Desk(world.build(_ACCESSES))
        self._accesses = list(self._desk.accesses.values())
        self._since = {sp: world.last_event(sp) for sp in SPS}
        self._kept: dict[tuple[str, str], tuple[Wish, int, str]] = {}
        self._last: tuple[str, Wish] | None = None
        self._touched: Access | None = None

    @rule(
        sp=_sps,
        number=_numbers,
        service=_broadband,
        forced=st.sampled_from([False, False, True]),
        date=_dates,
        said=_settings,
        sla=_slas,
        key=_keys,
    )
    def activate(
        self,
        *,
        sp: str,
        number: int,
        service: str,
        forced: bool,
        date: str | None,
        said: Wish,
        sla: Wish | None,
        key: str | None,
    ) -> None:
        wish = {"operation": "ACTIVATE", "accessId": self._accesses[number].access_id, "service": service}
        settings = None if service == "BB-250" and sla != {"sla": "wood"} else sla
        self._place(sp, wish | said, forcedTakeover=forced, requestedDateTime=date, characteristics=settings, key=key)

    @precondition(_held)
    @rule(pick=_picks, forced=st.sampled_from([True, True, False]), date=_dates)
    def want_what_another_has(self, *, pick: int, forced: bool, date: str | None) -> None:
        self._want(self._some_broadband(pick), forcedTakeover=forced, requestedDateTime=date)

    @precondition(_held)
    @rule(pick=_picks, operation=_operations, said=_settings, early=st.booleans())
    def order_while_one_is_overtaken(self, *, pick: int, operation: str, said: Wish, early: bool) -> None:
        """Have two SPs order at once: what the loser orders is for another day, or comes behind the takeover."""
        one = self._some_broadband(pick)
        wish = {"operation": operation, "subscriptionId": one.subscription_id} | _fitting(operation, "BB-250", said)
        self._turn_gate(is_open=False)
        if early:
            self._place(one.sp, wish, requestedDateTime=SOONER)
        self._want(one, forcedTakeover=True)
        if not early:
            self._place(one.sp, wish)
        self._turn_gate(is_open=True)
        if early:
            order = self._desk.unfinished(one.subscription_id)
            if order is not None:
                self._change(order, {"requestedDateTime": None}, patch=True, stranger=False)

    @rule(sp=_sps, number=_numbers, date=_dates, line=st.sampled_from([None, "line 1", "line 2"]), key=_keys)
    def activate_line(self, *, sp: str, number: int, date: str | None, line: str | None, key: str | None) -> None:
        wish = {"operation": "ACTIVATE", "accessId": self._accesses[number].access_id, "service": "VOIP"}
        self._place(sp, wish, requestedDateTime=date, spSubscriptionId=self._own(line), key=key)

    @precondition(_subscribed)
    @rule(
        operation=_operations,
        pick=_picks,
        service=_broadband,
        date=_dates,
        said=_settings,
        sla=_slas,
        stranger=_seldom,
        key=_keys,
    )
    def operate(
        self,
        *,
        operation: str,
        pick: int,
        service: str,
        date: str | None,
        said: Wish,
        sla: Wish | None,
        stranger: bool,
        key: str | None,
    ) -> None:
        """Order for a subscription that is live, or was; now and then for another SP's."""
        there = list(self._desk.subscriptions.values())
        live = [one for one in there if one.live]
        one = (live * 4 + there)[pick % (len(live) * 4 + len(there))]
        sp = _other(one.sp) if stranger else one.sp
        wish = {"operation": operation, "subscriptionId": one.subscription_id}
        settings = sla if one.service == "BB-100" and operation in ("MODIFY", "SUSPEND") else None
        self._place(
            sp, wish | _fitting(operation, service, said), requestedDateTime=date, characteristics=settings, key=key
        )

    @precondition(_ordered)
    @rule(operation=_operations, pick=_picks, said=_settings)
    def operate_on_what_is_ordered(self, *, operation: str, pick: int, said: Wish) -> None:
        order = self._some_order(pick)
        wish = {"operation": operation, "subscriptionId": order.subscription_id}
        self._place(order.sp, wish | _fitting(operation, order.wish["service"], said))

    @precondition(_ordered)
    @rule(operation=_operations, pick=_picks, service=st.sampled_from(list(SERVICES)), said=_settings)
    def operate_by_access(self, *, operation: str, pick: int, service: str, said: Wish) -> None:
        order = self._some_order(pick)
        wish = {"operation": operation, "accessId": order.place.access.access_id, "service": service}
        self._place(order.sp, _fitting(operation, service, said) | wish)

    @precondition(lambda self: any("spSubscriptionId" in order.wish for order in self._desk.orders.values()))
    @rule(sp=_sps, operation=_operations, said=_settings, line=_lines)
    def operate_by_reference(self, *, sp: str, operation: str, said: Wish, line: str) -> None:
        fitting = _fitting(operation, "VOIP", said)
        self._place(sp, fitting | {"operation": operation, "spSubscriptionId": self._own(line)})

    @precondition(lambda self: any(one.service == "VOIP" for one in self._desk.subscriptions.values()))
    @rule(pick=_picks, line=st.sampled_from(["line 1", "line 2", "line 3"]))
    def rename_a_line(self, *, pick: int, line: str) -> None:
        lines = [one for one in self._desk.subscriptions.values() if one.service == "VOIP"]
        one = lines[pick % len(lines)]
        wish = {"operation": "MODIFY", "subscriptionId": one.subscription_id}
        self._place(one.sp, wish | {"spSubscriptionId": self._own(line)})

    @precondition(lambda self: self._last is not None)
    @rule()
    def repeat(self) -> None:
        """Send the last order again."""
        assert self._last is not None
        self._place(*self._last)

    @precondition(_waiting)
    @rule(
        pick=_picks,
        service=st.sampled_from([None, *SERVICES]),
        date=_dates,
        said=_settings,
        stranger=_seldom,
    )
    def replace(self, *, pick: int, service: str | None, date: str | None, said: Wish, stranger: bool) -> None:
        order = self._some_order(pick)
        body = dict(said)
        if order.operation in ("ACTIVATE", "CHANGE") and service is not None:
            body["service"] = service
        if "spSubscriptionId" in order.wish:
            body["spSubscriptionId"] = order.wish["spSubscriptionId"]
        if date is not None:
            body["requestedDateTime"] = date
        self._change(order, body, patch=False, stranger=stranger)

    @precondition(_waiting)
    @rule(
        pick=_picks,
        said=st.just({"spReference": None, "equipment": None, "characteristics": None})
        | st.fixed_dictionaries(
            {},
            optional={
                "requestedDateTime": st.sampled_from([None, SOONER, LATER]),
                "spReference": st.sampled_from([None, "green"]),
                "equipment": st.sampled_from([None, [], [{"vendorId": "box"}]]),
            },
        ),
        forced=st.sampled_from([None, None, None, None, True, False]),
        stranger=_seldom,
    )
    def patch(self, *, pick: int, said: Wish, forced: bool | None, stranger: bool) -> None:
        body = dict(said) if forced is None else said | {"forcedTakeover": forced}
        self._change(self._some_order(pick), body, patch=True, stranger=stranger)

    @precondition(_waiting)
    @rule(pick=_picks, stranger=_seldom)
    def cancel(self, *, pick: int, stranger: bool) -> None:
        order = self._some_order(pick)
        sp = _other(order.sp) if stranger else order.sp
        answer = self._desk.cancel(sp, order.order_id)
        self._world.check_answer(answer, self._world.ask(sp, "DELETE", f"/orders/{order.order_id}"))
        self._settle(order.place.access)

    @rule(
        number=_numbers,
        state=st.sampled_from(["CONNECTED"] * 5 + ["INMIGRATION", "OUTMIGRATION", "DISCONNECTED"]),
        population=st.sampled_from(["Centrum"] * 3 + ["Hemsö"]),
    )
    def alter(self, *, number: int, state: str, population: str) -> None:
        access = self._accesses[number]
        access.state, access.population = state, population
        self._world.alter(access)
        self._settle(access)

    @rule()
    def turn_the_gate(self) -> None:
        """Have the network take for ever, or no longer."""
        self._turn_gate(is_open=not self._desk.gate_is_open)

    @invariant()
    def is_as_the_model_says(self) -> None:
        if self._touched is not None:
            self._world.check_access(self._desk, self._touched)
            self._touched = None

    def teardown(self) -> None:
        self._turn_gate(is_open=True)
        for access in self._accesses:
            self._world.check_network(self._desk, access)
        self._world.check_histories(self._desk, self._since)

    def _turn_gate(self, *, is_open: bool) -> None:
        self._desk.gate_is_open = is_open
        self._world.set_gate(is_open=is_open)
        self._desk.settle()
        for access in self._accesses:
            self._world.check_access(self._desk, access)

    def _want(self, one: Subscription, **more: Any) -> None:
        wish = {"operation": "ACTIVATE", "accessId": one.place.access.access_id, "service": "BB-100"}
        self._place(_other(one.sp), wish, **more)

    def _place(self, sp: str, wish: Wish, key: str | None = None, **more: Any) -> None:
        wish = wish | {name: value for name, value in more.items() if value not in (None, False)}
        self._last = (sp, wish)
        response = self._world.ask(sp, "POST", "/orders/", wish, self._own(key))
        if key is not None and (sp, key) in self._kept:
            kept, status, text = self._kept[sp, key]
            if kept == wish:
                assert (response.status_code, response.text) == (status, text)
            else:
                assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
            return
        answer = self._desk.place(sp, wish)
        self._world.check_answer(answer, response)
        if key is not None and answer.status in (200, 201):
            self._kept[sp, key] = (wish, answer.status, response.text)
        if answer.accepted is not None:
            told = response.json()
            self._desk.accept(sp, answer, told["orderId"], told["subscriptionId"])
            self._settle(answer.accepted[0].access)

    def _change(self, order: Order, body: Wish, *, patch: bool, stranger: bool) -> None:
        sp = _other(order.sp) if stranger else order.sp
        answer = self._desk.change(sp, order.order_id, body, patch=patch)
        method = "PATCH" if patch else "PUT"
        self._world.check_answer(answer, self._world.ask(sp, method, f"/orders/{order.order_id}", body))
        self._settle(order.place.access)

    def _settle(self, access: Access) -> None:
        self._desk.settle()
        self._touched = access

    def _own(self, name: str | None) -> str | None:
        """Return a name as this example has it, which no other example has."""
        return None if name is None else f"{name} of {self._accesses[0].access_id}"

    def _some_broadband(self, pick: int) -> Subscription:
        there = [one for one in self._desk.subscriptions.values() if one.live and one.service != "VOIP"]
        return there[pick % len(there)]

    def _some_order(self, pick: int) -> Order:
        """Return an order, rather one that may still be changed."""
        orders = list(self._desk.orders.values())
        waiting = [order for order in orders if order.state == "RECEIVED"]
        weighed = waiting * 10 + orders
        return weighed[pick % len(weighed)]


def _other(sp: str) -> str:
    return next(other for other in SPS if other != sp)


def _fitting(operation: str, service: str, said: Wish) -> Wish:
    fields = dict(said)
    if operation == "CHANGE":
        fields["service"] = service
    if operation == "SUSPEND":
        fields["externalNote"] = "away"
    return fields


def test_orders_are_as_the_model_says(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with worlds.made(database_url) as made:

        class InThisWorld(OrdersAndTheModel):
            world = made

        run_state_machine_as_test(
            InThisWorld,
            settings=hypothesis.settings(
                max_examples=_EXAMPLES,
                stateful_step_count=_STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        with capsys.disabled():
            sys.stdout.write(f"\n{made.summary}\n")
