"""The driver as the contract sees it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onapi.drivers import checks, contract, registry
from onapi.drivers.contract import Delivery, DriverError, Element, Garbled, Unsupported
from onapi.drivers.kea.driver import KeaDriver
from tests.drivers.kea.conftest import BROADBAND, OPTIONS, Answering, Town, Ways, fixed


def test_the_driver_is_as_the_contract_has_it(town: Town) -> None:
    anna = town.customer()
    town.provision(anna, None, BROADBAND)
    town.bb.lease(anna.line, anna.mac)
    town.provision(anna, BROADBAND, None)
    town.six.lease(anna.line, anna.mac)

    async def checked() -> list[str]:
        ways = town.ways()
        element = Element(name="kea1", address="127.0.0.1", options=OPTIONS)
        other = fixed(replace(BROADBAND, service="BB-250"), "198.51.100.140")
        try:
            return await checks.check(
                KeaDriver,
                element,
                ways,
                port="p1",
                absent_port="p9",
                identifiers=anna.identifiers,
                deliveries=(BROADBAND, other),
            )
        finally:
            await ways.close()

    assert asyncio.run(checked()) == []
    assert town.traces(anna) == []


def test_the_driver_has_these_capabilities_and_no_others(town: Town) -> None:
    async def capabilities(driver: KeaDriver) -> set[str]:
        kinds = {name: kind for name, kind in vars(contract).items() if getattr(kind, "_is_runtime_protocol", False)}
        return {name for name, kind in kinds.items() if isinstance(driver, kind)}

    assert town.ask(capabilities) == {"ReadsHardware", "Leases", "ReadsDeliveries", "Provisions"}


def test_kea_tells_what_it_is_and_is_known_by_that(town: Town) -> None:
    facts = town.ask(lambda driver: driver.probe())
    assert facts.description is not None
    assert facts.description.startswith("Kea 2.")
    assert facts.ports == ()
    assert registry.installed().best("", facts.description) == "kea"
    assert KeaDriver.match("1.3.6.1.4.1.8072.3.2.10", "Kea 2.2.0") == 0


def test_kea_has_been_up_since_it_was_started(town: Town) -> None:
    hardware = town.ask(lambda driver: driver.hardware())
    assert hardware.up_since is not None
    assert datetime.now(UTC) - timedelta(minutes=10) < hardware.up_since <= datetime.now(UTC)
    assert (hardware.vendor or "").startswith("Internet Systems Consortium")


def _ask_misled(town: Town, answers: dict[str, Any], work: str) -> object:
    """Ask a driver whose Kea answers some commands otherwise."""
    anna = town.customer()

    async def asked() -> object:
        ways = town.ways()
        driver = town.driver(Ways(ways.database, Answering(ways.server, answers)))
        orders: dict[str, tuple[Delivery | None, Delivery | None]] = {
            "activate": (None, fixed(BROADBAND, "198.51.100.130")),
            "deactivate": (BROADBAND, None),
        }
        try:
            if work in orders:
                before, after = orders[work]
                return await driver.provision(anna.port("Broadband"), before=before, after=after)
            return await (driver.hardware() if work == "hardware" else driver.probe())
        finally:
            await ways.close()

    try:
        return asyncio.run(asked())
    finally:
        assert town.traces(anna) == []


@pytest.mark.parametrize(
    ("work", "command", "answer", "kind"),
    [
        ("probe", "version-get", {}, Garbled),
        ("probe", "version-get", {"text": " "}, Garbled),
        ("probe", "version-get", {"text": "2.2\x00"}, Garbled),
        ("hardware", "status-get", {}, Garbled),
        ("hardware", "status-get", {"arguments": []}, Garbled),
        ("hardware", "status-get", {"arguments": {"uptime": -1}}, Garbled),
        ("hardware", "status-get", {"arguments": {"uptime": 10**12}}, Garbled),
        ("activate", "config-get", {"arguments": {}}, Garbled),
        ("activate", "config-get", {"arguments": {"Dhcp4": {"subnet4": 7, "shared-networks": []}}}, Garbled),
        ("activate", "config-get", {"arguments": {"Dhcp4": {"subnet4": [], "shared-networks": [7]}}}, Garbled),
        ("activate", "config-get", {"arguments": {"Dhcp4": {"subnet4": [], "shared-networks": []}}}, Unsupported),
        ("deactivate", "list-commands", {"arguments": {"lease4-del": 1}}, Unsupported),
    ],
)
def test_a_kea_that_answers_what_nobody_can_read_is_told(
    town: Town, work: str, command: str, answer: dict[str, Any], kind: type[DriverError]
) -> None:
    with pytest.raises(kind):
        _ask_misled(town, {command: {"result": 0, **answer}}, work)


def test_a_subnet_in_a_shared_network_is_found(town: Town) -> None:
    inside = {"id": 10, "subnet": "198.51.100.0/25", "option-data": []}
    network = {"arguments": {"Dhcp4": {"subnet4": [], "shared-networks": [{"subnet4": [inside]}]}}}
    with pytest.raises(contract.Rejected, match=r"198.51.100.130 is not in the subnet 198.51.100.0/25"):
        _ask_misled(town, {"config-get": {"result": 0, **network}}, "activate")
