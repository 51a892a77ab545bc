"""What placing, changing and cancelling an order for a far day shows.

Source: ON-API 2.6.0 spec/orders.md; common/responses.md, "Error handling … when creating an order".
"""

from typing import Any
from urllib.parse import urlsplit

from onapi.conformance import formats
from onapi.conformance.checks.orders import CHAPTER
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Findings
from onapi.conformance.server import Server
from onapi.conformance.stories.placing import Placing
from onapi.conformance.stories.telling import story
from onapi.conformance.tables import expect

_PAGE = "spec/orders.md"
_CREATING = "common/responses.md, when creating an order"
_ECHOED = ("accessId", "service", "operation", "spReference", "spSubscriptionId")


def _value(answer: Exchange) -> dict[str, Any]:
    if answer.status != 200 or not isinstance(answer.value, dict):
        raise Nothing(f"The order could not be read: {answer.status}.")
    return answer.value


def _same_moment(one: object, other: object) -> bool:
    moments = formats.moment(one), formats.moment(other)
    return None not in moments and moments[0] == moments[1]


@CHAPTER.must(101, "An order that is as it should be is 201.", _CREATING, writes=True)
def created(server: Server) -> Findings:
    yield from expect(story(server, Placing).placed, 201, "The order")


@CHAPTER.must(102, "201 has a Location that leads to the order.", f"{_PAGE}, POST", writes=True)
def location(server: Server) -> Findings:
    told = story(server, Placing)
    given = told.placed.headers.get("Location") if told.order else None
    if given is None:
        yield Finding("There is no Location", told.placed)
        return
    answer = server.get(urlsplit(given).path)
    if answer.status != 200 or not isinstance(answer.value, dict):
        yield Finding(f"Location is {given}, which is {answer.status}", told.placed)
    elif answer.value.get("orderId") != told.order.get("orderId"):
        yield Finding(f"Location leads to the order {answer.value.get('orderId')}", told.placed)


@CHAPTER.must(103, "The answer says what was ordered, as it was ordered.", f"{_PAGE}, Fields", writes=True)
def echoed(server: Server) -> Findings:
    told = story(server, Placing)
    yield from _differences(told.order, told.wish, told.placed)


@CHAPTER.must(104, "An order for a later day waits in RECEIVED.", f"{_PAGE}, requestedDateTime", writes=True)
def waits(server: Server) -> Findings:
    told = story(server, Placing)
    for answer in (told.placed, told.a_moment_later):
        state = answer.value.get("state") if isinstance(answer.value, dict) else answer.status
        if state != "RECEIVED":
            yield Finding(f"The order for {told.day:%Y-%m-%d} is {state}", answer)


@CHAPTER.must(105, "The order can be read, as it was placed.", f"{_PAGE}, Get a single order", writes=True)
def readable(server: Server) -> Findings:
    told = story(server, Placing)
    answer = told.read.order
    if answer.status != 200 or not isinstance(answer.value, dict):
        yield Finding(f"{told.path} is {answer.status}", answer)
    else:
        yield from _differences(answer.value, told.wish, answer)


@CHAPTER.must(106, "It is among the unfinished orders.", f"{_PAGE}, Get all unfinished orders", writes=True)
def among_unfinished(server: Server) -> Findings:
    yield from _among(story(server, Placing), story(server, Placing).read.unfinished, "the unfinished orders")


@CHAPTER.must(107, "It is among the orders of its access.", f"{_PAGE}, a specific acccessId", writes=True)
def among_those_of_the_access(server: Server) -> Findings:
    yield from _among(story(server, Placing), story(server, Placing).read.of_the_access, "those of its access")


@CHAPTER.must(108, "It is among the orders of its state.", f"{_PAGE}, a certain state", writes=True)
def among_those_of_the_state(server: Server) -> Findings:
    yield from _among(story(server, Placing), story(server, Placing).read.in_its_state, "those that are RECEIVED")


@CHAPTER.must(
    109,
    "The same order again is 200, with the order under way.",
    _CREATING,
    writes=True,
    deviation="the same order again",
)
def repeated(server: Server) -> Findings:
    told = story(server, Placing)
    answer = told.repeated
    yield from expect(answer, 200, "The same order again")
    path = answer.value.get("path") if isinstance(answer.value, dict) else None
    if answer.status in {200, 201} and path != told.order.get("path"):
        yield Finding(f"The same order again was answered with {path}", answer)


@CHAPTER.must(110, "PATCH is 204.", f"{_PAGE}, PATCH", writes=True)
def patch(server: Server) -> Findings:
    yield from expect(story(server, Placing).patched[0], 204, "PATCH")


@CHAPTER.must(111, "PATCH changes what it says, and nothing else.", f"{_PAGE}, PATCH", writes=True)
def patch_changes(server: Server) -> Findings:
    told = story(server, Placing)
    given, after = told.patched
    if given.status >= 300:
        raise Nothing(f"PATCH was refused: {given.status}.")
    now, before = _value(after), _value(told.read.order)
    wanted = f"{told.day:%Y-%m-%d}"
    if str(now.get("requestedDateTime"))[:10] == wanted or formats.moment(now.get("requestedDateTime")) is None:
        yield Finding(f"requestedDateTime is {now.get('requestedDateTime')} after PATCH", after)
    for name in (*_ECHOED, "orderId", "subscriptionId"):
        if now.get(name) != before.get(name):
            yield Finding(f"{name} was {before.get(name)}, and is {now.get(name)}", after)


@CHAPTER.must(112, "PUT is 204.", f"{_PAGE}, PUT", writes=True)
def put(server: Server) -> Findings:
    yield from expect(story(server, Placing).put[0], 204, "PUT")


@CHAPTER.must(113, "PUT makes the order what it says.", f"{_PAGE}, PUT", writes=True)
def put_replaces(server: Server) -> Findings:
    told = story(server, Placing)
    given, after, reference = told.put
    if given.status >= 300:
        raise Nothing(f"PUT was refused: {given.status}.")
    now, before = _value(after), _value(told.patched[1])
    if now.get("spReference") != reference:
        yield Finding(f"spReference is {now.get('spReference')} after PUT, not {reference}", after)
    if not _same_moment(now.get("requestedDateTime"), before.get("requestedDateTime")):
        yield Finding(f"requestedDateTime is {now.get('requestedDateTime')} after PUT", after)


@CHAPTER.must(114, "DELETE is 204.", f"{_PAGE}, DELETE", writes=True)
def delete(server: Server) -> Findings:
    yield from expect(story(server, Placing).cancelled, 204, "DELETE")


@CHAPTER.must(
    115, "A cancelled order is gone, or DONE_FAILED.", f"{_PAGE}, DELETE", writes=True, deviation="a cancelled order"
)
def gone(server: Server) -> Findings:
    answer = story(server, Placing).gone
    state = answer.value.get("state") if isinstance(answer.value, dict) else None
    if answer.status not in {404, 410} and state != "DONE_FAILED":
        yield Finding(f"After DELETE the order is still there: {state}", answer)


@CHAPTER.must(116, "A cancelled order is not among the unfinished ones.", f"{_PAGE}, DELETE", writes=True)
def not_unfinished(server: Server) -> Findings:
    told = story(server, Placing)
    _, unfinished, _ = told.after
    if told.order.get("orderId") in {order.get("orderId") for order in unfinished.objects}:
        yield Finding("After DELETE the order is among the unfinished ones", unfinished)


@CHAPTER.must(117, "A cancelled order makes no subscription.", f"{_PAGE}, DELETE", writes=True)
def no_subscription(server: Server) -> Findings:
    told = story(server, Placing)
    _, _, subscriptions = told.after
    held = subscriptions.value.get("subscriptions") if isinstance(subscriptions.value, dict) else None
    if any(one.get("subscriptionId") == told.order.get("subscriptionId") for one in held or []):
        yield Finding("After DELETE there is a subscription", subscriptions)


@CHAPTER.must(
    118, "expectedCompletionDate is not before requestedDateTime.", f"{_PAGE}, requestedDateTime", writes=True
)
def not_before(server: Server) -> Findings:
    told = story(server, Placing)
    expected = formats.moment(told.order.get("expectedCompletionDate"))
    if expected is None:
        raise Nothing("The order says no expectedCompletionDate.")
    if expected < told.day:
        yield Finding(f"It is for {told.day:%Y-%m-%d}, and expected on {expected:%Y-%m-%d}", told.placed)


@CHAPTER.must(
    119,
    "The answer has the order's path, orderId, subscriptionId, operation and state.",
    f"{_PAGE}, Fields",
    writes=True,
)
def required(server: Server) -> Findings:
    told = story(server, Placing)
    for name in ("path", "orderId", "subscriptionId", "operation", "state"):
        if not told.order.get(name):
            yield Finding(f"{name} is not there", told.placed)


def _differences(order: dict[str, Any], wish: dict[str, Any], answer: Exchange) -> Findings:
    for name in _ECHOED:
        if order.get(name) != wish[name]:
            yield Finding(f"{name} was {wish[name]}, and is {order.get(name)}", answer)
    if not _same_moment(order.get("requestedDateTime"), wish["requestedDateTime"]):
        yield Finding(
            f"requestedDateTime was {wish['requestedDateTime']}, and is {order.get('requestedDateTime')}", answer
        )


def _among(told: Placing, answer: Exchange, where: str) -> Findings:
    if answer.whole and told.order.get("orderId") not in {order.get("orderId") for order in answer.objects}:
        yield Finding(f"{told.order.get('orderId')} is not among {where}", answer)
