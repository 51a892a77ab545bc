"""Services: what may be ordered on an access.

Source: ON-API 2.6.0 spec/services.md.
"""

from collections.abc import Iterator

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level, Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, MAY_BE_EMPTY, Field, declare

CHAPTER = Chapter("SVC", "Services", "services")
_PAGE = "spec/services.md"
_MOST_LEAVING = 3


def _offers(server: Server) -> Iterator[Seen]:
    for seen in server.sample("services"):
        yield from seen.below("services")


def _characteristics(server: Server) -> Iterator[Seen]:
    for seen, answer in server.singles("services", "accessId"):
        for service in Seen(_object(answer), f"services/{seen.value['accessId']}", answer).below("services"):
            named = service.value.get("characteristics")
            for name, rule in (named if isinstance(named, dict) else {}).items():
                if isinstance(rule, dict):
                    yield Seen(rule, f"{service.where}.characteristics.{name}", answer)


def _object(answer: Exchange) -> dict[str, object]:
    return answer.value if isinstance(answer.value, dict) else {}


@CHAPTER.must(1, "The list is an array of objects, with 200.", f"{_PAGE}, All services", since="2.6")
def array(server: Server) -> Findings:
    answer = server.listing("services")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(
    2,
    "What may be ordered on one access is got by its accessId, as an object.",
    f"{_PAGE}, a single Access",
    since="2.6",
)
def single(server: Server) -> Findings:
    for seen, answer in server.singles("services", "accessId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{seen.value['accessId']} is listed, and by itself {answer.status}", answer)
        elif answer.value.get("accessId") != seen.value["accessId"]:
            yield Finding(f"{seen.value['accessId']} was asked for, and {answer.value.get('accessId')} given", answer)


@CHAPTER.must(
    3, "By itself, an access offers the same services as in the list.", f"{_PAGE}, All services", since="2.6"
)
def same(server: Server) -> Findings:
    for seen, answer in server.singles("services", "accessId"):
        listed = {one.value.get("service") for one in seen.below("services")}
        single = {one.value.get("service") for one in Seen(_object(answer), "", answer).below("services")}
        if answer.status == 200 and listed != single:
            different = ", ".join(sorted(map(str, listed ^ single)))
            yield Finding(f"{seen.value['accessId']} differs in {different}", answer)


@CHAPTER.must(4, "An access that is listed can be read at /accesses/ too.", f"{_PAGE}, accessId", since="2.6")
def known(server: Server) -> Findings:
    for seen, _ in server.singles("services", "accessId"):
        answer = server.one("accesses", seen.value["accessId"])
        if answer.status != 200:
            yield Finding(f"{seen.value['accessId']} has services, and /accesses/ says {answer.status}", answer)


@CHAPTER.must(
    5, "A single access tells the characteristics of its services as an object.", f"{_PAGE}, services/characteristics"
)
def characteristics(server: Server) -> Findings:
    met = False
    for seen, answer in server.singles("services", "accessId"):
        for service in Seen(_object(answer), f"services/{seen.value['accessId']}", answer).below("services"):
            if "characteristics" in service.value:
                met = True
                if not isinstance(service.value["characteristics"], dict):
                    yield service.wrong("characteristics is no object")
    if not met:
        raise Nothing("No service that was shown has characteristics.")


@CHAPTER.contradictory(
    6,
    'The allowed values are called "values", as in the example; the list of fields says "validValues".',
    f"{_PAGE}, services/characteristics/[type]/validValues",
    deviation="what may be in a characteristic",
)
def values(server: Server) -> Findings:
    found = [seen for seen in _characteristics(server) if {"values", "validValues"} & seen.value.keys()]
    if not found:
        raise Nothing("No characteristic that was shown has values.")
    for seen in found:
        if "values" not in seen.value:
            yield seen.wrong("calls them validValues")


@CHAPTER.must(
    7,
    'The characteristic of the service level is called "SLA".',
    "common/dataformats.md, characteristics/SLA",
    reading=Reading.STANDARD,
    deviation="characteristics",
)
def sla_of_the_standard(server: Server) -> Findings:
    yield from _named(server, "SLA", "sla")


@CHAPTER.must(
    8,
    'The characteristic of the service level is called "sla".',
    "seed, Create a new order",
    reading=Reading.BITVIS,
    deviation="characteristics",
)
def sla_of_the_seed(server: Server) -> Findings:
    yield from _named(server, "sla", "SLA")


@CHAPTER.contradictory(
    9,
    'The characteristic of addresses is called "ipAddresses", as in the data formats; the examples say "ipAddress".',
    "common/dataformats.md, characteristics/ipAddresses",
    deviation="characteristics",
)
def addresses(server: Server) -> Findings:
    yield from _named(server, "ipAddresses", "ipAddress")


@CHAPTER.should(
    10,
    "On an access in OUTMIGRATION, services say when they end.",
    "spec/accesses.md, accessState",
    since="2.6",
    deviation="disconnectionDateTime on an access in OUTMIGRATION",
)
def ends_are_told(server: Server) -> Findings:
    leaving = [seen.value for seen in server.sample("accesses") if seen.value.get("accessState") == "OUTMIGRATION"]
    if not leaving:
        raise Nothing("No access that was shown is in OUTMIGRATION.")
    for access in leaving[:_MOST_LEAVING]:
        answer = server.one("services", str(access.get("accessId")))
        for service in Seen(_object(answer), f"services/{access.get('accessId')}", answer).below("services"):
            if not service.value.get("disconnectionDateTime"):
                yield service.wrong("has no disconnectionDateTime")


def _named(server: Server, right: str, wrong: str) -> Findings:
    found = [seen for seen in _characteristics(server) if seen.where.rpartition(".")[2] in {right, wrong}]
    if not found:
        raise Nothing(f"No service that was shown has {right}.")
    for seen in found:
        if seen.where.endswith(f".{wrong}"):
            yield seen.wrong(f'is called "{wrong}"')


declare(
    CHAPTER,
    _PAGE,
    "An access of the list",
    lambda server: server.sample("services"),
    (
        Field(20, "accessId", "an ID", formats.identifier, MANDATORY, since="2.6"),
        Field(21, "services", "an array of objects", formats.objects, MANDATORY, since="2.6"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A service",
    _offers,
    (
        Field(22, "service", "a text", formats.text, MANDATORY),
        Field(23, "connectionDateTime", "a dateTime", formats.date_time, MANDATORY, since="2.5"),
        Field(24, "availableDateTime", 'a dateTime, or ""', formats.date_time_or_empty, MAY_BE_EMPTY, since="2.5"),
        Field(
            25, "disconnectionDateTime", 'a dateTime, or ""', formats.date_time_or_empty, MAY_BE_EMPTY, since="2.5"
        ),
        Field(26, "forcedTakeoverPossible", "true or false", formats.boolean, MANDATORY),
        Field(27, "comments", "an array of texts", formats.list_of(formats.text)),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A characteristic",
    _characteristics,
    (
        Field(28, "required", "true or false", formats.boolean, MANDATORY, level=Level.SHOULD),
        Field(29, "values", "an array", formats.list_of(lambda _value: None)),
    ),
)
