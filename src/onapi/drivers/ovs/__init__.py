"""Drives Open vSwitch: `driver` decides, three small clients speak to the database, the bridge and the daemon.

`ovsdb`, `openflow` and `appctl` are the transports, over `endpoints` and `jsonrpc`; the rest is what is said with
them. `layout` is what services make of a port; `rows`, `database` and `queues` are the database's side of it;
`messages` and `meters` are the bridge's; `tables` reads what the daemon prints; `provisioning` brings them together.
"""
