"""The network by command: asked what it is, recorded, and compared with the records."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onapi import app
from onapi.drivers.contract import Delivery, Port
from onapi.storage.pool import Database
from tests import given
from tests.cli.command import Ran, onapi
from tests.conftest import opened
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent, serving


@pytest.fixture(scope="module")
def switch() -> Iterator[Agent]:
    """Run a recorded switch's agent in a thread of its own."""
    served: list[Agent] = []
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(Agent(agent.read("generic"))) as running:
            served.append(running)
            ready.set()
            while not over.is_set():
                await asyncio.sleep(0.05)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield served[0]
    over.set()
    thread.join(30)


@pytest.fixture
def url(database_url: str, switch: Agent, tmp_path: Path) -> str:
    """Return a database whose inventory has the switch, its twin with wrong credentials, and a simulated one."""

    async def filled() -> None:
        async with opened(database_url) as database:
            await given.accesses_in(database, *(given.access(name) for name in ("A-1", "A-2")))

    asyncio.run(filled())
    credentials = tmp_path / "sw.cred"
    credentials.write_text(f"snmp_community = {COMMUNITY}\n")
    credentials.chmod(0o600)
    elements = tmp_path / "elements.csv"
    elements.write_text(
        "element,address,driver,credentials,options\n"
        f"sw-1,127.0.0.1,auto,file:{credentials},snmp_port={switch.port}\n"
        f"sw-2,127.0.0.1,snmp,file:{tmp_path}/nowhere,snmp_port={switch.port}\n"
        "sim-1,127.0.0.1,simulated,,access=A-1\n"
    )
    ports = tmp_path / "ports.csv"
    ports.write_text("accessId,element,port\nA-1,sim-1,A-1\nA-2,sw-1,ge-0/0/3\n")
    for file in (elements, ports):
        assert onapi("elements", "import", file, url=database_url).code == 0
    return database_url


def test_an_element_that_was_probed_is_shown_with_what_it_said(url: str) -> None:
    ran = onapi("elements", "probe", "sw-1", "sim-1", "--json", url=url)
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["sw-1"]["facts"]["description"] == "Example Networks EX-24F, Version 3.1"
    assert len(told["sw-1"]["facts"]["ports"]) == 28
    assert (told["sw-1"]["driver"], "provision" in told["sw-1"]["capabilities"]) == ("snmp", False)
    assert told["sim-1"]["facts"]["vendor"] == "Simulated"
    assert {"link", "provision"} <= set(told["sim-1"]["capabilities"])
    shown = onapi("elements", "show", "sw-1", url=url)
    assert "Example Networks EX-24F" in shown.out
    assert "never" not in shown.out
    assert "hardware link counters macs groups" in shown.out


def test_credentials_that_are_not_there_are_told_to_the_operator(url: str, tmp_path: Path) -> None:
    ran = onapi("elements", "probe", "sw-2", url=url)
    assert ran.code == 1
    assert f"{tmp_path}/nowhere cannot be read: No such file or directory." in ran.err
    assert onapi("elements", "probe", "sw-3", url=url).code == 1


def test_an_element_that_cannot_be_asked_keeps_no_other_from_being_asked(url: str) -> None:
    ran = onapi("elements", "probe", "sw-2", "nothing", "sim-1", "--json", url=url)
    assert (ran.code, [*json.loads(ran.out)]) == (1, ["sim-1"])
    assert "onapi: sw-2: " in ran.err
    assert "onapi: nothing: There is no element 'nothing'" in ran.err


def test_a_recording_is_written_once(url: str, tmp_path: Path) -> None:
    file = tmp_path / "sw-1.snmprec"
    ran = onapi("elements", "record", "sw-1", file, "--also", "1.3.6.1.4.1.2011", url=url)
    assert ran.code == 0, ran.err
    lines = file.read_text().splitlines()
    assert f"{len(lines)} values are in" in ran.err
    assert "1.3.6.1.2.1.1.1.0|4|Example Networks EX-24F, Version 3.1" in lines
    assert len(lines) > 2000
    again = onapi("elements", "record", "sw-1", file, url=url)
    assert (again.code, "File exists" in again.err) == (1, True)


def _audit(url: str, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    ran: Ran = onapi("network", "audit", "--json", *options, url=url, network="inventory")
    return ran.code, json.loads(ran.out), ran.err


def _at_the_port(url: str, before: Delivery | None, after: Delivery | None) -> None:
    async def provision() -> None:
        async with opened(url) as database:
            port = Port(access_id="A-1", slot="Broadband")
            await app.simulated(database).provision(port, before=before, after=after)

    asyncio.run(provision())


def _live(url: str) -> str:
    """Make a subscription live in the records only, and return its ID."""

    async def insert() -> str:
        async with opened(url) as database:
            await _catalogue(database)
            async with database.connection() as tx:
                await tx.execute(
                    "INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, "
                    "connected_at, down_kbps, up_kbps) "
                    "VALUES ('S-1', 'alfa', 'A-1', 'BB-100', 'Broadband', '', 'ACTIVATED', now(), 100000, 50000)"
                )
        return "S-1"

    return asyncio.run(insert())


async def _catalogue(database: Database) -> None:
    await given.provider(database, "alfa")
    await given.catalogue_in(database, given.service("BB-100", down_kbps=100_000, up_kbps=50_000))


def test_an_audit_finds_what_is_missing_what_is_too_much_and_what_differs(url: str) -> None:
    assert _audit(url) == (0, [], "Ports compared: 1; skipped: 1; differences: 0.\n")
    delivery = Delivery(subscription_id=_live(url), service="BB-100", tech="bb", down_kbps=100_000, up_kbps=50_000)
    code, (missing,), _ = _audit(url)
    assert (code, missing["access_id"], missing["slot"]) == (1, "A-1", "Broadband")
    assert missing["sentence"] == "sim-1 delivers nothing, but is to deliver BB-100."
    _at_the_port(url, None, delivery)
    assert _audit(url)[:2] == (0, [])
    slower = Delivery(subscription_id="S-1", service="BB-100", tech="bb", down_kbps=10_000, up_kbps=50_000)
    _at_the_port(url, delivery, slower)
    code, (differs,), _ = _audit(url, "--element", "sim-1")
    assert (code, differs["sentence"]) == (1, "sim-1 has down_kbps 10000, but is to have 100000.")
    asyncio.run(_end(url))
    code, (extra,), _ = _audit(url)
    assert (code, extra["sentence"]) == (1, "sim-1 delivers BB-100, but is to deliver nothing.")
    assert _audit(url, "--element", "sw-1") == (0, [], "Ports compared: 0; skipped: 1; differences: 0.\n")
    assert onapi("network", "audit", "--element", "sw-9", url=url, network="inventory").code == 1


async def _end(url: str) -> None:
    async with opened(url) as database, database.connection() as tx:
        await tx.execute("UPDATE subscriptions SET state = 'ENDED', ended_at = now() WHERE subscription_id = 'S-1'")


def test_what_has_no_answer_is_a_difference_too(url: str) -> None:
    assert onapi("simulated", "fault", "A-1", "garbage", url=url).code == 0
    code, (finding,), _ = _audit(url)
    assert code == 1
    assert finding["sentence"].startswith("sim-1 cannot be compared: ")
