"""Subscriptions: what is delivered to the provider that asks.

Source: ON-API 2.6.0 spec/subscriptions.md, common/dataformats.md.
"""

from collections import Counter
from collections.abc import Iterator

from onapi.conformance import formats, spelling
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server

CHAPTER = Chapter("SUB", "Subscriptions", "subscriptions")
_PAGE = "spec/subscriptions.md"
_FORMATS = "common/dataformats.md"
_NONE = "No subscription that was shown"


def every(server: Server) -> Iterator[Seen]:
    """Yield the subscriptions that the server shows."""
    try:
        listed = server.sample("subscriptions")
    except Nothing:
        # This run may have made one, which has ended.
        listed = server.shown("subscriptions")
        if not any(seen.value.get("subscriptions") for seen in listed):
            raise
    for seen in listed:
        # Before 2.6 the list was of subscriptions, and not of accesses that have some.
        yield from [seen] if "subscriptionId" in seen.value else seen.below("subscriptions")


def identifiers(server: Server) -> Iterator[Seen]:
    """Yield their dhcpIdentifiers."""
    for seen in every(server):
        yield from seen.below("dhcpIdentifier")


def characteristics(server: Server) -> Iterator[Seen]:
    """Yield their characteristics."""
    for seen in every(server):
        yield from seen.below("characteristics")


def equipment(server: Server) -> Iterator[Seen]:
    """Yield their equipment."""
    for seen in every(server):
        yield from seen.below("equipment")


@CHAPTER.must(1, "The list is an array of objects, with 200.", f"{_PAGE}, All subscriptions")
def array(server: Server) -> Findings:
    answer = server.listing("subscriptions")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(
    2,
    "The subscriptions on one access are got by its accessId, as an object.",
    f"{_PAGE}, a single Access",
    since="2.6",
)
def single(server: Server) -> Findings:
    for seen, answer in server.singles("subscriptions", "accessId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{seen.value['accessId']} is listed, and by itself {answer.status}", answer)
        elif answer.value.get("accessId") != seen.value["accessId"]:
            yield Finding(f"{seen.value['accessId']} was asked for, and {answer.value.get('accessId')} given", answer)


@CHAPTER.must(
    3, "By itself, an access has the same subscriptions as in the list.", f"{_PAGE}, All subscriptions", since="2.6"
)
def same(server: Server) -> Findings:
    for seen, answer in server.singles("subscriptions", "accessId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            raise Nothing("No single access was given.")
        listed = {one.value.get("subscriptionId") for one in seen.below("subscriptions")}
        single = {one.value.get("subscriptionId") for one in Seen(answer.value, "", answer).below("subscriptions")}
        if listed != single:
            different = ", ".join(sorted(map(str, listed ^ single)))
            yield Finding(f"{seen.value['accessId']} differs in {different}", answer)


@CHAPTER.must(4, "A subscriptionId names one subscription only.", f"{_FORMATS}, ID")
def unique(server: Server) -> Findings:
    server.sample("subscriptions")
    counted = Counter(str(seen.value.get("subscriptionId")) for seen in every(server))
    for subscription_id, times in counted.items():
        if times > 1:
            yield Finding(f"{subscription_id} is listed {times} times", server.listing("subscriptions"))


@CHAPTER.must(5, "The list has live subscriptions only.", f"{_PAGE}, Subscriptions Endpoint")
def live(server: Server) -> Findings:
    for seen in server.sample("subscriptions"):
        if seen.value.get("subscriptions") == []:
            yield seen.wrong("has no subscription, and is listed")


@CHAPTER.must(
    6,
    "equipment is an array of objects.",
    f"{_FORMATS}, equipment",
    reading=Reading.STANDARD,
    deviation="`equipment`",
)
def equipment_is_an_array(server: Server) -> Findings:
    yield from spelling.array_of_equipment(every(server), _NONE)


@CHAPTER.must(
    7,
    "equipment is an object, or an array when it is several.",
    "seed, Get all active subscriptions",
    reading=Reading.BITVIS,
    deviation="`equipment`",
)
def equipment_is_an_object(server: Server) -> Findings:
    yield from spelling.one_or_more_of_equipment(every(server), _NONE)


@CHAPTER.must(8, "An unknown identifier of DHCP is left out.", f"{_FORMATS}, dhcpIdentifier")
def unknown_identifiers(server: Server) -> Findings:
    met = False
    for seen in identifiers(server):
        met = True
        for name in [name for name, value in seen.value.items() if value in (None, "")]:
            yield seen.wrong(f"{name} is there without a value")
    if not met:
        raise Nothing("No subscription that was shown has a dhcpIdentifier.")


@CHAPTER.should(
    9, "The digits A to F of a MAC address are capital letters.", f"{_FORMATS}, macAddress", deviation="`macAddress`"
)
def capitals(server: Server) -> Findings:
    yield from spelling.capitals(equipment(server), _NONE)


@CHAPTER.must(
    10,
    'The service level is called "SLA".',
    f"{_FORMATS}, characteristics/SLA",
    reading=Reading.STANDARD,
    deviation="characteristics",
)
def sla_of_the_standard(server: Server) -> Findings:
    yield from spelling.called("SLA", "sla", characteristics(server), _NONE)


@CHAPTER.must(
    11,
    'The service level is called "sla".',
    "seed, Get all active subscriptions",
    reading=Reading.BITVIS,
    deviation="characteristics",
)
def sla_of_the_seed(server: Server) -> Findings:
    yield from spelling.called("sla", "SLA", characteristics(server), _NONE)


@CHAPTER.contradictory(
    12,
    'Addresses are called "ipAddresses", as in the data formats; the examples say "ipAddress".',
    f"{_FORMATS}, characteristics/ipAddresses",
    deviation="characteristics",
)
def addresses(server: Server) -> Findings:
    yield from spelling.called("ipAddresses", "ipAddress", characteristics(server), _NONE)
