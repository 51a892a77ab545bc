"""What the engine makes of orders: everything that can go on goes on, as far as the network lets it."""

from tests.model.things import MODIFYING, SERVICES, Access, Order, Place, Subscription


class Engine:
    """All orders and subscriptions; nothing that needs the network is finished while its gate is closed."""

    def __init__(self, accesses: list[Access]) -> None:
        self.accesses = {access.access_id: access for access in accesses}
        self.subscriptions: dict[str, Subscription] = {}
        self.ended: list[Subscription] = []
        self.orders: dict[str, Order] = {}
        self.gate_is_open = True

    def settle(self) -> None:
        """Do everything that can be done as things are."""
        for access in self.accesses.values():
            while self._go_on(access):
                pass

    def live(self, place: Place) -> Subscription | None:
        """Return who has a place."""
        return next((one for one in self.subscriptions.values() if one.place == place and one.live), None)

    def wanted(self, place: Place) -> Order | None:
        """Return who is about to have it."""
        there = (one for one in self.orders.values() if one.operation == "ACTIVATE" and one.place == place)
        return next((order for order in there if order.unfinished), None)

    def unfinished(self, subscription_id: str) -> Order | None:
        """Return the order that is under way for a subscription."""
        there = (one for one in self.orders.values() if one.subscription_id == subscription_id)
        return next((order for order in there if order.unfinished), None)

    def ends_at(self, subscription: Subscription) -> str | None:
        """Return when a dated DEACTIVATE will end a subscription."""
        order = self.unfinished(subscription.subscription_id)
        if order is None or order.operation != "DEACTIVATE":
            return None
        return order.wish.get("requestedDateTime")

    def _go_on(self, access: Access) -> bool:
        there = [order for order in self.orders.values() if order.place.access is access]
        for order in there:
            if order.state == "IN_PROGRESS":
                if self.gate_is_open:
                    self._finish(order)
                return self.gate_is_open
        due = next((order for order in there if order.due), None)
        if due is not None:
            self._begin(due)
        return due is not None

    def _begin(self, order: Order) -> None:
        order.history.append("IN_PROGRESS")
        subscription = self.subscriptions.get(order.subscription_id)
        if subscription is not None and not subscription.live:
            # A takeover has ended it.
            order.end(None if order.operation == "DEACTIVATE" else "ended")
        elif order.operation == "ACTIVATE":
            live = self.live(order.place)
            if order.place.access.state != "CONNECTED":
                order.end("access_state")
            elif live is not None and (live.sp == order.sp or not order.wish.get("forcedTakeover")):
                order.end("claimed")
        elif order.operation == "MODIFY" and not {"equipment", "characteristics"} & order.wish.keys():
            # The network does not know references.
            self._finish(order)

    def _finish(self, order: Order) -> None:
        said = {name: order.wish[name] for name in MODIFYING if name in order.wish}
        if order.operation == "ACTIVATE":
            loser = self.live(order.place)
            if loser is not None:
                self._stop(loser)
            self.subscriptions[order.subscription_id] = Subscription(
                order.subscription_id, order.sp, order.place, order.wish["service"], said
            )
            order.end()
            return
        subscription = self.subscriptions[order.subscription_id]
        match order.operation:
            case "DEACTIVATE":
                self._stop(subscription)
            case "SUSPEND":
                subscription.state = "SUSPENDED"
                subscription.fields["note"] = order.wish.get("externalNote")
            case "RESUME":
                subscription.state = "ACTIVATED"
                subscription.fields["note"] = None
            case "CHANGE":
                subscription.service = order.wish["service"]
                subscription.fields |= said
            case "MODIFY":
                if not self._move(subscription, said.get("spSubscriptionId")):
                    order.end("claimed")
                    return
                subscription.fields |= said
        order.end()

    def _move(self, subscription: Subscription, reference: str | None) -> bool:
        """Give a line another reference, which is its place; return whether that was free."""
        if SERVICES[subscription.service].exclusive or reference is None:
            return True
        place = Place(subscription.place.access, subscription.place.kind, f"{subscription.sp} {reference}")
        if self.live(place) not in {None, subscription}:
            return False
        subscription.place = place
        return True

    def _stop(self, subscription: Subscription) -> None:
        subscription.state = "ENDED"
        self.ended.append(subscription)
