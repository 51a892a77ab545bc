"""Faults that only placing orders and tickets finds."""

import itertools
import json
from dataclasses import replace
from typing import Any

from tests.conformance.mutants import Answer, Fault, Forward, Request
from tests.conformance.planting import (
    Change,
    Planted,
    Where,
    asked,
    at,
    but,
    each,
    header,
    instead,
    posted,
    status,
    within,
)

_POST, _ONE = at("orders", "POST"), at("orders/{}")
_PATCH, _PUT, _DELETE = at("orders/{}", "PATCH"), at("orders/{}", "PUT"), at("orders/{}", "DELETE")
_SUBSCRIPTIONS, _OEV, _EVT = at("subscriptions/{}"), at("orderevents"), at("events")
_CREATE_TICKET, _TICKET, _PATCH_TICKET = at("tickets", "POST"), at("tickets/{}"), at("tickets/{}", "PATCH")
_PLACING = tuple(f"ORD-{number}" for number in range(101, 120))
_REFUSALS = tuple(f"ORD-{number}" for number in range(170, 184))


def _said(place: Where, **fields: Any) -> Fault:
    """Have requests say something else; ... takes a field away."""

    def change(request: Request) -> Request:
        given = json.loads(request.body) | {name: value for name, value in fields.items() if value is not ...}
        kept = {name: value for name, value in given.items() if fields.get(name) is not ...}
        return replace(request, body=json.dumps(kept).encode())

    return asked(place, change)


def _of_a_step(operation: str, **fields: Any) -> Fault:
    """Answer a placed order with other fields."""
    return but(posted(operation), lambda value: value | fields, status=201)


def _new_each_time() -> Fault:
    serial = itertools.count()

    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if not _POST(request) or answer.status not in {200, 201}:
            return answer
        return replace(answer.but(answer.value | {"path": f"/onapi/2.6/orders/{next(serial)}"}), status=201)

    return fault


def _never_ends() -> Fault:
    shown: dict[str, Any] = {}

    def change(value: Any) -> Any:
        if value["subscriptions"]:
            shown["last"] = value
        return shown.get("last", value)

    return but(_SUBSCRIPTIONS, change)


def _subscription(**fields: Any) -> Change:
    return within("subscriptions", **fields)


def _without(name: str, value: str) -> Change:
    """Return what takes those away whose field is this, be it their own or their order's."""
    return lambda told: [one for one in told if one.get(name) != value and one.get("order", {}).get(name) != value]


PLACING = (
    Planted("an order is 200", status(_POST, 200, 201), {"ORD-101"}, _PLACING),
    Planted("201 has no Location", header(_POST, "location", None), {"ORD-102"}, _PLACING),
    Planted("Location leads nowhere", header(_POST, "location", "/onapi/2.6/orders/0"), {"ORD-102"}, _PLACING),
    Planted("a reference is lost", but(_POST, lambda value: value | {"spReference": ""}, 201), {"ORD-103"}, _PLACING),
    Planted(
        "the answer has no state", but(_POST, lambda value: value | {"state": ""}, 201), {"ORD-119"}, ("ORD-119",)
    ),
    Planted("an order does not wait", _said(_POST, requestedDateTime=...), {"ORD-104"}, ("ORD-104",)),
    Planted(
        "a day is moved",
        _said(_POST, requestedDateTime="2199-01-01T00:00:00Z"),
        {"ORD-103", "ORD-105"},
        ("ORD-103", "ORD-104", "ORD-105"),
    ),
    Planted(
        "an order is not among the unfinished",
        but(lambda request: at("orders")(request) and not request.query, lambda _: []),
        {"ORD-106"},
        _PLACING,
    ),
    Planted("the filters find nothing", but(at("orders", query="="), lambda _: []), {"ORD-107", "ORD-108"}, _PLACING),
    Planted("the same again is a new order", _new_each_time(), {"ORD-109"}, ("ORD-109",)),
    Planted("the same again is a conflict", status(_POST, 409, 200, {"cause": "No."}), {"ORD-109"}, _PLACING),
    Planted("PATCH is 200 with a body", status(_PATCH, 200, 204, {}), {"ORD-110"}, _PLACING),
    Planted("PATCH does nothing", instead(_PATCH, 204), {"ORD-111"}, _PLACING),
    Planted("PATCH takes away what it does not say", _said(_PATCH, spReference=None), {"ORD-111"}, _PLACING),
    Planted("PUT is 200 with a body", status(_PUT, 200, 204, {}), {"ORD-112"}, _PLACING),
    Planted("PUT does nothing", instead(_PUT, 204), {"ORD-113"}, _PLACING),
    Planted("DELETE is 200", status(_DELETE, 200, 204, {}), {"ORD-114"}, _PLACING),
    Planted("DELETE leaves the order", instead(_DELETE, 204), {"ORD-115", "ORD-116"}, _PLACING),
    Planted(
        "an order is expected before its day",
        but(_POST, lambda value: value | {"expectedCompletionDate": "2026-01-01T00:00:00Z"}, 201),
        {"ORD-118"},
        _PLACING,
    ),
)

LIFE = (
    Planted(
        "what is active is a conflict",
        status(posted("ACTIVATE"), 409, 200, {"cause": "No."}),
        {"ORD-133"},
        ("ORD-131", "ORD-133"),
    ),
    Planted(
        "what is active is ordered again",
        status(posted("ACTIVATE"), 201, 200, {"state": "RECEIVED"}),
        {"ORD-133"},
        ("ORD-133",),
    ),
    Planted(
        "two services of a type",
        status(posted("ACTIVATE"), 201, 409, {"state": "RECEIVED"}),
        {"ORD-134"},
        ("ORD-133", "ORD-134"),
    ),
    Planted(
        "what another has is sold",
        status(posted("ACTIVATE"), 201, 409, {"state": "RECEIVED"}),
        {"ORD-135"},
        ("ORD-135",),
        other=True,
    ),
    Planted("an order that is done is changed", status(_PATCH, 204, 409), {"ORD-136"}, ("ORD-136", "ORD-138")),
    Planted("an order that is done is cancelled", status(_DELETE, 204, 409), {"ORD-137"}, ("ORD-137", "ORD-138")),
    Planted("a change too late is 400", status(_PATCH, 400, 409), {"ORD-138"}, ("ORD-136", "ORD-138")),
    Planted(
        "SUSPEND does nothing",
        but(_SUBSCRIPTIONS, _subscription(operationalState="ACTIVATED")),
        {"ORD-140"},
        ("ORD-131", "ORD-140", "ORD-142"),
    ),
    Planted("a note is lost", each(_ONE, externalNote=...), {"ORD-141"}, ("ORD-140", "ORD-141")),
    Planted(
        "RESUME does nothing",
        but(_SUBSCRIPTIONS, _subscription(operationalState="SUSPENDED")),
        {"ORD-142"},
        ("ORD-140", "ORD-142"),
    ),
    Planted(
        "MODIFY does nothing",
        _said(posted("MODIFY"), spReference="conform-other"),
        {"ORD-143"},
        ("ORD-132", "ORD-143"),
    ),
    Planted(
        "references are lost",
        but(_SUBSCRIPTIONS, _subscription(spSubscriptionId="other")),
        {"ORD-132"},
        ("ORD-131", "ORD-132", "ORD-143"),
    ),
    Planted(
        "CHANGE makes another subscription",
        _of_a_step("CHANGE", subscriptionId="another"),
        {"ORD-144"},
        ("ORD-143", "ORD-144"),
    ),
    Planted("DEACTIVATE ends nothing", _never_ends(), {"ORD-145"}, ("ORD-131", "ORD-145", "ORD-146")),
    Planted(
        "what has ended is 404",
        status(posted("DEACTIVATE"), 404, 200, {"cause": "No."}),
        {"ORD-146"},
        ("ORD-145", "ORD-146"),
    ),
    Planted(
        "order events lack the ends",
        but(_OEV, _without("state", "DONE_SUCCESS")),
        {"ORD-150"},
        ("ORD-150", "ORD-151", "ORD-152"),
    ),
    Planted(
        "order events lack the beginnings",
        but(_OEV, _without("state", "RECEIVED")),
        {"ORD-151"},
        ("ORD-150", "ORD-151", "ORD-152"),
    ),
    Planted(
        "order events come the last first",
        but(_OEV, lambda value: value[::-1]),
        {"ORD-151", "ORD-152", "ORD-153"},
        ("ORD-151", "ORD-152", "ORD-153"),
    ),
    Planted(
        "order events tell of another SP's orders",
        but(
            at("orderevents", query="since="),
            lambda value: [
                *value,
                *({"event": "x", "order": one["order"] | {"path": "/onapi/2.6/orders/0"}} for one in value[:1]),
            ],
        ),
        {"ORD-154"},
        ("ORD-154",),
    ),
    Planted("events lack the end", but(_EVT, _without("type", "DELETE")), {"ORD-160"}, ("ORD-160", "ORD-161")),
    Planted(
        "events lack the orders", but(_EVT, _without("objectType", "orders")), {"ORD-161"}, ("ORD-160", "ORD-161")
    ),
    Planted("a delta lacks what changed", but(at("subscriptions"), lambda _: []), {"ORD-162"}, ("ORD-162",)),
)

REFUSALS = (
    Planted("an unknown service is taken", status(_POST, 201, 400, {"state": "RECEIVED"}), {"ORD-178"}, ("ORD-178",)),
    Planted("an unknown access is 404", status(_POST, 404, 400, {"cause": "No."}), {"ORD-177"}, ("ORD-177",)),
    Planted(
        "what is no JSON is 500",
        status(_POST, 500, 400, {"cause": "Oops."}),
        {"ORD-170", "ANS-006"},
        ("ORD-170", "ANS-006"),
    ),
    Planted(
        "a takeover of nothing is taken", status(_POST, 201, 409, {"state": "RECEIVED"}), {"ORD-181"}, ("ORD-181",)
    ),
    Planted("refusals have no cause", but(_POST, lambda _: {"error": "no"}, 400), {"ORD-182"}, _REFUSALS),
    Planted("what is not there is 400", status(_PATCH, 400, 404, {"cause": "No."}), {"ORD-183"}, _REFUSALS),
)

TICKETS = (
    Planted("events lack tickets", but(_EVT, _without("objectType", "tickets")), {"TIC-111"}, ("TIC-109", "TIC-111")),
    Planted("a ticket is 200", status(_CREATE_TICKET, 200, 201), {"TIC-101"}, ("TIC",)),
    Planted("a ticket has no name", but(_CREATE_TICKET, lambda _: {}, 201), {"TIC-101"}, ("TIC-101",)),
    Planted("a description is lost", each(_TICKET, description="…"), {"TIC-102"}, ("TIC",)),
    Planted("PATCH is 200 with a body", status(_PATCH_TICKET, 200, 204, {}), {"TIC-105", "TIC-109"}, ("TIC",)),
    Planted("comments are lost", each(_TICKET, comments=[]), {"TIC-106"}, ("TIC",)),
    Planted(
        "a comment has no moment", but(_TICKET, within("comments", createdAt=...)), {"TIC-052", "TIC-106"}, ("TIC",)
    ),
    Planted(
        "a status does not change",
        each(_TICKET, status="CREATED"),
        {"TIC-107", "TIC-109"},
        ("TIC-103", "TIC-107", "TIC-109"),
    ),
    Planted("a ticket is closed by nobody", _said(_PATCH_TICKET, responsible="SP"), {"TIC-108"}, ("TIC-108",)),
    Planted("a ticket without a heading is taken", status(_CREATE_TICKET, 201, 400, {}), {"TIC-120"}, ("TIC-120",)),
    Planted("an unknown ticket is 400", status(_PATCH_TICKET, 400, 404, {"cause": "No."}), {"TIC-122"}, ("TIC-122",)),
    Planted(
        "a ticket's moment has no time zone",
        each(_TICKET, createdAt=lambda moment: moment.removesuffix("Z")),
        {"TIC-033"},
        ("TIC-033", "TIC-034"),
    ),
    Planted(
        "a ticket's name in the list is another",
        each(_TICKET, coTicketReference="another"),
        {"TIC-002", "TIC-006"},
        ("TIC-002", "TIC-006"),
    ),
)


def _makes_a_subscription() -> Fault:
    """Have a cancelled order make a subscription all the same."""
    made: list[dict[str, Any]] = []

    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if _POST(request) and answer.status == 201:
            made.append({"subscriptionId": answer.value["subscriptionId"]})
        if _SUBSCRIPTIONS(request) and made:
            return answer.but(answer.value | {"subscriptions": made})
        return answer

    return fault


_TAKEN = {"state": "RECEIVED"}
MORE = (
    Planted("a cancelled order makes a subscription", _makes_a_subscription(), {"ORD-117"}, ("ORD-117",)),
    Planted("an order fails", each(_ONE, state="DONE_FAILED"), {"ORD-130"}, ("ORD-130",)),
    Planted(
        "another service is delivered",
        but(_SUBSCRIPTIONS, _subscription(service="BB-10-10")),
        {"ORD-131"},
        ("ORD-131",),
    ),
    Planted(
        "an order is of another subscription",
        _of_a_step("DEACTIVATE", subscriptionId="another"),
        {"ORD-147"},
        ("ORD-147",),
    ),
    *(
        Planted(f"a wrong order is taken: {check}", status(_POST, 201, 400, _TAKEN), {check}, (check,))
        for check in (f"ORD-{number}" for number in range(171, 181))
    ),
    Planted("a new ticket is in progress", each(_TICKET, status="IN_PROGRESS_SP"), {"TIC-103"}, ("TIC-103",)),
    Planted(
        "a new ticket is not listed", but(at("tickets", query="status"), lambda _: []), {"TIC-104"}, ("TIC-104",)
    ),
    Planted(
        "a ticket was updated before it was",
        each(_TICKET, updatedAt="2020-01-01T00:00:00Z"),
        {"TIC-110"},
        ("TIC-110",),
    ),
    Planted("a ticket of no access is taken", status(_CREATE_TICKET, 201, 400, {}), {"TIC-121"}, ("TIC-121",)),
)


async def _body_with_204(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return replace(answer, body=b"{}") if _PATCH(request) and answer.status == 204 else answer


ANSWERS = (Planted("204 has a body", _body_with_204, {"ANS-008"}, ("ORD-110", "ORD-111", "ANS-008")),)

WRITTEN = tuple(replace(planted, writes=True) for planted in (*PLACING, *LIFE, *REFUSALS, *TICKETS, *ANSWERS, *MORE))
