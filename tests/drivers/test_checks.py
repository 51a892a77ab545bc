"""The contract suite passes drivers that are as they should be, and finds what is planted in those that are not."""

import asyncio
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import onapi
from onapi.drivers import checks
from onapi.drivers.contract import (
    Delivery,
    Drifted,
    Driver,
    Element,
    Facts,
    Identifiers,
    Manners,
    Port,
    Rejected,
    Shell,
    TimedOut,
    Transports,
    Unsupported,
)
from onapi.drivers.readings import (
    Binding,
    Counters,
    Cpe,
    CpeMac,
    CpePort,
    Group,
    Hardware,
    LearntMac,
    Link,
    Traffic,
    Transceiver,
)
from onapi.drivers.snmp.credentials import Community
from onapi.drivers.snmp.driver import SnmpDriver
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent, serving
from tests.drivers.snmp.reading import PORTS, AsItLikes, OnlySnmp, element

_EXAMPLE = Path(onapi.__file__).parents[2] / "examples" / "driver_in_60_lines.py"


def _loaded(path: Path) -> Any:
    """Return a module that is in no package; its name stays known, as that of an installed one would be."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from examples.driver_in_60_lines import AcmeDriver
else:
    AcmeDriver = _loaded(_EXAMPLE).AcmeDriver

_ONE = Delivery(subscription_id="S-1", service="BB-100-100", tech="bb", down_kbps=100_000, up_kbps=100_000)
_OTHER = replace(_ONE, service="BB-250-250", down_kbps=250_000)


def _complaints(
    driver: Any, switch: str = "generic", *, deliveries: tuple[Delivery, Delivery] | None = None
) -> list[str]:
    async def work() -> list[str]:
        async with serving(Agent(agent.read(switch))) as served:
            patient = Manners(timeout_s=20, retries=0)
            session = AsItLikes("127.0.0.1", Community(COMMUNITY), port=served.port, manners=patient)
            ways = OnlySnmp(session)
            return await checks.check(driver, element(), ways, PORTS[switch], "ge-9/9/9", deliveries=deliveries)

    return asyncio.run(work())


def _but_imports(driver: Any, **how: Any) -> list[str]:
    """Return the complaints about a driver of this module, which imports what no driver may."""
    return [complaint for complaint in _complaints(driver, **how) if not complaint.startswith("It imports")]


@pytest.mark.parametrize("switch", PORTS)
def test_the_snmp_driver_passes_with_every_kind_of_switch(switch: str) -> None:
    assert _complaints(SnmpDriver, switch) == []


def test_the_example_is_a_driver_of_about_60_lines_that_passes() -> None:
    assert _complaints(AcmeDriver) == []
    assert len(_EXAMPLE.read_text(encoding="utf-8").splitlines()) <= 65


class _ByShell:
    contract: ClassVar[int] = 1

    def __init__(self, element: Element, transports: Transports) -> None:
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        return 0

    async def probe(self) -> Facts:
        return Facts(description=(await self._transports.shell().ask("show version")) or None)

    async def link(self, port: str) -> Link:
        told = await self._transports.shell().ask(f"show port {port}")
        if not told.startswith("up "):
            raise Unsupported(f"There is no port {port}.")
        return Link(up=True, speed_mbps=int(told.split()[1]))


class _Switch(OnlySnmp):
    """A switch with a command line, on which it has one port."""

    def shell(self) -> Shell:
        return self

    async def ask(self, command: str) -> str:
        answers = {"show version": "ACME OS 3.1", f"show port {PORTS['generic']}": "up 1000"}
        return answers.get(command, "?")


def test_a_driver_that_asks_by_another_way_passes() -> None:
    async def work() -> list[str]:
        ways = _Switch(AsItLikes("127.0.0.1", Community(COMMUNITY)))
        return await checks.check(_ByShell, element(), ways, PORTS["generic"], "ge-9/9/9")

    assert [complaint for complaint in asyncio.run(work()) if not complaint.startswith("It imports")] == []


class _OtherContract(AcmeDriver):
    contract = 2


class _Boastful(AcmeDriver):
    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        return -1


class _Confused(AcmeDriver):
    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        return int(sys_object_id.split(".")[6])


class _Prompt(AcmeDriver):
    def __init__(self, element: Element, transports: Transports) -> None:
        super().__init__(element, transports)
        self._asking = asyncio.ensure_future(transports.snmp().get(["1.3.6.1.2.1.1.1.0"]))


class _Useless(AcmeDriver):
    async def link(self, port: str) -> Link:
        raise Unsupported("no")

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        raise Unsupported("no")


class _Zeroes(AcmeDriver):
    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        found = await super().counters(ports)
        zeroed = {port: replace(told.input, bytes=told.input.bytes or 0) for port, told in found.items()}
        return {port: replace(told, input=zeroed[port]) for port, told in found.items()}


class _NamelessPort(AcmeDriver):
    async def link(self, port: str) -> Link:
        try:
            return await super().link(port)
        except Unsupported:
            return Link(up=False)


class _Everybodys(AcmeDriver):
    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        nothing = Counters(read_at=datetime.now(UTC), input=Traffic(), output=Traffic())
        return dict.fromkeys(ports, nothing) | await super().counters(ports)


class _Stubborn(AcmeDriver):
    async def link(self, port: str) -> Link:
        try:
            return await super().link(port)
        except asyncio.CancelledError:
            await asyncio.Event().wait()
            raise


class _Naive(AcmeDriver):
    async def hardware(self) -> Hardware:
        await self._transports.snmp().get(["1.3.6.1.2.1.1.3.0"])
        return Hardware(up_since=datetime(2026, 1, 1))  # noqa: DTZ001 — that is what is wrong with it


class _Prophetic(AcmeDriver):
    async def hardware(self) -> Hardware:
        await self._transports.snmp().get(["1.3.6.1.2.1.1.3.0"])
        return Hardware(up_since=datetime.now(UTC) + timedelta(days=1))


class _MadeUp(AcmeDriver):
    async def hardware(self) -> Hardware:
        return Hardware(up_since=datetime(2026, 1, 1, tzinfo=UTC))


class _Trusting(AcmeDriver):
    async def link(self, port: str) -> Link:
        told = await self._transports.snmp().get(["1.3.6.1.2.1.1.3.0"])
        if port != PORTS["generic"]:
            raise Unsupported("no such port")
        return Link(speed_mbps=int(told["1.3.6.1.2.1.1.3.0"]) % 1000 + 1)


class _Backwards(AcmeDriver):
    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        found = await super().counters(ports)
        self._left = getattr(self, "_left", 1000) - 1
        return {port: replace(told, output=Traffic(bytes=self._left)) for port, told in found.items()}


class _OddCpe(AcmeDriver):
    async def cpe(self) -> Cpe:
        await self._transports.snmp().get(["1.3.6.1.2.1.1.3.0"])
        port = CpePort(name=" ", link=Link(speed_mbps=0))
        station = LearntMac(mac="aa-bb-cc-dd-ee-ff")
        return Cpe(mac="unknown", firmware="", ports=(port,), macs=(CpeMac(station=station),))


class _OddTables(AcmeDriver):
    async def macs(self, port: str, vlans: Sequence[int]) -> tuple[LearntMac, ...]:
        await self._known(port)
        return (LearntMac(mac="aa-bb-cc-dd-ee-ff", vlan=4095),)

    async def groups(self, port: str) -> tuple[Group, ...]:
        await self._known(port)
        return (Group(multicast="channel 5", counter=-1),)

    async def bindings(self, port: str) -> tuple[Binding, ...]:
        await self._known(port)
        return (Binding(ip="192.0.2.300", mac="AA:BB:CC:DD:EE:FF"),)

    async def _known(self, port: str) -> None:
        if port not in await self._rows():
            raise Unsupported("no such port")


class _Gossip(AcmeDriver):
    async def leases(self, identifiers: Identifiers) -> tuple[Binding, ...]:
        return (Binding(ip="2001:db8:400:2a00::/56", mac="AA:BB:CC:DD:EE:FF", tech="fax"),)


class _OddLink(AcmeDriver):
    async def link(self, port: str) -> Link:
        told = await super().link(port)
        optics = Transceiver(rx_dbm=-2147483.0, vendor=" ", temperature_c=True)
        return replace(told, transceiver=optics, up=1, speed_mbps=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        (_OtherContract, ["Its contract is 2"]),
        (_Boastful, ["whole numbers from 0"]),
        (_Confused, ["Its match fails: IndexError"]),
        (_Prompt, ["It asks the element when it is made"]),
        (_Useless, ["Every capability is Unsupported"]),
        (_Stubborn, ["Its link cannot be cancelled"]),
        (_Zeroes, ["input.bytes is 0, which the element did not say"]),
        (_NamelessPort, ["Its link of a port that is not there should be Unsupported"]),
        (_Everybodys, ["Its counters of a port that is not there", "Its counters of two ports"]),
        (_Naive, ["hardware().up_since has no time zone"]),
        (_Prophetic, ["which is yet to come"]),
        (_MadeUp, ["Of an element that does not answer, its hardware says", "which is made up"]),
        (_Trusting, ["Of an element that has nothing, its link should be DriverError, not: KeyError"]),
        (_Backwards, ["output.bytes went backwards"]),
        (
            _OddCpe,
            [
                "cpe().firmware",
                "cpe().mac",
                "ports[0].name",
                "ports[0].link.speed_mbps",
                "station.mac",
                "did not say",
            ],
        ),
        (_OddTables, ["not of the form AA:BB", "4095", "neither an IP address", "is -1", "nor a prefix"]),
        (_Gossip, ["Its leases of a port that is not there", "leases()[0].tech is 'fax'", "its leases says"]),
        (_OddLink, ["rx_dbm is -2147483.0", "vendor is ' '", "temperature_c is True", "up is 1", "speed_mbps is 0"]),
    ],
)
def test_what_is_planted_is_found(driver: type[Driver], words: list[str]) -> None:
    found = "\n".join(_but_imports(driver))
    assert [word for word in words if word not in found] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import socket", "It imports socket"),
        ("from urllib.request import urlopen", "It imports urllib.request.urlopen"),
        ("from onapi.storage import pool", "It imports onapi.storage.pool"),
        ("import onapi.drivers.snmp.session", "It imports onapi.drivers.snmp.session"),
    ],
)
def test_a_driver_imports_the_contract_and_opens_no_sockets(tmp_path: Path, line: str, words: str) -> None:
    source = _EXAMPLE.read_text(encoding="utf-8").replace("from datetime", f"{line}\nfrom datetime", 1)
    path = tmp_path / f"acme_{abs(hash(line))}.py"
    path.write_text(source, encoding="utf-8")
    found = _complaints(_loaded(path).AcmeDriver)
    assert [words in complaint for complaint in found] == [True]


class _Provisioning(AcmeDriver):
    """Provisions ports that are in a dict; the switch is only asked whether it is there."""

    delivers: ClassVar[dict[str, Delivery]] = {}

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        await self._transports.snmp().get(["1.3.6.1.2.1.1.3.0"])
        if port.name not in await self._rows():
            raise Rejected("no such port")
        now = self.delivers.get(port.name)
        if now == after:
            return "It was so already."
        if now != before:
            raise Drifted("something else")
        if after is None:
            del self.delivers[port.name]
        else:
            self.delivers[port.name] = after
        return "done"


class _Overwriting(_Provisioning):
    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        now = self.delivers.get(port.name)
        return await super().provision(port, before=now, after=after)


class _Impatient(_Provisioning):
    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        if self.delivers.get(port.name) == after:
            raise Rejected("It was so already.")
        return await super().provision(port, before=before, after=after)


class _Optimistic(_Provisioning):
    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        try:
            return await super().provision(port, before=before, after=after)
        except (TimedOut, Rejected):
            return "surely done"


def test_a_driver_that_provisions_passes() -> None:
    assert _but_imports(_Provisioning, deliveries=(_ONE, _OTHER)) == []
    assert _Provisioning.delivers == {}, "the port is left as it was"


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        (_Overwriting, ["To change what it does not deliver any more should be Drifted"]),
        (_Impatient, ["It cannot begin again what is so already", "It cannot end what has ended"]),
        (_Optimistic, ["A port that the element lacks", "its provision should be TimedOut, not: 'surely done'"]),
    ],
)
def test_what_is_planted_in_provisioning_is_found(driver: type[Driver], words: list[str]) -> None:
    _Provisioning.delivers.clear()
    found = "\n".join(_but_imports(driver, deliveries=(_ONE, _OTHER)))
    assert [word for word in words if word not in found] == []
