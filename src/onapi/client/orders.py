"""Orders: what changes subscriptions.

Source: the seed, "Create a new order"; ON-API 2.6.0 spec/orders.md, common/responses.md.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Concatenate, Generic, ParamSpec, Self, overload

import msgspec

from onapi.client import lists, placing, tolerance
from onapi.client.binding import Async, K, Resource, Runner, Sync, listing, operation
from onapi.client.order_models import NotDone, Order, OrderFailed
from onapi.client.steps import Call, Flow, Listing, Pause, Surroundings, quoted
from onapi.client.subscriptions import Equipment
from onapi.vocabulary import Operation, OrderState

P = ParamSpec("P")

_DONE = (OrderState.DONE_SUCCESS, OrderState.DONE_FAILED)
_PAUSES_S = (0.2, 5.0)


class Placed(Resource[K]):
    """An order that was placed; `order` is how it was answered, at once."""

    def __init__(self, runner: Runner, order: Order) -> None:
        super().__init__(runner)
        self.order = order

    @property
    def order_id(self) -> str:
        """The order's ID; empty when nothing had to be ordered, because it was so already."""
        return self.order.order_id

    @operation
    def wait(self, timeout_s: float = 600.0) -> Flow[Order]:
        """Return the order when it is DONE_SUCCESS.

        Raises:
            OrderFailed: it is DONE_FAILED.
            NotDone: it is neither, after `timeout_s` seconds.
        """
        return (yield from _waited(self._around, self.order, timeout_s))

    @operation
    def cancel(self) -> Flow[None]:
        """Cancel it, which is possible while it is RECEIVED."""
        yield from self._ask(f"orders/{quoted(self.order_id)}", method="DELETE")


class Placing(Generic[P]):
    """A method that places an order, described by the parameters that it has."""

    def __init__(self, operation_: Operation, describe: Callable[Concatenate[Any, P], None]) -> None:
        self._operation = operation_
        self._signature = inspect.signature(describe)
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: object) -> Callable[P, Placed[Sync]]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: object) -> Callable[P, Awaitable[Placed[Async]]]: ...
    def __get__(self, instance: Resource[Any] | None, owner: object) -> Any:
        if instance is None:
            return self
        runner = instance._runner  # this is a method of it

        def bound(*given: P.args, **named: P.kwargs) -> Any:
            _, *arguments = self._signature.bind(instance, *given, **named).arguments.items()
            wish = {name: value for name, value in arguments if value not in (None, (), [], {})}

            def flow() -> Flow[Placed[Any]]:
                return Placed(runner, (yield from placing.place(runner.around, self._operation, wish)))

            return runner.run(Call(flow))

        bound.__doc__ = self.__doc__
        return bound


def places(operation_: Operation) -> Callable[[Callable[Concatenate[Any, P], None]], Placing[P]]:
    """Make a method place an order with its arguments as fields."""
    return lambda describe: Placing(operation_, describe)


class Orders(Resource[K]):
    """Below `orders/`.

    What places an order takes the same arguments: `requested` is the earliest moment, None is at once; references
    are the SP's own; `key` makes sure that the same order is placed once, also by another process that tries again.
    A subscription is named by `subscription_id`, as the standard has it; our server also takes
    `sp_subscription_id`, or `access_id` and `service`.
    """

    @places(Operation.ACTIVATE)
    def activate(
        self,
        access_id: str,
        service: str,
        *,
        requested: datetime | None = None,
        sp_reference: str | None = None,
        sp_subscription_id: str | None = None,
        characteristics: Mapping[str, Any] | None = None,
        equipment: Sequence[Equipment] = (),
        forced_takeover: bool | None = None,
        key: str | None = None,
    ) -> None:
        """Begin a subscription."""

    @places(Operation.DEACTIVATE)
    def deactivate(
        self,
        subscription_id: str | None = None,
        *,
        access_id: str | None = None,
        service: str | None = None,
        requested: datetime | None = None,
        sp_reference: str | None = None,
        sp_subscription_id: str | None = None,
        key: str | None = None,
    ) -> None:
        """End a subscription."""

    @places(Operation.SUSPEND)
    def suspend(
        self,
        subscription_id: str | None = None,
        *,
        access_id: str | None = None,
        service: str | None = None,
        external_note: str | None = None,
        requested: datetime | None = None,
        sp_reference: str | None = None,
        sp_subscription_id: str | None = None,
        key: str | None = None,
    ) -> None:
        """Stop delivering; `external_note` is for the end customer to read."""

    @places(Operation.RESUME)
    def resume(
        self,
        subscription_id: str | None = None,
        *,
        access_id: str | None = None,
        service: str | None = None,
        requested: datetime | None = None,
        sp_reference: str | None = None,
        sp_subscription_id: str | None = None,
        key: str | None = None,
    ) -> None:
        """Deliver again what was suspended."""

    @places(Operation.MODIFY)
    def modify(
        self,
        subscription_id: str | None = None,
        *,
        access_id: str | None = None,
        sp_reference: str | None = None,
        sp_subscription_id: str | None = None,
        characteristics: Mapping[str, Any] | None = None,
        equipment: Sequence[Equipment] = (),
        requested: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """Change references, characteristics or equipment of a subscription."""

    @places(Operation.CHANGE)
    def change(
        self,
        subscription_id: str | None,
        service: str,
        *,
        access_id: str | None = None,
        characteristics: Mapping[str, Any] | None = None,
        equipment: Sequence[Equipment] = (),
        requested: datetime | None = None,
        sp_reference: str | None = None,
        sp_subscription_id: str | None = None,
        key: str | None = None,
    ) -> None:
        """Deliver another service of the same type in a subscription."""

    @operation
    def show(self, order_id: str) -> Flow[Order]:
        """Return an order, or raise NotFound, which a cancelled one is too."""
        answer = yield from self._ask(f"orders/{quoted(order_id)}")
        return placing.read_order(tolerance.decode(answer.body))

    @listing
    def list(self, *, access_id: str | None = None, state: str | None = None) -> Listing[Order]:
        """Return orders; without `access_id` and `state` those that are not finished."""
        query = {"accessId": access_id, "state": state}
        return lists.of(self._around, "orders/", placing.read_order, query=query)

    @operation
    def update(self, order_id: str, /, **fields: Any) -> Flow[None]:
        """Change parts of an order while it is RECEIVED; None takes a field away.

        Fields are the standard's in snake_case, and `requested`, as they are in `activate`.
        """
        body = msgspec.json.encode(placing.spelled(fields, self._around.dialect))
        yield from self._ask(f"orders/{quoted(order_id)}", method="PATCH", body=body)

    @operation
    def replace(self, order: Order) -> Flow[None]:
        """Make an order, while it is RECEIVED, what is given here: fields that are None are taken away."""
        body = msgspec.json.encode(placing.changeable(order, self._around.dialect))
        yield from self._ask(f"orders/{quoted(order.order_id)}", method="PUT", body=body)

    @operation
    def cancel(self, order_id: str) -> Flow[None]:
        """Cancel an order while it is RECEIVED."""
        yield from self._ask(f"orders/{quoted(order_id)}", method="DELETE")

    @operation
    def wait(self, order_id: str, timeout_s: float = 600.0) -> Flow[Order]:
        """Return an order when it is DONE_SUCCESS; see `Placed.wait`."""
        first = Order(order_id=order_id, state=OrderState.RECEIVED)
        return (yield from _waited(self._around, first, timeout_s))


def _waited(around: Surroundings, order: Order, timeout_s: float) -> Flow[Order]:
    end = around.ticks() + timeout_s
    pause, longest = _PAUSES_S
    fresh = order.state in _DONE or not order.order_id
    while True:
        if order.state == OrderState.DONE_FAILED:
            raise OrderFailed(order)
        if order.state == OrderState.DONE_SUCCESS:
            return order
        left = end - around.ticks()
        if left <= 0 and fresh:
            raise NotDone(order, timeout_s)
        yield Pause(max(0.0, min(pause, left)))
        pause = min(longest, pause * 1.5)
        order = yield from placing.one(around, order.order_id)
        fresh = True
