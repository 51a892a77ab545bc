"""What an inventory says of an element by SSH leads to its command line, and to its NETCONF."""

import asyncio
from collections.abc import Awaitable, Callable

from onapi.drivers.contract import Delivery, Element, Port
from onapi.drivers.credentials import Credentials
from onapi.drivers.elements import Known
from onapi.drivers.network import Network
from onapi.drivers.ways import Ways
from tests.drivers.netconf.test_state import answering
from tests.drivers.ssh.operating import OPTIONS
from tests.drivers.ssh.server import PASSWORD, USER, Server, public, serving
from tests.drivers.ssh.vrp_switch import PORT, Vrp, play

_LINES = {"ssh_user": USER, "ssh_password": PASSWORD, "ssh_host_key": public("host")}
_BB = Delivery(subscription_id="s1", service="BB-10-5", tech="bb", down_kbps=10_000, up_kbps=5_000)


def _on_the_network(switch: Vrp, story: Callable[[Network, Known, Server], Awaitable[None]]) -> None:
    """Tell a story of a network with one switch, whose driver is found by its name among the installed ones."""

    async def begin() -> None:
        async with serving(lambda process: play(switch, process)) as server:
            options = {**OPTIONS, "ssh_port": str(server.port)}
            element = Element(name="sw-1", address="127.0.0.1", options=options)
            lines = "\n".join(f"{name} = {value}" for name, value in _LINES.items())
            network = Network(environment={"SW1": lines})
            try:
                await story(network, Known(element=element, driver="huawei-vrp", credentials="env:SW1"), server)
            finally:
                await network.close()

    asyncio.run(begin())


def test_an_order_reaches_a_switch_that_the_inventory_knows_and_is_read_back() -> None:
    async def story(network: Network, known: Known, server: Server) -> None:
        port = Port(access_id="A-1", slot="Broadband", name=PORT)
        assert await network.provision(known, port, before=None, after=_BB) == "BB-10-5 is delivered."
        assert await network.deliveries(known, port) == {"Broadband": _BB}
        assert (await network.link(known, PORT)).value.speeds[0].cir_kbps == 10_000
        assert "link" in (await network.probe(known)).capabilities
        assert server.sessions == 1

    switch = Vrp()
    _on_the_network(switch, story)
    assert "port default vlan 10" in switch.saved[PORT]


def test_a_way_is_there_again_after_a_rest() -> None:
    async def work() -> None:
        async with serving(lambda process: play(Vrp(), process)) as server:
            element = Element(name="sw-1", address="127.0.0.1", options={"ssh_port": str(server.port)})
            ways = Ways(element, Credentials(_LINES))
            for sessions in (1, 2):
                assert (await ways.shell().ask("display clock")).startswith("2026-11-24")
                assert server.sessions == sessions
                await ways.rest()

    asyncio.run(work())


def test_an_inventory_leads_to_netconf() -> None:
    async def work() -> None:
        async with serving(answering("<ok/>")) as server:
            element = Element(name="nc-1", address="127.0.0.1", options={"netconf_port": str(server.port)})
            ways = Ways(element, Credentials(_LINES))
            assert "ok" in await ways.netconf().call("<get/>")
            await ways.rest()

    asyncio.run(work())
