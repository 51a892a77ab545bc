"""Subscriptions: what is delivered to the provider that asks.

Source: ON-API 2.6.0 spec/subscriptions.md, common/dataformats.md.
"""

from collections import Counter
from collections.abc import Iterator

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level, Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import Field, Presence, declare

CHAPTER = Chapter("SUB", "Subscriptions", "subscriptions")
_PAGE = "spec/subscriptions.md"
_FORMATS = "common/dataformats.md"


def _subscriptions(server: Server) -> Iterator[Seen]:
    for seen in server.sample("subscriptions"):
        yield from seen.below("subscriptions")


def _identifiers(server: Server) -> Iterator[Seen]:
    for seen in _subscriptions(server):
        yield from seen.below("dhcpIdentifier")


def _characteristics(server: Server) -> Iterator[Seen]:
    for seen in _subscriptions(server):
        yield from seen.below("characteristics")


def _equipment(server: Server) -> Iterator[Seen]:
    for seen in _subscriptions(server):
        yield from seen.below("equipment")


@CHAPTER.must(1, "The list is an array of objects, with 200.", f"{_PAGE}, All subscriptions")
def array(server: Server) -> Findings:
    answer = server.listing("subscriptions")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(2, "The subscriptions on one access are got by its accessId, as an object.", f"{_PAGE}, a single Access", since="2.6")
def single(server: Server) -> Findings:
    for seen, answer in server.singles("subscriptions", "accessId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{seen.value['accessId']} is listed, and by itself {answer.status}", answer)
        elif answer.value.get("accessId") != seen.value["accessId"]:
            yield Finding(f"{seen.value['accessId']} was asked for, and {answer.value.get('accessId')} given", answer)


@CHAPTER.must(3, "By itself, an access has the same subscriptions as in the list.", f"{_PAGE}, All subscriptions", since="2.6")
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
    counted = Counter(str(seen.value.get("subscriptionId")) for seen in _subscriptions(server))
    for subscription_id, times in counted.items():
        if times > 1:
            yield Finding(f"{subscription_id} is listed {times} times", server.listing("subscriptions"))


@CHAPTER.must(5, "The list has live subscriptions only.", f"{_PAGE}, Subscriptions Endpoint")
def live(server: Server) -> Findings:
    for seen in server.sample("subscriptions"):
        if seen.value.get("subscriptions") == []:
            yield seen.wrong("has no subscription, and is listed")


@CHAPTER.must(6, "equipment is an array of objects.", f"{_FORMATS}, equipment", reading=Reading.STANDARD, deviation="`equipment`")
def equipment_is_an_array(server: Server) -> Findings:
    for seen in _having(server, "equipment"):
        if formats.objects(seen.value["equipment"]):
            yield seen.wrong("equipment is no array of objects")


@CHAPTER.must(7, "equipment is an object, or an array when it is several.", "seed, Get all active subscriptions", reading=Reading.BITVIS, deviation="`equipment`")
def equipment_is_an_object(server: Server) -> Findings:
    for seen in _having(server, "equipment"):
        given = seen.value["equipment"]
        if not isinstance(given, dict) and (formats.objects(given) or len(given) == 1):
            yield seen.wrong("equipment is neither an object nor an array of several")


@CHAPTER.must(8, "An unknown identifier of DHCP is left out.", f"{_FORMATS}, dhcpIdentifier")
def unknown_identifiers(server: Server) -> Findings:
    met = False
    for seen in _identifiers(server):
        met = True
        for name in [name for name, value in seen.value.items() if value in (None, "")]:
            yield seen.wrong(f"{name} is there without a value")
    if not met:
        raise Nothing("No subscription that was shown has a dhcpIdentifier.")


@CHAPTER.should(9, "The digits A to F of a MAC address are capital letters.", f"{_FORMATS}, macAddress", deviation="`macAddress`")
def capitals(server: Server) -> Findings:
    met = False
    for seen in _equipment(server):
        given = seen.value.get("macAddress")
        met = met or isinstance(given, str)
        if isinstance(given, str) and given != given.upper():
            yield seen.wrong(f"macAddress is {given}")
    if not met:
        raise Nothing("No subscription that was shown has a macAddress.")


@CHAPTER.must(10, 'The service level is called "SLA".', f"{_FORMATS}, characteristics/SLA", reading=Reading.STANDARD, deviation="characteristics")
def sla_of_the_standard(server: Server) -> Findings:
    yield from _named(server, "SLA", "sla")


@CHAPTER.must(11, 'The service level is called "sla".', "seed, Get all active subscriptions", reading=Reading.BITVIS, deviation="characteristics")
def sla_of_the_seed(server: Server) -> Findings:
    yield from _named(server, "sla", "SLA")


@CHAPTER.contradictory(
    12,
    'Addresses are called "ipAddresses", as in the data formats; the examples say "ipAddress".',
    f"{_FORMATS}, characteristics/ipAddresses",
    deviation="characteristics",
)
def addresses(server: Server) -> Findings:
    yield from _named(server, "ipAddresses", "ipAddress")


def _named(server: Server, right: str, wrong: str) -> Findings:
    found = [seen for seen in _characteristics(server) if {right, wrong} & seen.value.keys()]
    if not found:
        raise Nothing(f"No subscription that was shown has {right}.")
    for seen in found:
        if wrong in seen.value:
            yield seen.wrong(f'has "{wrong}"')


def _having(server: Server, name: str) -> list[Seen]:
    found = [seen for seen in _subscriptions(server) if name in seen.value]
    if not found:
        raise Nothing(f"No subscription that was shown has {name}.")
    return found


declare(
    CHAPTER,
    _PAGE,
    "An access of the list",
    lambda server: server.sample("subscriptions"),
    (
        Field(number=20, name="accessId", words="an ID", kind=formats.identifier, presence=Presence.MANDATORY),
        Field(number=21, name="subscriptions", words="an array of objects", kind=formats.objects, presence=Presence.MANDATORY),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A subscription",
    _subscriptions,
    (
        Field(number=22, name="subscriptionId", words="an ID", kind=formats.identifier, presence=Presence.MANDATORY),
        Field(number=23, name="service", words="a text", kind=formats.text, presence=Presence.MANDATORY),
        Field(
            number=24,
            name="operationalState",
            words="ACTIVATED or SUSPENDED",
            kind=formats.one_of("ACTIVATED", "SUSPENDED"),
            presence=Presence.MANDATORY,
        ),
        Field(
            number=25,
            name="connectionDate",
            words="a date",
            kind=formats.day,
            presence=Presence.MANDATORY,
            since="2.6",
            reading=Reading.STANDARD,
            deviation="connectionDate, disconnectionDate",
        ),
        Field(
            number=26,
            name="connectionDate",
            words="a dateTime",
            kind=formats.date_time,
            presence=Presence.MANDATORY,
            since="2.6",
            reading=Reading.BITVIS,
            deviation="connectionDate, disconnectionDate",
        ),
        Field(number=27, name="disconnectionDate", words="a date", kind=formats.day, since="2.6", reading=Reading.STANDARD, deviation="disconnectionDate"),
        Field(number=28, name="disconnectionDate", words="a dateTime", kind=formats.date_time, since="2.6", reading=Reading.BITVIS, deviation="disconnectionDate"),
        Field(number=29, name="spReference", words="an ID", kind=formats.identifier, level=Level.SHOULD),
        Field(number=30, name="spSubscriptionId", words="an ID", kind=formats.identifier, level=Level.SHOULD),
        Field(number=31, name="option82", words="the whole option in hex", kind=formats.option82, deviation="`option82` of a subscription"),
        Field(number=32, name="dhcpIdentifier", words="an object", kind=formats.an_object),
        Field(number=33, name="characteristics", words="an object", kind=formats.an_object),
    ),
)
declare(
    CHAPTER,
    _FORMATS,
    "A dhcpIdentifier",
    _identifiers,
    (
        Field(number=40, name="ipv4CircuitId", words="a string", kind=formats.string, section="dhcpIdentifier"),
        Field(number=41, name="ipv4RemoteId", words="a string", kind=formats.string, section="dhcpIdentifier"),
        Field(number=42, name="ipv6InterfaceId", words="a string", kind=formats.string, section="dhcpIdentifier"),
        Field(number=43, name="ipv6RemoteId", words="a string", kind=formats.string, section="dhcpIdentifier"),
    ),
)
declare(
    CHAPTER,
    _FORMATS,
    "Characteristics",
    _characteristics,
    (
        Field(number=44, name="fixedIp", words="true or false", kind=formats.boolean, section="characteristics/fixedIp"),
        Field(number=45, name="ipAddresses", words="an array of IP addresses", kind=formats.list_of(formats.ip_address), section="characteristics/ipAddresses"),
    ),
)
declare(
    CHAPTER,
    _FORMATS,
    "Equipment",
    _equipment,
    (
        Field(number=46, name="vendorId", words="a text", kind=formats.text, section="equipment"),
        Field(number=47, name="macAddress", words="a MAC address with colons", kind=formats.mac, section="equipment"),
    ),
)
