"""Our drivers have the capabilities that their pages say, in the form that the contract has: mypy reads this."""

from onapi.drivers.contract import (
    Element,
    Provisions,
    ReadsBindings,
    ReadsCounters,
    ReadsCpe,
    ReadsDeliveries,
    ReadsGroups,
    ReadsHardware,
    ReadsLink,
    ReadsMacs,
)
from onapi.drivers.genieacs.driver import GenieAcsDriver
from onapi.drivers.netconf.driver import NetconfDriver
from onapi.drivers.no_ways import NoWays
from onapi.drivers.snmp.driver import SnmpDriver
from onapi.drivers.ssh.vrp import VrpDriver

_SWITCH = Element(name="sw-1", address="192.0.2.1")


def test_huawei_vrp_reads_everything_of_a_port_and_provisions() -> None:
    vrp = VrpDriver(_SWITCH, NoWays())
    switch: tuple[ReadsHardware, ReadsLink, ReadsCounters] = (vrp, vrp, vrp)
    tables: tuple[ReadsMacs, ReadsGroups, ReadsBindings] = (vrp, vrp, vrp)
    services: tuple[ReadsDeliveries, Provisions] = (vrp, vrp)
    assert {*switch, *tables, *services} == {vrp}
    assert not isinstance(vrp, ReadsCpe)


def test_netconf_reads_links_and_counters_and_provisions() -> None:
    netconf = NetconfDriver(_SWITCH, NoWays())
    switch: tuple[ReadsHardware, ReadsLink, ReadsCounters] = (netconf, netconf, netconf)
    services: tuple[ReadsDeliveries, Provisions] = (netconf, netconf)
    assert {*switch, *services} == {netconf}
    assert not isinstance(netconf, ReadsMacs | ReadsGroups | ReadsBindings | ReadsCpe)


def test_cpe_are_read_by_two() -> None:
    genieacs = GenieAcsDriver(_SWITCH, NoWays())
    both: tuple[ReadsCpe, ReadsCpe] = (genieacs, SnmpDriver(_SWITCH, NoWays()))
    assert len(both) == 2
    assert not isinstance(genieacs, ReadsLink | Provisions)
