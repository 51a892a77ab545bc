"""Tickets, as they can be read; what placing shows is in ticket_life.py.

Source: ON-API 2.6.0 spec/tickets.md.
"""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, Field, declare

CHAPTER = Chapter("TIC", "Tickets", "tickets")
_PAGE = "spec/tickets.md"
STATUSES = ("CREATED", "IN_PROGRESS_CO", "IN_PROGRESS_SP", "CLOSED")
_PROBLEMS = ("NO_LINK", "NO_ACCESS", "QUALITY", "OTHER")


def _listed(server: Server) -> list[Seen]:
    return server.sample("tickets")


def _singles(server: Server) -> list[Seen]:
    with contextlib.suppress(Nothing):
        server.singles("tickets", "coTicketReference")
    found = [seen for seen in server.shown("tickets") if "heading" in seen.value or "status" in seen.value]
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
    oldest = [
        seen.value["coTicketReference"]
        for seen in _singles(server)
        if formats.moment(seen.value.get("createdAt")) == times[0]
    ]
    for moment, expected in ((before, True), (after, False)):
        query = f"?created={quote(moment.strftime('%Y-%m-%dT%H:%M:%SZ'), safe='')}"
        answer = server.get(server.path("tickets") + query)
        told = oldest[0] in {ticket.get("coTicketReference") for ticket in answer.objects}
        if answer.status != 200 or told is not expected:
            yield Finding(
                f"{oldest[0]}, of {times[0]:%H:%M:%S}, is {'' if told else 'not '}created after {moment:%H:%M:%S}",
                answer,
            )


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
        Field(20, "coTicketReference", "a text", formats.text, MANDATORY, section="GET tickets"),
        Field(21, "spTicketReference", "a text", formats.text, section="GET tickets"),
        Field(22, "status", "one of four words", formats.one_of(*STATUSES), MANDATORY, section="GET tickets"),
        Field(23, "responsible", "SP or CO", formats.one_of("SP", "CO"), section="GET tickets"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A ticket",
    _singles,
    (
        Field(30, "coTicketReference", "a text", formats.text, MANDATORY, section="GET tickets"),
        Field(31, "accessId", "an ID", formats.identifier, MANDATORY, section="GET tickets"),
        Field(32, "createdBy", "a text", formats.text, MANDATORY, section="GET tickets"),
        Field(33, "createdAt", "a dateTime", formats.date_time, MANDATORY, section="GET tickets"),
        Field(34, "updatedAt", "a dateTime", formats.date_time, MANDATORY, section="GET tickets"),
        Field(35, "heading", "a text", formats.text, MANDATORY, section="GET tickets"),
        Field(36, "description", "a string", formats.string, MANDATORY, section="GET tickets"),
        Field(37, "comments", "an array of objects", formats.objects, section="GET tickets"),
        Field(38, "status", "one of four words", formats.one_of(*STATUSES), MANDATORY, section="GET tickets"),
        Field(39, "responsible", "SP or CO", formats.one_of("SP", "CO"), section="GET tickets"),
        Field(40, "subscriptionId", "an ID", formats.identifier, section="GET tickets"),
        Field(41, "problemType", "one of four words", formats.one_of(*_PROBLEMS), MANDATORY, section="GET tickets"),
        Field(42, "spReference", "a text", formats.text, section="GET tickets"),
        Field(43, "spTicketReference", "a text", formats.text, section="GET tickets"),
        Field(44, "additionalInfo", "an object", formats.an_object, section="GET tickets"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A comment",
    _comments,
    (
        Field(50, "createdBy", "a text", formats.text, MANDATORY, section="GET tickets"),
        Field(51, "message", "a string", formats.string, MANDATORY, section="GET tickets"),
        Field(52, "createdAt", "a dateTime", formats.date_time, MANDATORY, section="GET tickets"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "additionalInfo",
    _additional,
    (
        Field(53, "ip", "a string", formats.string, section="GET tickets"),
        Field(54, "mac", "a MAC address", formats.mac, section="GET tickets"),
        Field(
            55,
            "link",
            'true or false, as the table has it; the example has "false"',
            formats.boolean,
            section="GET tickets",
            level=Level.CONTRADICTORY,
        ),
    ),
)
