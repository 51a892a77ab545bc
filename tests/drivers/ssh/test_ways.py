"""What an inventory says of an element by SSH leads to its command line, and to its NETCONF."""

import asyncio

from onapi.drivers.contract import Element
from onapi.drivers.credentials import Credentials
from onapi.drivers.ssh.vrp import VrpDriver
from onapi.drivers.ways import Ways
from tests.drivers.netconf.test_state import answering
from tests.drivers.ssh.server import PASSWORD, USER, public, serving
from tests.drivers.ssh.vrp_switch import PORT, Vrp, play

_LINES = {"ssh_user": USER, "ssh_password": PASSWORD, "ssh_host_key": public("host")}


def test_an_inventory_leads_to_a_command_line_and_to_it_again_after_a_rest() -> None:
    async def work() -> None:
        async with serving(lambda process: play(Vrp(), process)) as server:
            element = Element(name="sw-1", address="127.0.0.1", options={"ssh_port": str(server.port)})
            ways = Ways(element, Credentials(_LINES))
            driver = VrpDriver(element, ways)
            assert (await driver.link(PORT)).up
            await ways.rest()
            assert (await driver.link(PORT)).up
            assert server.sessions == 2
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
