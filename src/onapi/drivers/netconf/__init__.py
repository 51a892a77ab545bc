"""NETCONF: the way there, and a driver for elements whose data models are standard."""
