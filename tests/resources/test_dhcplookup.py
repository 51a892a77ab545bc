"""What DHCP's identifiers say of an access, over HTTP: found by parameters, by the whole option, and told of it."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pytest

from tests.town import Provider, Town

_serial = itertools.count(1)
Named = Callable[..., str]


@pytest.fixture
def named(town: Town) -> Named:
    """Return what gives a new access, or one of this name, identifiers, and returns its name."""

    def name(access: str | None = None, /, **columns: str) -> str:
        access = access or town.access()
        values = list(columns.values())
        town.operator.rows(
            f"INSERT INTO dhcp_identifiers (access_id, {', '.join(columns)}) "
            f"VALUES ($1, {', '.join(f'${number}' for number in range(2, len(values) + 2))})",
            access,
            *values,
        )
        return access

    return name


def unique(text: str) -> str:
    """Return text that no other access has."""
    return f"{text} {next(_serial)}"


def cause(sp: Provider, path: str, status: int) -> str:
    """Return why something is refused."""
    answer = sp.http.get(path)
    assert answer.status_code == status, answer.text
    return str(answer.json()["cause"])


def looked_up(sp: Provider, **parameters: str) -> str:
    """Return the access that is found, or why none is."""
    answer = sp.http.get("/dhcplookup/", params=parameters)
    found = answer.json()
    if answer.status_code == 200:
        assert found.keys() == {"accessId"}
        return str(found["accessId"])
    return f"{answer.status_code} {found['cause']}"


def test_an_access_is_found_by_each_of_its_identifiers_and_by_all_of_them(town: Town, named: Named) -> None:
    circuit, remote, interface, remote6 = (unique(text) for text in ("eth 0/1", "10.0.0.1 Å", "ge-0/0/1", "00:01:02"))
    access = named(
        ipv4_circuit_id=circuit, ipv4_remote_id=remote, ipv6_interface_id=interface, ipv6_remote_id=remote6
    )
    every = {
        "ipv4CircuitId": circuit,
        "ipv4RemoteId": remote,
        "ipv6InterfaceId": interface,
        "ipv6RemoteId": remote6,
    }
    for some in (*({name: value} for name, value in every.items()), every):
        assert looked_up(town.alfa, **some) == access
    for name in every:
        assert looked_up(town.alfa, **{**every, name: "another"}).startswith("404 No access")


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.swapcase])
def test_the_names_of_parameters_may_be_in_any_case(town: Town, named: Named, spelling: Callable[[str], str]) -> None:
    circuit, remote = unique("c"), unique("r")
    access = named(ipv4_circuit_id=circuit, ipv4_remote_id=remote)
    assert looked_up(town.alfa, **{spelling("ipv4CircuitId"): circuit, spelling("ipv4RemoteId"): remote}) == access
    # Values are as they are.
    assert looked_up(town.alfa, ipv4CircuitId=circuit.upper()).startswith("404")


def test_a_whole_option_finds_what_its_sub_options_name(town: Town, named: Named) -> None:
    access = named(ipv4_circuit_id="eth 0/1", ipv4_remote_id="10.10.10.10")
    option = "5216010765746820302F31020B31302E31302E31302E3130"
    for path in (
        f"/option82/{option}",
        f"/option82/{option.lower()}/",
        f"/dhcplookup/?ipv4option82={option}",
        f"/dhcplookup?IPV4OPTION82={option}&ipv4circuitid=eth%200/1",
    ):
        assert town.alfa.get(path) == {"accessId": access}
    # An option that other sub-options came with, in another order.
    assert town.alfa.get("/option82/521A0902AAFF020B31302E31302E31302E3130010765746820302F31") == {"accessId": access}
    # Both must be its own; an empty one says nothing.
    assert "No access" in cause(town.alfa, "/option82/5209010765746820302F32", 404)
    assert "No access" in cause(town.alfa, "/option82/520D010765746820302F3102023130", 404)
    assert town.alfa.get("/option82/520B010765746820302F310200") == {"accessId": access}
    assert "others than the parameters" in cause(town.alfa, f"/dhcplookup/?ipv4option82={option}&ipv4RemoteId=x", 404)
    # The standard's own example of a subscription.
    told = named(ipv4_circuit_id="CO-8732c2f065e2490babce820e94b1011a")
    example = "52270123434F2D38373332633266303635653234393062616263653832306539346231303131610200"
    assert town.alfa.get(f"/option82/{example}") == {"accessId": told}
    # What names nothing finds nothing.
    assert "No access" in cause(town.alfa, "/option82/520401000200", 404)
    assert "No access" in cause(town.alfa, "/option82/52040902FFFF", 404)


def test_octets_that_do_not_read_are_asked_for_in_hex(town: Town, named: Named) -> None:
    access = named(ipv4_circuit_id="0x0004006400ff")
    assert looked_up(town.alfa, ipv4CircuitId="0x0004006400FF") == access
    assert town.alfa.get("/option82/520801060004006400FF") == {"accessId": access}
    blank = named(ipv4_circuit_id="0x2065746820")
    assert looked_up(town.alfa, ipv4CircuitId=" eth ") == blank


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "needs one of the parameters ipv4CircuitId, ipv4RemoteId"),
        ("?accessId=T-1", "needs one of the parameters"),
        ("?ipv4CircuitId=", "needs one of the parameters"),
        ("?ipv4CircuitId=&ipv4option82=", "needs one of the parameters"),
        ("?ipv4CircuitId=a&ipv4CircuitId=b", "ipv4CircuitId"),
        ("?ipv4CircuitId=a&ipv4circuitid=a", "ipv4CircuitId is given twice"),
        ("?ipv4option82=5203", "says that 3 octets follow"),
        ("?ipv4option82=x&ipv4CircuitId=a", "is not hex"),
        ("?ipv4CircuitId=%ff", ""),
    ],
)
def test_a_question_that_asks_nothing_or_makes_no_sense_is_refused(town: Town, query: str, says: str) -> None:
    assert says in cause(town.alfa, f"/dhcplookup/{query}", 400)


@pytest.mark.parametrize(
    "option",
    ["53", "52", "5200", "5205010361626", "52060103616263", "520401036162", "zz", "52%00", "52/05", "5" * 4000],
)
def test_a_malformed_option_is_refused(town: Town, option: str) -> None:
    assert "ption" in cause(town.alfa, f"/option82/{option}", 400)


def test_the_longest_option_there_is_is_taken(town: Town, named: Named) -> None:
    access = named(ipv4_circuit_id="c" * 250, ipv4_remote_id="r")
    assert town.alfa.get(f"/option82/52FF01FA{'63' * 250}020172") == {"accessId": access}


def test_of_several_none_is_found(town: Town, named: Named) -> None:
    circuit = unique("c")
    access = named(ipv4_circuit_id=circuit)
    here = named("E-1", ipv4_circuit_id=circuit, ipv4_remote_id=unique("r"))
    try:
        assert "Several accesses" in looked_up(town.alfa, ipv4CircuitId=circuit)
        # Unless the caller sees one of them only; what it does not see does not show.
        assert looked_up(town.gamma, ipv4CircuitId=circuit) == here
        town.operator.rows("DELETE FROM dhcp_identifiers WHERE access_id = 'E-1'")
        assert looked_up(town.alfa, ipv4CircuitId=circuit) == access
        hidden = looked_up(town.gamma, ipv4CircuitId=circuit)
        assert hidden == looked_up(town.gamma, ipv4CircuitId="x" * 9)
        assert hidden.startswith("404")
    finally:
        town.operator.rows("DELETE FROM dhcp_identifiers WHERE access_id = 'E-1'")


def test_many_who_ask_at_once_each_get_their_own_answer(town: Town, named: Named) -> None:
    circuits = [unique("many") for _ in range(60)]
    accesses = [named(ipv4_circuit_id=circuit) for circuit in circuits]
    asked = [(sp, number) for number in range(60) for sp in (town.alfa, town.gamma, town.beta)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda one: looked_up(one[0], ipv4CircuitId=circuits[one[1]]), asked))
    for (sp, number), answer in zip(asked, answers, strict=True):
        assert answer == ("404 No access has these identifiers." if sp is town.gamma else accesses[number])


def test_a_subscription_tells_its_accesss_identifiers_in_both_dialects(town: Town, named: Named) -> None:
    access = named(ipv4_circuit_id='eth "0/1" \\', ipv4_remote_id="10.1.1.1", ipv6_remote_id="0x00ff")
    plain = town.access()
    town.alfa.active(access)
    town.beta.active(access, "IPTV-BASE")
    town.alfa.active(plain)
    for sp in (town.alfa, town.beta):
        (one,) = sp.subscriptions(access)
        assert one["dhcpIdentifier"] == {
            "ipv4CircuitId": 'eth "0/1" \\',
            "ipv4RemoteId": "10.1.1.1",
            "ipv6RemoteId": "0x00ff",
        }
        assert one["option82"] == "5217010B6574682022302F3122205C020831302E312E312E31"
        assert town.alfa.get(f"/option82/{one['option82']}") == {"accessId": access}
        listed = {found["accessId"]: found["subscriptions"] for found in sp.get("/subscriptions/")}
        assert listed[access] == [one]
    (bare,) = town.alfa.subscriptions(plain)
    assert not {"option82", "dhcpIdentifier"} & bare.keys()
    ipv6 = named(ipv6_interface_id="if")
    town.alfa.active(ipv6)
    (only,) = town.alfa.subscriptions(ipv6)
    assert (only["dhcpIdentifier"], "option82" in only) == ({"ipv6InterfaceId": "if"}, False)
    document = town.alfa.get("/openapi.json")
    schema = document["paths"]["/subscriptions/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(town.alfa.get("/subscriptions/"), {**schema, "components": document["components"]})


def test_new_identifiers_are_news_to_whoever_delivers_there(town: Town, named: Named) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    theirs = town.beta.active(access, "IPTV-BASE")
    since = town.ended()
    circuit = unique("c")
    named(access, ipv4_circuit_id=circuit)
    until = town.ended()
    (told,) = town.alfa.delta("/subscriptions/", since, until)
    assert told["accessId"] == access
    assert told["subscriptions"][0]["dhcpIdentifier"] == {"ipv4CircuitId": circuit}
    for sp, own in ((town.alfa, subscription), (town.beta, theirs)):
        news = [one for one in sp.delta("/events/", since, until) if one["objectType"] == "subscriptions"]
        assert [(one["type"], one["objectId"]) for one in news] == [("UPDATE", own)]
    assert [one for one in town.gamma.delta("/events/", since, until) if one["objectType"] == "subscriptions"] == []


def test_the_list_of_endpoints_has_both_and_lacks_no_fields_of_subscriptions(town: Town) -> None:
    endpoints = {one["name"]: one for one in town.alfa.get("/")}
    assert endpoints["dhcplookup"]["operations"] == endpoints["option82"]["operations"] == ["GET", "HEAD", "OPTIONS"]
    assert "unsupportedFields" not in endpoints["subscriptions"]
    answer = town.alfa.http.post("/dhcplookup/", json={})
    assert (answer.status_code, answer.headers["Allow"]) == (501, "GET, HEAD, OPTIONS")
