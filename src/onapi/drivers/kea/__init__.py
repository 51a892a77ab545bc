"""Drives Kea: reservations and leases in its PostgreSQL database, and the running server by its control socket.

`database` and `control` are the transports, `statements` what is said to the database. `kinds` are the options of an
element, `reservations` and `addresses` what a delivery makes of them; `relayed` reads what relays have told. `leases`
answers, `provisioning` changes, `ending` takes leases away. `lease_capture.sql` is for Kea's database.
"""
