"""What a subscription's life shows: its orders, what becomes of them, and what is told of them.

Source: ON-API 2.6.0 spec/orders.md, spec/orderevents.md, spec/events.md; common/responses.md, "Error handling … when
creating an order".
"""

from typing import Any

from onapi.conformance.checks.orders import CHAPTER
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Findings
from onapi.conformance.server import Server
from onapi.conformance.stories.life import Life, Step
from onapi.conformance.stories.telling import story
from onapi.conformance.tables import expect

_PAGE = "spec/orders.md"
_CREATING = "common/responses.md, when creating an order"


def _has(step: Step, **wanted: Any) -> Findings:
    if step.subscription is None:
        yield Finding("There is no subscription of that ID", step.subscriptions)
        return
    for name, value in wanted.items():
        if step.subscription.get(name) != value:
            yield Finding(f"{name} is {step.subscription.get(name)}, not {value}", step.subscriptions)


def _done(step: Step) -> Findings:
    state = step.ended.value.get("state") if isinstance(step.ended.value, dict) else None
    if state != "DONE_SUCCESS":
        message = step.ended.value.get("message") if isinstance(step.ended.value, dict) else ""
        yield Finding(f"The order is {state}: {message}", step.ended)


@CHAPTER.should(130, "An order without a date is carried out at once.", f"{_PAGE}, requestedDateTime", writes=True)
def carried_out(server: Server) -> Findings:
    yield from _done(story(server, Life).activated)


@CHAPTER.must(131, "ACTIVATE makes a subscription of that service, ACTIVATED.", f"{_PAGE}, operation", writes=True)
def makes_a_subscription(server: Server) -> Findings:
    told = story(server, Life)
    yield from _has(_succeeded(told.activated), service=told.ground.service, operationalState="ACTIVATED")


@CHAPTER.must(132, "The subscription has the order's references.", f"{_PAGE}, spReference", writes=True)
def references(server: Server) -> Findings:
    told = story(server, Life)
    wish = told.ground.activation()
    yield from _has(
        _succeeded(told.activated), spReference=wish["spReference"], spSubscriptionId=wish["spSubscriptionId"]
    )


@CHAPTER.must(
    133, "ACTIVATE of what is active is 200, DONE_SUCCESS.", _CREATING, writes=True, deviation="the same order again"
)
def active_already(server: Server) -> Findings:
    yield from _so_already(story(server, Life).again)


@CHAPTER.must(
    134,
    "Another service of a type that is active is 409, or 400.",
    _CREATING,
    writes=True,
    deviation="another service of the type is active",
)
def another_service(server: Server) -> Findings:
    answer = story(server, Life).another
    if answer.status not in {400, 409}:
        yield Finding(f"{story(server, Life).ground.other_service} was answered {answer.status}", answer)


@CHAPTER.must(
    135, "What another provider has is 409, or 400.", _CREATING, writes=True, deviation="the type is another SP's"
)
def claimed(server: Server) -> Findings:
    answer = story(server, Life).claimed
    if answer.status not in {400, 409}:
        yield Finding(f"The other provider's order was answered {answer.status}", answer)


@CHAPTER.must(136, "An order that is done cannot be changed.", f"{_PAGE}, Orders", writes=True)
def not_changed(server: Server) -> Findings:
    answer = story(server, Life).patched_when_done
    if answer.status < 400:
        yield Finding(f"PATCH of an order that is done was answered {answer.status}", answer)


@CHAPTER.must(137, "An order that is done cannot be cancelled.", f"{_PAGE}, DELETE", writes=True)
def not_cancelled(server: Server) -> Findings:
    answer, after = story(server, Life).cancelled_when_done
    if answer.status < 400:
        yield Finding(f"DELETE of an order that is done was answered {answer.status}", answer)
    if after.status != 200:
        yield Finding(f"After DELETE of an order that is done it is {after.status}", after)


@CHAPTER.should(138, "Changing an order that is done is 409.", "common/responses.md, 409", writes=True)
def conflict(server: Server) -> Findings:
    told = story(server, Life)
    for answer in (told.patched_when_done, told.cancelled_when_done[0]):
        if answer.status >= 400:
            yield from expect(answer, 409, answer.method)


@CHAPTER.must(140, "SUSPEND makes the subscription SUSPENDED.", f"{_PAGE}, operation", writes=True)
def suspended(server: Server) -> Findings:
    yield from _has(_succeeded(story(server, Life).suspended), operationalState="SUSPENDED")


@CHAPTER.must(141, "The order has its externalNote.", f"{_PAGE}, externalNote", writes=True)
def external_note(server: Server) -> Findings:
    step = story(server, Life).suspended
    if step.ended.value.get("externalNote") != "A check of conformance.":
        yield Finding(f"externalNote is {step.ended.value.get('externalNote')}", step.ended)


@CHAPTER.must(142, "RESUME makes the subscription ACTIVATED.", f"{_PAGE}, operation", writes=True)
def resumed(server: Server) -> Findings:
    yield from _has(_succeeded(story(server, Life).resumed), operationalState="ACTIVATED")


@CHAPTER.must(
    143,
    "MODIFY changes the subscription's references.",
    f"{_PAGE}, Modify a subscription",
    writes=True,
    deviation="what a MODIFY modifies",
)
def modified(server: Server) -> Findings:
    told = story(server, Life)
    yield from _has(_succeeded(told.modified), spReference=told.ground.reference("moved"))


@CHAPTER.must(
    144, "CHANGE changes the subscription's service, and keeps its ID.", f"{_PAGE}, Change service", writes=True
)
def changed(server: Server) -> Findings:
    told = story(server, Life)
    yield from _has(_succeeded(told.changed), service=told.ground.other_service)


@CHAPTER.must(145, "DEACTIVATE ends the subscription.", f"{_PAGE}, operation", writes=True)
def deactivated(server: Server) -> Findings:
    step = _succeeded(story(server, Life).deactivated)
    if step.subscription is not None:
        yield Finding("The subscription is still there", step.subscriptions)


@CHAPTER.must(
    146,
    "DEACTIVATE of what has ended is 200, DONE_SUCCESS.",
    _CREATING,
    writes=True,
    deviation="the same order again",
)
def ended_already(server: Server) -> Findings:
    yield from _so_already(story(server, Life).deactivated_again)


@CHAPTER.must(147, "Each order has its own subscription's ID.", f"{_PAGE}, subscriptionId", writes=True)
def one_subscription(server: Server) -> Findings:
    told = story(server, Life)
    ids = [(step.placed.value.get("subscriptionId"), step) for step in steps(told)]
    for subscription_id, step in ids:
        if subscription_id != ids[0][0]:
            yield Finding(f"subscriptionId was {ids[0][0]}, and is {subscription_id}", step.placed)


def _succeeded(step: Step) -> Step:
    for finding in _done(step):
        raise Nothing(finding.says)
    return step


def _so_already(answer: Exchange) -> Findings:
    yield from expect(answer, 200, "What is so already")
    if answer.status == 200:
        state = answer.value.get("state") if isinstance(answer.value, dict) else None
        if state != "DONE_SUCCESS":
            yield Finding(f"What is so already is {state}", answer)


def steps(told: Life) -> list[Step]:
    """Return all steps of a life that came to its end."""
    if told.deactivated.subscription is not None:
        raise Nothing("The subscription did not end.")
    return told.steps
