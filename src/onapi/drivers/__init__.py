"""What touches networks: a driver knows `drivers.contract`, and nothing else of onapi."""
