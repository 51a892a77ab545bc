"""What orders say: settings, equipment and references, in every spelling that is taken, and as they come back."""

import json
from typing import Any

import pytest

from tests.town import ODD, Provider, Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


def activate(sp: Provider, town: Town, service: str = BB, **fields: Any) -> dict[str, Any]:
    """Place an order for another day on an access of its own, and return it."""
    return sp.order("ACTIVATE", accessId=town.access(), service=service, requestedDateTime=LATER, **fields)


def refused(town: Town, service: str = BB, **fields: Any) -> str:
    """Place an order that is invalid, and return the cause."""
    answer = town.alfa.post("ACTIVATE", accessId=town.access(), service=service, **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.text
    return str(answer.json()["cause"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"fixedIp": True}, {"fixedIp": True}),
        ({"FIXEDIP": False}, {"fixedIp": False}),
        ({"sla": "SLA-1"}, {"sla": "SLA-1"}),
        ({"SLA": "SLA-2"}, {"sla": "SLA-2"}),
        ({"Sla": "SLA-2"}, {"sla": "SLA-2"}),
        ({"ipAddresses": ["192.0.2.1", "2001:db8::/48"]}, {"ipAddresses": ["192.0.2.1", "2001:db8::/48"]}),
        ({"ipAddress": ["192.0.2.1"]}, {"ipAddresses": ["192.0.2.1"]}),
        ({"ipAddress": "192.0.2.0/24"}, {"ipAddresses": ["192.0.2.0/24"]}),
        ({"ipaddresses": "AB::01/64"}, {"ipAddresses": ["AB::01/64"]}),
        ({"ipAddresses": []}, {"ipAddresses": []}),
        ({"sla": None, "fixedIp": True}, {"fixedIp": True}),
        ({}, {}),
    ],
    ids=str,
)
def test_settings_are_taken_in_every_spelling_and_kept_in_one(
    town: Town, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert activate(town.alfa, town, characteristics=sent)["characteristics"] == kept


def test_the_dialect_decides_how_the_service_level_is_spelled(town: Town) -> None:
    for sp, name in ((town.alfa, "sla"), (town.beta, "SLA")):
        access = town.access()
        sp.active(access, characteristics={"sLa": "SLA-1"})
        assert sp.subscriptions(access)[0]["characteristics"] == {name: "SLA-1"}
        assert sp.get(f"/orders/?accessId={access}")[0]["characteristics"] == {name: "SLA-1"}
        assert name in sp.offered(access)["characteristics"]
        assert '"sla": "SLA-1"' in town.operator.port(access)[0]


@pytest.mark.parametrize(
    ("service", "sent", "says"),
    [
        (BB, {"fixedIp": "true"}, "characteristics.fixedIp must be true or false, not 'true'"),
        (BB, {"fixedIp": 1}, "characteristics.fixedIp must be true or false, not 1"),
        (BB, {"sla": "SLA-9"}, "characteristics.sla 'SLA-9' is not on offer for 'BB-100-100': 'SLA-1', 'SLA-2'"),
        (BB, {"sla": True}, "characteristics.sla true is not on offer"),
        (BB, {"sla": 1.5}, "characteristics.sla must be text or an array"),
        (BB, {"sla": {"a": 1}}, "characteristics.sla must be text or an array"),
        (BB, {"sla": "x" * 256}, "characteristics.sla must be text of at most 255"),
        (BB, {"sla": "SLA-1", "SLA": "SLA-1"}, "characteristics has sla twice"),
        (BB, {"ipAddress": "192.0.2.256"}, "'192.0.2.256' is not an IP address"),
        (BB, {"ipAddress": "192.0.2.0/33"}, "'192.0.2.0/33' is not an IP address"),
        (BB, {"ipAddresses": ["192.0.2.1", 7]}, "characteristics.ipAddresses must be text or an array"),
        (
            BB,
            {"ipAddresses": ["192.0.2.1"] * 51},
            "characteristics.ipAddresses must be text or an array of at most 50",
        ),
        (
            BB,
            {"colour": "red"},
            "characteristics.colour: service 'BB-100-100' has no such setting; it has fixedIp, ip",
        ),
        (ODD, {"sla": "SLA-1"}, "has no such setting; it has none"),
        (BB, {f"x{n}": 1 for n in range(51)}, "characteristics has 51 names"),
        (BB, {"": 1}, "characteristics has the name ''"),
        (BB, {"a\nb": 1}, "characteristics has the name 'a\\nb'"),
        ("BB-SLA", None, "characteristics.sla is required for service 'BB-SLA', and is missing"),
        ("BB-SLA", {}, "characteristics.sla is required"),
        ("BB-SLA", {"sla": None}, "characteristics.sla is required"),
        ("BB-SLA", {"sla": 1}, "characteristics.sla 1 is not on offer for 'BB-SLA': 'SLA-1', 2, true"),
        ("BB-SLA", {"sla": "2"}, "is not on offer"),
        ("BB-SLA", {"sla": False}, "is not on offer"),
    ],
    ids=str,
)
def test_settings_that_the_catalogue_does_not_have_are_refused(
    town: Town, service: str, sent: dict[str, Any] | None, says: str
) -> None:
    assert says in refused(town, service, characteristics=sent)


@pytest.mark.parametrize("level", ["SLA-1", 2, True])
def test_settings_keep_their_json_type(town: Town, level: object) -> None:
    order = activate(town.alfa, town, "BB-SLA", characteristics={"SLA": level})
    assert json.dumps(order["characteristics"]) == json.dumps({"sla": level})


def test_settings_are_checked_where_a_subscription_changes_too(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access, characteristics={"sla": "SLA-1", "fixedIp": True})
    for operation, fields in (("MODIFY", {}), ("CHANGE", {"service": BB})):
        answer = town.alfa.post(operation, subscriptionId=subscription, characteristics={"sla": "SLA-9"}, **fields)
        assert answer.status_code == 400
        assert "characteristics.sla 'SLA-9' is not on offer" in answer.json()["cause"]
    answer = town.alfa.post(
        "CHANGE", subscriptionId=subscription, service="BB-250-250", characteristics={"sla": "SLA-1"}
    )
    assert "service 'BB-250-250' has no such setting; it has none" in answer.json()["cause"]
    town.alfa.done("MODIFY", subscriptionId=subscription, characteristics={"SLA": "SLA-2"})
    assert town.alfa.subscriptions(access)[0]["characteristics"] == {"sla": "SLA-2"}
    assert '"sla": "SLA-2"' in town.operator.port(access)[0]
    assert "fixedIp" not in town.operator.port(access)[0]


def test_an_order_that_says_nothing_of_settings_or_equipment_leaves_them(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access, characteristics={"sla": "SLA-1"}, equipment={"vendorId": "ACME"})
    town.alfa.done("SUSPEND", subscriptionId=subscription)
    town.alfa.done("CHANGE", subscriptionId=subscription, service="BB-10-10")
    (now,) = town.alfa.subscriptions(access)
    assert (now["characteristics"], now["equipment"]) == ({"sla": "SLA-1"}, {"vendorId": "ACME"})
    assert '"vendorId": "ACME"' in town.operator.port(access)[0]


@pytest.mark.parametrize("sent", ["AABBCC112233", "aa:bb:cc:11:22:33", "Aa-Bb-Cc-11-22-33", "AA:BB:CC:11:22:33"])
@pytest.mark.parametrize("wrapped", [True, False], ids=["in an array", "alone"])
def test_equipment_comes_as_an_object_or_an_array_and_its_address_in_any_case(
    town: Town, sent: str, wrapped: bool
) -> None:
    piece = {"vendorId": "ACME-ROUTER", "macAddress": sent}
    kept = {"vendorId": "ACME-ROUTER", "macAddress": "AA:BB:CC:11:22:33"}
    given: Any = [piece] if wrapped else piece
    assert activate(town.alfa, town, equipment=given)["equipment"] == kept
    assert activate(town.beta, town, equipment=given)["equipment"] == [kept]


def test_equipment_goes_out_as_the_dialect_has_it(town: Town) -> None:
    one, two = [{"vendorId": "A"}], [{"vendorId": "A"}, {"macAddress": "AA:BB:CC:11:22:33"}]
    for given, bitvis in ((one, one[0]), (two, two), ([], [])):
        for sp, expected in ((town.alfa, bitvis), (town.beta, given)):
            access = town.access()
            order = sp.done("ACTIVATE", accessId=access, service=BB, equipment=given)
            assert order["equipment"] == expected
            assert sp.subscriptions(access)[0]["equipment"] == expected


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"macAddress": "AA:BB:CC:11:22"}, "equipment[0].macAddress 'AA:BB:CC:11:22' is not six pairs"),
        ([{"vendorId": "v"}, {"macAddress": "AA:BB-CC:11:22:33"}], "equipment[1].macAddress 'AA:BB-CC:11:22:33'"),
        ({"macAddress": "AA:BB:CC:11:22:33\n"}, "equipment[0].macAddress 'AA:BB:CC:11:22:33\\n'"),
        ({"macAddress": "AA:BB:CC:11:22:3G"}, "equipment[0].macAddress"),
        ({"macAddress": ""}, "equipment[0].macAddress ''"),
        ({"macAddress": "AA:BB:CC:11:22:３３"}, "equipment[0].macAddress"),
        ({}, "equipment[0] has neither vendorId nor macAddress"),
        ([{"vendorId": None}], "equipment[0] has neither"),
        ([{"vendorId": "v"}] * 101, "equipment has 101 pieces"),
        ({"vendorId": ""}, "vendorId"),
        ({"vendorId": "x" * 256}, "vendorId"),
        ({"vendorId": "a\0b"}, "equipment.vendorId holds the character NUL"),
        ({"macAddress": 7}, "macAddress"),
        ("AA:BB:CC:11:22:33", "equipment"),
        ([["AA:BB:CC:11:22:33"]], "equipment"),
    ],
    ids=str,
)
def test_equipment_that_is_none_is_refused(town: Town, sent: object, says: str) -> None:
    assert says in refused(town, equipment=sent)


NASTY = {
    "quotes": 'quote " in it',
    "backslashes": "back\\slash \\n \\u0000",
    "controls": "line\nfeed\r\tand \x01\x1f\x7f",
    "beyond": "😀 \u2028 \u2029 \ufeff \u200f",
    "markup": "</script><!-- 'x' --",
    "parameters": "%s %d {} $1 $sp",
    "null": "null",
    "blank": " ",
    "a key": '"sla":',
    "255 letters": "x" * 255,
    "255 emoji": "😀" * 255,
    "255 of two bytes": "Å" * 255,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_references_come_back_as_they_were_sent_wherever_they_come_back(town: Town, text: str) -> None:
    for sp in (town.alfa, town.beta):
        access = town.access()
        sent = {
            "spReference": text,
            "spSubscriptionId": text,
            "externalNote": text,
            "equipment": [{"vendorId": text}],
        }
        placed = sp.order("ACTIVATE", accessId=access, service=ODD, **sent)
        finished = sp.settled(placed)
        listed = sp.get(f"/orders/?accessId={access}")
        assert listed == [finished]
        (subscription,) = sp.subscriptions(access)
        for document in (placed, finished, subscription):
            assert document["spReference"] == document["spSubscriptionId"] == text
            equipment = document["equipment"]
            assert (equipment if isinstance(equipment, dict) else equipment[0]) == {"vendorId": text}
        assert finished["externalNote"] == text
        sp.done("SUSPEND", subscriptionId=subscription["subscriptionId"], externalNote=text)
        assert sp.subscriptions(access)[0]["note"] == text
        assert sp.done("DEACTIVATE", accessId=access, service=ODD)["service"] == ODD


def test_an_own_reference_finds_its_subscription_whatever_it_holds(town: Town) -> None:
    for text in NASTY.values():
        access = town.access()
        subscription = town.alfa.active(access, spSubscriptionId=text[:200] + access)
        found = town.alfa.done("SUSPEND", spSubscriptionId=text[:200] + access)
        assert found["subscriptionId"] == subscription


@pytest.mark.parametrize("field", ["spReference", "spSubscriptionId", "externalNote"])
def test_a_reference_has_one_to_255_characters_and_no_nul(town: Town, field: str) -> None:
    assert field in refused(town, **{field: ""})
    assert field in refused(town, **{field: "x" * 256})
    assert refused(town, **{field: "a\0"}) == f"{field} holds the character NUL, which cannot be stored."


def test_what_is_not_said_or_null_is_absent_and_null_is_never_sent(town: Town) -> None:
    names = ("spReference", "spSubscriptionId", "externalNote", "characteristics", "equipment", "requestedDateTime")
    access = town.access()
    order = town.alfa.order("ACTIVATE", accessId=access, service=BB, **dict.fromkeys(names))
    assert not order.keys() & set(names)
    town.alfa.settled(order)
    answers = [
        town.alfa.http.get(path).text
        for path in (
            f"/orders/{order['orderId']}",
            f"/subscriptions/{access}",
            f"/services/{access}",
            "/orderevents/",
        )
    ]
    assert not [answer for answer in answers if ":null" in answer.replace(" ", "")]
