"""Technical information, read from network elements for troubleshooting.

Source: ON-API 2.6.0 spec/technical_info.md.
"""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from onapi.conformance import formats, spelling
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing, NotOffered
from onapi.conformance.levels import Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import NOBODY, Seen, Server

CHAPTER = Chapter("TEC", "Technical information", "tech")
_PAGE = "spec/technical_info.md"
# Each question makes a network element work; two accesses tell enough.
_ACCESSES = 2
HARDWARE, STATUS, CPE = "access/{}/hardware", "access/{}/link/status", "cpe/{}/status"
MACS, LEASES, GROUPS = (f"access/{{}}/link/{name}" for name in ("macaddresstable", "leaseinfo", "igmpsnooping"))
_TABLES = (MACS, LEASES, GROUPS)
_SERVICE_TYPES = ("bb", "iptv", "voip", "unknown")


def _asked(server: Server, place: str) -> list[Exchange]:
    """Return what a question is answered for some accesses; those that are not connected anywhere are left out."""
    subscribed = _ids(server, "subscriptions")
    ids = list(dict.fromkeys([*subscribed, *server.accesses, *_ids(server, "accesses")]))[:_ACCESSES]
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


def shown(place: str) -> Callable[[Server], Iterator[Seen]]:
    """Return what yields the objects that a question is answered with."""

    def found(server: Server) -> Iterator[Seen]:
        answers = [answer for answer in _asked(server, place) if answer.status == 200]
        if not answers:
            raise Nothing(f"Nothing was told of tech/{place.format('{accessId}')}.")
        for answer in answers:
            for number, one in enumerate(answer.objects):
                yield Seen(one, f"{place.rpartition('/')[2]}[{number}]", answer)

    return found


def part(place: str, *names: str) -> Callable[[Server], Iterator[Seen]]:
    """Return what yields objects within these."""

    def found(server: Server) -> Iterator[Seen]:
        parts = list(shown(place)(server))
        for name in names:
            parts = [below for part in parts for below in part.below(name)]
        yield from parts

    return found


def counted(server: Server) -> Iterator[Seen]:
    """Yield the counters of a link, of either direction."""
    for seen in part(STATUS, "statistics")(server):
        for name in ("lastFiveInput", "lastFiveOutput", "input", "output"):
            yield from seen.below(name)


@CHAPTER.must(1, "hardware, link/status and cpe/status are objects, with 200.", f"{_PAGE}, Endpoints")
def objects(server: Server) -> Findings:
    yield from _shape(server, (HARDWARE, STATUS, CPE), formats.an_object, "object")


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
            # Not every access is this provider's, or connected to an element, and not every element answers.
            if answer.status in {403, 404, 503}:
                continue
            met = True
            if answer.status != 200 or kind(answer.value):
                yield Finding(f"{place.format('{accessId}')} was answered {answer.status}, and no {word}", answer)
    if not met:
        raise Nothing("No element of an access that was asked about told anything.")


@CHAPTER.must(
    3,
    "hardware of an element that does not answer is 200 with up: false, and nothing else.",
    f"{_PAGE}, GET access/{{accessId}}/hardware",
)
def down(server: Server) -> Findings:
    found = [seen for seen in shown(HARDWARE)(server) if seen.value.get("up") is False]
    if not found:
        raise Nothing("Every element that was asked is up.")
    for seen in found:
        if seen.value != {"up": False}:
            yield seen.wrong(f"is not up, and has {', '.join(sorted(seen.value.keys() - {'up'}))}")


@CHAPTER.must(4, "An access that there is not is 404.", "common/responses.md, 404")
def unknown_access(server: Server) -> Findings:
    for place in (HARDWARE, STATUS, MACS):
        answer = server.get(server.below("tech", place.format(NOBODY)))
        if answer.status not in {404, 501}:
            yield Finding(f"{place.format(NOBODY)} was answered {answer.status}", answer)


@CHAPTER.should(5, "The kinds of services are bb, iptv, voip and unknown.", f"{_PAGE}, Description")
def service_types(server: Server) -> Findings:
    met = False
    for place in (MACS, LEASES):
        for seen in shown(place)(server):
            met = True
            if "serviceType" in seen.value and seen.value["serviceType"] not in _SERVICE_TYPES:
                yield seen.wrong(f"serviceType is {seen.value['serviceType']}")
    if not met:
        raise Nothing("No table that was shown has a row.")


@CHAPTER.contradictory(
    6,
    "tech/access/{accessId}/… and tech/{accessId}/access/… both work: headings have the one, examples the other.",
    f"{_PAGE}, GET access/{{accessId}}/hardware",
)
def both_paths(server: Server) -> Findings:
    documented = _asked(server, HARDWARE)[0]
    access_id = documented.url.rpartition("/hardware")[0].rpartition("/")[2]
    other = server.get(server.below("tech", f"{access_id}/access/hardware"))
    if documented.status == 200 and other.status != 200:
        yield Finding(f"The example's path was answered {other.status}", other)


@CHAPTER.must(
    7,
    "What is configured is called configuredSpeed.",
    f"{_PAGE}, GET access/{{accessId}}/link/status",
    reading=Reading.STANDARD,
)
def speeds_of_the_standard(server: Server) -> Findings:
    yield from spelling.called("configuredSpeed", "configuredSpeeds", shown(STATUS)(server), "Nothing that was shown")


@CHAPTER.must(
    8,
    "What is configured is called configuredSpeeds.",
    "seed, Fetch access equipment access interface status",
    reading=Reading.BITVIS,
)
def speeds_of_the_seed(server: Server) -> Findings:
    yield from spelling.called("configuredSpeeds", "configuredSpeed", shown(STATUS)(server), "Nothing that was shown")


@CHAPTER.contradictory(
    11,
    "Rates are bare numbers, as in the example; the table says that they are strings.",
    f"{_PAGE}, GET access/{{accessId}}/link/status",
    reading=Reading.STANDARD,
)
def rates_of_the_standard(server: Server) -> Findings:
    yield from _rates(server, "configuredSpeed", formats.integer)


@CHAPTER.must(
    12,
    "Queues and rates are strings.",
    "seed, Fetch access equipment access interface status",
    reading=Reading.BITVIS,
)
def rates_of_the_seed(server: Server) -> Findings:
    yield from _rates(server, "configuredSpeeds", formats.string)


def _rates(server: Server, name: str, kind: formats.Format) -> Findings:
    found = list(part(STATUS, name)(server))
    if not found:
        raise Nothing(f"No link that was shown has {name}.")
    for speed in found:
        for rate in ("cir", "pir"):
            if rate in speed.value and (flaw := kind(speed.value[rate])):
                yield speed.wrong(f"{rate} is {speed.value[rate]!r}, which {flaw}")


@CHAPTER.must(
    9,
    "What a CPE snooped of DHCP is called dhcpSnooping.",
    f"{_PAGE}, GET cpe/{{accessId}}/status",
    reading=Reading.STANDARD,
)
def snooping_of_the_standard(server: Server) -> Findings:
    yield from spelling.called("dhcpSnooping", "dhcpSnoopingTable", shown(CPE)(server), "Nothing that was shown")


@CHAPTER.must(
    10,
    "What a CPE snooped of DHCP is called dhcpSnoopingTable.",
    "seed, Fetch full cpe state",
    reading=Reading.BITVIS,
)
def snooping_of_the_seed(server: Server) -> Findings:
    yield from spelling.called("dhcpSnoopingTable", "dhcpSnooping", shown(CPE)(server), "Nothing that was shown")
