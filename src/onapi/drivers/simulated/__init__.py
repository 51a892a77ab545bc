"""Drives a network that exists only in the database, for the demo, for tests, and for whoever tries the platform."""
