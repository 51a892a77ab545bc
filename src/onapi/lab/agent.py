"""The switch's SNMP agent: Debian's snmpd in the switch's namespace, with a BRIDGE-MIB that comes from the switch.

Outside of the namespace it is reached at a port of the loopback, by a passage for datagrams.
"""

import socket
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from onapi.lab.daemons import Daemons
from onapi.lab.listeners import Listener
from onapi.lab.namespaces import Namespace
from onapi.lab.programs import keep_secret

COMMUNITY = "lab"

_CONFIGURATION = """\
agentaddress udp:127.0.0.1:161
rocommunity {community} 127.0.0.1
sysName sw1
sysDescr Open vSwitch in the lab
pass_persist .1.3.6.1.2.1.17 {python} -m onapi.lab.bridge_mib {folder}
"""
_MOST = 65_535
_MOST_ASKERS = 32


@dataclass
class Agent:
    """The agent of a switch whose files are in `folder`."""

    namespace: Namespace
    folder: Path
    daemons: Daemons = field(init=False)
    passage: "Passage" = field(init=False)

    def __post_init__(self) -> None:
        self.daemons = Daemons(self.namespace, self.folder)
        self.passage = Passage(self.namespace)

    @property
    def options(self) -> dict[str, str]:
        """Return the element's options for it."""
        return {"snmp_port": str(self.passage.port)}

    @property
    def credentials(self) -> Path:
        """Return the file with what lets one in."""
        return self.folder / "snmp.credentials"

    def start(self) -> None:
        """Start it; it answers a moment later."""
        keep_secret(self.credentials, f"snmp_community = {COMMUNITY}")
        configuration = self.folder / "snmpd.conf"
        configuration.write_text(
            _CONFIGURATION.format(community=COMMUNITY, folder=self.folder, python=sys.executable), encoding="utf-8"
        )
        arguments = ("-f", "-C", "-c", str(configuration), "-Lf", f"{self.folder}/snmpd.log", "-r")
        # It needs no names of objects, and keeps nothing between two runs.
        environment = {"MIBS": "", "SNMP_PERSISTENT_DIR": f"{self.folder}/snmp"}
        self.daemons.start("snmpd", *arguments, environment=environment)
        self.passage.start()

    def stop(self) -> None:
        """End; nothing happens when it has not begun."""
        self.passage.stop()
        self.daemons.stop()


@dataclass
class Passage:
    """A passage for datagrams from a port of the machine's loopback to the agent, and back to whoever has asked."""

    namespace: Namespace
    port: int = 0
    _listener: Listener | None = None
    _askers: dict[tuple[str, int], socket.socket] = field(default_factory=dict)

    def start(self) -> None:
        """Begin, at a free port."""
        outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outside.bind(("127.0.0.1", 0))
        self.port = outside.getsockname()[1]
        self._listener = Listener({outside: partial(self._ask, outside)})

    def stop(self) -> None:
        """End; nothing happens when it has not begun."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
            self._askers = {}

    def _ask(self, outside: socket.socket) -> None:
        question, asker = outside.recvfrom(_MOST)
        if asker not in self._askers:
            self._let_in(outside, asker)
        self._askers[asker].send(question)

    def _let_in(self, outside: socket.socket, asker: tuple[str, int]) -> None:
        if self._listener is None:
            return
        while len(self._askers) >= _MOST_ASKERS:
            self._listener.drop(self._askers.pop(next(iter(self._askers))))
        inside = self.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        inside.connect(("127.0.0.1", 161))
        self._askers[asker] = inside

        def answer() -> None:
            outside.sendto(inside.recv(_MOST), asker)

        self._listener.add(inside, answer)
