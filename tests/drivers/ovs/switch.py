"""A small access switch that is real: Open vSwitch's userspace datapath, in namespaces of its own.

Customers are at the ports p1, p2 and p3, which deliver nothing and are protected from each other; the provider of
Broadband is at the end of VLAN 10, that of IPTV at the end of VLAN 20. Everybody's address is in one subnet, so that
only the switch keeps anybody apart.
"""

import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from onapi.drivers.contract import Appctl, Element, OpenFlow, Ovsdb, Unsupported
from onapi.drivers.no_ways import NoWays
from onapi.drivers.ovs.appctl import AppctlClient
from onapi.drivers.ovs.driver import OvsDriver
from onapi.drivers.ovs.openflow import OpenFlowClient
from onapi.drivers.ovs.ovsdb import OvsdbClient
from tests.drivers.ovs.namespaces import Namespace
from tests.drivers.ovs.traffic import Host
from tests.packages import program

PACKAGES = ("openvswitch-switch", "iproute2")
BB, IPTV, IDLE = 10, 20, 4094
OPTIONS = {"bridge": "br0", "vlan.bb": str(BB), "vlan.iptv": str(IPTV), "vlan.idle": str(IDLE)}
CUSTOMERS = ("p1", "p2", "p3")

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
_PATIENCE_S = 30


@dataclass
class Ways(NoWays):
    """The transports to a switch; see `contract.Transports`. A way that is None there is not."""

    database: Ovsdb
    flows: OpenFlow | None
    daemon: Appctl

    def ovsdb(self) -> Ovsdb:
        return self.database

    def openflow(self) -> OpenFlow:
        if self.flows is None:
            raise Unsupported("There is no OpenFlow.")
        return self.flows

    def appctl(self) -> Appctl:
        return self.daemon

    async def close(self) -> None:
        if isinstance(self.database, OvsdbClient):
            await self.database.close()


@dataclass
class Switch:
    """The switch, its customers by their ports, and its providers."""

    folder: Path
    inside: Namespace = field(default_factory=Namespace)
    customers: dict[str, Host] = field(default_factory=dict)
    providers: dict[int, Host] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _outside: list[Namespace] = field(default_factory=list)

    def __enter__(self) -> "Switch":
        try:
            for number, name in enumerate(CUSTOMERS, start=1):
                self.customers[name] = self._plug_in(name, f"10.9.0.{number}")
            for vlan in (BB, IPTV):
                self.providers[vlan] = self._plug_in(f"u{vlan}", f"10.9.0.{100 + vlan}")
            self._run(program("ovsdb-tool"), "create", str(self.folder / "conf.db"), SCHEMA)
            self.start_database()
            self.start_daemon()
            self._configure()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for name in list(self._running):
            self.kill(name)
        for namespace in (*self._outside, self.inside):
            namespace.close()

    def ways(self, deadline_s: float = 10.0) -> Ways:
        """Return new transports."""
        return Ways(
            OvsdbClient(f"unix:{self.folder}/db.sock", deadline_s=deadline_s),
            OpenFlowClient(f"unix:{self.folder}/br0.mgmt", deadline_s=deadline_s),
            AppctlClient(f"unix:{self.folder}", deadline_s=deadline_s),
        )

    def driver(self, ways: Ways, options: dict[str, str] | None = None) -> OvsDriver:
        """Return a driver for the switch."""
        element = Element(name="sw1", address="127.0.0.1", options=OPTIONS if options is None else options)
        return OvsDriver(element, ways)

    def start_database(self) -> None:
        """Start the database server, and wait until it listens."""
        path = f"{self.folder}/db.sock"
        process = self._start("ovsdb-server", f"{self.folder}/conf.db", f"--remote=punix:{path}")
        until = time.monotonic() + _PATIENCE_S
        while not _listens(path):
            assert process.poll() is None, f"the database ended; see the logs in {self.folder}"
            assert time.monotonic() < until, f"the database does not start; see the logs in {self.folder}"
            time.sleep(0.01)
        self.vsctl("--no-wait", "init")
        if "ovs-vswitchd" in self._running:
            self._wait_for_daemon()

    def start_daemon(self) -> None:
        """Start the switch itself, and wait until it does what its database says."""
        process = self._start(
            "ovs-vswitchd", f"unix:{self.folder}/db.sock", f"--pidfile={self.folder}/ovs-vswitchd.pid"
        )
        self.vsctl("set", "Open_vSwitch", ".", f"external_ids:process={process.pid}")

    def kill(self, name: str) -> None:
        """Kill the database server, "ovsdb-server", or the switch itself, "ovs-vswitchd"."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def vsctl(self, *arguments: str) -> str:
        """Run ovs-vsctl(8), as an operator would, and return what it prints."""
        database = f"--db=unix:{self.folder}/db.sock"
        return self._run(program("ovs-vsctl"), database, f"--timeout={_PATIENCE_S}", *arguments)

    def ofctl(self, command: str, *arguments: str) -> str:
        """Run a command of ovs-ofctl(8) on the bridge, and return what it prints."""
        return self._run(
            program("ovs-ofctl"), "-O", "OpenFlow13", command, f"unix:{self.folder}/br0.mgmt", *arguments
        )

    def traces(self) -> dict[str, str]:
        """Return everything that a delivery could leave behind, as the switch's own tools print it."""
        columns = "name,tag,trunks,vlan_mode,qos,external_ids"
        return {
            "ports": self.vsctl("--columns", columns, "--format=csv", "list", "Port", *CUSTOMERS),
            "qos": self.vsctl("list", "QoS"),
            "queues": self.vsctl("list", "Queue"),
            "meters": self.ofctl("dump-meters").split("\n", 1)[1],
            "flows": self.ofctl("dump-flows", "--no-stats"),
        }

    def _plug_in(self, port: str, address: str) -> Host:
        namespace = Namespace()
        self._outside.append(namespace)
        namespace.ip(
            f"link add eth0 type veth peer name {port} netns {self.inside.path}",
            f"addr add {address}/24 dev eth0",
            "link set eth0 up",
        )
        self.inside.ip(f"link set {port} up")
        namespace.without_offload("eth0")
        return Host(namespace, address)

    def _configure(self) -> None:
        arguments = ["add-br", "br0"]
        arguments += ["--", "set", "Bridge", "br0", "datapath_type=netdev", "mcast_snooping_enable=true"]
        for name in self.customers:
            arguments += ["--", "add-port", "br0", name, f"tag={IDLE}", "--", "set", "Port", name, "protected=true"]
        for vlan in self.providers:
            arguments += ["--", "add-port", "br0", f"u{vlan}", f"tag={vlan}"]
        self.vsctl(*arguments)

    def _start(self, name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        log = ("-vconsole:off", "-vsyslog:off", f"--log-file={self.folder}/{name}.log", "--no-chdir")
        command = self.inside.command(name, *arguments, *log)
        self._running[name] = subprocess.Popen(command, env=self._environment())
        return self._running[name]

    def _wait_for_daemon(self) -> None:
        # A change, however small, is waited for; one that changes nothing is not.
        self.vsctl("set", "Open_vSwitch", ".", f"external_ids:asked={time.monotonic_ns()}")

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=self._environment())
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return os.environ | {"OVS_RUNDIR": folder, "OVS_LOGDIR": folder, "OVS_DBDIR": folder}


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0
