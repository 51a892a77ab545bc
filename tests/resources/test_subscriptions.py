"""What an SP delivers, access by access: its own, live ones, as orders made them."""

import json
from typing import Any

import jsonschema
import pytest

from tests.town import Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"


def test_a_subscription_is_told_with_all_it_has(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(
        access, spReference="r", spSubscriptionId="s", externalNote="of the order",
        characteristics={"sla": "SLA-1", "ipAddress": "192.0.2.1"},
        equipment=[{"vendorId": "v", "macAddress": "aabbccddeeff"}],
    )  # fmt: skip
    found = town.alfa.get(f"/subscriptions/{access}")
    connected = found["subscriptions"][0].pop("connectionDate")
    assert found == {
        "accessId": access,
        "subscriptions": [
            {
                "subscriptionId": subscription,
                "service": BB,
                "operationalState": "ACTIVATED",
                "spReference": "r",
                "spSubscriptionId": "s",
                "characteristics": {"ipAddresses": ["192.0.2.1"], "sla": "SLA-1"},
                "equipment": {"vendorId": "v", "macAddress": "AA:BB:CC:DD:EE:FF"},
            }
        ],
    }
    at = town.operator.value("SELECT moment_text(connected_at) FROM subscriptions WHERE access_id = $1", access)
    assert connected == at
    town.alfa.order("DEACTIVATE", subscriptionId=subscription, requestedDateTime=LATER)
    assert town.alfa.subscriptions(access)[0]["disconnectionDate"] == LATER


def test_only_live_ones_are_told(town: Town) -> None:
    access = town.access()
    assert town.alfa.get(f"/subscriptions/{access}") == {"accessId": access, "subscriptions": []}
    wanted = town.alfa.order("ACTIVATE", accessId=access, service=BB, requestedDateTime=LATER)
    assert town.alfa.subscriptions(access) == []
    town.alfa.http.patch(f"/orders/{wanted['orderId']}", json={"requestedDateTime": None})
    town.alfa.settled(wanted)
    assert [one["subscriptionId"] for one in town.alfa.subscriptions(access)] == [wanted["subscriptionId"]]
    town.alfa.done("DEACTIVATE", subscriptionId=wanted["subscriptionId"])
    assert town.alfa.subscriptions(access) == []
    assert access not in [one["accessId"] for one in town.alfa.get("/subscriptions/")]


def test_several_on_one_access_are_told_together_and_others_own_are_not(town: Town) -> None:
    access = town.access()
    own = [town.alfa.active(access), town.alfa.active(access, "IPTV-BASE"), town.alfa.active(access, "VOIP")]
    theirs = town.beta.active(access, "VOIP")
    assert [one["subscriptionId"] for one in town.alfa.subscriptions(access)] == sorted(own)
    assert [one["subscriptionId"] for one in town.beta.subscriptions(access)] == [theirs]
    for sp, expected in ((town.alfa, set(own)), (town.beta, {theirs})):
        listed = {one["accessId"]: one["subscriptions"] for one in sp.get("/subscriptions/")}
        assert {one["subscriptionId"] for one in listed[access]} == expected


def test_the_list_its_pages_and_its_lines_hold_the_same(town: Town) -> None:
    for number in range(7):
        town.alfa.active(town.access(), spReference=f'"{number}"\n')
    whole = sorted(town.alfa.get("/subscriptions/"), key=lambda one: str(one["accessId"]))
    assert len(whole) >= 7
    for one in whole:
        assert one == town.alfa.get(f"/subscriptions/{one['accessId']}")
    found: list[Any] = []
    path = "/subscriptions/?limit=3"
    while path:
        answer = town.alfa.http.get(path)
        assert len(answer.json()) <= 3
        found += answer.json()
        path = answer.links.get("next", {}).get("url", "").removeprefix("/onapi/2.6")
    assert found == whole
    lines = town.alfa.http.get("/subscriptions/", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert sorted(map(json.loads, lines), key=lambda one: str(one["accessId"])) == whole


def test_the_answers_are_as_the_interface_says(town: Town) -> None:
    access = town.access()
    town.beta.active(access, equipment={"vendorId": "v"}, characteristics={"sla": "SLA-1"})
    document = town.beta.get("/openapi.json")
    schema = document["paths"]["/subscriptions/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for sp in (town.alfa, town.beta):
        jsonschema.validate(sp.get("/subscriptions/"), {**schema, "components": document["components"]})


def test_a_delta_has_what_changed_and_an_empty_array_where_the_last_one_ended(town: Town) -> None:
    ends, changes, stays, theirs = (town.access() for _ in range(4))
    for access in (ends, changes, stays):
        town.alfa.active(access)
    since = town.ended()
    begins = town.access()
    town.alfa.active(begins)
    town.beta.active(theirs)
    town.alfa.done("DEACTIVATE", accessId=ends, service=BB)
    town.alfa.done("SUSPEND", accessId=changes, service=BB)
    wanted = town.access()
    town.alfa.order("ACTIVATE", accessId=wanted, service=BB, requestedDateTime=LATER)
    told = {one["accessId"]: one for one in town.alfa.delta("/subscriptions/", since, town.ended())}
    assert told.keys() == {begins, ends, changes}
    assert told[ends] == {"accessId": ends, "subscriptions": []}
    for access in (begins, changes):
        assert told[access] == town.alfa.get(f"/subscriptions/{access}")


def test_an_access_without_any_is_empty_and_one_that_is_not_seen_is_not_found(town: Town) -> None:
    access = town.access()
    assert town.gamma.get("/subscriptions/E-1") == {"accessId": "E-1", "subscriptions": []}
    assert town.gamma.get("/subscriptions/") == []
    for hidden in (access, "UNKNOWN"):
        answer = town.gamma.http.get(f"/subscriptions/{hidden}")
        assert (answer.status_code, answer.json()["cause"]) == (404, f"There is no access {hidden!r}.")


def test_what_an_sp_delivers_stays_readable_when_its_agreement_has_ended(town: Town) -> None:
    subscription = town.gamma.active("E-1")
    town.operator.rows("UPDATE agreements SET revoked_at = now() WHERE sp = 'gamma'")
    assert town.gamma.http.get("/accesses/E-1").status_code == 404
    assert [one["subscriptionId"] for one in town.gamma.subscriptions("E-1")] == [subscription]
    assert [one["accessId"] for one in town.gamma.get("/subscriptions/")] == ["E-1"]
    town.gamma.done("DEACTIVATE", subscriptionId=subscription)
    assert town.gamma.http.get("/subscriptions/E-1").status_code == 404
    town.operator.rows("INSERT INTO agreements (sp, population) VALUES ('gamma', 'Elsewhere')")


@pytest.mark.parametrize("access", ["a%20b", "%00", "x" * 37, "A%0A"])
def test_an_access_id_that_is_none_is_refused(town: Town, access: str) -> None:
    answer = town.alfa.http.get(f"/subscriptions/{access}")
    assert answer.status_code == 400
    assert answer.json()["cause"].startswith("accessId ")
