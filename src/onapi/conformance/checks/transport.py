"""How requests are taken and refused: credentials, paths, and statuses.

Source: ON-API 2.6.0 README.md, common/responses.md.
"""

import ipaddress
from urllib.parse import urlsplit

from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing, NotOffered
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import NOBODY, Server
from onapi.conformance.session import Session

CHAPTER = Chapter("TRA", "Transport")
_README = "README.md, General guidelines"
_RESPONSES = "common/responses.md"
_LISTS = ("accesses", "services", "subscriptions", "orders", "orderevents", "events", "tickets")


@CHAPTER.must(1, "The interface is reached over TLS.", _README)
def tls(server: Server) -> Findings:
    place = urlsplit(server.session.url)
    if _is_loopback(place.hostname or ""):
        raise Nothing("The server is on this machine, where nobody listens in.")
    if place.scheme != "https":
        yield Finding(f"The URL begins with {place.scheme}://")


@CHAPTER.must(2, "The URL has the version's number before the endpoint's name.", _README)
def version(server: Server) -> Findings:
    paths = [urlsplit(server.session.url).path]
    paths += [urlsplit(str(one.get("endpoint", ""))).path for one in server.root.objects]
    for path in paths:
        if not any(part[:1].isdecimal() and "." in part for part in path.split("/")):
            yield Finding(f"There is no version in {path or '/'}", server.root)


@CHAPTER.must(3, "Whoever gives no credentials gets 401.", f"{_RESPONSES}, 401")
def no_credentials(server: Server) -> Findings:
    answer = _as(server, None)
    if answer.status != 401:
        yield Finding(f"Without credentials the answer was {answer.status}", answer)


@CHAPTER.must(4, "Whoever gives wrong credentials gets 401.", f"{_RESPONSES}, 401")
def wrong_credentials(server: Server) -> Findings:
    # A user that nobody has, since wrong passwords may lock the real one out.
    authorization = "Basic b25hcGktY29uZm9ybS1ub2JvZHk6bm9ib2R5"
    answer = _as(server, authorization)
    if answer.status != 401:
        yield Finding(f"A user that does not exist was answered {answer.status}", answer)


@CHAPTER.must(5, "401 says that it wants Basic authentication, in WWW-Authenticate.", f"{_README}; RFC 7617")
def challenge(server: Server) -> Findings:
    answer = _as(server, None)
    if answer.status != 401:
        raise Nothing(f"Nothing was answered 401; without credentials it was {answer.status}.")
    given = answer.headers.get("WWW-Authenticate", "")
    if not given.lower().startswith("basic"):
        yield Finding(f'WWW-Authenticate is "{given}"' if given else "There is no WWW-Authenticate", answer)


@CHAPTER.must(6, "An unknown endpoint is 501.", f"{_RESPONSES}, 501", deviation="unknown endpoint")
def unknown_endpoint(server: Server) -> Findings:
    answer = server.get(f"{NOBODY}/")
    if answer.status != 501:
        yield Finding(f"An endpoint that there is not was answered {answer.status}", answer)


@CHAPTER.must(
    7,
    "An object that there is not, on an endpoint that there is, is 404.",
    f"{_RESPONSES}, 404",
    deviation="unknown id",
)
def unknown_object(server: Server) -> Findings:
    asked = False
    keys = dict.fromkeys(("accesses", "services", "subscriptions", "orders", "tickets"), NOBODY)
    for endpoint, key in (keys | {"invoicespecification": "209912"}).items():
        try:
            answer = server.one(endpoint, key)
        except NotOffered:
            continue
        asked = True
        if answer.status != 404:
            yield Finding(f"{endpoint}/{key} was answered {answer.status}", answer)
    if not asked:
        raise Nothing("No endpoint with objects is offered.")


@CHAPTER.should(
    8, "A malformed ID is 400, or 404.", f"seed, Get a single access; {_RESPONSES}, 400", deviation="malformed id"
)
def malformed_id(server: Server) -> Findings:
    answer = server.one("accesses", "no id, since it has blanks and is far too long for one")
    if answer.status not in {400, 404}:
        yield Finding(f"A malformed access ID was answered {answer.status}", answer)


@CHAPTER.should(9, "A refusal has a field `cause` that says what went wrong.", f"{_RESPONSES}, Responses")
def cause(server: Server) -> Findings:
    for answer in (server.get(f"{NOBODY}/"), server.one("accesses", NOBODY), _as(server, None)):
        if answer.status >= 400 and not _cause(answer):
            yield Finding(f"{answer.status} came without a cause", answer)


@CHAPTER.should(
    10, "A path is the same with and without its final slash.", "spec/*.md, which write both", deviation="slashes"
)
def slashes(server: Server) -> Findings:
    for endpoint in _LISTS:
        try:
            path = server.path(endpoint)
        except NotOffered:
            continue
        plain, slashed = (server.session.ask("GET", form) for form in (path.rstrip("/"), path.rstrip("/") + "/"))
        if plain.status != slashed.status:
            yield Finding(f"{endpoint} is {plain.status}, and {endpoint}/ is {slashed.status}", plain)


@CHAPTER.must(11, "A documented path answers itself, and does not redirect.", "spec/*.md, which write 200")
def redirects(server: Server) -> Findings:
    for endpoint in _LISTS:
        try:
            answer = server.session.ask("GET", server.path(endpoint))
        except NotOffered:
            continue
        if 300 <= answer.status < 400 and answer.status != 304:
            yield Finding(f"It redirects, to {answer.headers.get('Location')}", answer)


@CHAPTER.must(12, "A second provider's order is 404, as if it were not there.", f"{_RESPONSES}, 403 and 404")
def strangers_order(server: Server) -> Findings:
    other = _other(server)
    mine = server.get(server.path("orders"))
    for order in mine.objects[:3]:
        answer = other.ask("GET", server.below("orders", str(order.get("orderId"))))
        if answer.status not in {403, 404}:
            yield Finding(f"The other provider was shown {order.get('orderId')}: {answer.status}", answer)
    if not mine.objects:
        raise Nothing("The first provider has no unfinished orders.")


@CHAPTER.must(13, "Lists of subscriptions are of the provider that asks, and of no other.", "spec/subscriptions.md")
def strangers_subscriptions(server: Server) -> Findings:
    other = _other(server).ask("GET", server.path("subscriptions"))
    mine = {
        subscription.value.get("subscriptionId"): subscription
        for seen in server.sample("subscriptions")
        for subscription in seen.below("subscriptions")
    }
    theirs = {one.get("subscriptionId") for held in other.objects for one in held.get("subscriptions") or []}
    for shared in sorted(map(str, mine.keys() & theirs)):
        yield mine[shared].wrong(f"subscription {shared} is shown to {_other(server).user} as well")


def _other(server: Server) -> Session:
    if server.other is None:
        raise Nothing("It needs a second provider's account, --other-user.")
    return server.other


def _some_path(server: Server) -> str:
    # Some servers show the list of endpoints to everybody.
    try:
        return server.path("accesses")
    except NotOffered:
        return ""


def _as(server: Server, authorization: str | None) -> Exchange:
    """Return what somebody else is answered; a redirection tells nothing, and is followed."""
    answer = server.session.ask("GET", _some_path(server), authorization=authorization)
    if 300 <= answer.status < 400:
        place = urlsplit(answer.headers.get("Location", "")).path
        return server.session.ask("GET", place, authorization=authorization)
    return answer


def _cause(answer: Exchange) -> bool:
    return (
        isinstance(answer.value, dict) and isinstance(answer.value.get("cause"), str) and bool(answer.value["cause"])
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
