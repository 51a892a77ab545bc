"""Asks network elements by SNMP: the way there (`session`), what to ask whom (`profiles`), and the driver."""
