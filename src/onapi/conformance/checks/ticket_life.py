"""What a ticket's life shows.

Source: ON-API 2.6.0 spec/tickets.md, "POST tickets" and "PATCH tickets".
"""

from typing import Any

from onapi.conformance.checks.tickets import CHAPTER
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Findings
from onapi.conformance.server import NOBODY, Server
from onapi.conformance.stories.telling import story
from onapi.conformance.stories.ticket import TicketLife
from onapi.conformance.tables import expect

_POST = "spec/tickets.md, POST tickets"
_PATCH = "spec/tickets.md, PATCH tickets"


def _ticket(answer: Exchange) -> dict[str, Any]:
    if answer.status != 200 or not isinstance(answer.value, dict):
        raise Nothing(f"The ticket could not be read: {answer.status}.")
    return answer.value


@CHAPTER.must(101, "A ticket that is as it should be is 201, with its coTicketReference.", _POST, writes=True)
def created(server: Server) -> Findings:
    answer = story(server, TicketLife).created
    yield from expect(answer, 201, "The ticket")
    if answer.status < 300 and not (isinstance(answer.value, dict) and answer.value.get("coTicketReference")):
        yield Finding("The answer has no coTicketReference", answer)


@CHAPTER.must(102, "The ticket can be read, as it was created.", _POST, writes=True)
def readable(server: Server) -> Findings:
    told = story(server, TicketLife)
    if told.read.status != 200:
        yield Finding(f"{told.path} is {told.read.status}", told.read)
        return
    for name, value in told.wish.items():
        if _ticket(told.read).get(name) != value:
            yield Finding(f"{name} was {value}, and is {_ticket(told.read).get(name)}", told.read)


@CHAPTER.must(103, "A new ticket is CREATED.", _POST, writes=True)
def is_created(server: Server) -> Findings:
    answer = story(server, TicketLife).read
    if _ticket(answer).get("status") != "CREATED":
        yield Finding(f"status is {_ticket(answer).get('status')}", answer)


@CHAPTER.must(104, "A new ticket is among those that are CREATED.", "spec/tickets.md, GET tickets", writes=True)
def among_created(server: Server) -> Findings:
    told = story(server, TicketLife)
    named = _ticket(told.read).get("coTicketReference")
    if told.listed.whole and named not in {one.get("coTicketReference") for one in told.listed.objects}:
        yield Finding(f"{named} is not among them", told.listed)


@CHAPTER.must(105, "PATCH is 204.", _PATCH, writes=True)
def patch(server: Server) -> Findings:
    yield from expect(story(server, TicketLife).commented[0], 204, "PATCH")


@CHAPTER.must(106, "A comment is added, with its author, its message and its moment.", _PATCH, writes=True)
def comment(server: Server) -> Findings:
    told = story(server, TicketLife)
    given, after = told.commented
    if given.status >= 300:
        raise Nothing(f"PATCH was refused: {given.status}.")
    comments = _ticket(after).get("comments")
    ours = (
        [one for one in comments if told.reference in str(one.get("message"))] if isinstance(comments, list) else []
    )
    if len(ours) != 1:
        yield Finding(f"The comment is there {len(ours)} times", after)
    elif ours[0].get("createdBy") != "onapi conform" or not ours[0].get("createdAt"):
        yield Finding(f"The comment is by {ours[0].get('createdBy')}, of {ours[0].get('createdAt')}", after)


@CHAPTER.must(107, "PATCH changes the status.", _PATCH, writes=True)
def status(server: Server) -> Findings:
    given, after = story(server, TicketLife).handed_over
    if given.status >= 300:
        raise Nothing(f"PATCH was refused: {given.status}.")
    if _ticket(after).get("status") != "IN_PROGRESS_CO":
        yield Finding(f"status is {_ticket(after).get('status')}, not IN_PROGRESS_CO", after)


@CHAPTER.must(108, "A ticket is not closed without saying who is responsible.", _PATCH, writes=True)
def responsible(server: Server) -> Findings:
    given, after = story(server, TicketLife).closed_by_nobody
    if given.status < 400:
        yield Finding(f"CLOSED without responsible was answered {given.status}", given)
    elif _ticket(after).get("status") == "CLOSED":
        yield Finding("CLOSED without responsible was refused, and done", after)


@CHAPTER.must(109, "A ticket is closed by PATCH, and says who is responsible.", _PATCH, writes=True)
def closed(server: Server) -> Findings:
    given, after = story(server, TicketLife).closed
    yield from expect(given, 204, "PATCH")
    now = _ticket(after)
    if given.status < 300 and (now.get("status"), now.get("responsible")) != ("CLOSED", "SP"):
        yield Finding(f"status is {now.get('status')}, responsible {now.get('responsible')}", after)


@CHAPTER.must(
    110, "updatedAt is not before createdAt, and moves with a change.", "spec/tickets.md, GET tickets", writes=True
)
def updated(server: Server) -> Findings:
    told = story(server, TicketLife)
    first, last = _ticket(told.read), _ticket(told.closed[1])
    if not str(last.get("updatedAt")) > str(first.get("createdAt")):
        yield Finding(f"createdAt is {first.get('createdAt')}, updatedAt {last.get('updatedAt')}", told.closed[1])
    if last.get("createdAt") != first.get("createdAt"):
        yield Finding(f"createdAt was {first.get('createdAt')}, and is {last.get('createdAt')}", told.closed[1])


@CHAPTER.should(
    111, "What becomes of a ticket is told among the events.", "spec/tickets.md, Description", writes=True
)
def events(server: Server) -> Findings:
    told = story(server, TicketLife)
    named = _ticket(told.closed[1]).get("coTicketReference")
    kinds = {event.get("type") for event in told.events.objects if event.get("objectId") == named}
    for kind in sorted({"CREATE", "UPDATE"} - kinds):
        yield Finding(f"There is no {kind} of the ticket {named}", told.events)


@CHAPTER.must(120, "A ticket without what is mandatory, or of an unknown problem, is 400.", _POST, writes=True)
def wrong(server: Server) -> Findings:
    told = story(server, TicketLife)
    rows: tuple[dict[str, Any], ...] = (
        {"heading": None},
        {"description": None},
        {"createdBy": None},
        {"accessId": None},
        {"problemType": "BROKEN"},
    )
    for fields in rows:
        yield from expect(told.refused(**fields), 400, f"A ticket with {fields}")


@CHAPTER.must(121, "A ticket of an access that there is not is refused.", _POST, writes=True)
def unknown_access(server: Server) -> Findings:
    answer = story(server, TicketLife).refused(accessId=NOBODY)
    if answer.status not in {400, 404}:
        yield Finding(f"A ticket of an unknown access was answered {answer.status}", answer)


@CHAPTER.must(122, "PATCH of a ticket that there is not is 404.", "common/responses.md, 404", writes=True)
def unknown_ticket(server: Server) -> Findings:
    given = {"comment": {"createdBy": "onapi conform", "message": "Nobody reads this."}}
    yield from expect(server.session.ask("PATCH", server.below("tickets", NOBODY), given=given), 404, "PATCH")
