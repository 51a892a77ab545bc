"""What service providers see: one module for each resource of the standard."""
