"""The switch's SNMP agent, reached through its passage: what it tells is what the switch itself tells."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from onapi.drivers.contract import Element
from onapi.drivers.elements import AUTO, Known
from onapi.drivers.network import Network
from onapi.lab import city as cities
from onapi.lab.city import City
from tests.drivers.ovs.traffic import eventually
from tests.lab.town import Household, Town

T = TypeVar("T")

ALL_VLANS = ()


def itself(city: City) -> Known:
    """Return the switch, as its own driver asks it."""
    options = {**city.switch.options, "vlan.bb": str(cities.VLAN)}
    return Known(element=Element(name=cities.SWITCH, address="127.0.0.1", options=options), driver="ovs")


def agent(city: City) -> Known:
    """Return the switch's agent."""
    element = Element(name=cities.AGENT, address="127.0.0.1", options=city.agent.options)
    return Known(element=element, driver=AUTO, credentials=f"file:{city.agent.credentials}")


def asked(work: Callable[[Network], Awaitable[T]]) -> T:
    """Ask the network something."""

    async def ask() -> T:
        network = Network()
        try:
            return await work(network)
        finally:
            await network.close()

    return asyncio.run(ask())


def test_both_tell_the_same_stations_of_a_port(town: Town, household: Household) -> None:
    town.has("ACTIVATE", accessId="LAB-1", service="BB-10-10")
    assert household.asks_for_an_address()
    assert household.host.reaches(town.provider, patience_s=5)
    told = asked(lambda network: network.macs(itself(town.city), household.port, ALL_VLANS)).value
    assert (household.customer.mac.upper(), cities.VLAN) in {(one.mac, one.vlan) for one in told}

    def agrees() -> bool:
        heard = asked(lambda network: network.macs(agent(town.city), household.port, ALL_VLANS)).value
        return {(one.mac, one.vlan) for one in heard} == {(one.mac, one.vlan) for one in told}

    # The agent's answers may be some seconds old.
    eventually(agrees)


def test_both_tell_that_a_port_is_up(town: Town) -> None:
    for known in (itself(town.city), agent(town.city)):
        link = asked(lambda network, known=known: network.link(known, "p2")).value  # type: ignore[misc]
        assert (link.up, link.admin_down) == (True, False)


def test_the_driver_of_the_agent_is_found_by_what_it_is(town: Town) -> None:
    facts = asked(lambda network: network.probe(agent(town.city))).facts
    assert {"p1", "p2", "p3", "p4", "u1"} <= set(facts.ports)
