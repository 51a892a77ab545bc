"""Looking an access up by what DHCP says of it.

Source: ON-API 2.6.0 spec/dhcplookup.md, spec/option82_lookup.md.
"""

from urllib.parse import urlencode

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import NOBODY, Server

DHCP = Chapter("DHC", "DHCP lookup", "dhcplookup")
OPTION82 = Chapter("OPT", "Option 82", "option82")
_DHCP_PAGE = "spec/dhcplookup.md"
_OPTION82_PAGE = "spec/option82_lookup.md"
_UNKNOWN = "5213010A6F6E6170692D6E6F6E6502056E6F6E6530"


def _known(server: Server) -> tuple[str, dict[str, str], str | None]:
    """Return an access with its identifiers, as its subscriptions have them, and its option 82."""
    for seen in server.sample("subscriptions"):
        for subscription in seen.below("subscriptions"):
            for found in subscription.below("dhcpIdentifier"):
                given = {name: str(value) for name, value in found.value.items() if value}
                if given and seen.value.get("accessId"):
                    return str(seen.value["accessId"]), given, subscription.value.get("option82")
    raise Nothing("No subscription that was shown has a dhcpIdentifier.")


@DHCP.must(1, "The identifiers of a subscription find its access.", f"{_DHCP_PAGE}, GET")
def found(server: Server) -> Findings:
    access_id, given, _ = _known(server)
    answer = server.get(server.path("dhcplookup") + "?" + urlencode(given))
    if answer.status != 200 or answer.value != {"accessId": access_id}:
        yield Finding(f"The identifiers of {access_id} were answered {answer.status}, and not with it", answer)


@DHCP.must(2, "The answer is an object with one accessId, an ID.", f"{_DHCP_PAGE}, accessId")
def one_object(server: Server) -> Findings:
    _, given, _ = _known(server)
    answer = server.get(server.path("dhcplookup") + "?" + urlencode(given))
    if answer.status != 200:
        raise Nothing(f"Nothing was found: {answer.status}.")
    if not isinstance(answer.value, dict) or formats.identifier(answer.value.get("accessId")):
        yield Finding("The answer is no object with an accessId", answer)


@DHCP.contradictory(
    3,
    "The parameters' names may be in lower case: the example has them so, and the list does not.",
    f"{_DHCP_PAGE}, Parameters",
    deviation="names of `/dhcplookup/`'s parameters",
)
def lower_case(server: Server) -> Findings:
    access_id, given, _ = _known(server)
    answer = server.get(
        server.path("dhcplookup") + "?" + urlencode({name.lower(): value for name, value in given.items()})
    )
    if answer.status != 200 or answer.value != {"accessId": access_id}:
        yield Finding(f"In lower case the answer was {answer.status}", answer)


@DHCP.must(4, "What finds no access is 404.", "common/responses.md, 404")
def not_found(server: Server) -> Findings:
    answer = server.get(server.path("dhcplookup") + "?" + urlencode({"ipv4CircuitId": NOBODY}))
    if answer.status != 404:
        yield Finding(f"An identifier that nobody has was answered {answer.status}", answer)


@DHCP.must(5, "Several parameters must all be met.", f"{_DHCP_PAGE}, GET")
def all_met(server: Server) -> Findings:
    _, given, _ = _known(server)
    name = "ipv4RemoteId" if "ipv4RemoteId" not in given else "ipv6InterfaceId"
    answer = server.get(server.path("dhcplookup") + "?" + urlencode({**given, name: NOBODY}))
    if answer.status == 200:
        yield Finding(f"With a {name} that nobody has, an access was found all the same", answer)


@DHCP.should(6, "Without a parameter it is 400.", "common/responses.md, 400", deviation="… without a parameter")
def without(server: Server) -> Findings:
    answer = server.get(server.path("dhcplookup"))
    if answer.status != 400:
        yield Finding(f"Without a parameter the answer was {answer.status}", answer)


@DHCP.must(7, "ipv4option82 takes option 82 whole, in hex.", f"{_DHCP_PAGE}, Parameters")
def by_option82(server: Server) -> Findings:
    access_id, _, option = _known(server)
    if not option:
        raise Nothing("No subscription that was shown has an option82.")
    answer = server.get(server.path("dhcplookup") + "?" + urlencode({"ipv4option82": option}))
    if answer.status != 200 or answer.value != {"accessId": access_id}:
        yield Finding(f"The option82 of {access_id} was answered {answer.status}, and not with it", answer)


@OPTION82.must(1, "The option 82 of a subscription finds its access.", f"{_OPTION82_PAGE}, Specification")
def option_found(server: Server) -> Findings:
    access_id, _, option = _known(server)
    if not option:
        raise Nothing("No subscription that was shown has an option82.")
    answer = server.one("option82", option)
    if answer.status != 200 or answer.value != {"accessId": access_id}:
        yield Finding(f"The option82 of {access_id} was answered {answer.status}, and not with it", answer)


@OPTION82.must(2, "What finds no access is 404.", f"{_OPTION82_PAGE}, Example")
def option_not_found(server: Server) -> Findings:
    answer = server.one("option82", _UNKNOWN)
    if answer.status != 404:
        yield Finding(f"An option that nobody has was answered {answer.status}", answer)


@OPTION82.should(
    3, "What is no option 82 is 400.", "common/responses.md, 400", deviation="`/option82/`, a malformed option"
)
def malformed(server: Server) -> Findings:
    for wrong in ("53020100", "5203010161", "xyz"):
        answer = server.one("option82", wrong)
        if answer.status not in {400, 404}:
            yield Finding(f"{wrong} was answered {answer.status}", answer)
