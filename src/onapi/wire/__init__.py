"""The standard as types: what goes over the wire, and nothing of what it means."""
