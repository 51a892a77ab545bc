"""The service provider's side: a client of any ON-API server."""
