"""Technical information, read from network elements for troubleshooting.

Source: ON-API 2.6.0 spec/technical_info.md.
"""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing, NotOffered
from onapi.conformance.levels import Level, Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import NOBODY, Seen, Server
from onapi.conformance.tables import Field, Presence, declare

CHAPTER = Chapter("TEC", "Technical information", "tech")
_PAGE = "spec/technical_info.md"
# Each question makes a network element work; two accesses tell enough.
_ACCESSES = 2
_HARDWARE, _STATUS, _CPE = "access/{}/hardware", "access/{}/link/status", "cpe/{}/status"
_MACS, _LEASES, _GROUPS = (f"access/{{}}/link/{name}" for name in ("macaddresstable", "leaseinfo", "igmpsnooping"))
_TABLES = (_MACS, _LEASES, _GROUPS)
_SERVICE_TYPES = ("bb", "iptv", "voip", "unknown")
_COUNTERS = ("packets", "bytes", "unicast", "broadcast", "multicast", "pauses", "errors", "crcErrors")


def _asked(server: Server, place: str) -> list[Exchange]:
    """Return what a question is answered for some accesses; those that are not connected anywhere are left out."""
    subscribed = _ids(server, "subscriptions")
    ids = list(dict.fromkeys([*server.accesses, *subscribed, *_ids(server, "accesses")]))[:_ACCESSES]
    if not ids:
        raise Nothing("There is no access to ask about.")
    answers = [server.get(server.below("tech", place.format(quote(access_id, safe="")))) for access_id in ids]
    if all(answer.status == 501 for answer in answers):
        raise NotOffered(f"tech/{place.format('{accessId}')} is 501.")
    return answers


def _ids(server: Server, endpoint: str) -> list[str]:
    try:
        return [str(seen.value["accessId"]) for seen in server.sample(endpoint) if seen.value.get("accessId")]
    except Nothing:
        return []


def _objects(place: str) -> Callable[[Server], Iterator[Seen]]:
    def found(server: Server) -> Iterator[Seen]:
        answers = [answer for answer in _asked(server, place) if answer.status == 200]
        if not answers:
            raise Nothing(f"Nothing was told of tech/{place.format('{accessId}')}.")
        for answer in answers:
            for number, one in enumerate(answer.objects):
                yield Seen(one, f"{place.rpartition('/')[2]}[{number}]", answer)

    return found


def _part(place: str, *names: str) -> Callable[[Server], Iterator[Seen]]:
    def found(server: Server) -> Iterator[Seen]:
        parts = list(_objects(place)(server))
        for name in names:
            parts = [below for part in parts for below in part.below(name)]
        yield from parts

    return found


def _counted(server: Server) -> Iterator[Seen]:
    for seen in _part(_STATUS, "statistics")(server):
        for name in ("lastFiveInput", "lastFiveOutput", "input", "output"):
            yield from seen.below(name)


@CHAPTER.must(1, "hardware, link/status and cpe/status are objects, with 200.", f"{_PAGE}, Endpoints")
def objects(server: Server) -> Findings:
    yield from _shape(server, (_HARDWARE, _STATUS, _CPE), formats.an_object, "object")


@CHAPTER.must(2, "macaddresstable, leaseinfo and igmpsnooping are arrays, with 200.", f"{_PAGE}, Requirements")
def arrays(server: Server) -> Findings:
    yield from _shape(server, _TABLES, formats.objects, "array")


def _shape(server: Server, places: tuple[str, ...], kind: formats.Format, word: str) -> Findings:
    met = False
    for place in places:
        try:
            answers = _asked(server, place)
        except NotOffered:
            continue
        for answer in answers:
            # An access need not be connected to an element, and an element need not answer.
            if answer.status in {404, 503}:
                continue
            met = True
            if answer.status != 200 or kind(answer.value):
                yield Finding(f"{place.format('{accessId}')} was answered {answer.status}, and no {word}", answer)
    if not met:
        raise Nothing("No element of an access that was asked about told anything.")


@CHAPTER.must(3, "hardware of an element that does not answer is 200 with up: false, and nothing else.", f"{_PAGE}, GET access/{{accessId}}/hardware")
def down(server: Server) -> Findings:
    found = [seen for seen in _objects(_HARDWARE)(server) if seen.value.get("up") is False]
    if not found:
        raise Nothing("Every element that was asked is up.")
    for seen in found:
        if seen.value != {"up": False}:
            yield seen.wrong(f"is not up, and has {', '.join(sorted(seen.value.keys() - {'up'}))}")


@CHAPTER.must(4, "An access that there is not is 404.", "common/responses.md, 404")
def unknown_access(server: Server) -> Findings:
    for place in (_HARDWARE, _STATUS, _MACS):
        answer = server.get(server.below("tech", place.format(NOBODY)))
        if answer.status not in {404, 501}:
            yield Finding(f"{place.format(NOBODY)} was answered {answer.status}", answer)


@CHAPTER.should(5, "The kinds of services are bb, iptv, voip and unknown.", f"{_PAGE}, Description")
def service_types(server: Server) -> Findings:
    met = False
    for place in (_MACS, _LEASES):
        for seen in _objects(place)(server):
            met = True
            if "serviceType" in seen.value and seen.value["serviceType"] not in _SERVICE_TYPES:
                yield seen.wrong(f"serviceType is {seen.value['serviceType']}")
    if not met:
        raise Nothing("No table that was shown has a row.")


@CHAPTER.contradictory(6, "Both tech/access/{accessId}/… and tech/{accessId}/access/… work: the headings have the one, the examples the other.", f"{_PAGE}, GET access/{{accessId}}/hardware")
def both_paths(server: Server) -> Findings:
    documented = _asked(server, _HARDWARE)[0]
    access_id = documented.url.rpartition("/hardware")[0].rpartition("/")[2]
    other = server.get(server.below("tech", f"{access_id}/access/hardware"))
    if documented.status == 200 and other.status != 200:
        yield Finding(f"The example's path was answered {other.status}", other)


@CHAPTER.must(7, "What is configured is called configuredSpeed, and its numbers are bare.", f"{_PAGE}, GET access/{{accessId}}/link/status", reading=Reading.STANDARD)
def speeds_of_the_standard(server: Server) -> Findings:
    yield from _speeds(server, "configuredSpeed", "configuredSpeeds", formats.integer)


@CHAPTER.must(8, "What is configured is called configuredSpeeds, and its numbers are strings.", "seed, Fetch access equipment access interface status", reading=Reading.BITVIS)
def speeds_of_the_seed(server: Server) -> Findings:
    yield from _speeds(server, "configuredSpeeds", "configuredSpeed", formats.string)


def _speeds(server: Server, right: str, wrong: str, kind: formats.Format) -> Findings:
    found = [seen for seen in _objects(_STATUS)(server) if {right, wrong} & seen.value.keys()]
    if not found:
        raise Nothing(f"No link that was shown has {right}.")
    for seen in found:
        if wrong in seen.value:
            yield seen.wrong(f"has {wrong}")
        for speed in seen.below(right):
            for name in ("queue", "cir", "pir"):
                if name in speed.value and (flaw := kind(speed.value[name])):
                    yield speed.wrong(f"{name} is {speed.value[name]!r}, which {flaw}")


@CHAPTER.must(9, "What a CPE snooped of DHCP is called dhcpSnooping.", f"{_PAGE}, GET cpe/{{accessId}}/status", reading=Reading.STANDARD)
def snooping_of_the_standard(server: Server) -> Findings:
    yield from _snooping(server, "dhcpSnooping", "dhcpSnoopingTable")


@CHAPTER.must(10, "What a CPE snooped of DHCP is called dhcpSnoopingTable.", "seed, Fetch full cpe state", reading=Reading.BITVIS)
def snooping_of_the_seed(server: Server) -> Findings:
    yield from _snooping(server, "dhcpSnoopingTable", "dhcpSnooping")


def _snooping(server: Server, right: str, wrong: str) -> Findings:
    found = [seen for seen in _objects(_CPE)(server) if {right, wrong} & seen.value.keys()]
    if not found:
        raise Nothing(f"No CPE that was shown has {right}.")
    for seen in found:
        if wrong in seen.value:
            yield seen.wrong(f"has {wrong}")


def _declare(what: str, section: str, place: Callable[[Server], Iterator[Seen]], first: int, **kinds: tuple[str, formats.Format]) -> None:
    rows = [
        Field(number=number, name=name, words=words, kind=kind, section=section)
        for number, (name, (words, kind)) in enumerate(kinds.items(), first)
    ]
    declare(CHAPTER, _PAGE, what, place, rows)


_BOOL, _TEXT, _INT = ("true or false", formats.boolean), ("a text", formats.text), ("an integer, not negative", formats.natural)
_TIME, _MAC = ("a dateTime", formats.date_time), ("a MAC address", formats.mac)
_OBJECT, _LIST, _STRING = ("an object", formats.an_object), ("an array of objects", formats.objects), ("a string", formats.string)

declare(
    CHAPTER,
    _PAGE,
    "Hardware",
    _objects(_HARDWARE),
    [Field(number=20, name="up", words="true or false", kind=formats.boolean, presence=Presence.MANDATORY, section="GET access/{accessId}/hardware", level=Level.SHOULD)],
)
_declare("Hardware", "GET access/{accessId}/hardware", _objects(_HARDWARE), 21, upSince=_TIME, vendor=_TEXT, model=_TEXT)
_declare(
    "A row of macaddresstable",
    "GET access/{accessId}/link/macaddresstable",
    _objects(_MACS),
    30,
    mac=_MAC,
    serviceType=_TEXT,
    vlan=_INT,
    port=_STRING,
    learntAt=_TIME,
)
_declare(
    "A row of leaseinfo",
    "GET access/{accessId}/link/leaseinfo",
    _objects(_LEASES),
    40,
    lease=("an IP address or prefix", formats.ip_address),
    mac=_MAC,
    serviceType=_TEXT,
    start=_TIME,
    end=_TIME,
    lastRenew=_TIME,
)
_declare(
    "A row of igmpsnooping",
    "GET access/{accessId}/link/igmpsnooping",
    _objects(_GROUPS),
    50,
    multicast=("an IP address", formats.ip_address),
    timestamp=_TIME,
    counter=_INT,
)
_declare(
    "The status of a link",
    "GET access/{accessId}/link/status",
    _objects(_STATUS),
    60,
    link=_BOOL,
    fullDuplex=_BOOL,
    linkSince=_TIME,
    speed=_STRING,
    linkSpeed=_INT,
    adminDown=_BOOL,
    statistics=_OBJECT,
    transceiver=_OBJECT,
)
_declare("Counters", "GET access/{accessId}/link/status", _counted, 70, **dict.fromkeys(_COUNTERS, _INT))
_declare(
    "A peak",
    "GET access/{accessId}/link/status",
    _part(_STATUS, "statistics", "peakInputRate"),
    80,
    counter=_INT,
    timestamp=_TIME,
)
_declare(
    "Optics",
    "GET access/{accessId}/link/status",
    _part(_STATUS, "transceiver"),
    85,
    **dict.fromkeys(("dbmRx", "dbmTx", "temp", "biasTx", "supplyVoltage", "vendor", "partNumber", "serialNumber"), _STRING),
)
_declare(
    "A CPE",
    "GET cpe/{accessId}/status",
    _objects(_CPE),
    100,
    firmware=_STRING,
    vendor=_STRING,
    model=_STRING,
    mac=_MAC,
    up=_BOOL,
    upSince=_TIME,
    ports=_LIST,
    macAddressTable=_LIST,
)
_declare(
    "A port of a CPE",
    "GET cpe/{accessId}/status",
    _part(_CPE, "ports"),
    110,
    index=_INT,
    ifDescription=_STRING,
    name=_STRING,
    link=_BOOL,
    fullDuplex=_BOOL,
    changedAt=_TIME,
    loopDetectionStatus=_STRING,
    freeSeating=_BOOL,
    configuredSpeed=_STRING,
    linkSpeed=_INT,
)
