"""What is remembered: PostgreSQL, and nothing else that lasts. Only this layer knows the driver.

A module `x.py` has its queries in `x.sql` beside it, by name.
"""
