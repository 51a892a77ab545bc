"""What an SP may order, access by access: when, on what terms, and whether it can be taken over."""

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from tests import given
from tests.town import GMT, SERVICES, Provider, Town

LATER = "2199-01-01T00:00:00Z"
LONG_AGO = "1990-01-01T00:00:01Z"
NEVER = "3030-12-12T00:00:01Z"
BB = "BB-100-100"


def names(sp: Provider, access: str) -> list[str]:
    """Return the services that an SP is offered on an access."""
    return [service["service"] for service in sp.get(f"/services/{access}")["services"]]


def dates(service: dict[str, Any]) -> tuple[str, str, str]:
    """Return a service's three moments: connection, available, disconnection."""
    return tuple(service[f"{name}DateTime"] for name in ("connection", "available", "disconnection"))


def changed(sp: Provider, since: datetime, until: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return the accesses whose services are told to have changed, with them."""
    return {one["accessId"]: one["services"] for one in sp.delta("/services/", since, until)}


def test_a_service_is_told_with_all_that_an_order_of_it_needs(town: Town) -> None:
    assert town.alfa.offered(town.access()) == {
        "service": BB,
        "connectionDateTime": LONG_AGO,
        "availableDateTime": LONG_AGO,
        "disconnectionDateTime": "",
        "forcedTakeoverPossible": False,
        "comments": ["Delivered within a day."],
        "characteristics": {
            "fixedIp": {"required": False, "values": [True, False]},
            "ipAddresses": {"required": False},
            "sla": {"required": False, "values": ["SLA-1", "SLA-2"]},
        },
    }
    assert set(town.alfa.offered(town.access(), "IPTV-BASE")) == {
        *("service", "connectionDateTime", "availableDateTime", "disconnectionDateTime", "forcedTakeoverPossible")
    }


def test_the_standards_dialect_spells_the_service_level_its_way(town: Town) -> None:
    access = town.access()
    assert set(town.beta.offered(access)["characteristics"]) == {"fixedIp", "ipAddresses", "SLA"}
    assert town.beta.offered(access, "BB-SLA")["characteristics"] == {
        "SLA": {"required": True, "values": ["SLA-1", 2, True]}
    }


def test_an_sp_is_offered_what_it_may_sell_there_and_nothing_else(town: Town) -> None:
    everywhere = {service.name for service in SERVICES} - {"BB-ALFA", "BB-HEMSÖ"}
    access = town.access()
    assert names(town.alfa, access) == sorted(everywhere | {"BB-ALFA"}, key=str.encode)
    assert names(town.beta, access) == sorted(everywhere, key=str.encode)
    assert set(names(town.beta, "H-1")) == everywhere | {"BB-HEMSÖ"}
    assert set(names(town.gamma, "E-1")) == everywhere


def test_everything_that_is_offered_without_conditions_can_be_ordered(town: Town) -> None:
    for service in town.alfa.get(f"/services/{town.access()}")["services"]:
        if service["availableDateTime"] == LONG_AGO and not service["disconnectionDateTime"]:
            settings = {"sla": "SLA-1"} if service["service"] == "BB-SLA" else {}
            town.alfa.active(town.access(), service["service"], characteristics=settings)


def test_a_service_has_the_dates_of_its_offer(town: Town) -> None:
    access = town.access()
    assert dates(town.alfa.offered(access, "BB-LATER")) == ("2200-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "")
    assert dates(town.alfa.offered(access, "BB-OLD")) == (LONG_AGO, LONG_AGO, "2020-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("PLANNED", (NEVER, "", "")),
        ("DEPLOYING", (NEVER, "", "")),
        ("HOMESPASSED", (NEVER, "", "")),
        ("CONNECTED", (LONG_AGO, LONG_AGO, "")),
        ("INMIGRATION", (NEVER, "", "")),
        ("OUTMIGRATION", (LONG_AGO, "", "")),
    ],
)
def test_the_state_of_the_access_decides_when(town: Town, state: str, expected: tuple[str, str, str]) -> None:
    for service in ("IPTV-BASE", BB):
        assert dates(town.alfa.offered(f"S-{state}", service)) == expected
        assert town.alfa.offered(f"S-{state}", service)["forcedTakeoverPossible"] is False


def test_on_a_disconnected_access_there_is_nothing(town: Town) -> None:
    assert town.alfa.get("/services/S-DISCONNECTED") == {"accessId": "S-DISCONNECTED", "services": []}


def test_what_others_hold_or_want_is_not_available_and_ones_own_is(town: Town) -> None:
    held, wanted = town.access(), town.access()
    town.alfa.active(held)
    town.alfa.order("ACTIVATE", accessId=wanted, service=BB, requestedDateTime=LATER)
    for access, takeover in ((held, True), (wanted, False)):
        for service in (BB, "BB-250-250", "BB-10-10"):
            told = town.beta.offered(access, service)
            assert dates(told) == (LONG_AGO, "", "")
            assert told["forcedTakeoverPossible"] is (takeover and service != "BB-10-10")
        assert dates(town.beta.offered(access, "IPTV-BASE")) == (LONG_AGO, LONG_AGO, "")
        assert dates(town.alfa.offered(access)) == (LONG_AGO, LONG_AGO, "")
    assert dates(town.beta.offered(town.access())) == (LONG_AGO, LONG_AGO, "")


def test_a_type_that_is_not_exclusive_is_always_available(town: Town) -> None:
    access = town.access()
    town.alfa.active(access, "VOIP")
    assert dates(town.beta.offered(access, "VOIP")) == (LONG_AGO, LONG_AGO, "")


def test_nothing_of_the_others_shows(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access, spReference="alfa's own", spSubscriptionId="alfa's too")
    text = town.beta.http.get(f"/services/{access}").text + town.beta.http.get("/services/").text
    assert not [secret for secret in ("alfa", subscription, "own") if secret in text.replace("BB-ALFA", "")]


def test_the_list_is_every_access_as_it_is_alone(town: Town) -> None:
    held = town.access()
    town.alfa.active(held)
    for sp in (town.alfa, town.beta):
        listed = {one["accessId"]: one for one in sp.get("/services/")}
        assert listed.keys() == {one["accessId"] for one in sp.get("/accesses/")}
        for access in (held, town.access(), "H-1", "S-DISCONNECTED", "S-INMIGRATION"):
            assert listed[access] == sp.get(f"/services/{access}")
    assert [one["accessId"] for one in town.gamma.get("/services/")] == ["E-1"]


def test_pages_and_lines_hold_the_same_as_the_list(town: Town) -> None:
    whole = sorted(town.alfa.get("/services/"), key=lambda one: str(one["accessId"]))
    found, path = [], "/services/?limit=150"
    while path:
        answer = town.alfa.http.get(path)
        found += answer.json()
        path = answer.links.get("next", {}).get("url", "").removeprefix("/onapi/2.6")
    assert found == whole
    lines = town.alfa.http.get("/services/", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert sorted(map(json.loads, lines), key=lambda one: str(one["accessId"])) == whole


def test_the_answers_are_as_the_interface_says(town: Town) -> None:
    document = town.alfa.get("/openapi.json")
    schema = document["paths"]["/services/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(town.beta.get("/services/"), {**schema, "components": document["components"]})


def test_an_order_of_anybody_changes_the_answer_for_everybody(town: Town) -> None:
    access = town.access()
    since = town.ended()
    quiet = town.beta.http.get("/services/", headers={"If-Modified-Since": since.strftime(GMT)})
    assert (quiet.status_code, quiet.content) == (304, b"")
    order = town.alfa.order("ACTIVATE", accessId=access, service=BB, requestedDateTime=LATER)
    until = town.ended()
    for sp in (town.alfa, town.beta):
        assert changed(sp, since, until) == {access: sp.get(f"/services/{access}")["services"]}
    assert dates(town.beta.offered(access)) == (LONG_AGO, "", "")
    town.alfa.http.delete(f"/orders/{order['orderId']}")
    until = town.ended()
    assert dates(town.beta.offered(access)) == (LONG_AGO, LONG_AGO, "")
    assert changed(town.beta, since, until) == {access: town.beta.get(f"/services/{access}")["services"]}


def test_an_access_an_agreement_and_the_catalogue_change_the_answer(town: Town) -> None:
    since = town.ended()
    town.operator.rows("UPDATE accesses SET access_state = 'CONNECTED' WHERE access_id = 'S-PLANNED'")
    town.operator.rows("INSERT INTO agreements (sp, population) VALUES ('gamma', 'Hemsö')")
    until = town.ended()
    assert set(changed(town.alfa, since, until)) == {"S-PLANNED"}
    told = changed(town.gamma, since, until)
    assert told == {"H-1": town.gamma.get("/services/H-1")["services"]}
    assert told["H-1"]

    town.operator.rows("UPDATE agreements SET revoked_at = now() WHERE sp = 'gamma' AND population = 'Hemsö'")
    until = town.ended()
    # What left the view has no services any more, and is told so.
    assert changed(town.gamma, since, until) == {"H-1": []}
    assert town.gamma.http.get("/services/H-1").status_code == 404

    services = (*SERVICES, given.service("NEW", offered_from=datetime(2026, 1, 1, tzinfo=UTC)))
    town.operator.do(lambda database: given.catalogue_in(database, *services))
    until = town.ended()
    assert "NEW" in [service["service"] for service in changed(town.gamma, since, until)["E-1"]]
    assert changed(town.alfa, since, until).keys() == {one["accessId"] for one in town.alfa.get("/accesses/")}
    town.operator.do(lambda database: given.catalogue_in(database, *SERVICES))
    assert "NEW" not in names(town.gamma, "E-1")


@pytest.mark.parametrize("access", ["UNKNOWN", "T-1"])
def test_an_access_that_is_unknown_or_not_shown_is_not_found(town: Town, access: str) -> None:
    answer = town.gamma.http.get(f"/services/{access}")
    assert (answer.status_code, answer.json()["cause"]) == (404, f"There is no access {access!r}.")


@pytest.mark.parametrize("access", ["a%20b", "%00", "x" * 37, "A%0A"])
def test_an_access_id_that_is_none_is_refused(town: Town, access: str) -> None:
    answer = town.alfa.http.get(f"/services/{access}")
    assert answer.status_code == 400
    assert answer.json()["cause"].startswith("accessId ")
