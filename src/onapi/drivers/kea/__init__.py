"""Drives Kea; `lease_capture.sql` keeps beside its leases what Kea itself does not."""
