"""Orders: what an SP wants done, and how far it is.

Source: the seed, "Create a new order"; ON-API 2.6.0 spec/orders.md and common/responses.md.
"""

from typing import Any

import msgspec
from starlette.responses import Response

from onapi import errors, ids
from onapi.actions import orders as action
from onapi.actions.order_bodies import merged, replaced, wish_of
from onapi.actions.order_desks import Asking
from onapi.storage import orders as storage
from onapi.storage.documents import Sink
from onapi.storage.orders import Stored
from onapi.storage.pool import Database
from onapi.storage.tx import Tx
from onapi.vocabulary import OrderState
from onapi.web import body, idempotency, lists
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import orders as wire

_SOURCE = "ON-API 2.6.0 spec/orders.md"
_UNFINISHED = (OrderState.RECEIVED, OrderState.IN_PROGRESS)
_STANDING = (errors.Conflict, "Something stands in the way; the cause says what, the code which kind.")
_NO_SUCH = (errors.NotFound, "There is no such subscription, or it is another SP's.")


class Orders:
    """Answers `orders/` and `orders/{orderId}`."""

    def __init__(self, database: Database, actions: action.Orders) -> None:
        self._database = database
        self._actions = actions

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="orders",
            path="orders",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/orders.md",
            operations=(*self._collection(), *self._single()),
        )

    def _collection(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="orders",
                handler=self.list,
                summary="Get orders",
                description="Without parameters: those that are not finished.",
                parameters=(
                    Parameter(name="accessId", place="query", kind=str, description="Only those of this access."),
                    Parameter(
                        name="state",
                        place="query",
                        kind=OrderState,
                        description="Only those in this state; of an access, without it, those in any state.",
                    ),
                ),
                answers={200: list[wire.Order]},
                source=_SOURCE,
            ),
            Operation(
                method="POST",
                path="orders",
                handler=self.place,
                summary="Place an order",
                description="201 with a new order; 200 with the order under way for the same request, or as "
                "DONE_SUCCESS without an order when what is asked for is so already.",
                parameters=(idempotency.PARAMETER,),
                body=wire.OrderFields,
                answers={201: wire.Order, 200: wire.Order},
                refusals=(_NO_SUCH, _STANDING, idempotency.REFUSAL),
                source=_SOURCE,
            ),
        )

    def _single(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="orders/{orderId}",
                handler=self.one,
                summary="Get a single order",
                description="An order that was cancelled is not found.",
                answers={200: wire.Order},
                source=_SOURCE,
            ),
            Operation(
                method="PUT",
                path="orders/{orderId}",
                handler=self.replace,
                summary="Replace what an order asks for",
                description="While it is RECEIVED. What it is about, and what it does, cannot be changed.",
                body=wire.OrderFields,
                answers={204: None},
                refusals=(_STANDING,),
                source=_SOURCE,
            ),
            Operation(
                method="PATCH",
                path="orders/{orderId}",
                handler=self.patch,
                summary="Change parts of what an order asks for",
                description="While it is RECEIVED. null takes a field away (RFC 7396).",
                body=wire.OrderFields,
                answers={204: None},
                refusals=(_STANDING,),
                source=_SOURCE,
            ),
            Operation(
                method="DELETE",
                path="orders/{orderId}",
                handler=self.cancel,
                summary="Cancel an order",
                description="While it is RECEIVED.",
                answers={204: None},
                refusals=(_STANDING,),
                source=_SOURCE,
            ),
        )

    async def list(self, call: Call) -> Response:
        """Return the caller's orders, of an access, in a state, or those that are not finished."""
        query = call.query()
        access_id = ids.access_id(_unquoted(query["accessId"])) if "accessId" in query else None
        states = _states(query.get("state"), all_of_them=access_id is not None)

        async def copy(tx: Tx, sink: Sink, between: bytes) -> None:
            await storage.copy_listed(
                tx,
                sink,
                sp=call.sp,
                states=states,
                access_id=access_id,
                mount=call.mount,
                dialect=call.known_caller.dialect,
                between=between,
            )

        return await lists.streamed(self._database, call, copy, whole=access_id is None) or lists.empty(call)

    async def one(self, call: Call) -> Response:
        """Return one order, or NotFound."""
        order_id = ids.order_id(call.path_ids["orderId"])
        async with self._database.connection(call.sp) as tx:
            document = await storage.by_id(
                tx, sp=call.sp, order_id=order_id, mount=call.mount, dialect=call.known_caller.dialect
            )
        if document is None:
            raise errors.NotFound(f"There is no order {order_id!r}.")
        return Response(document, media_type="application/json")

    async def place(self, call: Call) -> Response:
        """Place an order."""
        wish = wish_of(await call.json(wire.OrderFields))
        placed = await self._actions.place(_asking(call), wish, key=idempotency.key_of(call))
        if not placed.new:
            return Response(placed.document, media_type="application/json")
        location = {"Location": f"{call.mount}/orders/{placed.order_id}"}
        return Response(placed.document, status_code=201, headers=location, media_type="application/json")

    async def replace(self, call: Call) -> Response:
        """Replace what an order asks for."""
        order_id = ids.order_id(call.path_ids["orderId"])
        fields = await call.json(wire.OrderFields)
        await self._actions.change(_asking(call), order_id, lambda stored: replaced(order_id, stored, fields))
        return Response(status_code=204)

    async def patch(self, call: Call) -> Response:
        """Change parts of what an order asks for."""
        order_id = ids.order_id(call.path_ids["orderId"])
        patch = await call.json(dict[str, Any])

        def edit(stored: Stored) -> Any:
            try:
                fields = msgspec.convert(merged(stored, patch), wire.OrderFields)
            except msgspec.ValidationError as error:
                raise body.unfit(error) from None
            return replaced(order_id, stored, fields)

        await self._actions.change(_asking(call), order_id, edit)
        return Response(status_code=204)

    async def cancel(self, call: Call) -> Response:
        """Cancel an order."""
        await self._actions.cancel(_asking(call), ids.order_id(call.path_ids["orderId"]))
        return Response(status_code=204)


def _asking(call: Call) -> Asking:
    return Asking(call.sp, call.mount, call.known_caller.dialect)


def _states(text: str | None, *, all_of_them: bool) -> tuple[OrderState, ...]:
    if text is None:
        return tuple(OrderState) if all_of_them else _UNFINISHED
    state = _unquoted(text)
    if state not in OrderState.__members__:
        raise errors.Invalid(f"state {state[:60]!r} is none of {', '.join(OrderState)}.")
    return (OrderState(state),)


def _unquoted(text: str) -> str:
    """Return a value without the quotes that the standard's example has around it."""
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text
