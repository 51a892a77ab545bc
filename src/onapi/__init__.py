"""An open, complete, self-hostable ON-API 2.6 platform."""
