"""Orders that must not be taken.

Source: ON-API 2.6.0 common/responses.md, "Error handling … when creating an order".
"""

from onapi.conformance.checks.orders import CHAPTER
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Findings, Look
from onapi.conformance.server import Server
from onapi.conformance.stories.refusals import Refusals
from onapi.conformance.stories.telling import story
from onapi.conformance.tables import expect

_CREATING = "common/responses.md, when creating an order"
_ROWS = (
    (170, "no JSON", "A body that is no JSON is 400."),
    (171, "no object", "A body that is no object is 400."),
    (172, "no operation", "An order without an operation is 400."),
    (173, "no accessId", "ACTIVATE without an accessId is 400."),
    (174, "no service", "ACTIVATE without a service is 400."),
    (175, "no subscriptionId", "SUSPEND without a subscription is 400."),
    (176, "unknown operation", "An operation that there is not is 400."),
    (177, "unknown accessId", "An access that there is not is 400."),
    (178, "unknown service", "A service that there is not is 400."),
    (179, "wrong dateTime", "A requestedDateTime that is none is 400."),
    (180, "wrong type", "A field of the wrong type is 400."),
)


def _is_400(what: str) -> Look:
    def look(server: Server) -> Findings:
        yield from expect(story(server, Refusals).posted(what), 400, f"An order with {what}")

    return look


for _number, _what, _says in _ROWS:
    CHAPTER.must(_number, _says, _CREATING, writes=True)(_is_400(_what))


@CHAPTER.must(
    181, "forcedTakeover where it is not possible is refused.", "spec/orders.md, forcedTakeover", writes=True
)
def takeover_of_nothing(server: Server) -> Findings:
    told = story(server, Refusals)
    if told.ground.offer.get("forcedTakeoverPossible") is not False:
        raise Nothing("The access says that a takeover is possible.")
    answer = told.posted("takeover of nothing")
    if answer.status < 400:
        yield Finding(f"forcedTakeover was answered {answer.status}, though forcedTakeoverPossible is false", answer)


@CHAPTER.should(182, "A refusal of an order has a cause.", _CREATING, writes=True)
def causes(server: Server) -> Findings:
    told = story(server, Refusals)
    for _, what, _ in _ROWS:
        answer = told.posted(what)
        cause = answer.value.get("cause") if isinstance(answer.value, dict) else None
        if answer.status >= 400 and not (isinstance(cause, str) and cause):
            yield Finding(f"An order with {what} was refused without a cause", answer)


@CHAPTER.must(183, "PATCH and DELETE of an order that there is not are 404.", "common/responses.md, 404", writes=True)
def unknown_order(server: Server) -> Findings:
    for method in ("PATCH", "DELETE"):
        yield from expect(story(server, Refusals).asked(method), 404, f"{method} of an order that there is not")
