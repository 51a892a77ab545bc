"""No ways to an element at all: what those begin with that have some."""

from onapi.drivers.contract import Unsupported
from onapi.drivers.transports import (
    Appctl,
    Cabinet,
    Control,
    Http,
    Netconf,
    OpenFlow,
    Ovsdb,
    Shell,
    Snmp,
    Sql,
)


class NoWays:
    """The transports to an element that has none; whoever has some puts them in place of these."""

    def snmp(self) -> Snmp:
        """Raise Unsupported."""
        raise _unknown("SNMP")

    def ovsdb(self) -> Ovsdb:
        """Raise Unsupported."""
        raise _unknown("OVSDB")

    def openflow(self) -> OpenFlow:
        """Raise Unsupported."""
        raise _unknown("OpenFlow")

    def appctl(self) -> Appctl:
        """Raise Unsupported."""
        raise _unknown("Open vSwitch's control socket")

    def shell(self) -> Shell:
        """Raise Unsupported."""
        raise _unknown("SSH")

    def netconf(self) -> Netconf:
        """Raise Unsupported."""
        raise _unknown("NETCONF")

    def sql(self) -> Sql:
        """Raise Unsupported."""
        raise _unknown("PostgreSQL")

    def control(self) -> Control:
        """Raise Unsupported."""
        raise _unknown("Kea's control socket")

    def http(self) -> Http:
        """Raise Unsupported."""
        raise _unknown("HTTP")

    def cabinet(self) -> Cabinet:
        """Raise Unsupported."""
        raise _unknown("simulation")


def _unknown(way: str) -> Unsupported:
    return Unsupported(f"The inventory has no way to the network element by {way}.")
