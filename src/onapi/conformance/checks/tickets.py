"""Tickets, as they can be read; what placing shows is in ticket_life.py.

Source: ON-API 2.6.0 spec/tickets.md.
"""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import Field, Presence, declare

CHAPTER = Chapter("TIC", "Tickets", "tickets")
_PAGE = "spec/tickets.md"
STATUSES = ("CREATED", "IN_PROGRESS_CO", "IN_PROGRESS_SP", "CLOSED")
_PROBLEMS = ("NO_LINK", "NO_ACCESS", "QUALITY", "OTHER")


def _listed(server: Server) -> list[Seen]:
    return server.sample("tickets")


def _singles(server: Server) -> list[Seen]:
    answers = [answer for _, answer in server.singles("tickets", "coTicketReference")]
    found = [Seen(answer.value, answer.url, answer) for answer in answers if answer.status == 200 and isinstance(answer.value, dict)]
    if not found:
        raise Nothing("No single ticket was given.")
    return found


def _comments(server: Server) -> Iterator[Seen]:
    for seen in _singles(server):
        yield from seen.below("comments")


def _additional(server: Server) -> Iterator[Seen]:
    for seen in _singles(server):
        yield from seen.below("additionalInfo")


@CHAPTER.must(1, "The list is an array of objects, with 200.", f"{_PAGE}, GET tickets")
def array(server: Server) -> Findings:
    answer = server.listing("tickets")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(2, "A single ticket is got by its coTicketReference, as an object.", f"{_PAGE}, GET tickets")
def single(server: Server) -> Findings:
    for seen, answer in server.singles("tickets", "coTicketReference"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{seen.value['coTicketReference']} is listed, and by itself {answer.status}", answer)
        elif answer.value.get("coTicketReference") != seen.value["coTicketReference"]:
            yield Finding(f"{seen.value['coTicketReference']} was asked for, and another given", answer)


@CHAPTER.must(3, "status= lists the tickets with that status, and no others.", f"{_PAGE}, GET tickets")
def in_a_status(server: Server) -> Findings:
    for status in STATUSES:
        answer = server.get(server.path("tickets") + f"?status={status}")
        if answer.status != 200:
            yield Finding(f"status={status} was answered {answer.status}", answer)
        for ticket in answer.objects if answer.status == 200 else []:
            if ticket.get("status") != status:
                yield Finding(f"A ticket that is {ticket.get('status')} is among those that are {status}", answer)


@CHAPTER.must(4, "created= lists the tickets that were created after that moment.", f"{_PAGE}, GET tickets")
def created_after(server: Server) -> Findings:
    times = sorted(time for seen in _singles(server) if (time := formats.moment(seen.value.get("createdAt"))))
    if not times:
        raise Nothing("No ticket that was shown has a createdAt.")
    before, after = times[0] - timedelta(seconds=1), times[0] + timedelta(seconds=1)
    oldest = [seen.value["coTicketReference"] for seen in _singles(server) if formats.moment(seen.value.get("createdAt")) == times[0]]
    for moment, expected in ((before, True), (after, False)):
        query = f"?created={quote(moment.strftime('%Y-%m-%dT%H:%M:%SZ'), safe='')}"
        answer = server.get(server.path("tickets") + query)
        told = oldest[0] in {ticket.get("coTicketReference") for ticket in answer.objects}
        if answer.status != 200 or told is not expected:
            yield Finding(f"{oldest[0]}, of {times[0]:%H:%M:%S}, is {'' if told else 'not '}created after {moment:%H:%M:%S}", answer)


@CHAPTER.should(5, "A status that there is not is 400.", "common/responses.md, 400")
def unknown_status(server: Server) -> Findings:
    answer = server.get(server.path("tickets") + "?status=FINISHED")
    if answer.status != 400:
        yield Finding(f"status=FINISHED was answered {answer.status}", answer)


@CHAPTER.should(6, "The list and the single ticket say the same.", f"{_PAGE}, GET tickets")
def same(server: Server) -> Findings:
    for seen, answer in server.singles("tickets", "coTicketReference"):
        for name, value in seen.value.items():
            if isinstance(answer.value, dict) and name in answer.value and answer.value[name] != value:
                yield Finding(f"{seen.where} says {name} is {value!r}, and by itself {answer.value[name]!r}", answer)


declare(
    CHAPTER,
    _PAGE,
    "A ticket of the list",
    _listed,
    (
        Field(number=20, name="coTicketReference", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=21, name="spTicketReference", words="a text", kind=formats.text, section="GET tickets"),
        Field(number=22, name="status", words="one of four words", kind=formats.one_of(*STATUSES), presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=23, name="responsible", words="SP or CO", kind=formats.one_of("SP", "CO"), section="GET tickets"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A ticket",
    _singles,
    (
        Field(number=30, name="coTicketReference", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=31, name="accessId", words="an ID", kind=formats.identifier, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=32, name="createdBy", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=33, name="createdAt", words="a dateTime", kind=formats.date_time, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=34, name="updatedAt", words="a dateTime", kind=formats.date_time, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=35, name="heading", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=36, name="description", words="a string", kind=formats.string, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=37, name="comments", words="an array of objects", kind=formats.objects, section="GET tickets"),
        Field(number=38, name="status", words="one of four words", kind=formats.one_of(*STATUSES), presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=39, name="responsible", words="SP or CO", kind=formats.one_of("SP", "CO"), section="GET tickets"),
        Field(number=40, name="subscriptionId", words="an ID", kind=formats.identifier, section="GET tickets"),
        Field(number=41, name="problemType", words="one of four words", kind=formats.one_of(*_PROBLEMS), presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=42, name="spReference", words="a text", kind=formats.text, section="GET tickets"),
        Field(number=43, name="spTicketReference", words="a text", kind=formats.text, section="GET tickets"),
        Field(number=44, name="additionalInfo", words="an object", kind=formats.an_object, section="GET tickets"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A comment",
    _comments,
    (
        Field(number=50, name="createdBy", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=51, name="message", words="a string", kind=formats.string, presence=Presence.MANDATORY, section="GET tickets"),
        Field(number=52, name="createdAt", words="a dateTime", kind=formats.date_time, presence=Presence.MANDATORY, section="GET tickets"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "additionalInfo",
    _additional,
    (
        Field(number=53, name="ip", words="a string", kind=formats.string, section="GET tickets"),
        Field(number=54, name="mac", words="a MAC address", kind=formats.mac, section="GET tickets"),
        Field(
            number=55,
            name="link",
            words='true or false, as the table has it; the example has "false"',
            kind=formats.boolean,
            section="GET tickets",
            level=Level.CONTRADICTORY,
        ),
    ),
)
