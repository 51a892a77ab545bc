"""What the API should answer to orders, and to changes of them."""

from dataclasses import dataclass

from tests.model.engine import Engine
from tests.model.things import PAST, SERVICES, Order, Place, Subscription, Wish, modifies, place_of


@dataclass(frozen=True)
class Answer:
    """What is answered: of a 201 what was accepted, of a 200 what stands or is so already, else why not."""

    status: int
    code: str | None = None
    accepted: tuple[Place, Wish] | None = None
    standing: Order | None = None
    already: str | None = None


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, code)
        self.answer = Answer(status, code)


_INVALID, _NOT_FOUND = (400, "invalid"), (404, "not_found")
_CONFLICT, _CLAIMED, _OTHER = (409, "conflict"), (409, "claimed"), (409, "other_service_active")
_UNDER_WAY, _STATE = (409, "under_way"), (409, "access_state")


class Desk(Engine):
    """Where SPs order."""

    def place(self, sp: str, wish: Wish) -> Answer:
        """Return the answer to an order; after a 201, `accept` it under the names that it was given."""
        try:
            return self._activate(sp, wish) if wish["operation"] == "ACTIVATE" else self._operate(sp, wish)
        except _Refused as refused:
            return refused.answer

    def accept(self, sp: str, answer: Answer, order_id: str, subscription_id: str) -> None:
        """Note that an order was taken."""
        assert answer.accepted is not None, answer
        self.orders[order_id] = Order(order_id, subscription_id, sp, *answer.accepted)

    def change(self, sp: str, order_id: str, said: Wish, *, patch: bool) -> Answer:
        """Return the answer to a PUT or PATCH, and do what it says; in a PATCH None takes away."""
        try:
            order = self._changeable(sp, order_id)
            kept = {"operation", "accessId", "subscriptionId"}
            if order.operation not in ("ACTIVATE", "CHANGE"):
                kept.add("service")
            wish = {name: value for name, value in order.wish.items() if patch or name in kept} | said
            wish = {name: value for name, value in wish.items() if value not in (None, False)}
            if "service" not in wish or ("forcedTakeover" in wish and order.operation != "ACTIVATE"):
                raise _Refused(*_INVALID)
            if wish != order.wish:
                self._check_change(order, wish)
                order.wish = wish
        except _Refused as refused:
            return refused.answer
        return Answer(204)

    def cancel(self, sp: str, order_id: str) -> Answer:
        """Return the answer to a DELETE, and do it."""
        try:
            self._changeable(sp, order_id).history.append("CANCELLED")
        except _Refused as refused:
            return refused.answer
        return Answer(204)

    def _activate(self, sp: str, wish: Wish) -> Answer:
        access = self.accesses[wish["accessId"]]
        if not access.seen_by(sp):
            raise _Refused(*_INVALID)
        place = place_of(sp, access, wish)
        live, wanted = self.live(place), self.wanted(place)
        if wanted is not None and wanted.sp == sp:
            return _standing(wanted, wish)
        if live is not None and live.sp == sp:
            under_way = self.unfinished(live.subscription_id)
            if under_way is not None:
                return _standing(under_way, wish)
            if live.service != wish["service"]:
                raise _Refused(*_OTHER)
            return Answer(200, already=live.subscription_id)
        self._check_way(sp, place, wish)
        return Answer(201, accepted=(place, wish))

    def _check_way(self, sp: str, place: Place, wish: Wish) -> None:
        """See that nobody else, and nothing of the access's, stands in the way of an ACTIVATE."""
        _check_settings(wish)
        dated = wish.get("requestedDateTime", PAST) != PAST
        if place.access.state != "CONNECTED" and not (place.access.state == "INMIGRATION" and dated):
            raise _Refused(*_STATE)
        live, wanted, forced = self.live(place), self.wanted(place), "forcedTakeover" in wish
        if wanted is not None and wanted.sp != sp:
            raise _Refused(*_CLAIMED)
        if live is None or live.sp == sp:
            if forced:
                raise _Refused(*_CONFLICT)
        elif forced:
            if not SERVICES[wish["service"]].takeover:
                raise _Refused(*_CONFLICT)
        # "never" is after, and nothing before, every date.
        elif (self.ends_at(live) or "never") > wish.get("requestedDateTime", ""):
            raise _Refused(*_CLAIMED)

    def _operate(self, sp: str, wish: Wish) -> Answer:
        subscription_id = wish.get("subscriptionId") or self._meant(sp, wish)
        subscription, under_way = self.subscriptions.get(subscription_id), self.unfinished(subscription_id)
        about = subscription or under_way
        if about is None or about.sp != sp:
            raise _Refused(*_NOT_FOUND)
        meant = dict(wish)
        if "subscriptionId" not in wish:
            meant.pop("spSubscriptionId", None)
        there = about.service if isinstance(about, Subscription) else about.wish["service"]
        meant |= {"subscriptionId": subscription_id, "accessId": about.place.access.access_id}
        meant["service"] = wish["service"] if wish["operation"] == "CHANGE" else there
        if wish["operation"] == "MODIFY" and not modifies(meant):
            raise _Refused(*_INVALID)
        if under_way is not None:
            return _standing(under_way, meant)
        assert subscription is not None
        if self._is_so(subscription, meant):
            return Answer(200, already=subscription_id)
        return Answer(201, accepted=(subscription.place, meant))

    def _meant(self, sp: str, wish: Wish) -> str:
        """Return the subscription that goes by a reference, or is on an access."""
        reference = wish.get("spSubscriptionId")
        if reference is not None:
            mine = [one for one in self.subscriptions.values() if one.fields.get("spSubscriptionId") == reference]
            wanted = [one for one in self.orders.values() if one.wish.get("spSubscriptionId") == reference]
        else:
            access, service = self.accesses[wish["accessId"]], wish["service"]
            mine = [one for one in self.subscriptions.values() if one.place.access is access]
            if wish["operation"] == "CHANGE":
                mine = [one for one in mine if one.place.kind == SERVICES[service].kind]
            else:
                mine = [one for one in mine if one.service == service]
            wanted = [one for one in self.orders.values() if one.place.access is access]
            wanted = [one for one in wanted if one.wish["service"] == service]
        found = [one.subscription_id for one in mine if one.sp == sp and one.live]
        found += [
            one.subscription_id for one in wanted if one.sp == sp and one.operation == "ACTIVATE" and one.unfinished
        ]
        if len(found) > 1:
            raise _Refused(*_CONFLICT)
        found += [one.subscription_id for one in reversed(self.ended) if one.sp == sp and one in mine]
        if not found:
            raise _Refused(*_INVALID)
        return found[0]

    def _is_so(self, subscription: Subscription, wish: Wish) -> bool:
        """Return whether what is asked of a subscription is so already."""
        operation = wish["operation"]
        if not subscription.live and operation != "DEACTIVATE":
            raise _Refused(*_CONFLICT)
        already = {
            "DEACTIVATE": not subscription.live,
            "SUSPEND": subscription.state == "SUSPENDED",
            "RESUME": subscription.state == "ACTIVATED",
            "CHANGE": wish["service"] == subscription.service and not modifies(wish),
        }
        if already.get(operation):
            return True
        if operation == "CHANGE" and SERVICES[wish["service"]].kind != subscription.place.kind:
            raise _Refused(*_CONFLICT)
        if operation in ("CHANGE", "MODIFY"):
            _check_settings(wish)
        return False

    def _changeable(self, sp: str, order_id: str) -> Order:
        order = self.orders.get(order_id)
        if order is None or order.sp != sp or order.state == "CANCELLED":
            raise _Refused(*_NOT_FOUND)
        if order.state != "RECEIVED":
            raise _Refused(*_CONFLICT)
        return order

    def _check_change(self, order: Order, wish: Wish) -> None:
        if order.operation == "ACTIVATE":
            access = order.place.access
            if not access.seen_by(order.sp):
                raise _Refused(*_INVALID)
            if place_of(order.sp, access, wish) != order.place:
                raise _Refused(*_CONFLICT)
            self._check_way(order.sp, order.place, wish)
        elif order.operation == "MODIFY" and not modifies(wish):
            raise _Refused(*_INVALID)
        else:
            self._is_so(self.subscriptions[order.subscription_id], wish)


def _standing(order: Order, wish: Wish) -> Answer:
    if order.wish != wish:
        raise _Refused(*_UNDER_WAY)
    return Answer(200, standing=order)


def _check_settings(wish: Wish) -> None:
    for name, value in wish.get("characteristics", {}).items():
        if name != "sla" or value not in SERVICES[wish["service"]].settings:
            raise _Refused(*_INVALID)
