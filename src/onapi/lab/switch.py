"""The switch: Open vSwitch's userspace datapath in a namespace, which does what its database says.

Customers' ports deliver nothing at first, and are protected from each other. A flow takes the DHCP of each of them
out to the relay, in the tag of a VLAN that is the port's number, and another brings the relay's answers back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from onapi.lab.daemons import Daemons, listens
from onapi.lab.namespaces import Namespace
from onapi.lab.programs import run

BRIDGE = "br0"
IDLE = 4094
"""The VLAN of ports that deliver nothing."""

SNOOPED, SNOOPER = "dhcp0", "dhcp1"
"""The bridge's port for DHCP, and the other end of it, which is the relay's."""

_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
_NOWHERE = 4093
"""A VLAN with nobody in it, so that nothing gets to the relay but what the flows take there."""

_COOKIE = 0x6C6162
# The driver's flows have priority 100; DHCP must be taken out before it is counted against a service's speed.
_PRIORITY = 200
_VLAN_PRESENT = 0x1000


@dataclass
class Switch:
    """The switch.

    `customers` are ports by their OpenFlow numbers, `uplinks` are ports with their VLANs; their devices are put into
    the namespace by whoever is at the other end.
    """

    namespace: Namespace
    folder: Path
    customers: Mapping[int, str]
    uplinks: Mapping[str, int]
    daemons: Daemons = field(init=False)

    def __post_init__(self) -> None:
        self.daemons = Daemons(self.namespace, self.folder)

    @property
    def options(self) -> dict[str, str]:
        """Return the driver's options for it."""
        return {
            "bridge": BRIDGE,
            "ovsdb": f"unix:{self.database}",
            "openflow": f"unix:{self.folder}/{BRIDGE}.mgmt",
            "appctl": f"unix:{self.folder}",
            "vlan.idle": str(IDLE),
        }

    @property
    def database(self) -> Path:
        """Return where the database server listens."""
        return self.folder / "db.sock"

    def start(self) -> None:
        """Start a new switch; its devices are there already."""
        self.namespace.ip(
            f"link add {SNOOPED} type veth peer name {SNOOPER}",
            f"link set {SNOOPED} up",
            f"link set {SNOOPER} up",
        )
        run("ovsdb-tool", "create", str(self.folder / "conf.db"), _SCHEMA)
        self.start_database()
        self.vsctl("--no-wait", *self._set_up())
        self.start_daemon()

    def start_database(self) -> None:
        """Start the database server, and wait until it listens."""
        self._start("ovsdb-server", f"{self.folder}/conf.db", f"--remote=punix:{self.database}")
        self.daemons.wait_until("ovsdb-server", lambda: listens(self.database))
        self.vsctl("--no-wait", "init")

    def start_daemon(self) -> None:
        """Start the switch itself, wait until it does what its database says, and lead DHCP to the relay."""
        process = self._start("ovs-vswitchd", f"unix:{self.database}")
        # ovs-vsctl waits for whatever it changes, so it must change something.
        self.vsctl("set", "Open_vSwitch", ".", f"external_ids:process={process}")
        self.ofctl("add-flows", "-", given="\n".join(self._flows()))

    def kill(self, name: str) -> None:
        """Kill the database server, "ovsdb-server", or the switch itself, "ovs-vswitchd"."""
        self.daemons.kill(name)

    def stop(self) -> None:
        """End."""
        self.daemons.stop()

    def vsctl(self, *arguments: str) -> str:
        """Run ovs-vsctl(8), as an operator would, and return what it prints."""
        return run("ovs-vsctl", f"--db=unix:{self.database}", "--timeout=30", *arguments)

    def ofctl(self, command: str, *arguments: str, given: str | None = None) -> str:
        """Run a command of ovs-ofctl(8) on the bridge, and return what it prints."""
        bridge = f"unix:{self.folder}/{BRIDGE}.mgmt"
        return run("ovs-ofctl", "-O", "OpenFlow13", command, bridge, *arguments, given=given)

    def traces(self) -> dict[str, str]:
        """Return everything that a delivery could leave behind, as the switch's own tools print it."""
        columns = "name,tag,trunks,vlan_mode,qos,external_ids"
        return {
            "ports": self.vsctl("--columns", columns, "--format=csv", "list", "Port", *self.customers.values()),
            "qos": self.vsctl("list", "QoS"),
            "queues": self.vsctl("list", "Queue"),
            "meters": self.ofctl("dump-meters").split("\n", 1)[1],
            "flows": "\n".join(sorted(self.ofctl("dump-flows", "--no-stats").splitlines())),
        }

    def _set_up(self) -> Sequence[str]:
        """Return what ovs-vsctl is told once, when the switch is new."""
        words = [
            "add-br",
            BRIDGE,
            "--",
            "set",
            "Bridge",
            BRIDGE,
            "datapath_type=netdev",
            "mcast_snooping_enable=true",
        ]
        words += ["--", "add-port", BRIDGE, SNOOPED, f"tag={_NOWHERE}"]
        for number, name in self.customers.items():
            words += ["--", "add-port", BRIDGE, name, f"tag={IDLE}", "protected=true"]
            words += ["--", "set", "Interface", name, f"ofport_request={number}"]
        for name, vlan in self.uplinks.items():
            words += ["--", "add-port", BRIDGE, name, f"tag={vlan}"]
        return words

    def _flows(self) -> Iterator[str]:
        head = f"cookie={_COOKIE:#x},priority={_PRIORITY}"
        for number, name in self.customers.items():
            tagged = f"push_vlan:0x8100,set_field:{_VLAN_PRESENT | number}->vlan_vid"
            yield f"{head},in_port={name},vlan_tci=0,udp,tp_dst=67,actions={tagged},output:{SNOOPED}"
            yield f"{head},in_port={SNOOPED},dl_vlan={number},actions=pop_vlan,output:{name}"
        yield f"cookie={_COOKIE:#x},priority={_PRIORITY - 1},in_port={SNOOPED},actions=drop"

    def _start(self, name: str, *arguments: str) -> int:
        log = ("-vconsole:off", "-vsyslog:off", f"--log-file={self.folder}/{name}.log", "--no-chdir")
        pid_file = f"--pidfile={self.folder}/{name}.pid"
        folder = str(self.folder)
        environment = {"OVS_RUNDIR": folder, "OVS_LOGDIR": folder, "OVS_DBDIR": folder}
        return self.daemons.start(name, *arguments, pid_file, *log, environment=environment)
