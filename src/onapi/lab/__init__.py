"""The lab: one small real city on one machine, in network namespaces, to try and to test everything together.

A switch that is Open vSwitch and snmpd, with a relay that adds option 82; Kea; a provider of Broadband; and customers
who can run a real DHCP client. It needs root, and touches nothing of the machine's own network.
"""
