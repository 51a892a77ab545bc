"""Orders, as they can be read; what placing shows is in order_placing.py and order_life.py.

Source: ON-API 2.6.0 spec/orders.md, common/dataformats.md.
"""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from onapi.conformance import formats, spelling
from onapi.conformance.findings import Finding, Nothing, NotOffered
from onapi.conformance.levels import Reading
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server

CHAPTER = Chapter("ORD", "Orders", "orders")
_PAGE = "spec/orders.md"
_FORMATS = "common/dataformats.md"
_NONE = "No order that was shown"
_MOST = 12
OPERATIONS = ("ACTIVATE", "DEACTIVATE", "SUSPEND", "RESUME", "MODIFY", "CHANGE")
STATES = ("RECEIVED", "IN_PROGRESS", "DONE_SUCCESS", "DONE_FAILED")


def some(server: Server) -> list[Seen]:
    """Return orders that the server shows: unfinished ones, some that order events tell of, and those of this run."""
    listed = server.listing("orders")
    found = [
        Seen(one, f"orders[{number}]", listed) for number, one in enumerate(listed.objects) if listed.status == 200
    ]
    for path in _told(server):
        server.get(path)
    found += server.shown("orders")
    if not found:
        raise Nothing("There are no orders, unfinished ones or in order events.")
    return found


def _told(server: Server) -> list[str]:
    try:
        events = server.sample("orderevents")
    except Nothing:
        return []
    host = urlsplit(server.session.url).netloc
    paths = [
        str(order.value.get("path")) for seen in events for order in seen.below("order") if order.value.get("path")
    ]
    local = [path for path in dict.fromkeys(paths) if urlsplit(path).netloc in {"", host}]
    return [urlsplit(path).path for path in local[-_MOST:]]


def characteristics(server: Server) -> Iterator[Seen]:
    """Yield the characteristics of orders."""
    for seen in some(server):
        yield from seen.below("characteristics")


def equipment(server: Server) -> Iterator[Seen]:
    """Yield the equipment of orders."""
    for seen in some(server):
        yield from seen.below("equipment")


@CHAPTER.must(
    1, "The list is an array of objects, with 200, also when there are none.", f"{_PAGE}, Get all unfinished orders"
)
def array(server: Server) -> Findings:
    answer = server.listing("orders")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(2, "Without a filter, the list has unfinished orders only.", f"{_PAGE}, Get all unfinished orders")
def unfinished(server: Server) -> Findings:
    for seen in server.sample("orders"):
        if seen.value.get("state") in {"DONE_SUCCESS", "DONE_FAILED"}:
            yield seen.wrong(f"is {seen.value['state']}")


@CHAPTER.must(3, "accessId= lists the orders of that access, and no others.", f"{_PAGE}, a specific acccessId")
def of_an_access(server: Server) -> Findings:
    with_access = [seen for seen in some(server) if seen.value.get("accessId")]
    if not with_access:
        raise Nothing("No order that was shown has an accessId.")
    wanted = str(with_access[-1].value["accessId"])
    answer = server.get(server.path("orders") + f"?accessId={quote(wanted, safe='')}")
    if answer.status != 200:
        yield Finding(f"The filter was answered {answer.status}", answer)
    for order in answer.objects:
        if order.get("accessId") != wanted:
            yield Finding(f"An order of {order.get('accessId')} is among those of {wanted}", answer)


@CHAPTER.must(4, "state= lists the orders in that state, and no others.", f"{_PAGE}, a certain state")
def in_a_state(server: Server) -> Findings:
    for state in STATES:
        answer = server.get(server.path("orders") + f"?state={state}")
        if answer.status != 200:
            yield Finding(f"state={state} was answered {answer.status}", answer)
        for order in answer.objects if answer.status == 200 else []:
            if order.get("state") != state:
                yield Finding(f"An order that is {order.get('state')} is among those that are {state}", answer)


@CHAPTER.contradictory(
    5,
    "state= may have quotes around the word: the example has them, nothing else does.",
    f"{_PAGE}, a certain state",
    deviation="`state=` in quotes",
)
def in_quotes(server: Server) -> Findings:
    plain = server.get(server.path("orders") + "?state=RECEIVED")
    quoted = server.get(server.path("orders") + "?state=%22RECEIVED%22")
    if plain.status != quoted.status:
        yield Finding(f"In quotes it is {quoted.status}, without them {plain.status}", quoted)


@CHAPTER.should(6, "A state that there is not is 400.", "common/responses.md, 400")
def unknown_state(server: Server) -> Findings:
    answer = server.get(server.path("orders") + "?state=FINISHED")
    if answer.status != 400:
        yield Finding(f"state=FINISHED was answered {answer.status}", answer)


@CHAPTER.must(7, "A single order is got by its orderId, as an object.", f"{_PAGE}, Get a single order")
def single(server: Server) -> Findings:
    for seen, answer in server.singles("orders", "orderId"):
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{seen.value['orderId']} is listed, and by itself {answer.status}", answer)
        elif answer.value.get("orderId") != seen.value["orderId"]:
            yield Finding(f"{seen.value['orderId']} was asked for, and {answer.value.get('orderId')} given", answer)


@CHAPTER.must(8, "An order's path leads to the order.", f"{_PAGE}, path")
def path_leads(server: Server) -> Findings:
    for seen in some(server)[:_MOST]:
        path = seen.value.get("path")
        if not isinstance(path, str) or urlsplit(path).netloc not in {"", urlsplit(server.session.url).netloc}:
            continue
        answer = server.get(urlsplit(path).path)
        if answer.status != 200 or not isinstance(answer.value, dict):
            yield Finding(f"{path} is {answer.status}", answer)
        elif answer.value.get("orderId") != seen.value.get("orderId"):
            yield Finding(f"{path} leads to the order {answer.value.get('orderId')}", answer)


@CHAPTER.must(9, "What order events tell of can be read by its path.", "spec/orderevents.md, order")
def told_can_be_read(server: Server) -> Findings:
    try:
        events = server.sample("orderevents")
    except NotOffered as error:
        raise Nothing(str(error)) from error
    # A cancelled order may be gone.
    done = {
        str(order.value.get("path"))
        for seen in events
        for order in seen.below("order")
        if order.value.get("state") == "DONE_SUCCESS"
    }
    told = [path for path in _told(server) if path in done]
    if not told:
        raise Nothing("No order that was told of has succeeded.")
    for path in told:
        answer = server.get(path)
        if answer.status != 200:
            yield Finding(f"{path} is {answer.status}", answer)


@CHAPTER.should(10, "DONE_FAILED comes with a message that says why.", f"{_FORMATS}, orderState")
def why(server: Server) -> Findings:
    failed = [seen for seen in some(server) if seen.value.get("state") == "DONE_FAILED"]
    if not failed:
        raise Nothing("No order that was shown failed.")
    for seen in failed:
        if not seen.value.get("message"):
            yield seen.wrong("is DONE_FAILED without a message")


@CHAPTER.must(
    11,
    "equipment is an array of objects.",
    f"{_FORMATS}, equipment",
    reading=Reading.STANDARD,
    deviation="`equipment`",
)
def equipment_is_an_array(server: Server) -> Findings:
    yield from spelling.array_of_equipment(some(server), _NONE)


@CHAPTER.must(
    12,
    "equipment is an object, or an array when it is several.",
    "seed, Create a new order",
    reading=Reading.BITVIS,
    deviation="`equipment`",
)
def equipment_is_an_object(server: Server) -> Findings:
    yield from spelling.one_or_more_of_equipment(some(server), _NONE)


@CHAPTER.should(
    13, "The digits A to F of a MAC address are capital letters.", f"{_FORMATS}, macAddress", deviation="`macAddress`"
)
def capitals(server: Server) -> Findings:
    yield from spelling.capitals(equipment(server), _NONE)


@CHAPTER.must(
    14,
    'The service level is called "SLA".',
    f"{_FORMATS}, characteristics/SLA",
    reading=Reading.STANDARD,
    deviation="characteristics",
)
def sla_of_the_standard(server: Server) -> Findings:
    yield from spelling.called("SLA", "sla", characteristics(server), _NONE)


@CHAPTER.must(
    15,
    'The service level is called "sla".',
    "seed, Create a new order",
    reading=Reading.BITVIS,
    deviation="characteristics",
)
def sla_of_the_seed(server: Server) -> Findings:
    yield from spelling.called("sla", "SLA", characteristics(server), _NONE)
