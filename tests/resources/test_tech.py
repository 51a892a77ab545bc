"""Technical information as SPs meet it, on the simulated network: who is told what, in which words."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest

from tests.town import Provider, Town

MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
OF_ACCESS = ("hardware", "link/status", "link/macaddresstable", "link/leaseinfo", "link/igmpsnooping")
TABLES = OF_ACCESS[2:]
EVERYTHING = (*(f"/tech/access/{{}}/{what}" for what in OF_ACCESS), "/tech/cpe/{}/status")


def asked(sp: Provider, path: str, status: int = 200) -> Any:
    """Return what is at a path."""
    answer = sp.http.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def kinds(rows: list[dict[str, Any]]) -> list[str]:
    """Return the kinds of service of a table."""
    return sorted(row["serviceType"] for row in rows)


@pytest.fixture(scope="module")
def shared(town: Town) -> str:
    """Return an access where alfa delivers Broadband, and beta television."""
    access = town.access()
    town.alfa.active(access)
    town.beta.active(access, "IPTV-BASE")
    return access


@pytest.fixture
def of_all(town: Town) -> Iterator[Callable[[Provider], None]]:
    """Return what gives an SP an agreement on everything, until the test ends."""

    def agree(sp: Provider) -> None:
        town.operator.rows("UPDATE providers SET technical = 'all' WHERE sp = $1", sp.sp)

    yield agree
    town.operator.rows("UPDATE providers SET technical = 'own'")


def test_the_element_says_that_it_is_up_and_what_it_is(town: Town, shared: str) -> None:
    told = asked(town.alfa, f"/tech/access/{shared}/hardware")
    assert told.keys() == {"up", "upSince", "vendor", "model"}
    assert told["up"] is True
    assert MOMENT.match(told["upSince"])


def test_the_port_is_told_in_each_dialect_with_the_speeds_of_the_sps_own_service(town: Town, shared: str) -> None:
    of_alfa = asked(town.alfa, f"/tech/access/{shared}/link/status")
    assert (of_alfa["link"], of_alfa["fullDuplex"], of_alfa["linkSpeed"], of_alfa["adminDown"]) == (
        *(True, True, 1000, False),
    )
    (speed,) = of_alfa["configuredSpeeds"]
    assert (speed["serviceType"], speed["cir"], speed["pir"]) == ("bb", "100000", "100000")
    statistics = of_alfa["statistics"]
    assert MOMENT.match(statistics["counterResetAt"])
    assert statistics["input"]["bytes"] > 0
    assert "crcErrors" not in statistics["input"], "nobody counts them there"
    assert statistics["input"]["errors"] == 0, "and these were counted"
    assert not {"peakInputRate", "lastFiveInput"} & statistics.keys(), "nothing was sampled"
    assert re.match(r"-\d+(\.\d\d?)?\Z", of_alfa["transceiver"]["dbmRx"])
    assert of_alfa["transceiver"]["supplyVoltage"] == "3.3"
    access = town.access()
    town.beta.active(access)
    of_beta = asked(town.beta, f"/tech/access/{access}/link/status")
    (speed,) = of_beta["configuredSpeed"]
    assert (speed["serviceType"], speed["cir"], speed["pir"]) == ("bb", 100_000, 100_000)
    assert "configuredSpeeds" not in of_beta


def test_stations_and_leases_are_those_of_the_sps_own_kinds(town: Town, shared: str) -> None:
    for sp, kind in ((town.alfa, "bb"), (town.beta, "iptv")):
        (mac,) = asked(sp, f"/tech/access/{shared}/link/macaddresstable")
        assert (mac["serviceType"], mac["port"]) == (kind, shared)
        (lease,) = asked(sp, f"/tech/access/{shared}/link/leaseinfo")
        assert (lease["serviceType"], lease["mac"]) == (kind, mac["mac"])
        assert all(MOMENT.match(lease[moment]) for moment in ("start", "end", "lastRenew"))
        cpe = asked(sp, f"/tech/cpe/{shared}/status")
        assert kinds(cpe["macAddressTable"]) == [kind]
    # Television is beta's there.
    assert asked(town.alfa, f"/tech/access/{shared}/link/igmpsnooping") == []
    (group,) = asked(town.beta, f"/tech/access/{shared}/link/igmpsnooping")
    assert group["multicast"].startswith("239.")


def test_an_sp_with_two_kinds_sees_both_and_of_one_that_others_have_too_neither(town: Town) -> None:
    access = town.access()
    town.alfa.active(access)
    town.alfa.active(access, "VOIP")
    table = f"/tech/access/{access}/link/macaddresstable"
    assert kinds(asked(town.alfa, table)) == ["bb", "voip"]
    # Whose telephone it is, nobody knows then.
    town.beta.active(access, "VOIP")
    assert kinds(asked(town.alfa, table)) == ["bb"]
    assert asked(town.beta, table) == []


def test_the_cpe_is_told_in_each_dialect(town: Town) -> None:
    for sp, there, absent in (
        (town.alfa, "dhcpSnoopingTable", "dhcpSnooping"),
        (town.beta, "dhcpSnooping", "dhcpSnoopingTable"),
    ):
        access = town.access()
        sp.active(access)
        cpe = asked(sp, f"/tech/cpe/{access}/status")
        assert cpe["up"] is True
        assert absent not in cpe
        assert cpe[there][0].keys() == {"ip", "mac", "serviceType", "timeout"}
        assert [(port["index"], port["name"]) for port in cpe["ports"]] == [(1, "WAN"), (2, "LAN1")]
        assert cpe["macAddressTable"][0]["port"] == "LAN1"


def test_an_sp_that_delivers_nothing_there_is_refused(town: Town, shared: str) -> None:
    free = town.access()
    for path in EVERYTHING:
        for sp, access in ((town.alfa, free), (town.beta, free)):
            told = asked(sp, path.format(access), 403)
            assert told["code"] == "forbidden"
            assert access in told["cause"]


def test_an_sp_whose_service_is_suspended_may_ask_and_one_whose_service_has_ended_may_not(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    path = f"/tech/access/{access}/link/status"
    town.alfa.done("SUSPEND", subscriptionId=subscription)
    assert asked(town.alfa, path)["link"] is False
    assert asked(town.alfa, f"/tech/access/{access}/link/macaddresstable") == []
    town.alfa.done("DEACTIVATE", subscriptionId=subscription)
    asked(town.alfa, path, 403)


def test_an_agreement_on_everything_is_on_all_that_the_sp_sees(
    town: Town, shared: str, of_all: Callable[[Provider], None]
) -> None:
    for path in EVERYTHING:
        asked(town.gamma, path.format("E-1"), 403)
    of_all(town.gamma)
    of_all(town.alfa)
    for path in EVERYTHING:
        asked(town.gamma, path.format("E-1"))
        asked(town.gamma, path.format(shared), 404)
    for table in ("link/macaddresstable", "link/leaseinfo"):
        assert kinds(asked(town.alfa, f"/tech/access/{shared}/{table}")) == ["bb", "iptv"]
    assert len(asked(town.alfa, f"/tech/access/{shared}/link/igmpsnooping")) == 1
    speeds = asked(town.alfa, f"/tech/access/{shared}/link/status")["configuredSpeeds"]
    assert kinds(speeds) == ["bb"], "television has no speed in the catalogue"
    # Where it delivers nothing itself, it sees all the same.
    asked(town.alfa, f"/tech/access/{town.access()}/hardware")


def test_what_is_unknown_is_404_and_what_is_no_name_400(town: Town) -> None:
    for path in EVERYTHING:
        assert asked(town.alfa, path.format("X-1"), 404)["cause"] == "There is no access 'X-1'."
        asked(town.alfa, path.format("a%20b"), 400)


def test_paths_are_answered_as_the_standards_examples_have_them_too_and_not_described_so(
    town: Town, shared: str
) -> None:
    for what in OF_ACCESS:
        for end in ("", "/"):
            told = asked(town.alfa, f"/tech/{shared}/access/{what}{end}")
            assert type(told) is type(asked(town.alfa, f"/tech/access/{shared}/{what}{end}"))
    asked(town.alfa, f"/tech/{shared}/access/nothing", 501)
    asked(town.alfa, f"/tech/{shared}", 501)
    described = [path for path in town.alfa.get("/openapi.json")["paths"] if path.startswith("/tech")]
    assert sorted(described) == sorted(path.format("{accessId}") + "/" for path in EVERYTHING)


def test_answers_are_as_the_interface_describes_them(town: Town, shared: str) -> None:
    document = town.alfa.get("/openapi.json")
    for sp in (town.alfa, town.beta):
        for path in EVERYTHING:
            described = document["paths"][path.format("{accessId}") + "/"]["get"]["responses"]
            schema = described["200"]["content"]["application/json"]["schema"]
            told = asked(sp, path.format(shared))
            jsonschema.validate(told, {**schema, "components": document["components"]})
            assert "null" not in sp.http.get(path.format(shared)).text
            assert {"403", "404", "501", "503"} <= described.keys()


def test_answers_say_how_old_they_are(town: Town, shared: str) -> None:
    for path in EVERYTHING:
        ages = [int(town.alfa.http.get(path.format(shared)).headers["Age"]) for _ in range(2)]
        assert ages[0] <= ages[1] <= 60, "it was asked before, at most as long ago as an answer is kept"


def test_the_list_of_endpoints_has_it(town: Town) -> None:
    (tech,) = [endpoint for endpoint in town.alfa.get("/") if endpoint["name"] == "tech"]
    assert tech["endpoint"] == "/onapi/2.6/tech/"
    assert "link/status" in tech["note"]


def test_an_element_that_is_busy_is_a_503_with_a_time_to_come_back(town: Town) -> None:
    access = town.access()
    town.alfa.active(access)
    town.operator.fault(access, "fail")
    for path in EVERYTHING:
        if "igmp" in path:
            continue  # Television is not alfa's, so that nobody is asked.
        answer = town.alfa.http.get(path.format(access))
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0


def test_an_element_that_answers_nonsense_is_a_503_without_what_it_said(town: Town) -> None:
    access = town.access()
    town.alfa.active(access)
    town.operator.fault(access, "garbage")
    told = asked(town.alfa, f"/tech/access/{access}/link/status", 503)
    assert "has to see to it" in told["cause"]


def test_an_open_ticket_lets_an_sp_see_the_port_and_nothing_of_what_is_delivered_there(
    town: Town, shared: str
) -> None:
    access = town.access()
    town.alfa.active(access)
    path = f"/tech/access/{access}/link/status"
    asked(town.beta, path, 403)
    ticket = {"accessId": access, "createdBy": "b", "heading": "h", "description": "d", "problemType": "NO_LINK"}
    opened = town.beta.http.post("/tickets", json=ticket)
    assert opened.status_code == 201, opened.text
    told = asked(town.beta, path)
    assert told["link"] is True
    assert not {"configuredSpeed", "statistics"} & told.keys()
    assert "statistics" in asked(town.alfa, path)
    for table in TABLES:
        assert asked(town.beta, f"/tech/access/{access}/{table}") == []
    closed = {"status": "CLOSED", "responsible": "SP"}
    assert town.beta.http.patch(f"/tickets/{opened.json()['coTicketReference']}", json=closed).status_code == 204
    asked(town.beta, path, 403)


def test_a_ticket_on_an_access_that_left_the_sps_view_tells_it_nothing_more(town: Town) -> None:
    path = "/tech/access/E-1/hardware"
    ticket = {"accessId": "E-1", "createdBy": "g", "heading": "h", "description": "d", "problemType": "OTHER"}
    assert town.gamma.http.post("/tickets", json=ticket).status_code == 201
    asked(town.gamma, path)
    for population, status in (("Away", 404), ("Elsewhere", 200)):
        town.operator.rows("UPDATE accesses SET population = $1 WHERE access_id = 'E-1'", population)
        asked(town.gamma, path, status)
