"""Many switches at once, far away, over a network that loses packets: all of them are read whole."""

import asyncio
import random
from contextlib import AsyncExitStack

from onapi.drivers.contract import Element, Manners
from onapi.drivers.readings import Counters
from onapi.drivers.snmp import profile_files
from onapi.drivers.snmp.credentials import Community
from onapi.drivers.snmp.driver import SnmpDriver
from onapi.drivers.snmp.session import Session
from tests.drivers.snmp import agent
from tests.drivers.snmp.agent import COMMUNITY, Agent, serving
from tests.drivers.snmp.reading import OnlySnmp

_SWITCHES = 200
_PORTS = [f"ge-0/0/{number}" for number in range(1, 29)]


class _Sturdy(Session):
    """A session whose manners are the profile's, but for the number of repetitions: the machine may be busy, too."""

    def suit(self, manners: Manners) -> None:
        super().suit(Manners(timeout_s=manners.timeout_s, retries=30, instances=manners.instances))


def test_the_counters_of_200_switches_with_28_ports_are_complete_at_50_ms_and_2_percent_loss() -> None:
    recording = agent.read("generic")

    async def driver(stack: AsyncExitStack, number: int) -> SnmpDriver:
        chance = random.Random(number)
        switch = await stack.enter_async_context(serving(Agent(recording, latency_s=0.05, loss=0.02, chance=chance)))
        session = _Sturdy("127.0.0.1", Community(COMMUNITY), port=switch.port, deadline_s=600)
        stack.callback(session.close)
        name = f"asw-{number}"
        return SnmpDriver(Element(name=name, address="127.0.0.1"), OnlySnmp(session))

    async def sweep() -> list[dict[str, Counters]]:
        async with AsyncExitStack() as stack:
            drivers = [await driver(stack, number) for number in range(_SWITCHES)]
            return list(await asyncio.gather(*(one.counters(_PORTS) for one in drivers)))

    readings = asyncio.run(sweep())
    assert len(readings) == _SWITCHES
    wanted = {port: (told.input, told.output) for port, told in readings[0].items()}
    assert list(wanted) == _PORTS
    assert None not in {told.bytes for traffic in wanted.values() for told in traffic}
    for reading in readings:
        assert {port: (told.input, told.output) for port, told in reading.items()} == wanted


def test_the_manners_of_a_usual_switch_leave_room_for_loss_within_the_time_that_somebody_waits() -> None:
    manners = profile_files.shipped().named("generic").manners
    assert manners.retries >= 2
    assert manners.timeout_s >= 0.5, "a switch at the other end of the country, and busy"
