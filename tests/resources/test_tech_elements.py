"""Technical information from elements that speak SNMP, from end to end: a server, an inventory, recorded switches."""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onapi.domain.samples import Passed, Reading
from onapi.storage import samples
from onapi.storage.pool import Database
from onapi.storage.samples import Sample
from tests import town as towns
from tests.drivers.snmp import agent, snmpd
from tests.drivers.snmp.agent import COMMUNITY, Agent
from tests.resources.test_tech import MOMENT, OF_ACCESS, asked, kinds
from tests.town import Provider, Town

PORT = "ge-0/0/3"


@pytest.fixture(scope="module")
def town(cluster_url: str) -> Iterator[Town]:
    """Make a town whose server asks real elements; what orders mean for them is another test's."""
    with (
        pytest.MonkeyPatch.context() as patch,
        towns.made(cluster_url) as url,
        towns.living(url, network="inventory") as living,
        living.operator.working(),
    ):
        patch.setenv("SWITCHES", f"snmp_community = {COMMUNITY}")
        yield living


def listed(town: Town, name: str, port: int) -> None:
    """Put an element into the inventory whose agent answers on this port."""
    town.operator.rows(
        "INSERT INTO elements (element, address, driver, credentials, options) VALUES ($1, '127.0.0.1', 'auto', "
        "'env:SWITCHES', $2::jsonb)",
        name,
        f'{{"snmp_port": "{port}", "vlan.bb": "10", "vlan.iptv": "20"}}',
    )


@dataclass(frozen=True)
class Switch:
    """A switch in the inventory, by its name, and the agent that answers for it."""

    name: str
    agent: Agent


@pytest.fixture
def switch(town: Town, request: pytest.FixtureRequest) -> Iterator[Switch]:
    """Put a recorded switch into the inventory, whose VLAN 10 is Broadband, and 20 television."""
    name = f"sw-{request.node.name[-40:]}"

    async def begin() -> tuple[Agent, contextlib.AsyncExitStack]:
        stack = contextlib.AsyncExitStack()
        return await stack.enter_async_context(agent.serving(Agent(agent.read("generic")))), stack

    answering, stack = town.operator.wait(begin())
    listed(town, name, answering.port)
    yield Switch(name, answering)
    town.operator.wait(stack.aclose())


def connected(town: Town, switch: Switch, sp: Provider, service: str = "BB-100-100", port: str = PORT) -> str:
    """Return an access where an SP delivers something, connected to the switch."""
    access = town.access()
    sp.active(access, service)
    town.operator.rows(
        "INSERT INTO access_ports (access_id, element, port) VALUES ($1, $2, $3)", access, switch.name, port
    )
    return access


def sampled(town: Town, switch: Switch, at: datetime, octets: int) -> None:
    """Keep a sample of the port."""
    passed = Passed(seconds=300, input={"bytes": octets, "packets": 7}, output={"bytes": 300 * 9})
    sample = Sample(element=switch.name, port=PORT, reading=Reading(read_at=at), passed=passed)

    async def record(database: Database) -> None:
        async with database.connection() as tx:
            await samples.record(tx, [sample])

    town.operator.do(record)


def test_a_recorded_switch_is_told_whole_and_nothing_more(town: Town, switch: Switch) -> None:
    access = connected(town, switch, town.alfa)
    hardware = asked(town.alfa, f"/tech/access/{access}/hardware")
    assert (hardware["up"], hardware["vendor"]) == (True, "Example Networks")
    told = asked(town.alfa, f"/tech/access/{access}/link/status")
    assert (told["link"], told["adminDown"], told["linkSpeed"]) == (True, False, 1000)
    assert MOMENT.match(told["linkSince"])
    assert told["transceiver"] == {
        "dbmRx": "-12.13",
        "dbmTx": "-5.8",
        "temp": "35.5",
        "biasTx": "15.83",
        "supplyVoltage": "3.293",
        "vendor": "ACME OPTICS",
        "partNumber": told["transceiver"]["partNumber"],
        "serialNumber": "SN00000003",
    }
    assert "configuredSpeeds" not in told, "SNMP does not tell them"
    assert told["statistics"]["input"]["bytes"] > 2**32
    (mac,) = asked(town.alfa, f"/tech/access/{access}/link/macaddresstable")
    assert mac == {"mac": "00:11:22:03:0A:01", "serviceType": "bb", "vlan": 10, "port": PORT}


def test_what_nobody_can_attribute_is_shown_to_an_sp_that_is_alone(town: Town, switch: Switch) -> None:
    town.operator.rows(
        "UPDATE elements SET options = options - 'vlan.bb' - 'vlan.iptv' WHERE element = $1", switch.name
    )
    access = connected(town, switch, town.alfa)
    table = f"/tech/access/{access}/link/macaddresstable"
    assert kinds(asked(town.alfa, table)) == ["unknown"] * 3
    town.beta.active(access, "IPTV-BASE")
    assert asked(town.alfa, table) == asked(town.beta, table) == []


def test_samples_tell_of_the_last_five_minutes_and_of_peaks(town: Town, switch: Switch) -> None:
    access = connected(town, switch, town.alfa)
    now = datetime.now(UTC).replace(microsecond=0)
    town.operator.rows(
        "UPDATE subscriptions SET connected_at = $2 WHERE access_id = $1", access, now - timedelta(days=4)
    )
    sampled(town, switch, now - timedelta(days=3), octets=300 * 5000)
    sampled(town, switch, now - timedelta(minutes=2), octets=300 * 40)
    statistics = asked(town.alfa, f"/tech/access/{access}/link/status")["statistics"]
    assert statistics["lastFiveInput"] == {"bytes": 300 * 40, "packets": 7}
    assert statistics["lastFiveOutput"] == {"bytes": 300 * 9}
    peak = now - timedelta(days=3)
    assert statistics["peakInputRate"] == {"counter": 5000, "timestamp": f"{peak:%Y-%m-%dT%H:%M:%SZ}"}
    assert statistics["peakOutputRate"]["counter"] == 9
    # An older sample says nothing of the last five minutes.
    town.operator.rows("UPDATE port_samples SET read_at = read_at - interval '10 minutes'")
    statistics = asked(town.alfa, f"/tech/access/{access}/link/status")["statistics"]
    assert not {"lastFiveInput", "lastFiveOutput"} & statistics.keys()
    assert statistics["peakInputRate"]["counter"] == 5000
    # What passed before the SP delivered there was another's.
    town.operator.rows("UPDATE subscriptions SET connected_at = $2 WHERE access_id = $1", access, now)
    statistics = asked(town.alfa, f"/tech/access/{access}/link/status")["statistics"]
    assert not {"peakInputRate", "peakOutputRate"} & statistics.keys()


def test_fifty_who_ask_at_once_are_one_question_to_the_element(town: Town, switch: Switch) -> None:
    access = connected(town, switch, town.alfa)
    path = f"/tech/access/{access}/link/status"
    first = asked(town.alfa, path)
    switch.agent.asked.clear()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: town.alfa.http.get(path), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == first for answer in answers)
    assert len(switch.agent.asked) == 0, "it was asked some moments ago, which the answers say"
    assert {int(answer.headers["Age"]) for answer in answers} <= set(range(10))


def test_fifty_who_ask_at_once_what_nobody_asked_before_are_one_question(town: Town, switch: Switch) -> None:
    known, alone, access = (connected(town, switch, town.alfa, port=f"ge-0/0/{number}") for number in (2, 3, 4))
    # What the switch is, and how it numbers its ports, is found out once.
    asked(town.alfa, f"/tech/access/{known}/link/status")
    switch.agent.asked.clear()
    asked(town.alfa, f"/tech/access/{alone}/link/status")
    of_one = len(switch.agent.asked)
    switch.agent.asked.clear()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: town.alfa.http.get(f"/tech/access/{access}/link/status"), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(switch.agent.asked) == of_one


def test_an_element_that_is_silent_is_down_and_its_tables_are_503_and_soon_at_once(
    town: Town, switch: Switch
) -> None:
    access = connected(town, switch, town.alfa)
    switch.agent.answer = lambda _recording, _question: []
    assert asked(town.alfa, f"/tech/access/{access}/hardware") == {"up": False}
    answer = town.alfa.http.get(f"/tech/access/{access}/link/status")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 5
    assert answer.json()["cause"] == "The network element does not answer at the moment."
    began = time.monotonic()
    for what in OF_ACCESS[1:4]:
        answer = town.alfa.http.get(f"/tech/access/{access}/{what}")
        assert answer.status_code in (501, 503)
    assert asked(town.alfa, f"/tech/access/{access}/hardware") == {"up": False}
    # One question to it would take five seconds.
    assert time.monotonic() - began < 4, "it is left alone for a while"


def test_an_access_that_is_connected_to_nothing_says_so_to_who_delivers_there(town: Town) -> None:
    access = town.access()
    town.alfa.active(access)
    for path in (f"/tech/access/{access}/hardware", f"/tech/cpe/{access}/status"):
        assert asked(town.alfa, path, 404)["cause"] == f"Access {access} is connected to no network element."
        asked(town.beta, path, 403)


def test_a_cpe_that_speaks_snmp_is_told_whole_with_the_stations_of_the_sps_own_kinds(
    town: Town, switch: Switch
) -> None:
    access = connected(town, switch, town.alfa)
    box, stack = Agent(agent.read("cpe")), contextlib.AsyncExitStack()
    town.operator.wait(stack.enter_async_context(agent.serving(box)))
    listed(town, f"cpe-{access}", box.port)
    town.operator.rows("UPDATE access_ports SET cpe = $2 WHERE access_id = $1", access, f"cpe-{access}")
    path = f"/tech/cpe/{access}/status"
    told = asked(town.alfa, path)
    assert (told["up"], told["vendor"]) == (True, "Example Networks")
    assert len(told["ports"]) > 1
    assert all(port["name"] and port["statistics"]["input"]["bytes"] >= 0 for port in told["ports"])
    assert set(kinds(told["macAddressTable"])) <= {"bb", "unknown"}
    assert all("serviceType" in station and "port" in station for station in told["macAddressTable"])
    ticket = {"accessId": access, "createdBy": "b", "heading": "h", "description": "d", "problemType": "NO_LINK"}
    assert town.beta.http.post("/tickets", json=ticket).status_code == 201
    of_beta = asked(town.beta, path)
    assert [port["name"] for port in of_beta["ports"]] == [port["name"] for port in told["ports"]]
    assert not any("statistics" in port for port in of_beta["ports"]), "what passes is of alfa's customer"
    town.operator.wait(stack.aclose())
    town.operator.rows(
        'UPDATE elements SET options = options || \'{"again": "1"}\' WHERE element = $1', f"cpe-{access}"
    )
    assert asked(town.alfa, path) == {"up": False}


def test_debians_snmpd_is_told_as_it_is(town: Town) -> None:
    with snmpd.running() as running:
        listed(town, "snmpd", running.port)
        access = connected(town, Switch("snmpd", Agent(agent.read("generic"))), town.alfa, port="lo")
        hardware = asked(town.alfa, f"/tech/access/{access}/hardware")
        assert hardware["up"] is True
        assert MOMENT.match(hardware["upSince"])
        told = asked(town.alfa, f"/tech/access/{access}/link/status")
        assert (told["link"], told["adminDown"]) == (True, False)
        assert told["statistics"]["input"]["bytes"] > 0
        assert told["statistics"]["input"]["bytes"] == told["statistics"]["output"]["bytes"]


def test_an_access_without_a_cpe_says_so(town: Town, switch: Switch) -> None:
    access = connected(town, switch, town.alfa)
    assert "no CPE" in asked(town.alfa, f"/tech/cpe/{access}/status", 404)["cause"]


def test_what_an_element_cannot_tell_is_501_and_never_an_empty_table(town: Town, switch: Switch) -> None:
    access = connected(town, switch, town.alfa)
    told = asked(town.alfa, f"/tech/access/{access}/link/leaseinfo", 501)
    assert (told["code"], told["cause"]) == (
        *("unsupported", "The network element of this access cannot tell this."),
    )
    # So is a port that the element lacks.
    nowhere = connected(town, switch, town.alfa, port="ge-9/9/9")
    asked(town.alfa, f"/tech/access/{nowhere}/link/status", 501)


def test_leases_that_could_be_another_accesss_are_not_shown(town: Town, switch: Switch) -> None:
    access, other = connected(town, switch, town.alfa), town.access()
    town.operator.rows(
        'UPDATE elements SET options = options || \'{"dhcp": "dhcp-gone"}\' WHERE element = $1', switch.name
    )
    town.operator.rows(
        "INSERT INTO elements (element, address, driver, options) VALUES ('dhcp-gone', '192.0.2.1', 'acme', '{}') "
        "ON CONFLICT DO NOTHING"
    )
    path = f"/tech/access/{access}/link/leaseinfo"
    names = [("sw1 p7", "sw1", True), ("sw1 p7", "sw2", False), ("sw1 p7", None, True), ("sw1 p8", "sw1", False)]
    put = "INSERT INTO dhcp_identifiers (access_id, ipv4_circuit_id, ipv4_remote_id) VALUES ($1, $2, $3)"
    town.operator.rows(put, access, "sw1 p7", "sw1")
    for circuit, remote, is_shared in names:
        town.operator.rows("DELETE FROM dhcp_identifiers WHERE access_id = $1", other)
        town.operator.rows(put, other, circuit, remote)
        told = asked(town.alfa, path, 501)["cause"]
        assert ("same DHCP identifiers" in told) is is_shared, told


@pytest.mark.parametrize("credentials", ["env:NOT_THERE", "file:/not/there"])
def test_an_element_without_a_way_in_is_503_and_no_word_of_where_secrets_are(
    town: Town, switch: Switch, credentials: str
) -> None:
    town.operator.rows("UPDATE elements SET credentials = $2 WHERE element = $1", switch.name, credentials)
    access = connected(town, switch, town.alfa)
    for what in ("hardware", "link/status"):
        told: dict[str, Any] = asked(town.alfa, f"/tech/access/{access}/{what}", 503)
        assert "has to see to it" in told["cause"]
        assert not [word for word in ("NOT_THERE", "/not/there", switch.name, "127.0.0.1") if word in str(told)]
