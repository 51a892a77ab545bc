"""Faults that reading finds, one of each sort that servers of this standard have had or might have."""

from dataclasses import replace
from typing import Any

from tests.conformance.faults_deltas import DELTAS, shifted
from tests.conformance.mutants import Answer, Forward, Request
from tests.conformance.planting import (
    Planted,
    as_sp,
    asked,
    at,
    but,
    each,
    either,
    first,
    header,
    inner,
    instead,
    status,
    with_headers,
    with_query,
    within,
)

_ACCESSES, _ACCESS = at("accesses"), at("accesses/{}")
_BOTH_ACCESSES = either(_ACCESSES, _ACCESS)
_SERVICES, _BOTH_SERVICES = at("services"), either(at("services"), at("services/{}"))
_SUBSCRIPTIONS, _BOTH_SUBSCRIPTIONS = at("subscriptions"), either(at("subscriptions"), at("subscriptions/{}"))
_ORDERS, _BOTH_ORDERS = at("orders"), either(at("orders"), at("orders/{}"))
_OEV, _EVT = at("orderevents"), at("events")


def _twice(value: Any) -> Any:
    return [*value, value[-1]]


def _singular(kind: str) -> str:
    return {"accesses": "access"}.get(kind, kind.removesuffix("s"))


def _naive(moment: str) -> str:
    return moment.removesuffix("Z")


def _when_since(request: Request) -> bool:
    return "since=" in request.query


async def _latin_1(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if not _ACCESSES(request):
        return answer
    return replace(answer, body=answer.body.decode().replace("🏠", "").encode("latin-1", "replace"))


async def _since_inclusive(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if not (_OEV(request) and _when_since(request)):
        return answer
    every = (await forward(with_query(request, ""))).value
    told = request.query.removeprefix("since=")
    return answer.but([*(one for one in every if one["event"] == told), *answer.value])


async def _events_repeat(request: Request, forward: Forward) -> Answer:
    since = request.headers.get("if-modified-since")
    if not _EVT(request) or since is None:
        return await forward(request)
    return await forward(with_headers(request, if_modified_since=shifted(since, days=-1)))


async def _others_subscriptions(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if not _SUBSCRIPTIONS(request) or answer.status != 200:
        return answer
    theirs = await forward(as_sp("beta")(request))
    return answer.but([*answer.value, theirs.value[0]])


async def _others_orders(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if not _ORDERS(request) or request.query:
        return answer
    theirs = await forward(as_sp("beta")(request))
    return answer.but([*answer.value, theirs.value[0]])


async def _shown_to_strangers(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if at("orders/{}")(request) and answer.status == 404:
        return await forward(as_sp("alfa")(request))
    return answer


async def _nobody_is_let_in(request: Request, forward: Forward) -> Answer:
    return await forward(request if "authorization" in request.headers else as_sp("alfa")(request))


async def _anybody_is_let_in(request: Request, forward: Forward) -> Answer:
    return await forward(as_sp("alfa")(request) if "authorization" in request.headers else request)


async def _redirects(request: Request, forward: Forward) -> Answer:
    if _ACCESSES(request) and request.slash:
        return Answer(301, {"location": "/onapi/2.6/accesses"})
    return await forward(request)


async def _needs_the_slash(request: Request, forward: Forward) -> Answer:
    if _ORDERS(request) and not request.slash and request.path == "orders":
        return Answer(404, {"content-type": "application/json"}, b'{"cause": "Not found."}')
    return await forward(request)


def _forgets() -> Any:
    readings = iter(range(10_000))

    def change(value: Any) -> Any:
        return value if next(readings) == 0 else [value[0], *value[3:]]

    return but(_OEV, change)


def _changes_its_mind() -> Any:
    readings = iter(range(10_000))

    def change(value: Any) -> Any:
        number = next(readings)
        return [one | {"order": one["order"] | {"message": f"{number}"}} for one in value]

    return but(_OEV, change)


def _swapped(value: Any) -> Any:
    """Swap the states of the first order that went through several."""
    path = value[0]["order"]["path"]
    its = [number for number, one in enumerate(value) if one["order"]["path"] == path]
    one, other = value[its[0]]["order"], value[its[-1]]["order"]
    one["state"], other["state"] = other["state"], one["state"]
    return value


def _second_of_several(value: Any) -> Any:
    return value[:1] + value[2:] if isinstance(value, list) and len(value) > 2 else value


# Without TRA-004, since our server grows deaf to whoever guesses too often.
_TRANSPORT = tuple(f"TRA-{number:03}" for number in range(1, 14) if number != 4)
TRANSPORT = (
    Planted("everybody is let in", _nobody_is_let_in, {"TRA-003"}, _TRANSPORT),
    Planted("any password will do", _anybody_is_let_in, {"TRA-004"}, ("TRA",)),
    Planted("401 does not say how", header(lambda _: True, "www-authenticate", None), {"TRA-005"}, _TRANSPORT),
    Planted("405 instead of 501", status(at("onapi-conform-0000"), 405, 501), {"TRA-006"}, _TRANSPORT),
    Planted("404 instead of 501", status(at("onapi-conform-0000"), 404, 501), {"TRA-006"}, _TRANSPORT),
    Planted("400 instead of 404", status(at("services/{}"), 400, 404), {"TRA-007"}, _TRANSPORT),
    Planted("an empty object instead of 404", status(_ACCESS, 200, 404, {}), {"TRA-007"}, _TRANSPORT),
    Planted("no cause", status(_ACCESS, 404, 404, {"error": "no"}), {"TRA-009"}, _TRANSPORT),
    Planted("a slash redirects", _redirects, {"TRA-010", "TRA-011"}, ("TRA",)),
    Planted("a slash is needed", _needs_the_slash, {"TRA-010"}, _TRANSPORT),
    Planted("strangers are shown orders", _shown_to_strangers, {"TRA-012"}, _TRANSPORT, other=True),
    Planted("strangers are shown subscriptions", _others_subscriptions, {"TRA-013"}, _TRANSPORT, other=True),
    Planted("an endpoint has no documentation", each(at(""), documentation=...), {"END-013"}, ("END",)),
    Planted("there is no list of endpoints", instead(at(""), 404, {"cause": "No."}), {"END-001"}, ("END",)),
    Planted("the list of endpoints has no Location", header(at(""), "location", None), {"END-002"}, ("END",)),
    Planted(
        "an endpoint is listed and not there",
        but(at(""), lambda value: [*value, value[0] | {"name": "products", "endpoint": "/onapi/2.6/products/"}]),
        {"END-003"},
        ("END",),
    ),
    Planted(
        "an endpoint is there and not listed",
        but(at(""), lambda value: [one for one in value if one["name"] != "services"]),
        {"END-004"},
        ("END",),
    ),
    Planted(
        "a list is called text", header(_ACCESSES, "content-type", "text/plain"), {"ANS-001"}, ("ACC-001", "ANS")
    ),
    Planted("a list is in Latin-1", _latin_1, {"ACC-001", "ANS-002"}, ("ACC-001", "ANS")),
    Planted(
        "a refusal is a page of HTML",
        instead(at("onapi-conform-0000"), 501, None, content_type="text/html"),
        {"ANS-003", "TRA-009"},
        ("TRA-006", "TRA-009", "ANS"),
    ),
    Planted(
        "a charset is another",
        header(_ACCESSES, "content-type", "application/json; charset=iso-8859-1"),
        {"ANS-004"},
        ("ACC-001", "ANS"),
    ),
    Planted(
        "a subscription has null", but(_SUBSCRIPTIONS, inner("subscriptions", note=None)), {"ANS-005"}, ("SUB", "ANS")
    ),
    Planted(
        "a request ends in 500", status(_OEV, 500, 200, {"cause": "Oops."}), {"OEV-001", "ANS-006"}, ("OEV", "ANS")
    ),
    Planted(
        "a personal identity number is told",
        first(_ACCESSES, outlet="19121212-1212"),
        {"ANS-010"},
        ("ACC-030", "ANS"),
    ),
)

ACCESSES = (
    Planted("a field is null", each(_BOTH_ACCESSES, streetLittera=None), {"ACC-007"}, ("ACC", "ANS")),
    Planted("a state is unknown", each(_BOTH_ACCESSES, accessState="ACTIVE"), {"ACC-033"}, ("ACC",)),
    Planted("a price group is a string", each(_BOTH_ACCESSES, priceGroup="0"), {"ACC-032"}, ("ACC",)),
    Planted("a price group is negative", each(_BOTH_ACCESSES, priceGroup=-1), {"ACC-032"}, ("ACC",)),
    Planted("the city is missing", first(_ACCESSES, city=...), {"ACC-026"}, ("ACC",)),
    Planted("the city is empty", each(_BOTH_ACCESSES, city=""), {"ACC-026"}, ("ACC",)),
    Planted("the postal code is a number", each(_BOTH_ACCESSES, postalCode=12345), {"ACC-025"}, ("ACC",)),
    Planted("an access comes twice", but(_ACCESSES, _twice), {"ACC-006"}, ("ACC",)),
    Planted("a single access is a list", but(_ACCESS, lambda value: [value]), {"ACC-004"}, ("ACC",)),
    Planted("a single access is another", each(_ACCESS, accessId="T-399"), {"ACC-004", "ACC-005"}, ("ACC",)),
    Planted("a single access differs", each(_ACCESS, city="Elsewhere"), {"ACC-005"}, ("ACC",)),
    Planted(
        "the list is an object",
        but(_ACCESSES, lambda value: {"accesses": value}),
        {"ACC-001", "ACC-020"},
        ("ACC-001", "ACC-020"),
    ),
    Planted("an apartment has no number", each(_BOTH_ACCESSES, premisesType="MDU_APARTMENT"), {"ACC-008"}, ("ACC",)),
    Planted(
        "an apartment's number lost its zero", each(_BOTH_ACCESSES, mduApartmentNumber="901"), {"ACC-009"}, ("ACC",)
    ),
    Planted(
        "an apartment's number is a number", each(_BOTH_ACCESSES, mduApartmentNumber=1001), {"ACC-010"}, ("ACC",)
    ),
    Planted("an outlet comes twice", each(_BOTH_ACCESSES, outlet="1"), {"ACC-011"}, ("ACC",)),
    Planted("an ID has a blank", first(_ACCESSES, accessId="T 1"), {"ACC-004", "ACC-020"}, ("ACC",)),
    Planted(
        "an ID ends with a newline",
        but(_ACCESSES, lambda value: [*value, value[0] | {"accessId": "T-1\n"}]),
        {"ACC-020"},
        ("ACC-020",),
    ),
    Planted("an ID has 37 characters", first(_ACCESSES, legacyAccessId="x" * 37), {"ACC-021"}, ("ACC",)),
    Planted("nobody's list is 200", instead(_ACCESSES, 200, []), {"ACC-002"}, ("ACC",), sp="beta"),
    Planted("nobody's list is 404", instead(_ACCESSES, 404, {"cause": "None."}), {"ACC-003"}, ("ACC",)),
)

SERVICES = (
    Planted(
        "a moment has no time zone",
        but(_BOTH_SERVICES, inner("services", availableDateTime=_naive)),
        {"SVC-024"},
        ("SVC",),
    ),
    Planted(
        "a moment is a date",
        but(_BOTH_SERVICES, inner("services", connectionDateTime="1990-01-01")),
        {"SVC-023"},
        ("SVC",),
    ),
    Planted(
        "a moment is missing",
        but(_BOTH_SERVICES, inner("services", disconnectionDateTime=...)),
        {"SVC-025"},
        ("SVC",),
    ),
    Planted(
        "a truth is a string",
        but(_BOTH_SERVICES, inner("services", forcedTakeoverPossible="false")),
        {"SVC-026"},
        ("SVC",),
    ),
    Planted("comments are a string", but(_BOTH_SERVICES, inner("services", comments="Soon.")), {"SVC-027"}, ("SVC",)),
    Planted(
        "the list lacks a service",
        but(_SERVICES, lambda value: [one | {"services": one["services"][1:]} for one in value]),
        {"SVC-003"},
        ("SVC",),
    ),
    Planted("a single access is another", each(at("services/{}"), accessId="T-399"), {"SVC-002"}, ("SVC",)),
)

SUBSCRIPTIONS = (
    Planted(
        "a subscription has no reference",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", spReference="")),
        {"SUB-029"},
        ("SUB",),
    ),
    Planted(
        "the service level is a number",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "characteristics", sla=3)),
        {"SUB-049"},
        ("SUB",),
    ),
    Planted(
        "a subscription is told twice", but(_SUBSCRIPTIONS, lambda value: [*value, value[0]]), {"SUB-004"}, ("SUB",)
    ),
    Planted("another SP's subscription is told", _others_subscriptions, {"SUB-003"}, ("SUB-002", "SUB-003")),
    Planted("what has ended is listed", first(_SUBSCRIPTIONS, subscriptions=[]), {"SUB-003", "SUB-005"}, ("SUB",)),
    Planted(
        "a state is unknown",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", operationalState="ACTIVE")),
        {"SUB-024"},
        ("SUB",),
    ),
    Planted(
        "a date is of the other reading",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", connectionDate="2026-01-01")),
        {"SUB-026"},
        ("SUB",),
    ),
    Planted(
        "a dateTime is of the other reading",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", connectionDate="2026-01-01T00:00:00Z")),
        {"SUB-025"},
        ("SUB",),
        sp="beta",
    ),
    Planted(
        "option 82 has another length",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", option82="5210010161")),
        {"SUB-031"},
        ("SUB",),
    ),
    Planted(
        "an unknown identifier is empty",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "dhcpIdentifier", ipv6RemoteId="")),
        {"SUB-008"},
        ("SUB",),
    ),
    Planted(
        "MAC addresses are in lower case",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "equipment", macAddress=str.lower)),
        {"SUB-009"},
        ("SUB",),
    ),
    Planted(
        "MAC addresses have dashes",
        but(
            _BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "equipment", macAddress=lambda mac: mac.replace(":", "-"))
        ),
        {"SUB-047"},
        ("SUB",),
    ),
    Planted(
        "fixedIp is a string",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "characteristics", fixedIp="true")),
        {"SUB-044"},
        ("SUB",),
    ),
    Planted(
        "an IP address is none",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "characteristics", ipAddresses=["192.0.2.256"])),
        {"SUB-045"},
        ("SUB",),
    ),
    Planted(
        "addresses are called as in the example",
        but(
            _BOTH_SUBSCRIPTIONS,
            lambda value: _deep(value, "characteristics", ipAddresses=..., ipAddress=["192.0.2.7"]),
        ),
        {"SUB-012"},
        ("SUB",),
    ),
    Planted(
        "the service level is of the other reading",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "characteristics", sla=..., SLA="SLA-1")),
        {"SUB-011"},
        ("SUB",),
    ),
    Planted(
        "equipment is of the other reading",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", equipment=lambda held: held[0])),
        {"SUB-006"},
        ("SUB",),
        sp="beta",
    ),
    Planted(
        "a subscription has no ID",
        but(_BOTH_SUBSCRIPTIONS, inner("subscriptions", subscriptionId="")),
        {"SUB-004", "SUB-022"},
        ("SUB",),
    ),
)

ORDERS = (
    Planted(
        "finished orders are told as unfinished",
        each(_ORDERS, state="DONE_SUCCESS"),
        {"ORD-002"},
        ("ORD-001", "ORD-002", "ORD-007"),
    ),
    Planted(
        "the filter by access is ignored",
        asked(at("orders", query="accessId="), lambda request: with_query(request, "")),
        {"ORD-003"},
        ("ORD",),
    ),
    Planted(
        "the filter by state is ignored",
        asked(at("orders", query="state="), lambda request: with_query(request, "")),
        {"ORD-004", "ORD-006"},
        ("ORD",),
    ),
    Planted("quotes are not taken", instead(at("orders", query="%22"), 400, {"cause": "No."}), {"ORD-005"}, ("ORD",)),
    Planted(
        "a single order is another",
        each(at("orders/{}"), orderId="another"),
        {"ORD-007", "ORD-008"},
        ("ORD-007", "ORD-008"),
    ),
    Planted("another SP's order is told", _others_orders, {"ORD-007", "ORD-008"}, ("ORD",)),
    Planted("a path leads nowhere", each(_ORDERS, path=lambda path: path + "0"), {"ORD-008"}, ("ORD",)),
    Planted(
        "an order that is told of is not there",
        instead(at("orders/{}"), 404, {"cause": "Gone."}),
        {"ORD-007", "ORD-008", "ORD-009"},
        ("ORD-007", "ORD-008", "ORD-009"),
    ),
    Planted("a failure has no reason", each(_BOTH_ORDERS, message=""), {"ORD-010"}, ("ORD",)),
    Planted("a moment has no time zone", each(_BOTH_ORDERS, requestedDateTime=_naive), {"ORD-028"}, ("ORD",)),
    Planted(
        "a moment has seven decimals",
        each(_BOTH_ORDERS, requestedDateTime="2026-12-01T08:00:00.1234567Z"),
        {"ORD-028"},
        ("ORD",),
    ),
    Planted("an order has no ID", each(_BOTH_ORDERS, orderId=...), {"ORD-020"}, ("ORD",)),
    Planted("an order has no message", each(_BOTH_ORDERS, message=...), {"ORD-010", "ORD-027"}, ("ORD",)),
    Planted("an operation is unknown", each(_BOTH_ORDERS, operation="CREATE"), {"ORD-022"}, ("ORD",)),
    Planted("equipment is an array of one", each(_BOTH_ORDERS, equipment=lambda one: [one]), {"ORD-012"}, ("ORD",)),
    Planted(
        "an order's MAC addresses are in lower case",
        but(_BOTH_ORDERS, lambda value: _map(value, within("equipment", macAddress=str.lower))),
        {"ORD-013"},
        ("ORD",),
    ),
)

ORDEREVENTS = (
    Planted("since is inclusive", _since_inclusive, {"OEV-003", "OEV-004"}, ("OEV",)),
    Planted(
        "since is ignored", asked(_OEV, lambda request: with_query(request, "")), {"OEV-003", "OEV-004"}, ("OEV",)
    ),
    Planted("since leaves a gap", but(at("orderevents", query="since="), _second_of_several), {"OEV-004"}, ("OEV",)),
    Planted(
        "since tells the last first",
        but(at("orderevents", query="since="), lambda value: value[::-1]),
        {"OEV-005"},
        ("OEV",),
    ),
    Planted("an event is told twice", but(_OEV, _twice), {"OEV-002", "OEV-008"}, ("OEV-002", "OEV-008")),
    Planted("states come in the wrong order", but(_OEV, _swapped), {"OEV-008"}, ("OEV",)),
    Planted("an event has no ID", each(_OEV, event=""), {"OEV-020"}, ("OEV-020",)),
    Planted(
        "an event's order has no path",
        but(_OEV, lambda value: _map(value, within("order", path=...))),
        {"OEV-022"},
        ("OEV-022",),
    ),
    Planted(
        "a failure has no reason",
        but(_OEV, lambda value: _map(value, within("order", message=""))),
        {"OEV-009"},
        ("OEV",),
    ),
    Planted("nothing is 404", status(_OEV, 404, 200, {"cause": "None."}), {"OEV-001"}, ("OEV",)),
)

EVENTS = (
    Planted("an event is told twice", but(_EVT, _twice), {"EVT-002"}, ("EVT",)),
    Planted("events repeat", _events_repeat, {"EVT-007", "EVT-008"}, ("EVT",)),
    Planted(
        "If-Modified-Since is ignored",
        asked(_EVT, lambda request: with_headers(request, if_modified_since=None)),
        {"EVT-007", "EVT-008"},
        ("EVT",),
    ),
    Planted(
        "an event is lost",
        but(lambda request: _EVT(request) and "if-modified-since" in request.headers, lambda value: value[1:]),
        {"EVT-009"},
        ("EVT",),
    ),
    Planted("DELETE has a path", each(_EVT, path="/onapi/2.6/accesses/T-1"), {"EVT-003"}, ("EVT",)),
    Planted("CREATE has no path", each(_EVT, path=...), {"EVT-003"}, ("EVT",)),
    Planted("a path leads nowhere", each(_EVT, path=lambda path: path + "0"), {"EVT-004"}, ("EVT",)),
    Planted("kinds are in the singular", each(_EVT, objectType=_singular), {"EVT-005"}, ("EVT",)),
    Planted("a kind is unknown", each(_EVT, objectType="customers"), {"EVT-021"}, ("EVT",)),
    Planted(
        "the present second is told",
        header(_EVT, "last-modified", lambda value: shifted(value, hours=-1)),
        {"EVT-006", "EVT-007"},
        ("EVT",),
    ),
    Planted("a moment has no time zone", each(_EVT, time=_naive), {"EVT-024"}, ("EVT",)),
)

LOOKUPS = (
    Planted(
        "DHCP finds another access",
        but(at("dhcplookup"), lambda _: {"accessId": "T-399"}),
        {"DHC-001", "DHC-003", "DHC-007"},
        ("DHC",),
    ),
    Planted("what is not found is 200", status(at("dhcplookup"), 200, 404, {}), {"DHC-004", "DHC-005"}, ("DHC",)),
    Planted(
        "names are taken in one case only",
        asked(at("dhcplookup", query="ipv4c"), lambda request: with_query(request, "x=1")),
        {"DHC-003"},
        ("DHC",),
    ),
    Planted(
        "a list instead of an object",
        but(at("dhcplookup"), lambda value: [value]),
        {"DHC-001", "DHC-002", "DHC-003", "DHC-007"},
        ("DHC",),
    ),
    Planted("no parameter finds nobody", status(at("dhcplookup"), 404, 400), {"DHC-006"}, ("DHC",)),
    Planted(
        "an option finds another access",
        but(at("option82/{}"), lambda _: {"accessId": "T-399"}),
        {"OPT-001"},
        ("OPT",),
    ),
    Planted(
        "an unknown option is 200",
        status(at("option82/{}"), 200, 404, {"accessId": ""}),
        {"OPT-002", "OPT-003"},
        ("OPT",),
    ),
    Planted("a malformed option is 500", status(at("option82/{}"), 500, 400), {"OPT-003"}, ("OPT",)),
)


def _map(value: Any, change: Any) -> Any:
    return [change(one) for one in value] if isinstance(value, list) else change(value)


def _deep(value: Any, name: str, **fields: Any) -> Any:
    """Change an object, or those, in a field of every subscription."""

    def of_one(access: Any) -> Any:
        return access | {"subscriptions": [within(name, **fields)(one) for one in access["subscriptions"]]}

    return _map(value, of_one)


def _characteristic(old: str, new: str) -> Any:
    """Return what gives a characteristic of every service another name."""

    def change(value: Any) -> Any:
        for service in value["services"]:
            rules = service.get("characteristics", {})
            service["characteristics"] = {new if name == old else name: rule for name, rule in rules.items()}
        return value

    return but(at("services/{}"), change)


def _valid_values(value: Any) -> Any:
    for service in value["services"]:
        for rule in service.get("characteristics", {}).values():
            if "values" in rule:
                rule["validValues"] = rule.pop("values")
    return value


def _an_object(endpoint: str, check: str) -> Planted:
    place = at(endpoint)
    return Planted(
        f"the list of {endpoint} is an object", but(place, lambda value: {"list": value}), {check}, (check,)
    )


MORE = (
    _an_object("services", "SVC-001"),
    _an_object("subscriptions", "SUB-001"),
    _an_object("orders", "ORD-001"),
    _an_object("events", "EVT-001"),
    _an_object("tickets", "TIC-001"),
    _an_object("invoicespecification", "INV-001"),
    Planted("a malformed ID is 500", status(_ACCESS, 500, 400, {"cause": "Oops."}), {"TRA-008"}, ("TRA-008",)),
    Planted("services are of no access", status(_ACCESS, 404, 200, {"cause": "No."}), {"SVC-004"}, ("SVC-004",)),
    Planted(
        "characteristics are a list",
        but(at("services/{}"), inner("services", characteristics=[])),
        {"SVC-005"},
        ("SVC-005",),
    ),
    Planted("values are called validValues", but(at("services/{}"), _valid_values), {"SVC-006"}, ("SVC-006",)),
    Planted("a service's level is the other's", _characteristic("SLA", "sla"), {"SVC-007"}, ("SVC",), sp="beta"),
    Planted("a service's level is the other's, too", _characteristic("sla", "SLA"), {"SVC-008"}, ("SVC",)),
    Planted("a service has ipAddress", _characteristic("ipAddresses", "ipAddress"), {"SVC-009"}, ("SVC",)),
    Planted(
        "a single access is another",
        each(at("subscriptions/{}"), accessId="T-399"),
        {"SUB-002"},
        ("SUB-002", "SUB-003"),
    ),
    Planted(
        "equipment is an array of one",
        but(
            _BOTH_SUBSCRIPTIONS,
            inner("subscriptions", equipment=lambda held: held if isinstance(held, list) else [held]),
        ),
        {"SUB-007"},
        ("SUB",),
    ),
    Planted(
        "a level is the other reading's",
        but(_BOTH_SUBSCRIPTIONS, lambda value: _deep(value, "characteristics", SLA=..., sla="SLA-1")),
        {"SUB-010"},
        ("SUB",),
        sp="beta",
    ),
    Planted(
        "an order's equipment is an object",
        each(_BOTH_ORDERS, equipment=lambda held: held[0]),
        {"ORD-011"},
        ("ORD",),
        sp="beta",
    ),
    Planted(
        "an order's level is the other's",
        but(_BOTH_ORDERS, lambda value: _map(value, within("characteristics", SLA=..., sla="SLA-1"))),
        {"ORD-014"},
        ("ORD",),
        sp="beta",
    ),
    Planted(
        "an order's level is the other's, too",
        but(_BOTH_ORDERS, lambda value: _map(value, within("characteristics", sla=..., SLA="SLA-1"))),
        {"ORD-015"},
        ("ORD",),
    ),
    Planted("a text is too long", each(_BOTH_ACCESSES, population="x" * 256), {"ACC-031", "ANS-009"}, ("ACC", "ANS")),
)

READ = (
    *MORE,
    *TRANSPORT,
    *ACCESSES,
    *SERVICES,
    *SUBSCRIPTIONS,
    *ORDERS,
    *ORDEREVENTS,
    *EVENTS,
    *DELTAS,
    *LOOKUPS,
    Planted("an event changes", _changes_its_mind(), {"OEV-006"}, ("OEV-006", "OEV-007")),
    Planted("an event vanishes", _forgets(), {"OEV-007"}, ("OEV-006", "OEV-007")),
)
